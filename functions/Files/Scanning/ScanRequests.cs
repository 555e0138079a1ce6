using Latchkey.Http;
using Latchkey.Storage;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>The message of the queue <see cref="QueueNames.Scans"/>: a file to scan.</summary>
public sealed record ScanMessage(string Tenant, string File);

/// <summary>
/// Asks for verdicts about files that are complete. A file that waits is in the schedule before its record says so, and the sweep asks
/// again once an hour until there is one: nothing else is needed to find what a crash or an outage left behind.
/// </summary>
public sealed partial class ScanRequests(
    WorkQueues queues, FileSchedule schedule, Settings settings, TimeProvider clock, ILogger<ScanRequests> logger)
{
    static readonly TimeSpan AskAgainAfter = TimeSpan.FromMinutes(30);
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
            await queues.Send(QueueNames.Scans, new ScanMessage(file.Tenant, file.Id), patience.Token);
        }
        catch (Exception fault) when (ErrorBoundary.IsOutage(fault))
        {
            Log.NotAsked(logger, file.Tenant, file.Id, fault);
        }
    }

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
