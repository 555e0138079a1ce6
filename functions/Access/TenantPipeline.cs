using Latchkey.Http;
using Latchkey.Languages;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Access;

/// <summary>
/// The way into every endpoint of a tenant. It finds the tenant, applies CORS, refuses a suspended tenant, checks the
/// access token of a protected endpoint, and records the request in the audit. Then it calls the endpoint's handler.
/// </summary>
public sealed class TenantPipeline(
    ErrorBoundary boundary, TenantStore tenants, Domains domains, TokenAuthorization authorization, AuditLog audit,
    SuspendedRequests suspended, FailurePage failurePage, PageLanguage language, WebOrigins origins)
{
    /// <summary>A public endpoint, with CORS for the tenant's origins.</summary>
    /// <param name="http">The HTTP request.</param>
    /// <param name="handler">Answers it.</param>
    /// <param name="credentials">True if scripts of those origins may send cookies.</param>
    public Task<IResult> Public(HttpRequest http, Func<TenantRequest, Task<IResult>> handler, bool credentials = false) =>
        Enter(http, AtItsAddress(handler), tenant => origins.Apply(http, tenant, credentials));

    /// <summary>
    /// A document that anybody may read from any origin: metadata and public keys. If the path names no tenant, the document
    /// is that of the tenant whose own domain the request came to.
    /// </summary>
    public Task<IResult> PublicDocument(HttpRequest http, Func<TenantRequest, Task<IResult>> handler) =>
        Enter(http, AtItsAddress(handler), _ => Cors.ApplyToAll(http));

    /// <summary>A page for people. Scripts of other origins may not read it, so it has no CORS; a failure is a page too.</summary>
    /// <param name="http">The HTTP request.</param>
    /// <param name="handler">Answers it.</param>
    /// <param name="onFailure">Answers a request that failed; null shows the page that all rooms share.</param>
    public async Task<IResult> Page(HttpRequest http, Func<TenantRequest, Task<IResult>> handler, FailurePage? onFailure = null)
    {
        LanguageContext.Begin(PageLanguage.Preferred(http));
        Tenant? tenant = null;
        return await boundary.Run(http, async () =>
        {
            tenant = await FindTenant(http) ?? throw UnknownTenant();
            language.Choose(http, tenant);
            EnsureActive(tenant);
            return await Handle(Context(http, tenant), AtItsAddress(handler));
        }, problem => (onFailure ?? failurePage)(http, tenant, problem));
    }

    /// <summary>
    /// An endpoint for the programs of one protocol, which have credentials of their own and know failures only in the protocol's form.
    /// No browser calls it, so it has no CORS.
    /// </summary>
    /// <param name="http">The HTTP request.</param>
    /// <param name="handler">Answers it.</param>
    /// <param name="onFailure">Answers a request that failed.</param>
    public Task<IResult> Service(HttpRequest http, Func<TenantRequest, Task<IResult>> handler, FailurePage onFailure) =>
        boundary.Run(http, async () =>
        {
            var tenant = await FindTenant(http) ?? throw UnknownTenant();
            EnsureActive(tenant);
            return await Handle(Context(http, tenant), AtItsAddress(handler));
        }, problem => onFailure(http, null, problem));

    /// <summary>
    /// A protected endpoint that only reads. Whether the token is still live is looked up beside the handler's own reads;
    /// if it is not, the handler's answer is thrown away.
    /// </summary>
    /// <param name="http">The HTTP request.</param>
    /// <param name="scope">The scope that the token must have.</param>
    /// <param name="handler">Answers it.</param>
    /// <param name="tokenInBodyToo">True if a form may carry the token (RFC 6750 §2.2).</param>
    public Task<IResult> AuthorizeRead(
        HttpRequest http, string scope, Func<Caller, Task<IResult>> handler, bool tokenInBodyToo = false) =>
        Enter(http, async request =>
        {
            var sent = tokenInBodyToo ? await BearerToken.SentInBodyToo(http) : BearerToken.Sent(http);
            var (caller, proof) = await authorization.Authorize(request, sent, scope);
            var live = authorization.EnsureLive(caller, scope, proof);
            var response = handler(caller);
            await Task.WhenAny(Task.WhenAll(live, response)); // Both end before the failure of either is reported.
            await live;
            return await response;
        }, protectedBy: scope);

    /// <summary>A protected endpoint that changes something. The handler is not called before the token is known to be live.</summary>
    /// <param name="http">The HTTP request.</param>
    /// <param name="scope">The scope that the token must have.</param>
    /// <param name="handler">Answers it.</param>
    public Task<IResult> AuthorizeWrite(HttpRequest http, string scope, Func<Caller, Task<IResult>> handler) =>
        Enter(http, async request =>
        {
            var (caller, proof) = await authorization.Authorize(request, BearerToken.Sent(http), scope);
            await authorization.EnsureLive(caller, scope, proof);
            return await handler(caller);
        }, protectedBy: scope);

    Task<IResult> Enter(
        HttpRequest http, Func<TenantRequest, Task<IResult>> handler, Action<Tenant>? applyCors = null, string? protectedBy = null) =>
        boundary.Run(http, async () =>
        {
            var isPreflight = HttpMethods.IsOptions(http.Method);
            Tenant? tenant = null;
            try
            {
                tenant = await FindTenant(http);
            }
            finally
            {
                // While no tenant is known, a refusal gives nothing away, and a script may read the reason.
                if (tenant is null) Cors.ApplyToAll(http);
            }
            if (tenant is null) return isPreflight ? Results.NoContent() : throw UnknownTenant();
            if (applyCors is null) origins.Apply(http, tenant);
            else applyCors(tenant);
            if (isPreflight) return Results.NoContent();
            var request = Context(http, tenant);
            if (protectedBy is not null) ResourceMetadata.Note(http, MetadataOf(tenant, protectedBy));
            // Operators may work on a suspended tenant. Whether their token is live is checked later, as for anybody else.
            var isSuspended = tenant.SuspendedBecause is not null;
            if (!(isSuspended && protectedBy is not null && await authorization.IsOperator(request))) EnsureActive(tenant);
            return await Handle(request, handler);
        });

    Task<IResult> Handle(TenantRequest request, Func<TenantRequest, Task<IResult>> handler) =>
        audit.Record(request.Http, request.Tenant, () => handler(request));

    // A tenant's own domain serves that tenant only.
    Func<TenantRequest, Task<IResult>> AtItsAddress(Func<TenantRequest, Task<IResult>> handler) => async request =>
    {
        var host = await domains.TenantAt(request.Http, request.Cancel);
        if (host is not null && host != request.Tenant.Id) throw UnknownTenant();
        return await handler(request);
    };

    // An address without a tenant's id is at the root of a tenant's own domain.
    async Task<Tenant?> FindTenant(HttpRequest http)
    {
        var cancel = http.HttpContext.RequestAborted;
        return await tenants.Find(http.RouteValues["tenant"] as string ?? await domains.TenantAt(http, cancel), cancel);
    }

    static TenantRequest Context(HttpRequest http, Tenant tenant) =>
        new(http, tenant, AuditContext.Of(http), http.HttpContext.RequestAborted);

    void EnsureActive(Tenant tenant)
    {
        if (tenant.SuspendedBecause is not { } reason) return;
        suspended.Add(tenant);
        throw new Problem(403, "tenant_suspended", $"This tenant is suspended: {reason}")
        {
            // `error` stands beside `code` so that OAuth libraries can read this answer too.
            Extensions = new Dictionary<string, object?> { ["error"] = "access_denied" },
        };
    }

    // RFC 9728 §3.1
    static string MetadataOf(Tenant tenant, string scope) =>
        $"{tenant.OwnOrigin}/{ResourceMetadata.WellKnown}/{tenant.Id}{(Api.Files(tenant).Scope.Has(scope) ? "/files" : "")}";

    static Problem UnknownTenant() => Problem.NotFound("unknown_tenant", "The tenant does not exist.");
}
