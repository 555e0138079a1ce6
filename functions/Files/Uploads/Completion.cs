using Azure;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Completes an upload: checks the bytes, then writes that the file is complete, and lists it (<see cref="FileRelease"/>). Until that write
/// nothing has happened that can't be repeated, so a client that crashed or lost the response simply repeats the request. A refused upload
/// is deleted with its bytes, which frees its quota. Its note stays, because its URL can still write.
/// </summary>
public sealed class Completion(
    SingleUpload single, StagedUpload staged, FilePurge purge, Replacement replacement, FileRelease release, ReceivedFiles received,
    LocationRemoval locations, TimeProvider clock)
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
        (string Upload, string Taken)? snapshot = null;
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var file = await read();
            // A concurrent complete won; drop our snapshot unless our own write was merely unacknowledged.
            // Once the upload is a version of a file, the sweep of uploads keeps only the snapshot that is served.
            if (snapshot is { } ours && ours.Taken != file.Snapshot && ours.Upload == file.Id)
                await staged.DiscardSnapshot(file, ours.Taken, cancel);
            snapshot = null;
            if (file.HasArrived) return file;
            if (file.Status == FileStatus.Copying) throw FilePermissions.Copying();
            // The deadline is a day before the sweep, so a file can't be completed and swept at the same time.
            if (clock.GetUtcNow() >= UploadDeadline.Of(file)) throw UploadDeadline.Expired();
            if (choose is not null && !file.IsStaged)
                throw Problem.BadRequest("not_resumable", "This file is uploaded with one PUT. Complete it without blocks.");
            if (file.Replaces is not null) await replacement.EnsureDue(file, condition, cancel);
            if (await Verify(file, choose, cancel) is not { } verified) continue;
            snapshot = verified.Snapshot is { } taken ? (file.Id, taken) : null;
            var complete = file with
            {
                Snapshot = verified.Clean is null ? verified.Snapshot : null,
                Clean = verified.Clean,
                ContentType = verified.ContentType,
                DeclaredContentType = verified.ContentType == file.ContentType ? null : file.ContentType,
                Md5Verified = verified.Md5,
                Sha256Verified = verified.Sha256,
                Scan = (file.Scan ?? new()) with { ETags = FileScan.Names(verified.ETags) },
            };
            if (await release.TryComplete(complete, cancel, condition) is not { } done) continue;
            await locations.DropUploaded(done);
            return done;
        }
        throw Problem.Conflict("upload_unfinished", "The upload keeps changing. Try again later.");
    }

    // Null if the upload changed meanwhile. Even a refusal is void then: the record, read again, says whether somebody else
    // completed or deleted the file.
    async Task<VerifiedUpload?> Verify(FileRecord file, Func<StagedBlocks, IReadOnlyList<Block>>? choose, CancellationToken cancel)
    {
        try
        {
            var verified = file.IsStaged ? await staged.Verify(file, choose, cancel) : await single.Verify(file, cancel);
            if (file.Request is not null) await received.EnsureTaken(file, verified, cancel);
            return await locations.Run(file, verified, cancel);
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
