using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// The deployment's tenants, for operators. They need scope <c>operator</c>, which only tenant <c>operator</c> grants, so
/// <c>{tenant}</c> is always that one. A change takes effect at once here, within 5 seconds on other instances.
/// </summary>
public sealed class OperatorTenants(TenantPipeline pipeline, TenantStore tenants, Domains domains, Settings settings, TimeProvider clock)
{
    const string CollectionRoute = "{tenant}/admin/tenants";
    const string ItemRoute = "{tenant}/admin/tenants/{id}";
    const int MaxReasonChars = 200;

    /// <summary><c>GET /operator/admin/tenants?cursor=&amp;limit=</c> → <c>{tenants, cursor}</c></summary>
    [Function("operator-tenants")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Operator, async caller =>
        {
            var query = Query.Read(request, "cursor", "limit");
            var limit = Paging.Limit(query);
            var found = await tenants.List(Paging.After(query), limit + 1, caller.Cancel);
            var page = found.Take(limit).Select(TenantResponse.Of);
            return Results.Json(new { tenants = page, cursor = Paging.Cursor(found, limit, tenant => tenant.Id) });
        });

    /// <summary>
    /// <c>POST /operator/admin/tenants</c> <c>{id, name?}</c> → 201: a tenant that is ready for use, with the roles member and
    /// admin. 409 <c>tenant_exists</c>.
    /// </summary>
    [Function("operator-tenant-create")]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Operator, async caller =>
        {
            var body = await JsonBody.Read<NewTenant>(request);
            if (!Tenant.IsId(body.Id))
            {
                throw FieldChecks.Fault("id",
                    "must have 2 to 40 characters of a-z and 0-9, with single hyphens inside, "
                    + "and not be 'admin', 'runtime', 'health' or 'openapi'");
            }
            var tenant = new Tenant
            {
                Id = body.Id,
                Name = body.Name is null ? body.Id : FieldChecks.DisplayText("name", body.Name),
                Issuer = $"{settings.Origin}/{body.Id}",
                Origins = Tenant.WebViewOrigins,
                Roles = Operators.StandardRoles,
                CreatedAt = clock.GetUtcNow(),
            };
            // Looked up first, so that an existing tenant's roles are not overwritten.
            if (await tenants.FindNow(body.Id, caller.Cancel) is not null || !await tenants.TryAdd(tenant, caller.Cancel))
                throw Problem.Conflict("tenant_exists", "A tenant with this id already exists.");
            caller.Audit.Target = tenant.Id;
            return Results.Json(TenantResponse.Of(tenant), statusCode: 201);
        });

    /// <summary><c>GET /operator/admin/tenants/{id}</c></summary>
    [Function("operator-tenant")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Operator, async caller =>
            Results.Json(TenantResponse.Of(await tenants.FindNow(Id(request), caller.Cancel) ?? throw NotFound())));

    /// <summary>
    /// <c>PATCH /operator/admin/tenants/{id}</c> <c>{name?, origins?, color?, logoUri?, openRegistration?, clientIdDocuments?, domain?,
    /// limits?, malwareScanning?, removesLocation?}</c>. A new domain means a new issuer: earlier access tokens end, sessions continue.
    /// Lower limits refuse
    /// new files and delete nothing. 409 <c>domain_taken</c>.
    /// </summary>
    [Function("operator-tenant-change")]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Operator, async caller =>
        {
            var body = await JsonBody.Read<TenantBody>(request);
            caller.Audit.Detail = string.Join(", ", body.Describe());
            if (body.MalwareScanning is true) settings.Scan.EnsureScanner();
            var before = await tenants.FindNow(Id(request), caller.Cancel) ?? throw NotFound();
            var domain = body.Apply(before).Domain;
            if (domain is not null && before.Id == Tenant.Operator)
                throw FieldChecks.Fault("domain", "cannot be set for the operators' tenant");
            var isOwnHost = domain == new Uri(settings.Origin).Host;
            if (domain is not null && (isOwnHost || !await domains.TryClaim(domain, before.Id, caller.Cancel)))
                throw Problem.Conflict("domain_taken", "This domain belongs to the deployment or to another tenant.");
            var changed = await OptimisticUpdate.Run(() => tenants.FindNow(before.Id, caller.Cancel), body.Apply,
                tenant => tenants.TryReplace(tenant, caller.Cancel)) ?? throw NotFound();
            // Last: after a crash before this line the tenant still holds its old domain, and only it can claim that again.
            if (before.Domain is { } old && old != changed.Domain) await domains.Release(old, before.Id, caller.Cancel);
            return Results.Json(TenantResponse.Of((await tenants.FindNow(before.Id, caller.Cancel))!));
        });

    /// <summary>
    /// <c>POST /operator/admin/tenants/{id}/suspend</c> <c>{reason}</c>: from now on every request to the tenant gets 403
    /// <c>tenant_suspended</c> with the reason. File URLs that were already issued work until they expire, some minutes later.
    /// </summary>
    [Function("operator-tenant-suspend")]
    public Task<IResult> Suspend(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = ItemRoute + "/suspend")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Operator, async caller =>
        {
            var reason = FieldChecks.DisplayText("reason", (await JsonBody.Read<Suspension>(request)).Reason, MaxReasonChars);
            if (Id(request) == Tenant.Operator) throw Problem.Conflict("tenant_reserved", "The operators' tenant cannot be suspended.");
            return Results.Json(await Set(request, caller, reason));
        });

    /// <summary><c>POST /operator/admin/tenants/{id}/resume</c> <c>{}</c></summary>
    [Function("operator-tenant-resume")]
    public Task<IResult> Resume(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = ItemRoute + "/resume")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Operator, async caller => Results.Json(await Set(request, caller, null)));

    async Task<object> Set(HttpRequest request, Caller caller, string? reason) => TenantResponse.Of(
        await OptimisticUpdate.Run(() => tenants.FindNow(Id(request), caller.Cancel),
            tenant => tenant with { SuspendedBecause = reason, DeleteConfirmation = null },
            tenant => tenants.TryReplace(tenant, caller.Cancel)) ?? throw NotFound());

    internal static string Id(HttpRequest request) =>
        request.RouteValues["id"] as string is { } id && Tenant.IsId(id) ? id : throw NotFound();

    internal static Problem NotFound() => Problem.NotFound("tenant_not_found", "The tenant was not found.");

    sealed record NewTenant(string Id, string? Name = null);

    sealed record Suspension(string Reason);
}
