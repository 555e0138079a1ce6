using System.Diagnostics;
using Latchkey.Storage;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// Scans complete files with ClamAV, one at a time in a process (host.json, <c>extensions.queues</c>). What gets no verdict fails, is tried
/// again by the host, and then once an hour by the sweep; until then the file stays Scanning. A tenant that has had its share of the
/// scanner's time waits, because an archive of a few kilobytes can take minutes.
/// </summary>
public sealed class ScanQueue(VersionStore versions, FileScanner scanner, WorkQueues queues, Settings settings)
{
    /// <summary>Works on one <see cref="ScanMessage"/>.</summary>
    /// <param name="message">The message.</param>
    /// <param name="dequeueCount">How often it has been delivered, this time included.</param>
    /// <param name="cancel">Cancels.</param>
    [Function("files-scans")]
    public async Task Run([QueueTrigger(QueueNames.Scans)] string message, long dequeueCount, CancellationToken cancel)
    {
        var asked = WorkQueues.Read<ScanMessage>(message);
        if (!Tenancy.Tenant.IsId(asked.Tenant)) return;
        // What was delivered before has failed, and sending it anew would forget that.
        if (dequeueCount == 1 && scanner.Share.Delay(asked.Tenant) is { } delay)
        {
            await queues.Send(QueueNames.Scans, asked, cancel, delay);
            return;
        }
        if (await versions.FindBytes(asked.Tenant, asked.File, cancel) is not { } file) return;
        var time = Stopwatch.StartNew();
        try
        {
            // A process that died in between has left it so.
            if (file.IsInfected) await scanner.Finish(file);
            // A former version, too, that somebody wants.
            else if (settings.Scan.Mode == ScanMode.ClamAv && file.Status is FileStatus.Scanning or FileStatus.Deleted)
                await scanner.Scan(file, cancel);
        }
        finally
        {
            scanner.Share.Add(asked.Tenant, time.Elapsed);
        }
    }
}
