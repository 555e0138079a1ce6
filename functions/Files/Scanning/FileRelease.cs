using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>
/// Where every complete file becomes available: at once, or, if its tenant wants that, after a scanner has looked at it.
/// </summary>
public sealed class FileRelease(
    FileStore files, TenantStore tenants, ReceivedFiles received, Replacement replacement, ScanRequests scans, ScanVerdicts verdicts,
    RenditionRequests renditions, TimeProvider clock)
{
    /// <summary>Writes that a file is complete; null if the record changed meanwhile.</summary>
    /// <param name="file">The file, Pending or Copying, with all that was found out about its bytes.</param>
    /// <param name="cancel">Cancels.</param>
    /// <param name="condition">Of an upload that replaces a file: on what that depends, besides what it was begun with.</param>
    /// <returns>
    /// The file: Available, Scanning or, if the scanner was quicker, Infected. If an upload is to replace a file, that file; while it has
    /// to be scanned, the upload, whose verdict makes it the file's.
    /// </returns>
    public async Task<FileRecord?> TryComplete(FileRecord file, CancellationToken cancel, VersionCondition condition = default)
    {
        // A tenant that is gone meanwhile gives nothing away.
        var scan = await tenants.Find(file.Tenant, cancel) is not { MalwareScanning: false };
        if (file.Replaces is not null)
        {
            file = condition.Or(VersionCondition.Of(file)).Keep(file);
            if (!scan) return await Replace(file with { Scan = null }, cancel);
        }
        var complete = file.Complete(clock.GetUtcNow(), scan) with { Scan = scan ? file.Scan : null };
        if (scan) await scans.Schedule(complete, cancel);
        if (await TryWrite(complete, cancel) is not { } done) return null;
        if (!scan) await renditions.Ask(done);
        else if (done.Scan?.OfCheckedBytes is { } early) return await Decide(done, early);
        else await scans.Ask(done);
        return done;
    }

    // Even if the caller has hung up: Defender says it once. Null if the file has another version by now, and the upload is Pending
    // again; so it is without room for it, which whoever completes it is told.
    async Task<FileRecord?> Decide(FileRecord complete, EarlyVerdict early)
    {
        var decided = await verdicts.Apply(complete, early.Verdict, CancellationToken.None) ?? complete;
        if (decided.NoRoom is { } full) throw full;
        return decided.Status == FileStatus.Pending ? null : decided;
    }

    async Task<FileRecord?> Replace(FileRecord upload, CancellationToken cancel)
    {
        var done = await replacement.TryFinish(upload, cancel);
        if (done is not null) await renditions.Ask(done);
        return done;
    }

    // A file that was handed in may get another name.
    async Task<FileRecord?> TryWrite(FileRecord complete, CancellationToken cancel) =>
        complete.Request is not null ? await received.TryComplete(complete, cancel)
        : await files.TryComplete(complete, cancel) ? complete : null;
}
