using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>
/// Where people make an account (Initiating User Registration via OpenID Connect 1.0): first the form, then the code from the mail.
/// What waits, an app's request or the account page, goes on afterwards. See <see cref="SignUps"/>.
/// </summary>
public sealed class SignUpPage(
    TenantPipeline pipeline, PendingRequests pendingRequests, AuthorizationFlow flow, SignUps signUps, NewUserSignIn signIn,
    SignUpViews views, InvitationForm invitations, FormTokens forms, Settings settings)
{
    /// <summary>Its path under the tenant.</summary>
    public const string Name = "signup";

    /// <summary>
    /// <c>GET /{tenant}/signup?request=</c>; without a request it begins one, which leads to the account page. <c>&amp;code=</c> from
    /// the mail only fills in the form, because mail scanners open links. <c>&amp;edit=1</c> shows the first form again.
    /// <c>?invitation=</c> from a mail is the form of an invitation (<see cref="InvitationForm"/>).
    /// </summary>
    [Function("signup")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/signup")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var query = Query.ReadForPage(http, "request", "code", "edit", "invitation");
            if (query["invitation"] is { } link) return await invitations.Show(request, query["request"], link);
            EnsureOpen(request);
            if (query["request"] is not { } id) return await Begin(request);
            if (await pendingRequests.FindForCode(request, id, query["code"]) is not { } pending)
                return await views.Message(request, Strings.TypeCodeThere, new MessageModel(Strings.TypeCodeThereLead));
            var authorization = pending.Page is null ? await flow.Read(request, pending) : null;
            return query["edit"] is null && await signUps.Find(request, pending) is { } draft
                ? await views.Code(request, pending, authorization, draft, new CodeState(query["code"]))
                : await views.Form(request, pending, authorization, SignUpForm.Empty(authorization?.LoginHint), refusal: null);
        });

    /// <summary>
    /// <c>POST /{tenant}/signup</c>: <c>request, form</c> and <c>action=ask</c> with <c>name, email, new, terms</c>,
    /// <c>action=code</c> with <c>code</c>, <c>action=resend</c> or <c>action=cancel</c>; or <c>invitation, name, new, terms</c>.
    /// </summary>
    [Function("signup-post")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/signup")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var form = await Form.Read(http);
            var pending = await pendingRequests.Find(request, form["request"]);
            await forms.Check(request, pending, userId: null, form);
            return await flow.RunPending(request, pending, async authorization =>
            {
                request.Audit.Client = authorization?.To.Client.Id;
                if (authorization is not null && form["action"] == "cancel")
                    return await flow.Deny(request, pending, authorization, user: null);
                if (form["invitation"] is { } link) return await invitations.Use(request, pending, authorization, form, link);
                EnsureOpen(request);
                return form["action"] switch
                {
                    "code" => await Confirm(request, pending, authorization, form["code"]),
                    "resend" => await Resend(request, pending, authorization),
                    _ => await Ask(request, pending, authorization, form),
                };
            });
        });

    async Task<IResult> Begin(TenantRequest request)
    {
        var start = $"/{request.Tenant.Id}/{Name}";
        if (HttpMethods.IsHead(request.Http.Method)) return new SeeOther(start); // HEAD stores nothing.
        return new SeeOther($"{start}?request={await pendingRequests.BeginForPage(request, BuiltInPages.Account, Form.Parse([]))}");
    }

    async Task<IResult> Ask(TenantRequest request, PendingRequest pending, AuthorizationRequest? authorization, Form form)
    {
        request.Audit.Type = "sign-up-ask";
        var (typed, account) = SignUpForm.Read(request.Tenant, form);
        if (account is null)
        {
            request.Audit.Refusal = "invalid_field";
            return await views.Form(request, pending, authorization, typed, refusal: null);
        }
        try
        {
            await signUps.Ask(request, pending, account, AddressOf(request));
        }
        catch (OAuthError refusal)
        {
            request.Audit.Refusal = refusal.Code;
            return await views.Form(request, pending, authorization, typed, refusal);
        }
        return Here(request, pending);
    }

    async Task<IResult> Resend(TenantRequest request, PendingRequest pending, AuthorizationRequest? authorization)
    {
        request.Audit.Type = "sign-up-ask";
        if (await signUps.Find(request, pending) is not { } draft) return Here(request, pending);
        try
        {
            await signUps.Resend(request, pending, draft, AddressOf(request));
        }
        catch (OAuthError refusal)
        {
            request.Audit.Refusal = refusal.Code;
            return await views.Code(request, pending, authorization, draft, new CodeState(null) { RetryAfter = refusal.RetryAfter });
        }
        return Here(request, pending);
    }

    async Task<IResult> Confirm(TenantRequest request, PendingRequest pending, AuthorizationRequest? authorization, string? code)
    {
        var (_, tenant, audit, _) = request;
        audit.Type = "sign-up";
        if (await signUps.Find(request, pending) is not { } draft) return Here(request, pending);
        var (verdict, user) = await signUps.Confirm(request, pending, draft, code);
        switch (verdict)
        {
            case SignUpVerdict.Made:
                audit.Actor = user!.Id;
                return await signIn.Complete(request, pending, authorization, user);
            case SignUpVerdict.MadeBefore:
                return new SeeOther($"/{tenant.Id}/login?request={pending.Id}");
            case SignUpVerdict.AddressTaken:
                audit.Refusal = "email_taken";
                return await views.Message(request, Strings.HaveAccount,
                    new MessageModel(Strings.HaveAccountLead, $"/{tenant.Id}/login?request={pending.Id}", Strings.SignIn));
            default:
                audit.Refusal = "wrong_code";
                var error = verdict == SignUpVerdict.WrongCode ? Strings.WrongMailCode : Strings.MailCodeOver;
                return await views.Code(request, pending, authorization, draft, new CodeState(null) { Error = error });
        }
    }

    void EnsureOpen(TenantRequest request)
    {
        if (!SignUps.IsOpen(request.Tenant, settings)) throw new Problem(403, "sign_up_off", Strings.SignUpOff);
    }

    string AddressOf(TenantRequest request) => CallerAddress.Of(request.Http, settings.FrontDoorId);

    static SeeOther Here(TenantRequest request, PendingRequest pending) =>
        new($"/{request.Tenant.Id}/{Name}?request={pending.Id}");
}
