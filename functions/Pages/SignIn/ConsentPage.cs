using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>What the consent form shows.</summary>
/// <param name="RequestId">The pending request.</param>
/// <param name="FormToken">See <see cref="FormTokens"/>.</param>
/// <param name="Client">The app.</param>
/// <param name="User">Who is asked.</param>
/// <param name="Asks">What the app asks for; empty if the user only has to say that they want to go on.</param>
/// <param name="Destination">Where the answer goes, in words.</param>
public sealed record ConsentModel(string RequestId, string FormToken, Client Client, User User, Scope Asks, string Destination);

/// <summary>The consent page of a pending authorization request (OIDC Core §3.1.2.4).</summary>
public sealed class ConsentPage(
    TenantPipeline pipeline, PendingRequests pending, RequestReader reader, SsoSessions signIns,
    AuthorizationDecision decision, AuthorizationResponder answers, FormTokens forms, PageRenderer renderer,
    ResponsePages pages, Settings settings)
{
    /// <summary><c>GET /{tenant}/consent?request=</c></summary>
    [Function("consent")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/consent")] HttpRequest request) =>
        pipeline.Page(request, async (tenant, cancel) =>
        {
            var waiting = await pending.Find(request, tenant, Query.ReadForPage(request, "request")["request"], cancel);
            return await Visit(request, tenant, waiting, null, cancel);
        }, (tenant, problem) => pages.Failure(request, tenant, problem));

    /// <summary><c>POST /{tenant}/consent</c>: <c>request, form, user, scope, action=allow|deny</c>.</summary>
    [Function("consent-post")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/consent")] HttpRequest request) =>
        pipeline.Page(request, async (tenant, cancel) =>
        {
            var form = await Form.Read(request);
            var waiting = await pending.Find(request, tenant, form["request"], cancel);
            await forms.Check(request, tenant, waiting, form["user"], form, cancel);
            return await Visit(request, tenant, waiting, form, cancel);
        }, (tenant, problem) => pages.Failure(request, tenant, problem));

    async Task<IResult> Visit(HttpRequest request, Tenant tenant, PendingRequest waiting, Form? form, CancellationToken cancel)
    {
        var to = await reader.Trust(tenant, waiting.Parameters, cancel);
        try
        {
            var wanted = RequestReader.Read(to, waiting.Parameters, waiting.Pushed);
            var who = await signIns.Find(request, tenant, cancel);
            var step = await decision.Next(tenant, wanted, who, waiting.CreatedAt, clicked: true, cancel);
            // The sign-in has ended meanwhile, or the address was typed.
            if (who is null || step == NextStep.SignIn) return new SeeOther($"/{tenant.Id}/login?request={waiting.Id}");
            var asks = step == NextStep.Consent ? AuthorizationDecision.Granted(tenant, wanted, who.User) : Scope.None;
            var audit = AuditContext.Of(request);
            (audit.Actor, audit.Client) = (who.User.Id, wanted.To.Client.Id);
            // An answer counts for the user whom the page named: somebody else may have signed in in another tab meanwhile.
            if (form?["user"] != who.User.Id) form = null;
            if (form?["action"] is "deny" or "allow") (audit.Type, audit.Detail) = ("consent", form["action"]);
            if (form?["action"] == "deny")
                return await pages.Send(request, tenant, await answers.Deny(tenant, waiting, wanted, who.User, cancel), clicked: true);
            // Yes is a yes only to what the user was shown.
            if (form?["action"] != "allow" || !asks.Except(Scope.Parse(form["scope"])).IsEmpty)
                return await Show(request, tenant, waiting, wanted, who.User, asks, cancel);
            var device = Device.Of(request, settings.FrontDoorId);
            var response = await answers.Grant(tenant, waiting, wanted, who, consented: !asks.IsEmpty, device, cancel);
            return await pages.Send(request, tenant, response, clicked: true);
        }
        catch (OAuthError error)
        {
            return await pages.Refuse(request, tenant, to, error, clicked: true);
        }
    }

    async Task<IResult> Show(HttpRequest request, Tenant tenant, PendingRequest waiting, AuthorizationRequest wanted,
        User user, Scope asks, CancellationToken cancel)
    {
        var (client, redirect) = (wanted.To.Client, wanted.To.RedirectUri);
        var title = asks.IsEmpty ? Strings.ContinueTo(client.Name) : Strings.WantsTo(client.Name);
        var page = new PageLayout(tenant, title) { FormTarget = RedirectUri.CspSource(redirect) };
        var token = await forms.For(request, tenant, waiting, user.Id, cancel);
        return await renderer.Show<ConsentView, ConsentModel>(
            request, page, new ConsentModel(waiting.Id, token, client, user, asks, RedirectUri.Destination(redirect)));
    }
}
