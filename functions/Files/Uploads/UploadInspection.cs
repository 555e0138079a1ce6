using Azure.Storage.Blobs.Models;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>
/// Looks at one upload: ends it if its time is over, and takes away what its URL has written beyond what was declared.
/// A SAS can't limit a size, and nothing else would ever see bytes that no complete asked for.
/// </summary>
public sealed class UploadInspection(
    FileStore files, SpaceQuota spaceQuota, FilePurge purge, BlobStore blobs, StagedBlobs staged, AuditLog audit, TimeProvider clock)
{
    // Libraries name the blocks of each attempt anew, and what an attempt left stays until the next list.
    const int MaxAttempts = 3;
    const long Slack = 8 << 20;

    /// <summary>What was found.</summary>
    /// <param name="IsEnded">An upload was ended.</param>
    /// <param name="IsOversized">More was there than declared, and is gone.</param>
    /// <param name="NeedsFinalInspection">There is something that a last look has to decide about.</param>
    public sealed record Findings(bool IsEnded, bool IsOversized, bool NeedsFinalInspection);

    /// <summary>Looks.</summary>
    public async Task<Findings> Inspect(UploadNote note, CancellationToken cancel)
    {
        while (true)
        {
            var file = await files.Find(note.Tenant, note.FileId, cancel);
            var found = file switch
            {
                null => await InspectWithoutRecord(note, cancel),
                { Status: FileStatus.Pending } => await InspectPending(note, file, cancel),
                // Whoever marked it died. A URL may write after it has gone.
                { Status: FileStatus.Purging } => await purge.TryRun(file, isDue: true, cancel) ? new(true, false, true) : null,
                { Snapshot: { } served } => await InspectServed(note, file, served, cancel),
                _ => new(false, false, false),
            };
            if (found is not null) return found; // Otherwise it changed at this moment: look again.
        }
    }

    // Never begun, refused or deleted: a URL may have written since, and it wrote to one of these.
    async Task<Findings?> InspectWithoutRecord(UploadNote note, CancellationToken cancel)
    {
        var bytes = 0L;
        foreach (var name in (string[])[FileRecord.BlobNameOf(note.FileId, staged: false), FileRecord.BlobNameOf(note.FileId, staged: true)])
        {
            var held = await staged.Measure(note.Tenant, name, null, cancel);
            bytes += held.Stored + held.Uncommitted;
        }
        var isOver = note.Size < bytes;
        if (isOver) await RecordOversized(note, bytes, cancel);
        foreach (var isStaged in (bool[])[true, false])
        {
            var name = FileRecord.BlobNameOf(note.FileId, isStaged);
            if (isStaged && bytes > 0) await staged.DropBlocks(note.Tenant, name, cancel);
            await blobs.Delete(note.Tenant, name, cancel);
        }
        return new(false, isOver, true);
    }

    async Task<Findings?> InspectPending(UploadNote note, FileRecord file, CancellationToken cancel)
    {
        var isEnded = clock.GetUtcNow() >= note.FinalInspectionAt;
        var held = note.UrlExpiresAt is null ? null : await staged.Measure(file.Tenant, file.BlobName, null, cancel);
        var isOver = held is not null && IsOversized(file.Size, held);
        if (!isEnded && !isOver) return new(false, false, true);
        if (isOver) await RecordOversized(note, held!.Stored + held.Uncommitted, cancel); // First: it counts once, whoever repeats this.
        return await purge.TryRun(file, isDue: true, cancel) ? new(true, isOver, true) : null;
    }

    // The file is served from a snapshot; what its URL writes later lies below that.
    async Task<Findings?> InspectServed(UploadNote note, FileRecord file, string served, CancellationToken cancel)
    {
        var held = await staged.Measure(file.Tenant, file.BlobName, served, cancel);
        var isOver = note.UrlExpiresAt is not null && held.Stored + held.Uncommitted > file.Size;
        if (isOver) await RecordOversized(note, held.Stored + held.Uncommitted, cancel);
        if (held.Stored > 0 || held.OtherSnapshots > 0) await staged.KeepOnly(file.Tenant, file.BlobName, served, cancel);
        if (held.Uncommitted > 0)
        {
            await staged.DropBlocks(file.Tenant, file.BlobName, cancel); // Past a lease.
            await staged.Commit(file.Tenant, file.BlobName, [], new BlobHttpHeaders(), cancel); // Not all storage drops them before.
        }
        return new(false, isOver, true);
    }

    static bool IsOversized(long size, BlobFootprint held) => held.Largest > size || held.Stored > 2 * size
        || held.Uncommitted > (held.AreBlocksNumbered ? size : MaxAttempts * size + Slack);

    async Task RecordOversized(UploadNote note, long bytes, CancellationToken cancel)
    {
        if (note.Uploader is null) return;
        var found = new OversizedUpload(note.Uploader, note.FileId, clock.GetUtcNow());
        await spaceQuota.TryTransact(note.Tenant, note.FileId[..16], new UsageChange { Oversized = found }, [], cancel);
        audit.Add(note.Tenant, "upload-oversized", note.Uploader[(note.Uploader.IndexOf(':', StringComparison.Ordinal) + 1)..], note.Client, note.FileId,
            $"{note.Size} bytes were declared, {bytes} were found and deleted");
    }
}
