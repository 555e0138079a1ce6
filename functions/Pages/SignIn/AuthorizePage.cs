using System.Text;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>
/// The authorization endpoint (RFC 6749 §3.1, OIDC Core §3.1.2). Until client and redirect URI are known to belong
/// together a failure is our own page; from then on it goes back to the app.
/// </summary>
public sealed class AuthorizePage(
    TenantPipeline pipeline, RequestReader reader, PushedRequests pushed, PendingRequests pending, AuthorizationDecision decision,
    AuthorizationResponder answers, SsoSessions signIns, ResponsePages pages, Settings settings)
{
    /// <summary>
    /// <c>GET,POST /{tenant}/oauth/authorize</c>. HEAD only checks: it takes no pushed request, grants nothing and keeps
    /// nothing, and where a GET would do that it answers 303 to the sign-in page.
    /// </summary>
    [Function("authorize")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "post", Route = "{tenant}/oauth/authorize")] HttpRequest request) =>
        pipeline.Page(request, async (tenant, cancel) =>
        {
            var posted = HttpMethods.IsPost(request.Method);
            var form = posted ? await Form.ReadTolerant(request)
                : Form.ParseTolerant(Encoding.UTF8.GetBytes((request.QueryString.Value ?? "").TrimStart('?')));
            var reference = form["request_uri"] is { } uri && PushedRequests.IsOurs(uri) ? uri : null;
            // RFC 9126 §4: what was pushed is all that counts.
            if (reference is not null) form = await (HttpMethods.IsHead(request.Method) ? pushed.Look(tenant, reference, form["client_id"], cancel)
                : pushed.Take(tenant, reference, form["client_id"], cancel));
            return await Answer(request, tenant, form, reference is not null, async wanted =>
            {
                if (Form.Encode(form.Values).Length > PendingRequests.MaxChars) throw OAuthError.InvalidRequest("The request is too long.");
                if (!posted) return await Decide(request, tenant, wanted, () => pending.Begin(request, tenant, form, reference is not null, cancel), cancel);
                // A form from another site brings no cookie (SameSite): who is signed in is seen only from there.
                return new SeeOther($"/{tenant.Id}/authorize?request={await pending.Begin(request, tenant, form, reference is not null, cancel)}");
            }, cancel);
        }, (tenant, problem) => pages.Failure(request, tenant, problem));

    /// <summary><c>GET /{tenant}/authorize?request=</c>: goes on with a request that came by POST.</summary>
    [Function("authorize-posted")]
    public Task<IResult> Posted(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/authorize")] HttpRequest request) =>
        pipeline.Page(request, async (tenant, cancel) =>
        {
            var waiting = await pending.Find(request, tenant, Query.ReadForPage(request, "request")["request"], cancel);
            if (waiting.Page is not null) throw Problem.BadRequest("sign_in_expired", "This is no app's request.");
            return await Answer(request, tenant, waiting.Parameters, waiting.Pushed,
                wanted => Decide(request, tenant, wanted, () => Task.FromResult(waiting.Id), cancel), cancel);
        }, (tenant, problem) => pages.Failure(request, tenant, problem));

    async Task<IResult> Answer(HttpRequest request, Tenant tenant, Form form, bool isPushed,
        Func<AuthorizationRequest, Task<IResult>> goOn, CancellationToken cancel)
    {
        var to = await reader.Trust(tenant, form, cancel);
        try
        {
            return await goOn(RequestReader.Read(to, form, isPushed));
        }
        catch (OAuthError error)
        {
            return await pages.Refuse(request, tenant, to, error, clicked: false);
        }
    }

    async Task<IResult> Decide(
        HttpRequest request, Tenant tenant, AuthorizationRequest wanted, Func<Task<string>> waitingId, CancellationToken cancel)
    {
        var who = await signIns.Find(request, tenant, cancel);
        var step = await decision.Next(tenant, wanted, who, since: null, clicked: false, cancel);
        if (HttpMethods.IsHead(request.Method)) return new SeeOther($"/{tenant.Id}/login");
        if (step == NextStep.Answer)
        {
            var audit = AuditContext.Of(request);
            (audit.Type, audit.Actor, audit.Client) = ("authorize", who!.User.Id, wanted.To.Client.Id);
            var device = Device.Of(request, settings.FrontDoorId);
            return await pages.Send(request, tenant, await answers.Grant(tenant, wanted, who, device, cancel), clicked: false);
        }
        return new SeeOther($"/{tenant.Id}/{(step == NextStep.SignIn ? "login" : "consent")}?request={await waitingId()}");
    }
}
