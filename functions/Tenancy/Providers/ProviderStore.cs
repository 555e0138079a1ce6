using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>
/// Writes a tenant's providers (SCHEMA.md, table Tenants). They are read with the tenant (<see cref="Tenant.Providers"/>), so a
/// change takes effect at once on the instance that wrote it, and within 5 seconds on the others.
/// </summary>
public sealed class ProviderStore(StorageClients storage, TenantStore tenants)
{
    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Tenants));

    /// <summary>The provider as stored now, in order to change it; or null.</summary>
    public async Task<IdentityProvider?> FindNow(Tenant tenant, string id, CancellationToken cancel) =>
        IdentityProvider.IsId(id) && await table.Find(tenant.Id, RowKeys.Provider(id), cancel) is { } row ? Read(row) : null;

    /// <summary>Adds a provider; false if the id is taken.</summary>
    public async Task<bool> TryAdd(Tenant tenant, IdentityProvider provider, CancellationToken cancel)
    {
        var done = await table.TryAdd(Row(tenant, provider), cancel);
        tenants.Forget(tenant.Id);
        return done;
    }

    /// <summary>Writes a provider that <see cref="FindNow"/> returned; false if it was changed since.</summary>
    public async Task<bool> TryReplace(Tenant tenant, IdentityProvider provider, CancellationToken cancel)
    {
        var row = Row(tenant, provider);
        row.ETag = provider.ETag;
        var done = await table.TryReplace(row, cancel);
        tenants.Forget(tenant.Id);
        return done;
    }

    /// <summary>Deletes a provider; false if it does not exist.</summary>
    public async Task<bool> TryDelete(Tenant tenant, string id, CancellationToken cancel)
    {
        var done = await table.TryDelete(tenant.Id, RowKeys.Provider(id), cancel);
        tenants.Forget(tenant.Id);
        return done;
    }

    internal static IdentityProvider Read(TableEntity row) =>
        IdentityProvider.Parse(row.GetString("Provider")) with { Secret = row.GetBinary("Secret"), ETag = row.ETag };

    static TableEntity Row(Tenant tenant, IdentityProvider provider) => new(tenant.Id, RowKeys.Provider(provider.Id))
    {
        ["Provider"] = provider.ToJson(),
        ["Secret"] = provider.Secret,
    };
}
