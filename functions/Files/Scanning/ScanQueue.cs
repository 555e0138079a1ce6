using Latchkey.Storage;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// Scans complete files with ClamAV, one at a time in a process (host.json, <c>extensions.queues</c>). What gets no verdict fails, is tried
/// again by the host, and then once an hour by the sweep; until then the file stays Scanning.
/// </summary>
public sealed class ScanQueue(VersionStore versions, FileScanner scanner, Settings settings)
{
    /// <summary>Works on one <see cref="ScanMessage"/>.</summary>
    [Function("files-scans")]
    public async Task Run([QueueTrigger(QueueNames.Scans)] string message, CancellationToken cancel)
    {
        var asked = WorkQueues.Read<ScanMessage>(message);
        if (!Tenancy.Tenant.IsId(asked.Tenant) || await versions.FindBytes(asked.Tenant, asked.File, cancel) is not { } file) return;
        // A process that died in between has left it so.
        if (file.IsInfected) await scanner.Finish(file);
        // A former version, too, that somebody wants.
        else if (settings.Scan.Mode == ScanMode.ClamAv && file.Status is FileStatus.Scanning or FileStatus.Deleted)
            await scanner.Scan(file, cancel);
    }
}
