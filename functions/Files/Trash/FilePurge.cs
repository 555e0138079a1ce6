using Azure;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Removes a file for good, in steps that can each be repeated: the record is marked, then the bytes and shares go, then
/// the record with the room that it took. After the first the file is gone for everybody; whoever finds the mark goes on.
/// </summary>
public sealed class FilePurge(
    FileStore files, BlobStore blobs, StagedBlobs staged, ShareStore shares, FileSchedule schedule, TimeProvider clock)
{
    /// <summary>Removes a file in whatever state; false if its record changed meanwhile and nothing was done.</summary>
    /// <param name="file">The file.</param>
    /// <param name="isDue">The sweep knows of it, and comes back if this dies.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<bool> TryRun(FileRecord file, bool isDue, CancellationToken cancel)
    {
        if (file.Status != FileStatus.Purging)
        {
            if (!isDue) await schedule.Add(file, clock.GetUtcNow(), cancel); // First: the sweep finishes what dies after the mark.
            if (!await files.TryMove(file, file.Purge(), default, cancel)) return false;
        }
        if (file is { CopyOf: not null, CompletedAt: null }) await blobs.AbortCopy(file.Tenant, file.BlobName, cancel);
        if (file is { IsStaged: true, CompletedAt: null }) await staged.DropBlocks(file.Tenant, file.BlobName, cancel);
        await blobs.Delete(file.Tenant, file.BlobName, cancel);
        await shares.RemoveAll(file, cancel);
        await files.Remove(file with { ETag = ETag.All }, cancel);
        return true;
    }
}
