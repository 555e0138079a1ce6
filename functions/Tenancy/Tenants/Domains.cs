using Azure.Data.Tables;
using Latchkey.Storage;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Tenancy;

/// <summary>
/// Maps host names to the tenants that own them (SCHEMA.md, table Domains). All rows are read together and cached for seconds;
/// a request to the deployment's own host name needs none of them.
/// </summary>
public sealed class Domains(StorageClients storage, Settings settings, TimeProvider clock)
{
    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Domains));
    readonly Cache<Dictionary<string, string>> cache = Cache<Dictionary<string, string>>.Short(clock, settings.CacheTime);
    readonly string[] ownHosts =
        [.. new[] { settings.Origin, settings.MutualTls.Origin }.OfType<string>().Select(own => new Uri(own).Host)];

    /// <summary>The tenant that owns the request's host name, or null: it is the deployment's, or unknown.</summary>
    public async ValueTask<string?> TenantAt(HttpRequest request, CancellationToken cancel)
    {
#pragma warning disable RS0030 // The only place that reads the Host header. It refuses, or chooses a public document (decision 0048).
        var host = request.Host.Host;
#pragma warning restore RS0030
        host = host.TrimEnd('.'); // In DNS login.example.com. is the same name.
        if (ownHosts.Contains(host, StringComparer.OrdinalIgnoreCase)) return null;
        var all = await cache.Get("", Load, cancel);
        return all!.GetValueOrDefault(host);
    }

    /// <summary>Assigns a domain to a tenant; false if another tenant owns it. True if the tenant owns it already.</summary>
    public async Task<bool> TryClaim(string domain, string tenant, CancellationToken cancel)
    {
        var row = new TableEntity(Tenant.Operator, domain) { ["Tenant"] = tenant };
        var won = await table.TryAdd(row, cancel)
            || (await table.Find(Tenant.Operator, domain, cancel))?.GetString("Tenant") == tenant;
        cache.Remove("");
        return won;
    }

    /// <summary>Releases a domain, if the tenant owns it.</summary>
    public async Task Release(string domain, string tenant, CancellationToken cancel)
    {
        if (await table.Find(Tenant.Operator, domain, cancel) is { } row && row.GetString("Tenant") == tenant)
            await table.TryDelete(row, cancel);
        cache.Remove("");
    }

    /// <summary>
    /// Releases every domain of a tenant that is being deleted: an interrupted change may have left it more than its current one.
    /// </summary>
    public async Task ReleaseAll(string tenant, CancellationToken cancel)
    {
        await foreach (var row in table.Partition(Tenant.Operator, cancel))
        {
            if (row.GetString("Tenant") == tenant) await table.TryDelete(row, cancel);
        }
        cache.Remove("");
    }

    async Task<Dictionary<string, string>?> Load(CancellationToken cancel)
    {
        var all = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        await foreach (var row in table.Partition(Tenant.Operator, cancel)) all[row.RowKey] = row.GetString("Tenant");
        return all;
    }
}
