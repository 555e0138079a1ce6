using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// The tenant's APIs, which apps name by <c>resource</c> (RFC 8707; docs/apps/your-own-api.md). A change takes effect at once here,
/// within 5 seconds on other instances. Access tokens that were issued before are as they were until they expire.
/// </summary>
public sealed class AdminApis(TenantPipeline pipeline, ApiStore apis, TenantStore tenants, TimeProvider clock)
{
    const string CollectionRoute = "{tenant}/admin/apis";
    const string ItemRoute = "{tenant}/admin/apis/{api}";

    /// <summary><c>GET /{tenant}/admin/apis</c> → <c>{apis}</c></summary>
    [Function("admin-apis")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
        {
            var all = (await Now(caller)).Apis.Values.OrderBy(api => api.Identifier, StringComparer.Ordinal);
            return Results.Json(new { apis = all.Select(Answer) });
        });

    /// <summary>
    /// <c>POST /{tenant}/admin/apis</c> <c>{identifier, name, scopes?, accessTokenSeconds?, clients?, actingClients?,
    /// exchangeFrom?, impersonators?}</c> → 201. 409 <c>api_exists</c>, <c>too_many_apis</c>. Only operators set <c>impersonators</c>.
    /// </summary>
    [Function("admin-api-create")]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var body = await JsonBody.Read<ApiBody>(request);
            EnsureMaySet(caller, body);
            var tenant = await Now(caller);
            var api = body.New(tenant, Ids.New(), clock.GetUtcNow());
            if (tenant.Apis.Count >= Api.MaxPerTenant)
                throw Problem.Conflict("too_many_apis", $"A tenant has at most {Api.MaxPerTenant} APIs.");
            if (!await apis.TryAdd(tenant, api, caller.Cancel))
                throw Problem.Conflict("api_exists", "An API with this identifier is already registered.");
            caller.Audit.Target = api.Id;
            return Results.Json(Answer(api), statusCode: 201);
        });

    /// <summary><c>GET /{tenant}/admin/apis/{api}</c></summary>
    [Function("admin-api")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
            Results.Json(Answer(await apis.FindNow(caller.Tenant, Id(request), caller.Cancel) ?? throw NotFound())));

    /// <summary>
    /// <c>PATCH /{tenant}/admin/apis/{api}</c>: an absent field stays, a list replaces the whole list, 0 seconds leave the lifetime to the
    /// client. The identifier can't be changed.
    /// </summary>
    [Function("admin-api-change")]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var body = await JsonBody.Read<ApiBody>(request);
            EnsureMaySet(caller, body);
            if (body.Identifier is not null) throw FieldChecks.Fault("identifier", "cannot be changed");
            caller.Audit.Detail = string.Join(", ", JsonBody.Present(body));
            var changed = await OptimisticUpdate.Run(() => apis.FindNow(caller.Tenant, Id(request), caller.Cancel), body.Apply,
                api => apis.TryReplace(caller.Tenant, api, caller.Cancel)) ?? throw NotFound();
            return Results.Json(Answer(changed));
        });

    /// <summary>
    /// <c>DELETE /{tenant}/admin/apis/{api}</c> → 204. Nobody gets a token for it any more, not by a refresh either; introspection calls
    /// those that are left inactive.
    /// </summary>
    [Function("admin-api-delete")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var api = await apis.FindNow(caller.Tenant, Id(request), caller.Cancel) ?? throw NotFound();
            await apis.Delete(caller.Tenant, api, caller.Cancel);
            return Results.NoContent();
        });

    async Task<Tenant> Now(Caller caller) => await tenants.FindNow(caller.Tenant.Id, caller.Cancel) ?? caller.Tenant;

    // Whoever impersonates leaves no trace of itself at the API, so a tenant does not allow it to itself.
    static void EnsureMaySet(Caller caller, ApiBody body)
    {
        if (body.Impersonators is not null && caller.Token.ClientId != Tenant.OperatorClient)
            throw Problem.InsufficientScope(Scopes.Operator);
    }

    static object Answer(Api api) => new
    {
        api.Id,
        api.Identifier,
        api.Name,
        api.Scopes,
        api.AccessTokenSeconds,
        api.Clients,
        api.ActingClients,
        exchangeFrom = api.ExchangeFrom.Select(rule => new { rule.Api, rule.Scope, rule.Gives }),
        api.Impersonators,
        createdAt = api.CreatedAt.UtcDateTime,
    };

    static string Id(HttpRequest request) =>
        request.RouteValues["api"] as string is { } id && Client.IsId(id) ? id : throw NotFound();

    static Problem NotFound() => Problem.NotFound("api_not_found", "The API was not found.");
}
