using Azure;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Purges a file in steps that can each be repeated: the record is marked, then bytes, shares, key and versions are deleted, then the
/// record, which frees its quota. From the first step on nobody can see the file. Whoever finds the mark completes the purge.
/// </summary>
public sealed class FilePurge(
    FileStore files, VersionPurge versions, BlobStore blobs, StagedBlobs staged, RenditionBlobs renditions, ShareStore shares,
    FileSchedule schedule, TimeProvider clock)
{
    /// <summary>Purges former versions of files that stay.</summary>
    public VersionPurge Versions => versions;

    /// <summary>Purges a file in any state; false if its record changed meanwhile, and then nothing is done.</summary>
    /// <param name="file">The file.</param>
    /// <param name="isDue">True if the sweep has the file in its schedule and will finish the purge if this process crashes.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<bool> TryPurge(FileRecord file, bool isDue, CancellationToken cancel)
    {
        if (file.Status != FileStatus.Purging)
        {
            // First, so that the sweep finishes the purge if this process crashes after the mark.
            if (!isDue) await schedule.Add(file, clock.GetUtcNow(), cancel);
            if (!await files.TryMove(file, file.Purge(), default, cancel)) return false;
        }
        if (file is { CopyOf: not null, CompletedAt: null }) await blobs.AbortCopy(file.Tenant, file.BlobName, cancel);
        if (file is { IsStaged: true, CompletedAt: null }) await staged.DropBlocks(file.Tenant, file.BlobName, cancel);
        foreach (var name in file.BlobNames) await blobs.Delete(file.Tenant, name, cancel);
        if (file.CompletedAt is not null) await renditions.DeleteAll(file, cancel);
        await shares.RemoveAll(file, cancel);
        await files.ForgetKey(file, cancel);
        if (file.Version > 1) await versions.PurgeAll(file, cancel);
        await files.Remove(file with { ETag = ETag.All }, cancel);
        return true;
    }
}
