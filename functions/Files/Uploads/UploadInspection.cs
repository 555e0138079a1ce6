using Azure.Storage.Blobs.Models;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>
/// Inspects one upload: ends it after its deadline, and deletes what its URL has written beyond the declared size. A SAS can't limit
/// a size, and nothing else would ever notice bytes for which complete was never called.
/// </summary>
public sealed class UploadInspection(
    VersionStore versions, FileRequestStore requests, SharedUploads shared, SpaceQuota spaceQuota, FilePurge purge, BlobStore blobs,
    StagedBlobs staged, AuditLog audit, TimeProvider clock)
{
    // Libraries name the blocks of each attempt anew, and blocks of earlier attempts stay until the next block list.
    const int MaxAttempts = 3;
    const long Slack = 8 << 20;

    /// <summary>What an inspection found.</summary>
    /// <param name="IsEnded">The upload was ended.</param>
    /// <param name="IsOversized">Storage had more bytes than declared; they were deleted.</param>
    /// <param name="NeedsFinalInspection">Something is left that the final inspection has to decide about.</param>
    public sealed record Findings(bool IsEnded, bool IsOversized, bool NeedsFinalInspection);

    /// <summary>Inspects the upload that a note is about.</summary>
    public async Task<Findings> Inspect(UploadNote note, CancellationToken cancel)
    {
        while (true)
        {
            var file = await versions.FindContent(note.Tenant, note.FileId, cancel);
            var found = file switch
            {
                null => await InspectWithoutRecord(note, cancel),
                { Replaces: not null, Status: FileStatus.Scanning or FileStatus.Infected } when !IsOver(note) => new(false, false, true),
                { Status: FileStatus.Pending } or { Replaces: not null, Status: not FileStatus.Version } =>
                    await InspectPending(note, file, cancel),
                // The process that marked it died. A URL may still write after the purge.
                { Status: FileStatus.Purging } => await TryPurge(file, cancel) ? new(true, false, true) : null,
                { Status: FileStatus.Infected } => await InspectWithoutRecord(note, cancel), // Nothing of it is served.
                // What is served is another blob.
                { Clean: not null } => await InspectWithoutRecord(note, cancel, file.BlobName),
                { Snapshot: { } served } => await InspectServed(note, file, served, cancel),
                _ => await InspectWritten(file, cancel),
            };
            if (found is not null) return found; // Otherwise the record changed meanwhile: inspect again.
        }
    }

    // The file was never begun, was refused or was deleted. Its URL may have written to either blob since.
    async Task<Findings?> InspectWithoutRecord(UploadNote note, CancellationToken cancel, string? served = null)
    {
        var bytes = 0L;
        foreach (var isStaged in (bool[])[false, true])
        {
            var held = await staged.Measure(note.Tenant, FileRecord.BlobNameOf(note.FileId, isStaged), null, cancel);
            bytes += held.Stored + held.Uncommitted;
        }
        var isOversized = note.Size < bytes;
        if (isOversized) await RecordOversized(note, bytes, cancel);
        foreach (var isStaged in (bool[])[true, false])
        {
            var name = FileRecord.BlobNameOf(note.FileId, isStaged);
            if (isStaged && bytes > 0) await staged.DropBlocks(note.Tenant, name, cancel);
            await blobs.Delete(note.Tenant, name, cancel);
        }
        await CleanBlobs.DropOthers(blobs, note.Tenant, note.FileId, served, cancel);
        return new(false, isOversized, true);
    }

    async Task<Findings?> InspectPending(UploadNote note, FileRecord file, CancellationToken cancel)
    {
        var isEnded = IsOver(note) || await IsUnwanted(file, cancel);
        var held = note.UrlExpiresAt is null ? null : await staged.Measure(file.Tenant, file.BlobName, null, cancel);
        var isOversized = held is not null && IsOversized(file.Size, held);
        if (!isEnded && !isOversized) return new(false, false, true);
        // Recorded first: it counts once, however often this is repeated.
        if (isOversized) await RecordOversized(note, held!.Stored + held.Uncommitted, cancel);
        return await TryPurge(file, cancel) ? new(true, isOversized, true) : null;
    }

    // With what an interrupted complete has made of it.
    async Task<bool> TryPurge(FileRecord file, CancellationToken cancel)
    {
        if (!await purge.TryPurge(file, isDue: true, cancel)) return false;
        await CleanBlobs.DropOthers(blobs, file.Tenant, file.Content, null, cancel);
        return true;
    }

    // Whoever asked for it has closed the request since, or whoever shared the file has revoked the share.
    async Task<bool> IsUnwanted(FileRecord file, CancellationToken cancel) => file.Request is { } request
        ? await requests.Find(file.Tenant, request, cancel) is not { ClosedAt: null }
        : file.ByShare && !await shared.MayGoOn(file, cancel);

    // The file is served from a snapshot. What its URL writes later goes to the blob below it.
    async Task<Findings?> InspectServed(UploadNote note, FileRecord file, string served, CancellationToken cancel)
    {
        var held = await staged.Measure(file.Tenant, file.BlobName, served, cancel);
        var isOversized = note.UrlExpiresAt is not null && held.Stored + held.Uncommitted > file.Size;
        if (isOversized) await RecordOversized(note, held.Stored + held.Uncommitted, cancel);
        if (held.Stored > 0 || held.OtherSnapshots > 0) await staged.KeepOnly(file.Tenant, file.BlobName, served, cancel);
        if (held.Uncommitted > 0)
        {
            await staged.DropBlocks(file.Tenant, file.BlobName, cancel); // Even under a lease.
            await staged.Commit(file.Tenant, file.BlobName, [], new BlobHttpHeaders(), cancel); // Some storage drops them only now.
        }
        await DropClean(file, cancel);
        return new(false, isOversized, true);
    }

    // The file is served from a blob that its URL can't write again.
    async Task<Findings?> InspectWritten(FileRecord file, CancellationToken cancel)
    {
        await DropClean(file, cancel);
        return new(false, false, false);
    }

    // A complete that died may have made one before the tenant switched that off.
    Task DropClean(FileRecord file, CancellationToken cancel) => UploadCheck.IsPicture(file.ContentType)
        ? CleanBlobs.DropOthers(blobs, file.Tenant, file.Content, null, cancel) : Task.CompletedTask;

    bool IsOver(UploadNote note) => clock.GetUtcNow() >= note.FinalInspectionAt;

    static bool IsOversized(long size, BlobFootprint held) => held.Largest > size || held.Stored > 2 * size
        || held.Uncommitted > (held.AreBlocksNumbered ? size : MaxAttempts * size + Slack);

    async Task RecordOversized(UploadNote note, long bytes, CancellationToken cancel)
    {
        if (note.Uploader is null) return;
        var found = new OversizedUpload(note.Uploader, note.FileId, clock.GetUtcNow());
        await spaceQuota.TryTransact(note.Tenant, note.FileId[..16], new UsageChange { Oversized = found }, [], cancel);
        var actor = note.Uploader[(note.Uploader.IndexOf(':', StringComparison.Ordinal) + 1)..];
        audit.Add(note.Tenant, "upload-oversized", actor, note.Client, note.FileId,
            $"{note.Size} bytes declared, {bytes} found and deleted");
    }
}
