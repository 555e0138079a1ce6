using Azure;
using Azure.Storage.Blobs.Models;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>The progress of a copy, in bytes.</summary>
public sealed record CopyProgress(long Bytes, long Total);

/// <summary>
/// Copies blobs within storage (Copy Blob), which goes on whether or not anybody waits. The copy is finished by whoever reads its
/// record, or by the sweep. If the process that should have started it crashed, they start it.
/// </summary>
public sealed class BlobCopier(
    FileStore files, BlobStore blobs, FileUrls urls, FilePurge purge, FileRelease release, Settings settings)
{
    /// <summary>Starts the copy unless it has been started; false if the source's bytes are gone.</summary>
    public async Task<bool> TryStart(FileRecord source, FileRecord copy, CancellationToken cancel)
    {
        if (source.IsInfected || source.Status is not (FileStatus.Available or FileStatus.Deleted)) return false;
        var url = await urls.Copy(source, copy.CreatedBy, cancel);
        return await blobs.TryStartCopy(copy.Tenant, copy.BlobName, new Uri(url.Url), cancel);
    }

    /// <summary>Finishes the copy if storage is done; otherwise reports its progress.</summary>
    /// <exception cref="Problem">409 <c>copy_failed</c>, and the copy is removed; 404 <c>file_not_found</c>.</exception>
    public Task<(FileRecord File, CopyProgress? Progress)> FinishIfDone(FileRecord copy, CancellationToken cancel) =>
        FinishIfDone(copy, mayLookAgain: true, cancel);

    async Task<(FileRecord File, CopyProgress? Progress)> FinishIfDone(FileRecord copy, bool mayLookAgain, CancellationToken cancel)
    {
        var blob = await blobs.Find(copy.Tenant, copy.BlobName, cancel);
        if (blob is null)
        {
            var source = await files.Find(copy.Tenant, copy.CopyOf, cancel);
            // What is there now must be what the copy was promised to be.
            var isOther = copy.CopyOfContent is { } content && source?.Content != content;
            if (source is null || isOther || !await TryStart(source, copy, cancel)) throw await Failed(copy, cancel);
            return (copy, new CopyProgress(0, copy.Size));
        }
        if (blob.BlobCopyStatus == CopyStatus.Pending) return (copy, Progress(copy, blob.CopyProgress));
        var failed = blob.BlobCopyStatus is CopyStatus.Failed or CopyStatus.Aborted || blob.ContentLength != copy.Size;
        if (failed) throw await Failed(copy, cancel);
        ETag sealedAs;
        try
        {
            sealedAs = settings.Scan.Mode == ScanMode.Defender ? blob.ETag // As UploadCheck.Seals.
                : await blobs.SetFinalHeaders(copy.Tenant, copy.BlobName, UploadedBlob.Of(blob), HeadersOf(copy, blob), cancel);
        }
        catch (RequestFailedException changed) when (mayLookAgain && changed.ErrorCode == BlobErrorCode.ConditionNotMet)
        {
            // Somebody else is doing the same: what they have written is not written again.
            var now = await files.Find(copy.Tenant, copy.Id, cancel) ?? throw FilePermissions.NotFound();
            return now.Status == FileStatus.Copying ? await FinishIfDone(now, mayLookAgain: false, cancel) : (now, null);
        }
        var checkedBytes = (copy.Scan ?? new()) with { ETags = FileScan.Names([blob.ETag, sealedAs]) };
        if (await release.TryComplete(copy with { Scan = checkedBytes }, cancel) is { } done) return (done, null);
        return await files.Find(copy.Tenant, copy.Id, cancel) is { IsListed: true } there
            ? (there, null) : throw FilePermissions.NotFound(); // Somebody else finished or deleted it.
    }

    // An MD5 that was never verified is not sent to those who download either.
    static BlobHttpHeaders HeadersOf(FileRecord copy, BlobProperties blob) =>
        UploadCheck.HeadersOf(copy, copy.Md5Verified ? Convert.FromBase64String(copy.Md5!) : blob.ContentHash);

    async Task<Problem> Failed(FileRecord copy, CancellationToken cancel)
    {
        await purge.TryPurge(copy, isDue: true, cancel);
        return Problem.Conflict("copy_failed", "The copy failed: the source file is gone, or storage gave up.");
    }

    // "bytes/total", as in the header x-ms-copy-progress (Get Blob Properties).
    static CopyProgress Progress(FileRecord copy, string? header) =>
        header?.Split('/') is [var bytes, _] && long.TryParse(bytes, out var number) ? new(number, copy.Size) : new(0, copy.Size);
}
