using Azure.Storage.Blobs.Models;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>
/// Looks at one upload: ends it if its time is over, and takes away what its URL has written beyond what was declared.
/// A SAS can't limit a size, and nothing else would ever see bytes that no complete asked for.
/// </summary>
public sealed class UploadInspection(
    FileStore files, SpaceQuota usage, FilePurge purge, BlobStore blobs, StagedBlobs staged, AuditLog audit, TimeProvider clock)
{
    // Libraries name the blocks of each attempt anew, and what an attempt left stays until the next list.
    const int Attempts = 3;
    const long Room = 8 << 20;

    /// <summary>What was found.</summary>
    /// <param name="IsEnded">An upload was ended.</param>
    /// <param name="IsOversized">More was there than declared, and is gone.</param>
    /// <param name="IsLeft">There is something that a last look has to decide about.</param>
    public sealed record Found(bool IsEnded, bool IsOversized, bool IsLeft);

    /// <summary>Looks.</summary>
    public async Task<Found> Look(UploadNote note, CancellationToken cancel)
    {
        while (true)
        {
            var file = await files.Find(note.Tenant, note.FileId, cancel);
            var found = file switch
            {
                null => await Nobodys(note, cancel),
                { Status: FileStatus.Pending } => await Pending(note, file, cancel),
                // Whoever marked it died. A URL may write after it has gone.
                { Status: FileStatus.Purging } => await purge.TryRun(file, isDue: true, cancel) ? new(true, false, true) : null,
                { Snapshot: { } served } => await Below(note, file, served, cancel),
                _ => new(false, false, false),
            };
            if (found is not null) return found; // Otherwise it changed at this moment: look again.
        }
    }

    // Never begun, refused or deleted: a URL may have written since, and it wrote to one of these.
    async Task<Found?> Nobodys(UploadNote note, CancellationToken cancel)
    {
        var bytes = 0L;
        foreach (var name in (string[])[FileRecord.BlobNameOf(note.FileId, staged: false), FileRecord.BlobNameOf(note.FileId, staged: true)])
        {
            var held = await staged.Weigh(note.Tenant, name, null, cancel);
            bytes += held.Stored + held.Waiting;
        }
        var isOver = note.Size < bytes;
        if (isOver) await Count(note, bytes, cancel);
        foreach (var isStaged in (bool[])[true, false])
        {
            var name = FileRecord.BlobNameOf(note.FileId, isStaged);
            if (isStaged && bytes > 0) await staged.DropBlocks(note.Tenant, name, cancel);
            await blobs.Delete(note.Tenant, name, cancel);
        }
        return new(false, isOver, true);
    }

    async Task<Found?> Pending(UploadNote note, FileRecord file, CancellationToken cancel)
    {
        var isEnded = clock.GetUtcNow() >= note.End;
        var held = note.Until is null ? null : await staged.Weigh(file.Tenant, file.BlobName, null, cancel);
        var isOver = held is not null && IsOver(file.Size, held);
        if (!isEnded && !isOver) return new(false, false, true);
        if (isOver) await Count(note, held!.Stored + held.Waiting, cancel); // First: it counts once, whoever repeats this.
        return await purge.TryRun(file, isDue: true, cancel) ? new(true, isOver, true) : null;
    }

    // The file is served from a snapshot; what its URL writes later lies below that.
    async Task<Found?> Below(UploadNote note, FileRecord file, string served, CancellationToken cancel)
    {
        var held = await staged.Weigh(file.Tenant, file.BlobName, served, cancel);
        var isOver = note.Until is not null && held.Stored + held.Waiting > file.Size;
        if (isOver) await Count(note, held.Stored + held.Waiting, cancel);
        if (held.Stored > 0 || held.Snapshots > 0) await staged.KeepOnly(file.Tenant, file.BlobName, served, cancel);
        if (held.Waiting > 0)
        {
            await staged.DropBlocks(file.Tenant, file.BlobName, cancel); // Past a lease.
            await staged.Commit(file.Tenant, file.BlobName, [], new BlobHttpHeaders(), cancel); // Not all storage drops them before.
        }
        return new(false, isOver, true);
    }

    static bool IsOver(long size, Held held) => held.Largest > size || held.Stored > 2 * size
        || held.Waiting > (held.AreNumbered ? size : Attempts * size + Room);

    async Task Count(UploadNote note, long bytes, CancellationToken cancel)
    {
        if (note.By is null) return;
        var found = new OversizedUploads(note.By, note.FileId, clock.GetUtcNow());
        await usage.TryTransact(note.Tenant, note.FileId[..16], new UsageChange { Found = found }, [], cancel);
        audit.Add(note.Tenant, "upload-oversized", note.By[(note.By.IndexOf(':', StringComparison.Ordinal) + 1)..], note.Client, note.FileId,
            $"{note.Size} bytes were declared, {bytes} were found and deleted");
    }
}
