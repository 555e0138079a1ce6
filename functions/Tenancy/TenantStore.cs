using Azure.Data.Tables;
using Latchkey.Protocol;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>Tenants and their roles (SCHEMA.md, table Tenants): one partition a tenant, read whole, cached for seconds.</summary>
public sealed class TenantStore(StorageClients storage, Settings settings, TimeProvider clock)
{
    readonly Table table = new(storage.Tables.GetTableClient("Tenants"));
    readonly Cache<Tenant> cache = new(clock, settings.CacheTime);

    /// <summary>The tenant, or null; a text that is no tenant id asks nobody.</summary>
    public ValueTask<Tenant?> Find(string? id, CancellationToken cancel) =>
        id is null || !Tenant.IsId(id) ? default : cache.Get(id, () => Load(id, cancel));

    /// <summary>Writes a tenant and its roles; the tenant's own row last, because it is what makes the tenant exist.</summary>
    public async Task Save(Tenant tenant, CancellationToken cancel)
    {
        foreach (var role in tenant.Roles.Values)
        {
            await table.Put(new TableEntity(tenant.Id, RowKeys.Role(role.Name))
            {
                ["Name"] = role.Name,
                ["Rights"] = role.Rights.ToString(),
            }, cancel);
        }
        await table.Put(new TableEntity(tenant.Id, RowKeys.Tenant)
        {
            ["Name"] = tenant.Name,
            ["Origins"] = Columns.Join(tenant.Origins),
            ["Color"] = tenant.Color,
            ["LogoUri"] = tenant.LogoUri,
            ["OpenRegistration"] = tenant.OpenRegistration,
        }, cancel);
    }

    async Task<Tenant?> Load(string id, CancellationToken cancel)
    {
        TableEntity? row = null;
        var roles = new Dictionary<string, Role>(StringComparer.Ordinal);
        await foreach (var entity in table.Partition(id, cancel))
        {
            if (entity.RowKey == RowKeys.Tenant) row = entity;
            else roles[entity.GetString("Name")] = new Role(entity.GetString("Name"), Scope.Parse(entity.GetString("Rights")));
        }
        return row is null ? null : new Tenant
        {
            Id = id,
            Name = row.GetString("Name"),
            Issuer = $"{settings.Origin}/{id}",
            Origins = Columns.Split(row.GetString("Origins")),
            Color = row.GetString("Color"),
            LogoUri = row.GetString("LogoUri"),
            OpenRegistration = row.GetBoolean("OpenRegistration") is true,
            Roles = roles,
        };
    }
}
