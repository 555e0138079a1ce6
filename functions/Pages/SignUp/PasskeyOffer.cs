using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>What the offer of a passkey shows.</summary>
/// <param name="RequestId">The pending request, which goes on afterwards.</param>
/// <param name="FormToken">See <see cref="FormTokens"/>.</param>
/// <param name="User">The user who has just signed up.</param>
/// <param name="Options">The options for the browser to make a passkey, as JSON.</param>
/// <param name="Error">What went wrong, or null.</param>
public sealed record PasskeyOfferModel(string RequestId, string FormToken, User User, string Options, string? Error);

/// <summary>
/// Offers a passkey to somebody who has just signed up, where the browser can make one. It is offered once; whatever comes of it, what
/// waits goes on.
/// </summary>
public sealed class PasskeyOffer(
    TenantPipeline pipeline, PendingRequests pendingRequests, AuthorizationFlow flow, PasskeyOfferSteps steps, FormTokens forms)
{
    /// <summary>Its path under the tenant.</summary>
    public const string Name = "signup/passkey";

    /// <summary><c>GET /{tenant}/signup/passkey?request=</c></summary>
    [Function("signup-passkey")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/" + Name)] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            PasskeyPrompt.EnsureOn(request.Tenant);
            var pending = await pendingRequests.Find(request, Query.ReadForPage(http, "request")["request"]);
            var authorization = pending.Page is null ? await flow.Read(request, pending) : null;
            return await steps.FindNewUser(request, pending) is { } signedIn
                ? await steps.Show(request, pending, authorization, signedIn, error: null) : steps.ToSignIn(request, pending);
        });

    /// <summary>
    /// <c>POST /{tenant}/signup/passkey</c>: <c>request, form</c> and <c>action=add</c> with <c>credential</c>, or <c>action=skip</c>.
    /// </summary>
    [Function("signup-passkey-post")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/" + Name)] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            PasskeyPrompt.EnsureOn(request.Tenant);
            var form = await Form.Read(http);
            var pending = await pendingRequests.Find(request, form["request"]);
            if (await steps.FindNewUser(request, pending) is not { } signedIn) return steps.ToSignIn(request, pending);
            await forms.Check(request, pending, signedIn.User.Id, form);
            return await flow.RunPending(request, pending, authorization => form["action"] == "skip"
                ? steps.GoOn(request, pending, authorization, signedIn)
                : steps.Add(request, pending, authorization, signedIn, form["credential"]));
        });
}

/// <summary>The steps of <see cref="PasskeyOffer"/>.</summary>
public sealed class PasskeyOfferSteps(
    SsoSessions ssoSessions, BuiltInPages builtInPages, PasskeyStore passkeys, PasskeyRegistration registration,
    SignInCompletion completion, FormTokens forms, PageRenderer renderer, Settings settings)
{
    /// <summary>The user who has signed up for this request a moment ago and has no passkey yet; or null.</summary>
    public async Task<SignedIn?> FindNewUser(TenantRequest request, PendingRequest pending) =>
        await ssoSessions.Find(request) is { } signedIn && signedIn.Authentication.Time >= pending.CreatedAt
            && builtInPages.IsFresh(signedIn) && BuiltInPages.IsStrong(request.Tenant, signedIn) ? signedIn : null;

    /// <summary>Shows the offer; to whom it says nothing any more, goes on.</summary>
    public async Task<IResult> Show(
        TenantRequest request, PendingRequest pending, AuthorizationRequest? authorization, SignedIn signedIn, string? error)
    {
        var existing = await passkeys.List(request.Tenant, signedIn.User.Id, request.Cancel);
        var page = new PageLayout(request.Tenant, Strings.PasskeyOffer)
        {
            Status = error is null ? 200 : 400,
            Address = $"/{request.Tenant.Id}/{PasskeyOffer.Name}?request={pending.Id}",
            Scripts = PasskeyPrompt.Scripts(request.Tenant),
            FormTarget = authorization is null ? null : RedirectUri.CspSource(authorization.To.RedirectUri),
        };
        var model = new PasskeyOfferModel(pending.Id, await forms.For(request, pending, signedIn.User.Id), signedIn.User,
            await registration.Options(request.Tenant, signedIn, existing, request.Cancel), error);
        return await renderer.Show<PasskeyOfferView, PasskeyOfferModel>(request.Http, page, model);
    }

    /// <summary>Registers the passkey and goes on.</summary>
    public async Task<IResult> Add(TenantRequest request, PendingRequest pending, AuthorizationRequest? authorization,
        SignedIn signedIn, string? credential)
    {
        var audit = request.Audit;
        (audit.Type, audit.Actor, audit.Client) = ("account-passkey-add", signedIn.User.Id, authorization?.To.Client.Id);
        try
        {
            var name = DeviceNames.Of(Device.Of(request.Http, settings.FrontDoorId));
            var (passkey, outcome) = await registration.Add(request.Tenant, signedIn, credential, name, request.Cancel);
            audit.Target = passkey.Id;
            if (outcome == PasskeyAddition.Added) return await GoOn(request, pending, authorization, signedIn);
            audit.Refusal = outcome == PasskeyAddition.Full ? "too_many_passkeys" : "passkey_exists";
        }
        catch (PasskeyRefusal refusal)
        {
            audit.Refusal = refusal.Code;
        }
        return await Show(request, pending, authorization, signedIn, Strings.PasskeyNotAdded);
    }

    /// <summary>Goes on with what waits.</summary>
    public Task<IResult> GoOn(
        TenantRequest request, PendingRequest pending, AuthorizationRequest? authorization, SignedIn signedIn) =>
        completion.Continue(request, pending, authorization, signedIn);

    /// <summary>To the sign-in page, for whoever is not signed in.</summary>
    public IResult ToSignIn(TenantRequest request, PendingRequest pending) =>
        new SeeOther($"/{request.Tenant.Id}/login?request={pending.Id}");
}
