using Azure;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Completes an upload: checks the bytes, then writes that the file is complete, and lists it (<see cref="FileRelease"/>). Until that write
/// nothing has happened that can't be repeated, so a client that crashed or lost the response simply repeats the request. A refused upload is
/// deleted with its bytes, which frees its quota. Its note stays, because its URL can still write.
/// </summary>
public sealed class Completion(
    SingleUpload single, StagedUpload staged, FilePurge purge, Replacement replacement, FileRelease release, ReceivedFiles received,
    RenditionRequests renditions, TimeProvider clock)
{
    const int MaxAttempts = 5;

    /// <summary>Completes the file; if it is complete already, returns it as it is.</summary>
    /// <param name="read">Reads the record.</param>
    /// <param name="choose">Chooses the blocks that make up a file sent in blocks; null for those that the client has committed.</param>
    /// <param name="cancel">Cancels.</param>
    /// <param name="condition">Of an upload that replaces a file: on what that depends, besides what it was begun with.</param>
    /// <exception cref="Problem">410 <c>upload_expired</c>; 409 or 422 with a code for what is missing or wrong.</exception>
    public async Task<FileRecord> Run(Func<Task<FileRecord>> read, Func<StagedBlocks, IReadOnlyList<Block>>? choose,
        CancellationToken cancel, VersionCondition condition = default)
    {
        string? snapshot = null;
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var file = await read();
            // A concurrent complete won; drop our snapshot unless our own write was merely unacknowledged.
            if (snapshot is not null && snapshot != file.Snapshot) await staged.DiscardSnapshot(file, snapshot, cancel);
            snapshot = null;
            if (file.IsListed) return file;
            if (file.Status == FileStatus.Copying) throw FilePermissions.Copying();
            // The deadline is a day before the sweep, so a file can't be completed and swept at the same time.
            if (clock.GetUtcNow() >= UploadDeadline.Of(file)) throw UploadDeadline.Expired();
            if (choose is not null && !file.IsStaged)
                throw Problem.BadRequest("not_resumable", "This file is uploaded with one PUT. Complete it without blocks.");
            if (file.Replaces is not null) await replacement.EnsureDue(file, condition, cancel);
            if (await Verify(file, choose, cancel) is not { } verified) continue;
            snapshot = verified.Snapshot;
            var complete = file with
            {
                Snapshot = verified.Snapshot,
                ContentType = verified.ContentType,
                DeclaredContentType = verified.ContentType == file.ContentType ? null : file.ContentType,
                Md5Verified = verified.Md5,
                Sha256Verified = verified.Sha256,
                Scan = (file.Scan ?? new()) with { ETags = FileScan.Names(verified.ETags) },
            };
            if (await MakeAvailable(complete, condition, cancel) is { } done) return done;
        }
        throw Problem.Conflict("upload_unfinished", "The upload keeps changing. Try again later.");
    }

    // The one place where bytes that were checked become available: as a file, or as the version of one. Null if it changed meanwhile.
    async Task<FileRecord?> MakeAvailable(FileRecord upload, VersionCondition condition, CancellationToken cancel)
    {
        if (upload.Replaces is null) return await release.TryComplete(upload, cancel);
        try
        {
            var available = await replacement.TryFinish(upload, condition, cancel);
            if (available is not null) await renditions.Ask(available);
            return available;
        }
        catch (Problem refused) when (upload.Snapshot is not null && refused.Status is 404 or 409)
        {
            await staged.DiscardSnapshot(upload, upload.Snapshot, cancel); // The next complete takes its own.
            throw;
        }
    }

    // Null if the upload changed meanwhile. Even a refusal is void then: the record, read again, says whether somebody else
    // completed or deleted the file.
    async Task<VerifiedUpload?> Verify(FileRecord file, Func<StagedBlocks, IReadOnlyList<Block>>? choose, CancellationToken cancel)
    {
        try
        {
            var verified = file.IsStaged ? await staged.Verify(file, choose, cancel) : await single.Verify(file, cancel);
            if (file.Request is not null) await received.EnsureTaken(file, verified, cancel);
            return verified;
        }
        catch (RequestFailedException changed) when (changed.Status is 404 or 412)
        {
            return null;
        }
        catch (RefusedUpload refused)
        {
            // Even if the caller has hung up, because nothing else frees the quota soon.
            if (await purge.TryPurge(file, isDue: false, CancellationToken.None)) throw refused.Problem;
            return null;
        }
    }
}
