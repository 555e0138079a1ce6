using Azure.Data.Tables;
using Latchkey.Storage;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Tenancy;

/// <summary>
/// Which tenant's own domain a host name is (SCHEMA.md, table Domains). All are read together and cached for seconds;
/// under the deployment's own host name nobody asks.
/// </summary>
public sealed class Domains(StorageClients storage, Settings settings, TimeProvider clock)
{
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Domains));
    readonly Cache<Dictionary<string, string>> cache = new(clock, settings.CacheTime < Longest ? settings.CacheTime : Longest);
    readonly string own = new Uri(settings.Origin).Host;

    /// <summary>The tenant whose own domain the request came to, or null: the deployment's own host, or one that is nobody's.</summary>
    public async ValueTask<string?> TenantAt(HttpRequest request, CancellationToken cancel)
    {
#pragma warning disable RS0030 // The one place that looks at the Host header. It decides a refusal and builds nothing.
        var host = request.Host.Host;
#pragma warning restore RS0030
        host = host.TrimEnd('.'); // DNS takes login.example.com. for the same name.
        if (host.Equals(own, StringComparison.OrdinalIgnoreCase)) return null;
        var all = await cache.Get("", () => Load(cancel));
        return all!.GetValueOrDefault(host);
    }

    /// <summary>Gives a domain to a tenant; false if it is another's. It may be its own already.</summary>
    public async Task<bool> TryClaim(string domain, string tenant, CancellationToken cancel)
    {
        var row = new TableEntity(Tenant.Operator, domain) { ["Tenant"] = tenant };
        var won = await table.TryAdd(row, cancel)
            || (await table.Find(Tenant.Operator, domain, cancel))?.GetString("Tenant") == tenant;
        cache.Remove("");
        return won;
    }

    /// <summary>Gives a domain back, if it is the tenant's.</summary>
    public async Task Release(string domain, string tenant, CancellationToken cancel)
    {
        if (await table.Find(Tenant.Operator, domain, cancel) is { } row && row.GetString("Tenant") == tenant)
            await table.TryDelete(row, cancel);
        cache.Remove("");
    }

    /// <summary>Gives back all that a tenant has, for its deletion: a change that was cut short may have left it more than its own.</summary>
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
