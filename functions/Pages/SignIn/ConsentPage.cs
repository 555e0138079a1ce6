using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>What the consent form shows.</summary>
/// <param name="RequestId">The pending request.</param>
/// <param name="FormToken">See <see cref="FormTokens"/>.</param>
/// <param name="Client">The app.</param>
/// <param name="User">The user who is asked.</param>
/// <param name="Asked">What the app asks for; empty if the user only has to confirm that they want to go on.</param>
/// <param name="Destination">Where the response goes, in words.</param>
public sealed record ConsentModel(string RequestId, string FormToken, Client Client, User User, AskedScope Asked, string Destination);

/// <summary>The consent page of a pending authorization request (OIDC Core §3.1.2.4).</summary>
public sealed class ConsentPage(
    TenantPipeline pipeline, PendingRequests pendingRequests, AuthorizationFlow flow, InteractionPolicy policy,
    SsoSessions ssoSessions, FormTokens forms, PageRenderer renderer)
{
    /// <summary><c>GET /{tenant}/consent?request=</c></summary>
    [Function("consent")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/consent")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var pending = await pendingRequests.Find(request, Query.ReadForPage(http, "request")["request"]);
            return await Handle(request, pending, form: null);
        });

    /// <summary><c>POST /{tenant}/consent</c>: <c>request, form, user, scope, action=allow|deny</c>.</summary>
    [Function("consent-post")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/consent")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var form = await Form.Read(http);
            var pending = await pendingRequests.Find(request, form["request"]);
            await forms.Check(request, pending, form["user"], form);
            return await Handle(request, pending, form);
        });

    Task<IResult> Handle(TenantRequest request, PendingRequest pending, Form? form) =>
        flow.Run(request, pending.Parameters, pending.Pushed, clicked: true, async authorization =>
        {
            var (_, tenant, audit, _) = request;
            var signedIn = await ssoSessions.Find(request);
            var step = await policy.Next(request, authorization, signedIn, pending.CreatedAt, clicked: true);
            // The sign-in has ended in the meantime, or somebody typed the address.
            if (signedIn is null || step is not (NextStep.Consent or NextStep.Respond))
                return new SeeOther($"/{tenant.Id}/{InteractionPolicy.PageOf(step)}?request={pending.Id}");
            var user = signedIn.User;
            var asked = step != NextStep.Consent ? AskedScope.Nothing
                : new(InteractionPolicy.Grantable(tenant, authorization, user), authorization.Apis);
            (audit.Actor, audit.Client) = (user.Id, authorization.To.Client.Id);
            // The form counts only for the user whom it named: another user may have signed in in another tab.
            var action = form?["user"] == user.Id ? form["action"] : null;
            if (action is "deny" or "allow") (audit.Type, audit.Detail) = ("consent", action);
            if (action == "deny") return await flow.Deny(request, pending, authorization, user);
            // The user allows only what the form showed.
            if (action == "allow" && asked.Scope.Except(Scope.Parse(form!["scope"])).IsEmpty)
                return await flow.Grant(request, pending, authorization, signedIn, consented: !asked.IsEmpty);
            return await Show(request, pending, authorization, user, asked);
        });

    async Task<IResult> Show(
        TenantRequest request, PendingRequest pending, AuthorizationRequest authorization, User user, AskedScope asked)
    {
        var (client, redirectUri) = (authorization.To.Client, authorization.To.RedirectUri);
        var title = asked.IsEmpty ? Strings.ContinueTo(client.Name) : Strings.WantsTo(client.Name);
        var page = new PageLayout(request.Tenant, title)
        {
            Address = $"/{request.Tenant.Id}/consent?request={pending.Id}",
            FormTarget = RedirectUri.CspSource(redirectUri),
        };
        var token = await forms.For(request, pending, user.Id);
        var model = new ConsentModel(pending.Id, token, client, user, asked, RedirectUri.Destination(redirectUri));
        return await renderer.Show<ConsentView, ConsentModel>(request.Http, page, model);
    }
}
