using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>The message of the queue <see cref="QueueNames.Scans"/>: bytes to scan, by the upload that brought them.</summary>
public sealed record ScanMessage(string Tenant, string File);

/// <summary>
/// Asks for verdicts about files that are complete. A file that waits is in the schedule before its record says so, and the sweep asks
/// again once an hour until there is one: nothing else is needed to find what a crash or an outage left behind.
/// </summary>
public sealed partial class ScanRequests(
    WorkQueues queues, FileSchedule schedule, Settings settings, TimeProvider clock, ILogger<ScanRequests> logger)
{
    static readonly TimeSpan AskAgainAfter = TimeSpan.FromMinutes(30);
    static readonly TimeSpan ResultWithin = TimeSpan.FromDays(1); // Event Grid gives an event up after that.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(3); // A caller waits for it.

    /// <summary>Must be called before the file's record becomes Scanning.</summary>
    public Task Schedule(FileRecord file, CancellationToken cancel) => schedule.Add(file, clock.GetUtcNow() + AskAgainAfter, cancel);

    /// <summary>Asks. A failure is only logged.</summary>
    public async Task Ask(FileRecord file)
    {
        if (settings.Scan.Mode == ScanMode.None) Log.NoScanner(logger, file.Tenant, file.Id);
        if (settings.Scan.Mode != ScanMode.ClamAv) return; // Defender comes by itself.
        try
        {
            using var patience = new CancellationTokenSource(Patience, clock);
            await queues.Send(QueueNames.Scans, new ScanMessage(file.Tenant, file.Content), patience.Token);
        }
        catch (Exception fault) when (ErrorBoundary.IsOutage(fault))
        {
            Log.NotAsked(logger, file.Tenant, file.Id, fault);
        }
    }

    /// <summary>
    /// Refuses a former version in which malware was found, and where the tenant scans also one of which no scanner has said that it is
    /// clean: it is from before the tenant scanned. Then a scanner is asked.
    /// </summary>
    /// <exception cref="Problem">403 <c>file_infected</c>; 409 <c>file_scanning</c>.</exception>
    public async Task EnsureClean(FileRecord version, Tenant tenant)
    {
        if (version.IsInfected) throw FilePermissions.Infected();
        if (!tenant.MalwareScanning || version.Scan is { IsClean: true }) return;
        if (version.Scan?.Failure is null) await Ask(version);
        throw FilePermissions.Scanning();
    }

    /// <summary>
    /// True if a result of Defender's has not come for so long that it was lost. Only a scan that an operator starts brings another one.
    /// </summary>
    public bool IsLost(FileRecord file) => settings.Scan.Mode == ScanMode.Defender && file.Scan?.Failure is null
        && file.CompletedAt is { } at && clock.GetUtcNow() - at >= ResultWithin;

    /// <summary>Asks again for a file that still waits; true if there will be no verdict, so that nobody need ask any more.</summary>
    public async Task<bool> IsSettled(FileRecord file)
    {
        if (file.Scan?.Failure is not null) return true;
        Log.Waits(logger, file.Tenant, file.Id);
        await Ask(file);
        return false;
    }

    static partial class Log
    {
        [LoggerMessage(132, LogLevel.Warning, "Malware: tenant {Tenant}, file {FileId} was not sent to be scanned; the sweep will do it")]
        public static partial void NotAsked(ILogger logger, string tenant, string fileId, Exception fault);

        [LoggerMessage(133, LogLevel.Error,
            "Malware: tenant {Tenant}, file {FileId} waits for a scanner, and there is none (Latchkey__Scan__Mode)")]
        public static partial void NoScanner(ILogger logger, string tenant, string fileId);

        [LoggerMessage(134, LogLevel.Warning, "Malware: tenant {Tenant}, file {FileId} still waits for a verdict")]
        public static partial void Waits(ILogger logger, string tenant, string fileId);
    }
}
