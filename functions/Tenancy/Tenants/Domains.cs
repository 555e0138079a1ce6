using Azure.Data.Tables;
using Latchkey.Storage;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Tenancy;

/// <summary>
/// Maps host names to the tenants that own them (SCHEMA.md, table Domains). A row, or that there is none, is cached for seconds; a
/// request to the deployment's own host name needs none of them.
/// </summary>
public sealed class Domains(StorageClients storage, Settings settings, TimeProvider clock)
{
    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Domains));
    readonly Cache<Owned> cache = Cache<Owned>.Short(clock, settings.CacheTime);
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
        host = host.ToLowerInvariant();
        // Other texts are nobody's, and not all of them can be keys.
        return Tenant.IsDomain(host) ? (await cache.Get(host, wait => Load(host, wait), cancel))!.Tenant : null;
    }

    /// <summary>Assigns a domain to a tenant; false if another tenant owns it. True if the tenant owns it already.</summary>
    public async Task<bool> TryClaim(string domain, string tenant, CancellationToken cancel)
    {
        var row = new TableEntity(Tenant.Operator, domain) { ["Tenant"] = tenant };
        var won = await table.TryAdd(row, cancel)
            || (await table.Find(Tenant.Operator, domain, cancel))?.GetString("Tenant") == tenant;
        cache.Remove(domain);
        return won;
    }

    /// <summary>Releases a domain, if the tenant owns it.</summary>
    public async Task Release(string domain, string tenant, CancellationToken cancel)
    {
        if (await table.Find(Tenant.Operator, domain, cancel) is { } row && row.GetString("Tenant") == tenant)
            await table.TryDelete(row, cancel);
        cache.Remove(domain);
    }

    /// <summary>
    /// Releases every domain of a tenant that is being deleted: an interrupted change may have left it more than its current one.
    /// </summary>
    public async Task ReleaseAll(string tenant, CancellationToken cancel)
    {
        await foreach (var row in table.Scan($"PartitionKey eq {Tenant.Operator} and Tenant eq {tenant}", cancel))
        {
            await table.TryDelete(row, cancel);
            cache.Remove(row.RowKey);
        }
    }

    async Task<Owned?> Load(string host, CancellationToken cancel) =>
        new((await table.Find(Tenant.Operator, host, cancel))?.GetString("Tenant"));

    // Whose it is, or nobody's.
    sealed record Owned(string? Tenant);
}
