using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>What the sign-in form shows.</summary>
/// <param name="RequestId">The pending request.</param>
/// <param name="FormToken">See <see cref="FormTokens"/>.</param>
/// <param name="Lead">What the user signs in for.</param>
/// <param name="CanCancel">True if there is an app to return to.</param>
/// <param name="CanReset">True if a forgotten password can be reset.</param>
/// <param name="UserName">The user name to fill in, or null.</param>
/// <param name="Error">What went wrong, or null.</param>
public sealed record SignInModel(
    string RequestId, string FormToken, string Lead, bool CanCancel, bool CanReset, string? UserName, string? Error)
{
    /// <summary>What is needed to sign in with a passkey; null if the tenant does not have it.</summary>
    public PasskeyPromptModel? Passkeys { get; init; }

    /// <summary>What the user should know before signing in, or null.</summary>
    public string? Notice { get; init; }

    /// <summary>True if users can sign in with a code from a mail.</summary>
    public bool MailCode { get; init; }

    /// <summary>True if people can make an account.</summary>
    public bool SignUp { get; init; }
}

/// <summary>The sign-in page of a pending request: an app's, or a built-in page's own.</summary>
public sealed class LoginPage(
    TenantPipeline pipeline, PendingRequests pendingRequests, AuthorizationFlow flow, PasswordSignIn signIn,
    SignInCompletion completion, FormTokens forms, PasskeyPrompt passkeys, PageRenderer renderer, Settings settings)
{
    /// <summary>
    /// <c>GET /{tenant}/login?request=</c>; with <c>&amp;failed=passkey</c> it says that signing in with a passkey did not work.
    /// </summary>
    [Function("login")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/login")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var query = Query.ReadForPage(http, "request", "failed");
            var pending = await pendingRequests.Find(request, query["request"]);
            var authorization = pending.Page is null ? await flow.Read(request, pending) : null;
            return await Show(request, pending, authorization, authorization?.LoginHint, refusal: null);
        });

    /// <summary><c>POST /{tenant}/login</c>: <c>request, form, username, password</c>, or <c>action=cancel</c>.</summary>
    [Function("login-post")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/login")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var form = await Form.Read(http);
            var pending = await pendingRequests.Find(request, form["request"]);
            await forms.Check(request, pending, userId: null, form);
            return await flow.RunPending(request, pending, async authorization =>
            {
                if (authorization is not null && form["action"] == "cancel")
                    return await flow.Deny(request, pending, authorization, user: null);
                if (ProviderSignIn.HomeOf(request.Tenant, pending, form["username"]) is { } home)
                    return await ProviderSignIn.LeadTo(
                        renderer, request, home, pending.Id, Strings.GoesOnAt(home.Name), form["username"]);
                var (user, refusal) = await signIn.Try(request, authorization?.To.Client, form);
                return user is null ? await Show(request, pending, authorization, form["username"], refusal)
                    : await completion.Complete(request, pending, authorization, user, [Authentication.Password]);
            });
        });

    async Task<IResult> Show(
        TenantRequest request, PendingRequest pending, AuthorizationRequest? authorization, string? userName, OAuthError? refusal)
    {
        var page = new PageLayout(request.Tenant, Strings.SignIn)
        {
            Status = refusal is null ? 200 : refusal.RetryAfter is null ? 400 : 429,
            HasPassword = request.Tenant.Accounts.Passwords,
            Address = $"/{request.Tenant.Id}/login?request={pending.Id}",
            FormTarget = authorization is null ? null : RedirectUri.CspSource(authorization.To.RedirectUri),
            Scripts = PasskeyPrompt.Scripts(request.Tenant),
        };
        var model = new SignInModel(
            pending.Id,
            await forms.For(request, pending, userId: null),
            authorization is null ? Strings.ToContinueHere(pending.Page!) : Strings.ToContinueTo(authorization.To.Client.Name),
            CanCancel: authorization is not null,
            CanReset: settings.Mail.Mode != MailMode.None && request.Tenant.Accounts.Passwords,
            userName?.Length <= PasswordSignIn.MaxChars ? userName : null,
            Error(refusal))
        {
            Passkeys = await passkeys.For(request, pending),
            Notice = ProviderSignIn.Notice(request.Tenant, pending),
            MailCode = MailCodeSignIns.IsOn(request.Tenant, settings),
            SignUp = SignUps.IsOpen(request.Tenant, settings),
        };
        return await renderer.Show<SignInView, SignInModel>(request.Http, page, model, refusal?.RetryAfter);
    }

    static string? Error(OAuthError? refusal) => refusal is null ? null
        : refusal.RetryAfter is { } seconds ? Strings.TooManyTries(seconds) : Strings.WrongPassword;
}
