using Azure.Data.Tables;
using Latchkey.Files;
using Latchkey.Keys;
using Latchkey.Storage;
using Microsoft.Extensions.Logging;

namespace Latchkey.Admin;

/// <summary>Which dependencies respond. <c>Scanner</c> is null if there is none that could be asked.</summary>
public sealed record HealthState(bool Tables, bool Blobs, bool Keys, bool? Scanner);

/// <summary>
/// Checks whether tables (with what this process makes in them at its start), blobs and keys respond, and the scanner for malware. Each
/// dependency is called by at most one check at a time, and the result is shared for some seconds: 5 for storage, 60 for the vault (15
/// while it is down). So a thousand callers cost as much as one.
/// </summary>
public sealed class HealthChecks(
    StorageClients storage, MacKeyRing ring, ClamAvScanner clamAv, StartWork work, Settings settings, TimeProvider clock,
    ILogger<HealthChecks> logger)
{
    static readonly TimeSpan StorageAge = TimeSpan.FromSeconds(5);
    static readonly TimeSpan KeysAge = TimeSpan.FromSeconds(60);
    static readonly TimeSpan KeysAgeWhenDown = TimeSpan.FromSeconds(15);

    readonly HealthDependency tables = new("tables", StorageAge, StorageAge, cancel => storage.Tables.GetTableClient(TableNames.Tenants)
        .GetEntityIfExistsAsync<TableEntity>("-", "-", cancellationToken: cancel), clock, logger);

    // "The container does not exist" is a response too, and the app's own role is enough to ask.
    readonly HealthDependency blobs = new("blobs", StorageAge, StorageAge,
        cancel => storage.Blobs.GetBlobContainerClient("health").ExistsAsync(cancel), clock, logger);

    readonly HealthDependency keys = new("keys", KeysAge, KeysAgeWhenDown, ring.Check, clock, logger);

    readonly HealthDependency? scanner = settings.Scan.Mode != ScanMode.ClamAv ? null
        : new("scanner", StorageAge, KeysAgeWhenDown, clamAv.EnsureUp, clock, logger);

    /// <summary>Checks all dependencies at once; takes 3 seconds at most.</summary>
    public async Task<HealthState> Read()
    {
        var scanning = scanner?.IsUp();
        var up = await Task.WhenAll(tables.IsUp(), blobs.IsUp(), keys.IsUp());
        return new HealthState(up[0] && work.IsDone, up[1], up[2], scanning is null ? null : await scanning);
    }
}
