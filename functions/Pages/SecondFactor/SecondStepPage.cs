using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>
/// The second step of a sign-in: asks for a code, or sets up a second factor where the tenant requires one of a user who has none.
/// Users who are signed in come here if an app asks for more (RFC 9470).
/// </summary>
public sealed class SecondStepPage(
    TenantPipeline pipeline, PendingRequests pendingRequests, AuthorizationFlow flow, SecondStep steps, SecondFactors factors,
    SecondFactorSetUps setUps, SignInCompletion completion, RememberedBrowsers browsers, SecondFactorPages pages)
{
    /// <summary>The value of <c>use</c> that asks for a recovery code.</summary>
    public const string Recovery = "recovery";

    /// <summary>Its path under the tenant.</summary>
    public const string Name = "login/second";

    const string Route = "{tenant}/" + Name;

    /// <summary>The address of the page for a pending request.</summary>
    public static string Address(Tenant tenant, PendingRequest pending) => $"/{tenant.Id}/{Name}?request={pending.Id}";

    /// <summary><c>GET /{tenant}/login/second?request=&amp;use=</c></summary>
    [Function("second-step")]
    public Task<IResult> Get([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Route)] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var query = Query.ReadForPage(http, "request", "use");
            var pending = await pendingRequests.Find(request, query["request"]);
            if (await steps.Find(request, pending) is not { } step) return ToSignIn(request, pending);
            var authorization = pending.Page is null ? await flow.Read(request, pending) : null;
            return await Ask(request, pending, authorization, step, query["use"] == Recovery, refusal: null);
        });

    /// <summary>
    /// <c>POST /{tenant}/login/second</c>: <c>request, form, code, remember?, use?</c>; or <c>setup, code, action=set-up</c>; or
    /// <c>action=continue|cancel</c>.
    /// </summary>
    [Function("second-step-post")]
    public Task<IResult> Post([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Route)] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var form = await Form.Read(http);
            var pending = await pendingRequests.Find(request, form["request"]);
            if (await steps.Find(request, pending) is not { } step) return ToSignIn(request, pending);
            await pages.Check(request, pending, step.User, form);
            return await flow.RunPending(request, pending, async authorization =>
            {
                request.Audit.Actor = step.User.Id;
                if (authorization is not null && form["action"] == "cancel") return await flow.Deny(request, pending, authorization, null);
                if (step is { SignedIn: true, SoFar.IsMultiFactor: true })
                    return await completion.Continue(request, pending, authorization, new SignedIn(step.User, step.SoFar));
                return form["setup"] is not null ? await SetUp(request, pending, authorization, step, form)
                    : await TryCode(request, pending, authorization, step, form);
            });
        });

    async Task<IResult> TryCode(
        TenantRequest request, PendingRequest pending, AuthorizationRequest? authorization, SecondStepUser step, Form form)
    {
        var audit = request.Audit;
        (audit.Type, audit.Client) = ("second-factor", authorization?.To.Client.Id);
        try
        {
            var used = await factors.Use(request.Tenant, step.User, form["code"], request.Cancel);
            if (used == SecondFactorCode.Wrong) throw OAuthError.InvalidGrant("The code is wrong.");
            audit.Detail = used == SecondFactorCode.Recovery ? "recovery-code" : null;
        }
        catch (OAuthError refusal)
        {
            audit.Refusal = refusal.RetryAfter is null ? "wrong_code" : refusal.Code;
            return await Ask(request, pending, authorization, step, form["use"] == Recovery, refusal);
        }
        if (await steps.TryFinish(request, pending, step) is not { } signedIn) return ToSignIn(request, pending);
        if (form["remember"] is not null) await browsers.Remember(request, step.User);
        return await completion.Continue(request, pending, authorization, signedIn);
    }

    async Task<IResult> SetUp(
        TenantRequest request, PendingRequest pending, AuthorizationRequest? authorization, SecondStepUser step, Form form)
    {
        var audit = request.Audit;
        (audit.Type, audit.Client) = ("second-factor-set-up", authorization?.To.Client.Id);
        if (!steps.MaySetUp(request, step)) return ToSignIn(request, pending);
        if (await setUps.TrySetUp(request.Tenant, step.User, form["setup"], form["code"], request.Cancel) is not var (user, codes))
        {
            audit.Refusal = "wrong_code";
            return await pages.SetUp(request, step.User, await pages.FormOf(request, pending, authorization, step.User), authorization,
                form["setup"]);
        }
        if (await steps.TryFinish(request, pending, step with { User = user }) is null) return ToSignIn(request, pending);
        return await pages.Codes(request, codes, await pages.FormOf(request, pending, authorization, user), authorization);
    }

    // A user with a second factor enters a code; one without sets it up, if that is possible here.
    async Task<IResult> Ask(
        TenantRequest request, PendingRequest pending, AuthorizationRequest? authorization, SecondStepUser step, bool byRecoveryCode,
        OAuthError? refusal)
    {
        if (step.User.SecondFactor is null && !steps.MaySetUp(request, step)) return ToSignIn(request, pending);
        var form = await pages.FormOf(request, pending, authorization, step.User);
        return step.User.SecondFactor is null ? await pages.SetUp(request, step.User, form, authorization, refused: null)
            : await pages.Step(request, new SecondStepModel(form, step.User, request.Tenant.Accounts.RememberDays, byRecoveryCode,
                SecondFactorPages.Error(refusal)), authorization, refusal);
    }

    static SeeOther ToSignIn(TenantRequest request, PendingRequest pending) => new($"/{request.Tenant.Id}/login?request={pending.Id}");
}
