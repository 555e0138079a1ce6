using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>What the page of the terms of use shows.</summary>
/// <param name="RequestId">The pending request.</param>
/// <param name="FormToken">See <see cref="FormTokens"/>.</param>
/// <param name="User">The user who is asked.</param>
/// <param name="CanCancel">True if there is an app to return to.</param>
/// <param name="Faults">What is wrong, by the field's name.</param>
public sealed record TermsModel(
    string RequestId, string FormToken, User User, bool CanCancel, IReadOnlyDictionary<string, string> Faults);

/// <summary>
/// Asks a user who is signed in to accept the tenant's terms of use, once for each version. No app gets anything before that
/// (<see cref="InteractionPolicy"/>).
/// </summary>
public sealed class TermsPage(
    TenantPipeline pipeline, PendingRequests pendingRequests, AuthorizationFlow flow, SsoSessions ssoSessions, TermsOfUse terms,
    SignInCompletion completion, FormTokens forms, PageRenderer renderer)
{
    /// <summary>Its path under the tenant.</summary>
    public const string Name = "terms";

    /// <summary><c>GET /{tenant}/terms?request=</c></summary>
    [Function("terms")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/terms")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var pending = await pendingRequests.Find(request, Query.ReadForPage(http, "request")["request"]);
            var authorization = pending.Page is null ? await flow.Read(request, pending) : null;
            return await ssoSessions.Find(request) is { } signedIn ? await Show(request, pending, authorization, signedIn.User)
                : ToSignIn(request, pending);
        });

    /// <summary><c>POST /{tenant}/terms</c>: <c>request, form, user, terms</c> (the version), or <c>action=cancel</c>.</summary>
    [Function("terms-post")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/terms")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var form = await Form.Read(http);
            var pending = await pendingRequests.Find(request, form["request"]);
            await forms.Check(request, pending, form["user"], form);
            return await flow.RunPending(request, pending, authorization => Handle(request, pending, authorization, form));
        });

    async Task<IResult> Handle(TenantRequest request, PendingRequest pending, AuthorizationRequest? authorization, Form form)
    {
        if (await ssoSessions.Find(request) is not { } signedIn) return ToSignIn(request, pending);
        var (user, version) = (signedIn.User, request.Tenant.Accounts.TermsVersion);
        var audit = request.Audit;
        (audit.Type, audit.Actor, audit.Detail) = ("terms-accept", user.Id, form["action"] == "cancel" ? "deny" : "accept");
        if (authorization is not null && form["action"] == "cancel") return await flow.Deny(request, pending, authorization, user);
        if (version is null) return await completion.Continue(request, pending, authorization, signedIn);
        // The form counts only for the user whom it named, and for the version that it showed.
        if (form["user"] != user.Id || form["terms"] != version)
        {
            audit.Refusal = "invalid_field";
            return await Show(request, pending, authorization, user, Strings.TermsFault);
        }
        if (await terms.Accept(request.Tenant, user, version, request.Cancel) is not { } accepted) return ToSignIn(request, pending);
        return await completion.Continue(request, pending, authorization, signedIn with { User = accepted });
    }

    async Task<IResult> Show(
        TenantRequest request, PendingRequest pending, AuthorizationRequest? authorization, User user, string? fault = null)
    {
        var page = new PageLayout(request.Tenant, Strings.TermsTitle)
        {
            Status = fault is null ? 200 : 400,
            FormTarget = authorization is null ? null : RedirectUri.CspSource(authorization.To.RedirectUri),
        };
        var faults = fault is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["terms"] = fault };
        var model = new TermsModel(
            pending.Id, await forms.For(request, pending, user.Id), user, CanCancel: authorization is not null, faults);
        return await renderer.Show<TermsView, TermsModel>(request.Http, page, model);
    }

    static SeeOther ToSignIn(TenantRequest request, PendingRequest pending) => new($"/{request.Tenant.Id}/login?request={pending.Id}");
}
