using Azure.Data.Tables;
using Latchkey.Protocol;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>
/// A tenant's certificate authorities, in a partition of their own beside the tenant: only a request that comes with a client certificate
/// reads them. They are cached for at most 5 seconds, so a revocation list takes effect at once here and within that time elsewhere.
/// </summary>
public sealed class CertificateAuthorityStore(StorageClients storage, Settings settings, TimeProvider clock)
{
    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Tenants));
    readonly Cache<IReadOnlyList<CertificateAuthority>> cache = Cache<IReadOnlyList<CertificateAuthority>>.Short(clock, settings.CacheTime);

    /// <summary>The tenant's authorities.</summary>
    public async ValueTask<IReadOnlyList<TrustedAuthority>> Trusted(Tenant tenant, CancellationToken cancel) =>
        [.. (await cache.Get(tenant.Id, async () => await Load(tenant, cancel)))!.Select(authority => authority.Trusted)];

    /// <summary>The tenant's authorities as stored now, the oldest first.</summary>
    public async Task<IReadOnlyList<CertificateAuthority>> List(Tenant tenant, CancellationToken cancel) =>
        [.. (await Load(tenant, cancel)).OrderBy(authority => authority.CreatedAt)];

    /// <summary>The authority as stored now, in order to change it; or null.</summary>
    public async Task<CertificateAuthority?> FindNow(Tenant tenant, string id, CancellationToken cancel) =>
        Ids.IsId(id) && await table.Find(RowKeys.Authorities(tenant.Id), RowKeys.Authority(id), cancel) is { } row ? Read(row) : null;

    /// <summary>Adds an authority.</summary>
    public async Task Add(Tenant tenant, CertificateAuthority authority, CancellationToken cancel)
    {
        await table.Put(Row(tenant, authority), cancel);
        cache.Remove(tenant.Id);
    }

    /// <summary>Writes an authority that <see cref="FindNow"/> returned; false if it was changed or deleted since.</summary>
    public async Task<bool> TryReplace(Tenant tenant, CertificateAuthority authority, CancellationToken cancel)
    {
        var row = Row(tenant, authority);
        row.ETag = authority.ETag;
        var done = await table.TryReplace(row, cancel);
        cache.Remove(tenant.Id);
        return done;
    }

    /// <summary>Deletes an authority; false if it does not exist.</summary>
    public async Task<bool> TryDelete(Tenant tenant, string id, CancellationToken cancel)
    {
        var done = Ids.IsId(id) && await table.TryDelete(RowKeys.Authorities(tenant.Id), RowKeys.Authority(id), cancel);
        cache.Remove(tenant.Id);
        return done;
    }

    async Task<List<CertificateAuthority>> Load(Tenant tenant, CancellationToken cancel)
    {
        var all = new List<CertificateAuthority>();
        await foreach (var row in table.Partition(RowKeys.Authorities(tenant.Id), cancel)) all.Add(Read(row));
        return all;
    }

    static CertificateAuthority Read(TableEntity row)
    {
        var pem = Columns.GetLong(row, "Certificates");
        var lists = Columns.Split(Columns.GetLong(row, "RevocationLists")).Select(Convert.FromBase64String);
        return new()
        {
            Id = row.RowKey[RowKeys.Authority("").Length..],
            Name = row.GetString("Name"),
            Pem = pem,
            CreatedAt = row.GetDateTimeOffset("CreatedAt")!.Value,
            Trusted = TrustedAuthority.Parse(pem, lists),
            ETag = row.ETag,
        };
    }

    static TableEntity Row(Tenant tenant, CertificateAuthority authority)
    {
        var row = new TableEntity(RowKeys.Authorities(tenant.Id), RowKeys.Authority(authority.Id))
        {
            ["Name"] = authority.Name,
            ["CreatedAt"] = authority.CreatedAt,
        };
        Columns.PutLong(row, "Certificates", authority.Pem);
        Columns.PutLong(row, "RevocationLists",
            Columns.Join(authority.Trusted.Lists.Select(known => Convert.ToBase64String(known.List.Der))));
        return row;
    }
}
