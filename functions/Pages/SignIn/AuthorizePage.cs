using System.Text;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>
/// The authorization endpoint (RFC 6749 §3.1, OIDC Core §3.1.2). Until client and redirect URI are known to belong together,
/// a failure is shown on our own page; afterwards it is reported to the app.
/// </summary>
public sealed class AuthorizePage(
    TenantPipeline pipeline, AuthorizationFlow flow, PushedRequests pushedRequests, PendingRequests pendingRequests,
    InteractionPolicy policy, SsoSessions ssoSessions)
{
    /// <summary>
    /// <c>GET,POST /{tenant}/oauth/authorize</c>. HEAD only checks the request: it uses up no pushed request, grants nothing
    /// and stores nothing. Where a GET would do that, it answers 303 to the sign-in page.
    /// </summary>
    [Function("authorize")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "post", Route = "{tenant}/oauth/authorize")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var isPost = HttpMethods.IsPost(http.Method);
            var form = isPost ? await Form.ReadTolerant(http)
                : Form.ParseTolerant(Encoding.UTF8.GetBytes((http.QueryString.Value ?? "").TrimStart('?')));
            var isPushed = form["request_uri"] is { } uri && PushedRequests.IsOurs(uri);
            if (isPushed) form = await ReadPushed(request, form); // RFC 9126 §4: only what was pushed counts.
            return await flow.Run(request, form, isPushed, clicked: false, async authorization =>
            {
                if (Form.Encode(form.Pairs).Length > PendingRequests.MaxChars)
                    throw OAuthError.InvalidRequest("The request is too long.");
                if (!isPost) return await Decide(request, authorization, () => pendingRequests.Begin(request, form, isPushed));
                // A form from another site brings no cookie (SameSite), so only the next request shows who is signed in.
                return new SeeOther($"/{request.Tenant.Id}/authorize?request={await pendingRequests.Begin(request, form, isPushed)}");
            });
        });

    /// <summary><c>GET /{tenant}/authorize?request=</c>: continues a request that came by POST.</summary>
    [Function("authorize-posted")]
    public Task<IResult> Posted(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/authorize")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var pending = await pendingRequests.Find(request, Query.ReadForPage(http, "request")["request"]);
            if (pending.Page is not null) throw Problem.BadRequest("sign_in_expired", "This page is out of date.");
            return await flow.Run(request, pending.Parameters, pending.Pushed, clicked: false,
                authorization => Decide(request, authorization, () => Task.FromResult(pending.Id)));
        });

    Task<Form> ReadPushed(TenantRequest request, Form form) => HttpMethods.IsHead(request.Http.Method)
        ? pushedRequests.Peek(request, form.Required("request_uri"), form["client_id"])
        : pushedRequests.Take(request, form.Required("request_uri"), form["client_id"]);

    async Task<IResult> Decide(TenantRequest request, AuthorizationRequest authorization, Func<Task<string>> pendingId)
    {
        var signedIn = await ssoSessions.Find(request);
        var step = await policy.Next(request, authorization, signedIn, since: null, clicked: false);
        if (HttpMethods.IsHead(request.Http.Method)) return new SeeOther($"/{request.Tenant.Id}/login");
        if (step == NextStep.Respond)
        {
            var audit = request.Audit;
            (audit.Type, audit.Actor, audit.Client) = ("authorize", signedIn!.User.Id, authorization.To.Client.Id);
            return await flow.Grant(request, authorization, signedIn);
        }
        // The app knows where the user signs in, or the address tells (home realm discovery).
        if (step == NextStep.SignIn && ProviderSignIn.Home(request.Tenant, authorization) is { } provider)
            return new SeeOther(ProviderSignIn.Address(request.Tenant, provider, await pendingId()));
        return new SeeOther($"/{request.Tenant.Id}/{InteractionPolicy.PageOf(step)}?request={await pendingId()}");
    }
}
