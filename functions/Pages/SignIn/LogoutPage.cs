using System.Text;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>What the form that asks before a sign-out shows.</summary>
/// <param name="RequestId">The pending request.</param>
/// <param name="FormToken">See <see cref="FormTokens"/>.</param>
/// <param name="User">The user who is signed in.</param>
public sealed record SignOutModel(string RequestId, string FormToken, User User);

/// <summary>
/// The end-session endpoint (OIDC RP-Initiated Logout 1.0 §2). An app that sends an ID token of the user who is signed in
/// signs the user out at once; for anybody else the user is asked first. The browser returns only to an address that the app
/// has registered.
/// </summary>
public sealed class LogoutPage(
    TenantPipeline pipeline, Logouts logouts, PendingRequests pendingRequests, SsoSessions ssoSessions, FormTokens forms,
    PageRenderer renderer)
{
    /// <summary>
    /// <c>GET,POST /{tenant}/oauth/logout</c>. HEAD only checks the request: it ends nothing and answers 303 to the page that
    /// asks.
    /// </summary>
    [Function("logout")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "post", Route = "{tenant}/oauth/logout")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var isPost = HttpMethods.IsPost(http.Method);
            var form = isPost ? await Form.ReadTolerant(http)
                : Form.ParseTolerant(Encoding.UTF8.GetBytes((http.QueryString.Value ?? "").TrimStart('?')));
            var logout = await logouts.Read(request, form);
            if (HttpMethods.IsHead(http.Method)) return new SeeOther($"/{request.Tenant.Id}/{BuiltInPages.Logout}");
            var signedIn = await ssoSessions.Find(request);
            if (!isPost && !logout.MustAsk(signedIn)) return await End(request, logout, signedIn, clicked: false);
            if (Form.Encode(form.Values).Length > PendingRequests.MaxChars)
                throw OAuthError.InvalidRequest("The request is too long.");
            // A form from another site brings no cookie (SameSite), so only the next request shows who is signed in.
            return Ask(request, await pendingRequests.BeginForPage(request, BuiltInPages.Logout, form));
        });

    /// <summary>
    /// <c>GET /{tenant}/logout?request=</c>: asks the user if that is necessary, and otherwise signs out. HEAD ends nothing.
    /// </summary>
    [Function("logout-ask")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/logout")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var pending = await Find(request, Query.ReadForPage(http, "request")["request"]);
            var logout = await logouts.Read(request, pending.Parameters);
            var signedIn = await ssoSessions.Find(request);
            if (!logout.MustAsk(signedIn))
            {
                return HttpMethods.IsHead(http.Method)
                    ? await ShowMessage(request, Strings.SignOutQuestion, new MessageModel(Strings.CloseThis))
                    : await End(request, logout, signedIn, clicked: false);
            }
            var token = await forms.For(request, pending, signedIn!.User.Id);
            var page = new PageLayout(request.Tenant, Strings.SignOutQuestion)
            {
                FormTarget = logout.RedirectUri is { } uri ? RedirectUri.CspSource(uri) : null,
            };
            return await renderer.Show<SignOutView, SignOutModel>(http, page, new SignOutModel(pending.Id, token, signedIn.User));
        });

    /// <summary><c>POST /{tenant}/logout</c>: <c>request, form, user, action=signout|stay</c>.</summary>
    [Function("logout-post")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/logout")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var form = await Form.Read(http);
            var pending = await Find(request, form["request"]);
            await forms.Check(request, pending, form["user"], form);
            if (form["action"] != "signout")
                return await ShowMessage(request, Strings.StillSignedIn, new MessageModel(Strings.CloseThis));
            var signedIn = await ssoSessions.Find(request);
            // Another user has signed in in another tab: they are asked too.
            if (signedIn is not null && signedIn.User.Id != form["user"]) return Ask(request, pending.Id);
            return await End(request, await logouts.Read(request, pending.Parameters), signedIn, clicked: true);
        });

    static SeeOther Ask(TenantRequest request, string pendingId) =>
        new($"/{request.Tenant.Id}/{BuiltInPages.Logout}?request={pendingId}");

    async Task<PendingRequest> Find(TenantRequest request, string? id)
    {
        var pending = await pendingRequests.Find(request, id);
        return pending.Page == BuiltInPages.Logout ? pending
            : throw Problem.BadRequest("sign_in_expired", "This page is out of date.");
    }

    async Task<IResult> End(TenantRequest request, LogoutRequest logout, SignedIn? signedIn, bool clicked)
    {
        var audit = request.Audit;
        if (logout.Hint is not null || signedIn is not null) audit.Type = "sign-out";
        audit.Actor = logout.Hint?.Subject ?? signedIn?.User.Id;
        (audit.Client, audit.Target) = (logout.Client?.Id, logout.Hint?.SessionId);
        await logouts.End(request, logout, signedIn);
        if (logout.Location is not { } location)
            return await ShowMessage(request, Strings.SignedOut, new MessageModel(Strings.CloseThis));
        if (!clicked || !RedirectUri.IsPrivateScheme(location)) return new SeeOther(location);
        var app = logout.Client!.Name;
        return await ShowMessage(request, Strings.SignedOut, new MessageModel(Strings.ReturnLead(app), location, Strings.ReturnTo(app)));
    }

    Task<IResult> ShowMessage(TenantRequest request, string title, MessageModel message) => renderer.Show<MessageView, MessageModel>(
        request.Http, new PageLayout(request.Tenant, title) { GoTo = message.Link }, message);
}
