using System.Text;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>What the form asks that is shown before somebody is signed out.</summary>
/// <param name="RequestId">The pending request.</param>
/// <param name="FormToken">See <see cref="FormTokens"/>.</param>
/// <param name="User">Who is signed in.</param>
public sealed record SignOutModel(string RequestId, string FormToken, User User);

/// <summary>
/// The end-session endpoint (OIDC RP-Initiated Logout 1.0 §2). An app that shows an ID token of the user who is signed in
/// is obeyed; anybody else only gets the user asked. The way back is one that the app has registered, or none.
/// </summary>
public sealed class LogoutPage(
    TenantPipeline pipeline, Logouts logouts, PendingRequests pending, SsoSessions signIns, FormTokens forms,
    PageRenderer renderer, ResponsePages pages)
{
    /// <summary><c>GET,POST /{tenant}/oauth/logout</c>. HEAD only checks; it ends nothing and answers 303 to the page that asks.</summary>
    [Function("logout")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "post", Route = "{tenant}/oauth/logout")] HttpRequest request) =>
        pipeline.Page(request, async (tenant, cancel) =>
        {
            var posted = HttpMethods.IsPost(request.Method);
            var form = posted ? await Form.ReadTolerant(request)
                : Form.ParseTolerant(Encoding.UTF8.GetBytes((request.QueryString.Value ?? "").TrimStart('?')));
            var logout = await logouts.Read(tenant, form, cancel);
            if (HttpMethods.IsHead(request.Method)) return new SeeOther($"/{tenant.Id}/{BuiltInPages.Logout}");
            var who = await signIns.Find(request, tenant, cancel);
            if (!posted && !logout.MustAsk(who)) return await End(request, tenant, logout, who, clicked: false, cancel);
            if (Form.Encode(form.Values).Length > PendingRequests.MaxChars) throw OAuthError.InvalidRequest("The request is too long.");
            // A form from another site brings no cookie (SameSite): who is signed in is seen only from here.
            var id = await pending.BeginOwn(request, tenant, BuiltInPages.Logout, form, cancel);
            return new SeeOther($"/{tenant.Id}/{BuiltInPages.Logout}?request={id}");
        }, (tenant, problem) => pages.Failure(request, tenant, problem));

    /// <summary><c>GET /{tenant}/logout?request=</c>: asks, if there is anything to ask; otherwise it ends what is left. HEAD ends nothing.</summary>
    [Function("logout-ask")]
    public Task<IResult> Ask(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/logout")] HttpRequest request) =>
        pipeline.Page(request, async (tenant, cancel) =>
        {
            var waiting = await Find(request, tenant, Query.ReadForPage(request, "request")["request"], cancel);
            var logout = await logouts.Read(tenant, waiting.Parameters, cancel);
            var who = await signIns.Find(request, tenant, cancel);
            if (!logout.MustAsk(who))
                return HttpMethods.IsHead(request.Method) ? await Say(request, tenant, Strings.SignOutQuestion, Strings.CloseThis, null, null)
                    : await End(request, tenant, logout, who, clicked: false, cancel);
            var token = await forms.For(request, tenant, waiting, who!.User.Id, cancel);
            var page = new PageLayout(tenant, Strings.SignOutQuestion)
            {
                FormTarget = logout.RedirectUri is { } uri ? RedirectUri.CspSource(uri) : null,
            };
            return await renderer.Show<SignOutView, SignOutModel>(request, page, new SignOutModel(waiting.Id, token, who.User));
        }, (tenant, problem) => pages.Failure(request, tenant, problem));

    /// <summary><c>POST /{tenant}/logout</c>: <c>request, form, user, action=signout|stay</c>.</summary>
    [Function("logout-post")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/logout")] HttpRequest request) =>
        pipeline.Page(request, async (tenant, cancel) =>
        {
            var form = await Form.Read(request);
            var waiting = await Find(request, tenant, form["request"], cancel);
            await forms.Check(request, tenant, waiting, form["user"], form, cancel);
            if (form["action"] != "signout") return await Say(request, tenant, Strings.StillSignedIn, Strings.CloseThis, null, null);
            var who = await signIns.Find(request, tenant, cancel);
            // Somebody else has signed in in another tab meanwhile: they are asked too.
            if (who is not null && who.User.Id != form["user"]) return new SeeOther($"/{tenant.Id}/{BuiltInPages.Logout}?request={waiting.Id}");
            return await End(request, tenant, await logouts.Read(tenant, waiting.Parameters, cancel), who, clicked: true, cancel);
        }, (tenant, problem) => pages.Failure(request, tenant, problem));

    async Task<PendingRequest> Find(HttpRequest request, Tenant tenant, string? id, CancellationToken cancel)
    {
        var waiting = await pending.Find(request, tenant, id, cancel);
        return waiting.Page == BuiltInPages.Logout ? waiting
            : throw Problem.BadRequest("sign_in_expired", "This is not a request to sign out.");
    }

    async Task<IResult> End(
        HttpRequest request, Tenant tenant, LogoutRequest logout, SignedIn? who, bool clicked, CancellationToken cancel)
    {
        var audit = AuditContext.Of(request);
        if (logout.Hint is not null || who is not null) audit.Type = "sign-out";
        (audit.Actor, audit.Client, audit.Target) = (logout.Hint?.Subject ?? who?.User.Id, logout.Client?.Id, logout.Hint?.SessionId);
        await logouts.End(request, tenant, logout, who, cancel);
        if (logout.Location is not { } location) return await Say(request, tenant, Strings.SignedOut, Strings.CloseThis, null, null);
        if (!clicked || !RedirectUri.IsPrivateScheme(location)) return new SeeOther(location);
        return await Say(request, tenant, Strings.SignedOut, Strings.ReturnLead(logout.Client!.Name), location, Strings.ReturnTo(logout.Client.Name));
    }

    Task<IResult> Say(HttpRequest request, Tenant tenant, string title, string text, string? link, string? label) =>
        renderer.Show<MessageView, MessageModel>(request, new PageLayout(tenant, title) { GoTo = link }, new MessageModel(text, link, label));
}
