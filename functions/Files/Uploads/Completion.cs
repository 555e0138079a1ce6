using Azure;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Completes a file: the upload is checked, then the record becomes available and listed in one write. Until that
/// write nothing has happened that a repetition would not do again, so whoever died or lost the answer repeats it.
/// An upload that is refused is gone with its bytes and its room; its note stays, because its URL may still write.
/// </summary>
public sealed class Completion(FileStore files, SingleUpload single, StagedUpload staged, FilePurge purge, TimeProvider clock)
{
    const int MaxAttempts = 5;

    /// <summary>The file once it is available, by this call or by one before.</summary>
    /// <param name="read">Reads the record.</param>
    /// <param name="choose">Which blocks a file that comes in blocks is made of; null: those that the client has committed.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="Problem">410 <c>upload_expired</c>; 409 or 422 and a code for what is missing or wrong.</exception>
    public async Task<FileRecord> Run(
        Func<Task<FileRecord>> read, Func<StagedBlocks, IReadOnlyList<Block>>? choose, CancellationToken cancel)
    {
        string? taken = null;
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var file = await read();
            // Ours lost against another's. A write of ours whose answer was lost looks the same and is told apart here.
            if (taken is not null && taken != file.Snapshot) await staged.DiscardSnapshot(file, taken, cancel);
            taken = null;
            if (file.Status == FileStatus.Available) return file;
            if (file.Status == FileStatus.Copying) throw FilePermissions.Copying();
            // A day before the sweep: what is completed can't be swept at the same time.
            if (clock.GetUtcNow() >= UploadDeadline.Of(file)) throw UploadDeadline.Expired();
            if (choose is not null && !file.IsStaged)
                throw Problem.BadRequest("not_resumable", "This file comes with one PUT and has no blocks.");
            if (await Verify(file, choose, cancel) is not { } verified) continue;
            taken = verified.Snapshot;
            var available = file.Complete(clock.GetUtcNow()) with
            {
                Snapshot = verified.Snapshot,
                ContentType = verified.ContentType,
                DeclaredContentType = verified.ContentType == file.ContentType ? null : file.ContentType,
                Md5Verified = verified.Md5,
                Sha256Verified = verified.Sha256,
            };
            if (await files.TryComplete(available, cancel)) return available;
        }
        throw Problem.Conflict("upload_unfinished", "The upload keeps changing; try again later.");
    }

    // Null if it changed meanwhile, which the refusal of what was there before does not outlive: the record then says whether somebody else completed or deleted it.
    async Task<Verified?> Verify(FileRecord file, Func<StagedBlocks, IReadOnlyList<Block>>? choose, CancellationToken cancel)
    {
        try
        {
            return file.IsStaged ? await staged.Verify(file, choose, cancel) : await single.Verify(file, cancel);
        }
        catch (RequestFailedException changed) when (changed.Status is 404 or 412)
        {
            return null;
        }
        catch (RefusedUpload refused)
        {
            // Whether the caller waits for it or not: nothing else gives the room back soon.
            if (await purge.TryRun(file, isDue: false, CancellationToken.None)) throw refused.Problem;
            return null;
        }
    }
}
