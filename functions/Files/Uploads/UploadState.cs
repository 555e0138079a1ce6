using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>Says how far an upload is, and issues a new URL for the same blob, so that it can continue where it stopped.</summary>
public sealed class UploadState(FileUrls urls, UploadStarter uploads, BlobStore blobs, StagedBlobs staged)
{
    /// <summary>The progress of an upload, and the request that continues it.</summary>
    /// <exception cref="Problem">409 <c>file_copying</c>, <c>tus_upload</c>.</exception>
    public async Task<UploadProgressResponse> Of(Caller caller, FileRecord file)
    {
        if (file.Status == FileStatus.Copying) throw FilePermissions.Copying();
        if (file is { Status: FileStatus.Version, Replaces: { } replaced }) return new(replaced, "available");
        if (file.Status != FileStatus.Pending) return new(file.Id, file.Status.ToString().ToLowerInvariant());
        if (file.TusMetadata is not null)
        {
            throw Problem.Conflict("tus_upload",
                $"This file is uploaded by tus. See {caller.Tenant.Issuer}/tus/{file.Id} for its progress.");
        }
        return file.BlockSize is { } blockSize ? await BlockProgress(caller, file, blockSize) : await SingleProgress(caller, file);
    }

    async Task<UploadProgressResponse> SingleProgress(Caller caller, FileRecord file)
    {
        var progress = new UploadProgressResponse(file.Id, "pending") { Deadline = UploadDeadline.Of(file).UtcDateTime };
        // A blob that exists can't be overwritten. The next step is complete, which deletes it if it is wrong.
        if (await blobs.Find(file.Tenant, file.BlobName, caller.Cancel) is { } blob)
            return progress with { ReceivedBytes = blob.ContentLength };
        return progress with { ReceivedBytes = 0, Upload = await NewUrl(caller, file) };
    }

    async Task<UploadProgressResponse> BlockProgress(Caller caller, FileRecord file, long blockSize)
    {
        var list = await staged.FindBlocks(file.Tenant, file.BlobName, caller.Cancel);
        var count = BlockPlan.Count(file.Size, blockSize);
        var received = new SortedSet<long>();
        foreach (var block in list?.Committed.Concat(list.Uncommitted) ?? [])
        {
            if (BlockPlan.Number(block.Id) is not { } n || n >= count) continue;
            // Of two blocks with the same number the second, uncommitted one counts. A block of the wrong size must be sent again.
            if (block.Size == BlockPlan.SizeOf(n, file.Size, blockSize)) received.Add(n);
            else received.Remove(n);
        }
        return new UploadProgressResponse(file.Id, "pending")
        {
            Deadline = UploadDeadline.Of(file).UtcDateTime,
            Upload = await NewUrl(caller, file),
            ReceivedBytes = received.Sum(n => BlockPlan.SizeOf(n, file.Size, blockSize)),
            BlockCount = count,
            Received = Ranges(received),
            BlocksKeptDays = 7,
        };
    }

    async Task<UploadResponse> NewUrl(Caller caller, FileRecord file)
    {
        var url = await urls.Upload(caller, file);
        await uploads.AddNote(caller, file, url);
        return UploadResponse.Of(file, url);
    }

    static List<long[]> Ranges(SortedSet<long> numbers)
    {
        var ranges = new List<long[]>();
        foreach (var n in numbers)
        {
            if (ranges is [.., var last] && last[1] == n - 1) last[1] = n;
            else ranges.Add([n, n]);
        }
        return ranges;
    }
}
