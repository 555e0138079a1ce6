using Azure.Data.Tables;
using Latchkey.Protocol;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>
/// Writes a tenant's APIs (SCHEMA.md, table Tenants). They are read with the tenant (<see cref="Tenant.Apis"/>), so a request that
/// names one costs no extra request to storage. A change takes effect at once on the instance that wrote it, and within 5 seconds on the
/// others.
/// </summary>
public sealed class ApiStore(StorageClients storage, TenantStore tenants)
{
    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Tenants));

    /// <summary>The API as stored now, in order to change it; or null.</summary>
    public async Task<Api?> FindNow(Tenant tenant, string id, CancellationToken cancel) =>
        (await tenants.FindNow(tenant.Id, cancel))?.Apis.GetValueOrDefault(id);

    /// <summary>Adds an API; false if the tenant has one with the same identifier.</summary>
    public async Task<bool> TryAdd(Tenant tenant, Api api, CancellationToken cancel)
    {
        var done = await table.TryAdd(Row(tenant, api), cancel);
        tenants.Forget(tenant.Id);
        return done;
    }

    /// <summary>Writes an API that <see cref="FindNow"/> returned; false if it was changed since.</summary>
    public async Task<bool> TryReplace(Tenant tenant, Api api, CancellationToken cancel)
    {
        var row = Row(tenant, api);
        row.ETag = api.ETag;
        var done = await table.TryReplace(row, cancel);
        tenants.Forget(tenant.Id);
        return done;
    }

    /// <summary>Deletes an API that <see cref="FindNow"/> returned.</summary>
    public async Task Delete(Tenant tenant, Api api, CancellationToken cancel)
    {
        await table.TryDelete(tenant.Id, Key(api), cancel);
        tenants.Forget(tenant.Id);
    }

    internal static Api Read(TableEntity row) => Api.Parse(Columns.GetLong(row, "Api")) with { ETag = row.ETag };

    // The row key is made from the identifier, so that no two APIs of a tenant have the same one.
    static string Key(Api api) => RowKeys.Api(ResourceIndicator.Canonical(api.Identifier));

    static TableEntity Row(Tenant tenant, Api api)
    {
        var row = new TableEntity(tenant.Id, Key(api));
        Columns.PutLong(row, "Api", api.ToJson());
        return row;
    }
}
