using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>
/// Where every complete file becomes available: at once, or, if its tenant wants that, after a scanner has looked at it.
/// </summary>
public sealed class FileRelease(
    FileStore files, ReceivedFiles received, TenantStore tenants, ScanRequests scans, ScanVerdicts verdicts, RenditionRequests renditions,
    TimeProvider clock)
{
    /// <summary>Writes that a file is complete; null if the record changed meanwhile.</summary>
    /// <param name="file">The file, Pending or Copying, with all that was found out about its bytes.</param>
    /// <param name="cancel">Cancels.</param>
    /// <returns>The file: Available, Scanning or, if the scanner was quicker, Infected.</returns>
    public async Task<FileRecord?> TryComplete(FileRecord file, CancellationToken cancel)
    {
        // A tenant that is gone meanwhile gives nothing away.
        var scan = await tenants.Find(file.Tenant, cancel) is not { MalwareScanning: false };
        FileRecord? done = file.Complete(clock.GetUtcNow(), scan) with { Scan = scan ? file.Scan : null };
        if (scan) await scans.Schedule(done, cancel);
        // A file that was handed in gets its name only now.
        if (done.Request is not null) done = await received.TryComplete(done, cancel);
        else if (!await files.TryComplete(done, cancel)) done = null;
        if (done is null) return null;
        if (!scan) await renditions.Ask(done);
        else if (done.Scan?.OfCheckedBytes is { } early) return await verdicts.Apply(file.Tenant, file.Id, early.Verdict, cancel) ?? done;
        else await scans.Ask(done);
        return done;
    }
}
