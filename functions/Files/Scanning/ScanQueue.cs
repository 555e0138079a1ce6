using Latchkey.Storage;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// Scans complete files with ClamAV, one at a time in a process (host.json, <c>extensions.queues</c>). What gets no verdict fails, is tried
/// again by the host, and then once an hour by the sweep; until then the file stays Scanning.
/// </summary>
public sealed class ScanQueue(FileStore files, FileScanner scanner, ScanVerdicts verdicts, Settings settings)
{
    /// <summary>Works on one <see cref="ScanMessage"/>.</summary>
    [Function("files-scans")]
    public async Task Run([QueueTrigger(QueueNames.Scans)] string message, CancellationToken cancel)
    {
        var asked = WorkQueues.Read<ScanMessage>(message);
        if (!Tenancy.Tenant.IsId(asked.Tenant) || await files.Find(asked.Tenant, asked.File, cancel) is not { } file) return;
        // A process that died in between has left it so.
        if (file.IsInfected) await verdicts.Finish(file, cancel);
        else if (file.Status == FileStatus.Scanning && settings.Scan.Mode == ScanMode.ClamAv) await scanner.Scan(file, cancel);
    }
}
