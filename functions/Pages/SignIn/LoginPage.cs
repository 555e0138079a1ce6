using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Latchkey.Pages;

/// <summary>What the sign-in form shows.</summary>
/// <param name="RequestId">The pending request.</param>
/// <param name="FormToken">See <see cref="FormTokens"/>.</param>
/// <param name="Lead">What the user signs in for.</param>
/// <param name="CanCancel">There is an app to go back to.</param>
/// <param name="CanReset">A forgotten password can be replaced.</param>
/// <param name="UserName">What to write into the field, or null.</param>
/// <param name="Error">What went wrong, or null.</param>
public sealed record SignInModel(string RequestId, string FormToken, string Lead, bool CanCancel, bool CanReset, string? UserName, string? Error);

/// <summary>The sign-in page of a pending request: an app's, or one of a page of ours.</summary>
public sealed partial class LoginPage(
    TenantPipeline pipeline, PendingRequests pending, RequestReader reader, Passwords passwords, KnownDevices devices, SsoSessions signIns,
    AuthorizationDecision decision, AuthorizationResponder answers, FormTokens forms,
    PageRenderer renderer, ResponsePages pages, Settings settings, ILogger<LoginPage> logger)
{
    const int MaxChars = 256;

    /// <summary><c>GET /{tenant}/login?request=</c></summary>
    [Function("login")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/login")] HttpRequest request) =>
        pipeline.Page(request, async (tenant, cancel) =>
        {
            var waiting = await pending.Find(request, tenant, Query.ReadForPage(request, "request")["request"], cancel);
            var wanted = waiting.Page is not null ? null
                : RequestReader.Read(await reader.Trust(tenant, waiting.Parameters, cancel), waiting.Parameters, waiting.Pushed);
            return await Show(request, tenant, waiting, wanted, wanted?.LoginHint, null, cancel);
        }, (tenant, problem) => pages.Failure(request, tenant, problem));

    /// <summary><c>POST /{tenant}/login</c>: <c>request, form, username, password</c>, or <c>action=cancel</c>.</summary>
    [Function("login-post")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/login")] HttpRequest request) =>
        pipeline.Page(request, async (tenant, cancel) =>
        {
            var form = await Form.Read(request);
            var waiting = await pending.Find(request, tenant, form["request"], cancel);
            await forms.Check(request, tenant, waiting, null, form, cancel);
            if (waiting.Page is not null) return await SignInToOwn(request, tenant, waiting, form, cancel);
            var to = await reader.Trust(tenant, waiting.Parameters, cancel);
            try
            {
                var wanted = RequestReader.Read(to, waiting.Parameters, waiting.Pushed);
                if (form["action"] == "cancel")
                    return await pages.Send(request, tenant, await answers.Deny(tenant, waiting, wanted, null, cancel), clicked: true);
                var (who, refusal) = await SignIn(request, tenant, wanted.To.Client, form, cancel);
                if (who is null) return await Show(request, tenant, waiting, wanted, form["username"], refusal, cancel);
                return await GoOn(request, tenant, waiting, wanted, who, cancel);
            }
            catch (OAuthError error)
            {
                return await pages.Refuse(request, tenant, to, error, clicked: true);
            }
        }, (tenant, problem) => pages.Failure(request, tenant, problem));

    async Task<IResult> SignInToOwn(HttpRequest request, Tenant tenant, PendingRequest waiting, Form form, CancellationToken cancel)
    {
        var (who, refusal) = await SignIn(request, tenant, null, form, cancel);
        return who is null ? await Show(request, tenant, waiting, null, form["username"], refusal, cancel)
            : new SeeOther(BuiltInPages.Address(tenant, waiting));
    }

    async Task<(SignedIn? Who, OAuthError? Refusal)> SignIn(
        HttpRequest request, Tenant tenant, Client? client, Form form, CancellationToken cancel)
    {
        var audit = AuditContext.Of(request);
        (audit.Type, audit.Client) = ("sign-in", client?.Id);
        try
        {
            var (userName, password) = (form["username"] ?? "", form["password"] ?? "");
            if (userName.Length is 0 or > MaxChars || password.Length is 0 or > MaxChars) throw OAuthError.InvalidGrant(Strings.WrongPassword);
            var user = await passwords.SignIn(tenant, userName, password, devices.Of(request, tenant, userName), cancel);
            audit.Actor = user.Id;
            await devices.Remember(request, tenant, user, cancel);
            return (await signIns.Start(request, tenant, user, cancel), null);
        }
        catch (OAuthError refusal)
        {
            Log.Refused(logger, tenant.Id, refusal.Detail ?? refusal.Message);
            (audit.Actor, audit.Refusal, audit.Detail) = (refusal.About, refusal.Code, refusal.Detail);
            return (null, refusal);
        }
    }

    async Task<IResult> GoOn(HttpRequest request, Tenant tenant, PendingRequest waiting, AuthorizationRequest wanted,
        SignedIn who, CancellationToken cancel)
    {
        var step = await decision.Next(tenant, wanted, who, waiting.CreatedAt, clicked: true, cancel);
        if (step == NextStep.Consent) return new SeeOther($"/{tenant.Id}/consent?request={waiting.Id}");
        var device = Device.Of(request, settings.FrontDoorId);
        var response = await answers.Grant(tenant, waiting, wanted, who, consented: false, device, cancel);
        return await pages.Send(request, tenant, response, clicked: true);
    }

    async Task<IResult> Show(HttpRequest request, Tenant tenant, PendingRequest waiting, AuthorizationRequest? wanted,
        string? userName, OAuthError? refusal, CancellationToken cancel)
    {
        var error = refusal is null ? null : refusal.RetryAfter is { } seconds ? Strings.TooManyTries(seconds) : Strings.WrongPassword;
        var page = new PageLayout(tenant, Strings.SignIn)
        {
            Status = refusal is null ? 200 : refusal.RetryAfter is null ? 400 : 429,
            FormTarget = wanted is null ? null : RedirectUri.CspSource(wanted.To.RedirectUri),
        };
        var token = await forms.For(request, tenant, waiting, null, cancel);
        var name = userName?.Length <= MaxChars ? userName : null;
        var lead = wanted is null ? Strings.ToContinueHere(waiting.Page!) : Strings.ToContinueTo(wanted.To.Client.Name);
        return await renderer.Show<SignInView, SignInModel>(
            request, page, new SignInModel(waiting.Id, token, lead, wanted is not null, settings.Mail.Mode != MailMode.None, name, error), refusal?.RetryAfter);
    }

    static partial class Log
    {
        [LoggerMessage(23, LogLevel.Information, "Tenant {Tenant}: sign-in refused: {Detail}")]
        public static partial void Refused(ILogger logger, string tenant, string detail);
    }
}
