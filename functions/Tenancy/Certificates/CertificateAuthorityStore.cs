using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Azure;
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
        [.. (await cache.Get(tenant.Id, async wait => await Load(tenant, wait), cancel))!.Select(authority => authority.Trusted)];

    /// <summary>The tenant's authorities as stored now, the oldest first.</summary>
    public async Task<IReadOnlyList<CertificateAuthority>> List(Tenant tenant, CancellationToken cancel) =>
        [.. (await Load(tenant, cancel)).OrderBy(authority => authority.CreatedAt)];

    /// <summary>The authority as stored now, in order to change it; or null.</summary>
    public async Task<CertificateAuthority?> FindNow(Tenant tenant, string id, CancellationToken cancel) =>
        Read(await Rows(tenant, id, cancel)).SingleOrDefault();

    /// <summary>Adds an authority, which has no revocation lists yet.</summary>
    public async Task Add(Tenant tenant, CertificateAuthority authority, CancellationToken cancel)
    {
        await table.Put(Row(tenant, authority), cancel);
        cache.Remove(tenant.Id);
    }

    /// <summary>
    /// Writes a revocation list of an authority that <see cref="FindNow"/> returned, in the place of an older one of the same issuer; false
    /// if the authority or one of its lists was changed since. Each list has a row of its own, because a row holds one MiB at most.
    /// </summary>
    public Task<bool> TryPutList(
        Tenant tenant, CertificateAuthority authority, X509Certificate2 issuer, RevocationList list, CancellationToken cancel)
    {
        var row = new TableEntity(RowKeys.Authorities(tenant.Id),
            RowKeys.AuthorityList(authority.Id, issuer.GetCertHashString(HashAlgorithmName.SHA256)));
        Columns.PutLong(row, "RevocationList", Convert.ToBase64String(list.Der));
        return TryChange(tenant, authority, [new(TableTransactionActionType.UpsertReplace, row)], cancel);
    }

    /// <summary>Removes the revocation lists of an authority that <see cref="FindNow"/> returned; false if they were changed
    /// since.</summary>
    public Task<bool> TryRemoveLists(Tenant tenant, CertificateAuthority authority, CancellationToken cancel) =>
        TryChange(tenant, authority, [.. authority.ListKeys.Select(key => Delete(new TableEntity(RowKeys.Authorities(tenant.Id), key)))],
            cancel);

    /// <summary>Deletes an authority; false if it does not exist.</summary>
    public async Task<bool> TryDelete(Tenant tenant, string id, CancellationToken cancel)
    {
        while (await Rows(tenant, id, cancel) is { Count: > 0 } rows)
        {
            // A list that comes meanwhile changes the first row, so that none stays behind.
            if (!await table.TryTransact([.. rows.Select(Delete)], cancel)) continue;
            cache.Remove(tenant.Id);
            return true;
        }
        return false;
    }

    // The authority's own row is written each time: its ETag stands for the lists as well.
    async Task<bool> TryChange(
        Tenant tenant, CertificateAuthority authority, IReadOnlyList<TableTransactionAction> lists, CancellationToken cancel)
    {
        var own = new TableTransactionAction(TableTransactionActionType.UpdateReplace, Row(tenant, authority), authority.ETag);
        var done = await table.TryTransact([own, .. lists], cancel);
        cache.Remove(tenant.Id);
        return done;
    }

    static TableTransactionAction Delete(TableEntity row) =>
        new(TableTransactionActionType.Delete, row, row.ETag == default ? ETag.All : row.ETag);

    async Task<IReadOnlyList<TableEntity>> Rows(Tenant tenant, string id, CancellationToken cancel)
    {
        var rows = new List<TableEntity>();
        if (!Ids.IsId(id)) return rows;
        var key = RowKeys.Authority(id);
        await foreach (var row in table.Range(RowKeys.Authorities(tenant.Id), key, key + "~", null, cancel)) rows.Add(row);
        return rows;
    }

    async Task<List<CertificateAuthority>> Load(Tenant tenant, CancellationToken cancel)
    {
        var rows = new List<TableEntity>();
        await foreach (var row in table.Partition(RowKeys.Authorities(tenant.Id), cancel)) rows.Add(row);
        return [.. Read(rows)];
    }

    static IEnumerable<CertificateAuthority> Read(IReadOnlyList<TableEntity> rows)
    {
        var lists = rows.Where(row => row.ContainsKey("RevocationList")).ToLookup(row => RowKeys.AuthorityOf(row.RowKey));
        return rows.Where(row => row.ContainsKey("Name"))
            .Select(row => Read(row, [.. lists[row.RowKey]]));
    }

    static CertificateAuthority Read(TableEntity row, IReadOnlyList<TableEntity> lists)
    {
        var pem = Columns.GetLong(row, "Certificates");
        return new()
        {
            Id = row.RowKey[RowKeys.Authority("").Length..],
            Name = row.GetString("Name"),
            Pem = pem,
            CreatedAt = row.GetDateTimeOffset("CreatedAt")!.Value,
            Trusted = TrustedAuthority.Parse(pem,
                lists.Select(list => Convert.FromBase64String(Columns.GetLong(list, "RevocationList")))),
            ListKeys = [.. lists.Select(list => list.RowKey)],
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
        return row;
    }
}
