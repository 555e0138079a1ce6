using Latchkey.Access;
using Latchkey.Account;
using Latchkey.Http;
using Latchkey.Languages;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>What somebody sees whose account is going to be deleted.</summary>
/// <param name="RequestId">The pending request.</param>
/// <param name="FormToken">See <see cref="FormTokens"/>.</param>
/// <param name="User">The user.</param>
/// <param name="At">When the account is deleted, in words.</param>
public sealed record LeavingModel(string RequestId, string FormToken, User User, string At);

/// <summary>
/// Asks somebody who signs in while their account waits to be deleted whether they want to keep it. They get nowhere else before that
/// (<see cref="InteractionPolicy"/>, <see cref="BuiltInPages"/>).
/// </summary>
public sealed class LeavingPage(
    TenantPipeline pipeline, PendingRequests pendingRequests, AuthorizationFlow flow, SsoSessions ssoSessions, AccountDeletion deletion,
    SignInCompletion completion, FormTokens forms, PageRenderer renderer)
{
    /// <summary>Its path under the tenant.</summary>
    public const string Name = "leaving";

    /// <summary>Its address for a pending request.</summary>
    public static string Address(Tenant tenant, string requestId) => $"/{tenant.Id}/{Name}?request={requestId}";

    /// <summary><c>GET /{tenant}/leaving?request=</c></summary>
    [Function("leaving")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/leaving")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var pending = await pendingRequests.Find(request, Query.ReadForPage(http, "request")["request"]);
            return await ssoSessions.Find(request) is { User.DeleteAt: not null } signedIn
                ? await Show(request, pending, signedIn.User) : ToSignIn(request, pending);
        });

    /// <summary><c>POST /{tenant}/leaving</c>: <c>request, form, user, action=keep|signout</c>.</summary>
    [Function("leaving-post")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/leaving")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var form = await Form.Read(http);
            var pending = await pendingRequests.Find(request, form["request"]);
            await forms.Check(request, pending, form["user"], form);
            return await flow.RunPending(request, pending, authorization => Handle(request, pending, authorization, form));
        });

    async Task<IResult> Handle(TenantRequest request, PendingRequest pending, AuthorizationRequest? authorization, Form form)
    {
        // The form counts only for the user whom it named: another user may have signed in in another tab.
        if (await ssoSessions.Find(request) is not { } signedIn || form["user"] != signedIn.User.Id) return ToSignIn(request, pending);
        request.Audit.Actor = signedIn.User.Id;
        switch (form["action"])
        {
            case "keep":
                request.Audit.Type = "account-keep";
                return await deletion.Keep(request.Tenant, signedIn.User, request.Cancel) is { } kept
                    ? await completion.Continue(request, pending, authorization, signedIn with { User = kept })
                    : ToSignIn(request, pending);
            case "signout":
                request.Audit.Type = "sign-out";
                await ssoSessions.End(request);
                return await renderer.Show<MessageView, MessageModel>(
                    request.Http, new PageLayout(request.Tenant, Strings.SignedOut), new MessageModel(Strings.CloseThis));
            default:
                throw Problem.UnknownAction();
        }
    }

    async Task<IResult> Show(TenantRequest request, PendingRequest pending, User user)
    {
        var authorization = pending.Page is null ? await flow.Read(request, pending) : null;
        var page = new PageLayout(request.Tenant, Strings.LeavingTitle)
        {
            FormTarget = authorization is null ? null : RedirectUri.CspSource(authorization.To.RedirectUri),
        };
        var model = new LeavingModel(
            pending.Id, await forms.For(request, pending, user.Id), user, Texts.Time(user.DeleteAt!.Value));
        return await renderer.Show<LeavingView, LeavingModel>(request.Http, page, model);
    }

    static SeeOther ToSignIn(TenantRequest request, PendingRequest pending) => new($"/{request.Tenant.Id}/login?request={pending.Id}");
}
