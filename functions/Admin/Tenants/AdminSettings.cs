using Latchkey.Access;
using Latchkey.Files;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// The settings that a tenant's own administrators can change: the look of its pages, which web apps may call it, and whether its files are
/// scanned for malware. Only
/// operators change its domain, limits, open registration and suspension (<see cref="OperatorTenants"/>); limits are shown here.
/// </summary>
public sealed class AdminSettings(
    TenantPipeline pipeline, TenantStore tenants, UserStore users, GroupStore groups, ClientStore clients, TenantQuota tenantQuota,
    SpaceQuota spaceQuota, Settings settings)
{
    const string Route = "{tenant}/admin/settings";

    static readonly string[] Spaces = ["user", "group", "client"];

    /// <summary><c>GET /{tenant}/admin/settings</c> → <c>{name, origins, color, logoUri, language, malwareScanning,
    /// removesLocation}</c></summary>
    [Function("admin-settings")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
            Answer(await tenants.FindNow(caller.Tenant.Id, caller.Cancel) ?? caller.Tenant));

    /// <summary>
    /// <c>PATCH /{tenant}/admin/settings</c> <c>{name?, origins?, color?, logoUri?, language?, malwareScanning?, removesLocation?}</c>: an
    /// absent field stays, an empty color, logoUri or language is removed, origins replace the whole list. It takes effect at once here,
    /// within 5
    /// seconds on other instances.
    /// </summary>
    [Function("admin-settings-change")]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var body = await JsonBody.Read<BrandingBody>(request);
            caller.Audit.Detail = string.Join(", ", body.Describe());
            if (body.MalwareScanning is true) settings.Scan.EnsureScanner();
            return Answer(await OptimisticUpdate.Run(() => tenants.FindNow(caller.Tenant.Id, caller.Cancel), body.Apply,
                tenant => tenants.TryReplace(tenant, caller.Cancel)) ?? throw OperatorTenants.NotFound());
        });

    /// <summary>
    /// <c>GET /{tenant}/admin/limits?user=|group=|client=</c> → <c>{limits, taken: {bytes, files}, space}</c>. Each space reserves
    /// up to 64 MiB and 64 files of the tenant's total in advance, so <c>taken</c>, which the limits apply to, is a little more
    /// than is stored. With <c>user</c>, <c>group</c> or <c>client</c>, <c>space</c> is the exact usage of that one's space.
    /// </summary>
    [Function("admin-limits")]
    public Task<IResult> Limits(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/admin/limits")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
        {
            var owner = RequestedSpace(Query.Read(request, "user", "group", "client"));
            if (owner is not null) await EnsureExists(caller, owner);
            var tenant = await tenants.FindNow(caller.Tenant.Id, caller.Cancel) ?? caller.Tenant;
            var (bytes, files) = await tenantQuota.Reserved(tenant.Id, caller.Cancel);
            var space = owner is null ? null : await spaceQuota.Read(tenant.Id, owner.SpaceKey(tenant.Id), caller.Cancel);
            return Results.Json(new
            {
                limits = LimitsResponse.Of(tenant.Limits),
                taken = new { bytes, files },
                space = space is null ? null : new { space.Bytes, space.Files, space.Pending },
            });
        });

    static Owner? RequestedSpace(Query query)
    {
        var named = Spaces.Where(kind => query[kind] is not null).ToList();
        if (named.Count > 1) throw Problem.BadRequest("invalid_query", "Set at most one of user, group and client.");
        return named.Count == 0 ? null : new Owner(named[0], query[named[0]]!);
    }

    async Task EnsureExists(Caller caller, Owner owner)
    {
        var exists = owner.Kind switch
        {
            "user" => Storage.Ids.IsId(owner.Id) && await users.Find(caller.Tenant, owner.Id, caller.Cancel) is { Deleting: false },
            "group" => Group.IsId(owner.Id) && await groups.FindGroup(caller.Tenant.Id, owner.Id, caller.Cancel) is not null,
            _ => await clients.FindNow(caller.Tenant, owner.Id, caller.Cancel) is not null,
        };
        if (!exists) throw Problem.NotFound($"{owner.Kind}_not_found", $"The {owner.Kind} was not found.");
    }

    static IResult Answer(Tenant tenant) =>
        Results.Json(new
        {
            tenant.Name,
            tenant.Origins,
            tenant.Color,
            tenant.LogoUri,
            tenant.Language,
            tenant.MalwareScanning,
            tenant.RemovesLocation,
        });
}
