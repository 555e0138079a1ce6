using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>What the two forms of a sign-in by a mailed code show.</summary>
/// <param name="RequestId">The pending request.</param>
/// <param name="FormToken">See <see cref="FormTokens"/>.</param>
/// <param name="IsSent">False in the form that asks for a name, true in the one that asks for the code.</param>
/// <param name="CanCancel">True if there is an app to return to.</param>
/// <param name="Filled">The name or the code to fill in, or null.</param>
/// <param name="Error">What went wrong, or null.</param>
public sealed record MailCodeModel(
    string RequestId, string FormToken, bool IsSent, bool CanCancel, string? Filled, string? Error);

/// <summary>Signs a user in with a code from a mail; see <see cref="MailCodeSignIns"/>.</summary>
public sealed class MailCodePage(
    TenantPipeline pipeline, PendingRequests pendingRequests, AuthorizationFlow flow, MailCodeSignIns mailCodes,
    SignInCompletion completion, KnownDevices devices, FormTokens forms, PageRenderer renderer, Settings settings)
{
    /// <summary>Its path under the tenant.</summary>
    public const string Name = "login/code";

    /// <summary>
    /// <c>GET /{tenant}/login/code?request=</c>. <c>&amp;code=</c> from the mail only fills in the form, because mail scanners open
    /// links. <c>&amp;edit=1</c> asks for the name again.
    /// </summary>
    [Function("login-code")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/login/code")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            EnsureOn(request);
            var query = Query.ReadForPage(http, "request", "code", "edit");
            if (await pendingRequests.FindForCode(request, query["request"], query["code"]) is not { } pending)
            {
                return await renderer.Show<MessageView, MessageModel>(request.Http,
                    new PageLayout(request.Tenant, Strings.TypeCodeThere), new MessageModel(Strings.TypeCodeThereLead));
            }
            var authorization = pending.Page is null ? await flow.Read(request, pending) : null;
            var isSent = query["edit"] is null && await mailCodes.Find(pending, request.Cancel) is not null;
            return await Show(request, pending, authorization, isSent,
                new CodeState(isSent ? OneTimeCodes.Read(query["code"]) : authorization?.LoginHint));
        });

    /// <summary>
    /// <c>POST /{tenant}/login/code</c>: <c>request, form</c> and <c>action=ask</c> with <c>username</c>, <c>action=code</c> with
    /// <c>code</c>, <c>action=resend</c> or <c>action=cancel</c>.
    /// </summary>
    [Function("login-code-post")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/login/code")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            EnsureOn(request);
            var form = await Form.Read(http);
            var pending = await pendingRequests.Find(request, form["request"]);
            await forms.Check(request, pending, userId: null, form);
            return await flow.RunPending(request, pending, async authorization =>
            {
                request.Audit.Client = authorization?.To.Client.Id;
                if (authorization is not null && form["action"] == "cancel")
                    return await flow.Deny(request, pending, authorization, user: null);
                if (form["action"] == "ask") return await Ask(request, pending, authorization, form["username"] ?? "");
                if (await mailCodes.Find(pending, request.Cancel) is not { } sent) return Here(request, pending);
                return form["action"] == "resend" ? await Ask(request, pending, authorization, sent.Name)
                    : await Confirm(request, pending, authorization, sent, form["code"]);
            });
        });

    async Task<IResult> Ask(TenantRequest request, PendingRequest pending, AuthorizationRequest? authorization, string name)
    {
        request.Audit.Type = "sign-in-code-ask"; // It names no user, because there may be none.
        if (string.IsNullOrWhiteSpace(name) || name.Length > Passwords.MaxChars)
            return await Show(request, pending, authorization, isSent: false, new CodeState(null) { Error = Strings.NameNeeded });
        try
        {
            await mailCodes.Ask(request, pending, name, devices.PlaceOf(request, name));
        }
        catch (OAuthError refusal) when (refusal.RetryAfter is { } seconds)
        {
            request.Audit.Refusal = refusal.Code;
            return await Show(request, pending, authorization, isSent: false,
                new CodeState(name) { Error = Strings.TooManyTries(seconds), RetryAfter = seconds });
        }
        return Here(request, pending);
    }

    async Task<IResult> Confirm(
        TenantRequest request, PendingRequest pending, AuthorizationRequest? authorization, SentMailCode sent, string? code)
    {
        var audit = request.Audit;
        (audit.Type, audit.Detail) = ("sign-in", "mail code");
        var (verdict, user) = await mailCodes.Confirm(request, pending, sent, code);
        if (user is null)
        {
            audit.Refusal = "wrong_code";
            var error = verdict == CodeVerdict.Wrong ? Strings.WrongMailCode : Strings.MailCodeOver;
            return await Show(request, pending, authorization, isSent: true, new CodeState(null) { Error = error });
        }
        audit.Actor = user.Id;
        await devices.Remember(request, user);
        return await completion.Complete(request, pending, authorization, user, [Authentication.OneTimePassword]);
    }

    async Task<IResult> Show(
        TenantRequest request, PendingRequest pending, AuthorizationRequest? authorization, bool isSent, CodeState state)
    {
        var (filled, error, retryAfter) = (state.Filled, state.Error, state.RetryAfter);
        var page = new PageLayout(request.Tenant, isSent ? Strings.CheckMail : Strings.SignInByCode)
        {
            Status = retryAfter is not null ? 429 : error is null ? 200 : 400,
            Address = $"/{request.Tenant.Id}/{Name}?request={pending.Id}",
            FormTarget = authorization is null ? null : RedirectUri.CspSource(authorization.To.RedirectUri),
        };
        var model = new MailCodeModel(
            pending.Id, await forms.For(request, pending, userId: null), isSent, authorization is not null, filled, error);
        return await renderer.Show<MailCodeView, MailCodeModel>(request.Http, page, model, retryAfter);
    }

    void EnsureOn(TenantRequest request)
    {
        if (!MailCodeSignIns.IsOn(request.Tenant, settings)) throw Problem.NotFound("mail_codes_off", Strings.SignInByCodeOff);
    }

    static SeeOther Here(TenantRequest request, PendingRequest pending) => new($"/{request.Tenant.Id}/{Name}?request={pending.Id}");
}
