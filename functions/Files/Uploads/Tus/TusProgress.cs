using Azure;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Storage;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Files;

/// <summary>Takes pieces in and says how far an upload is; whichever request finds all bytes there completes the file.</summary>
public sealed class TusProgress(FilePermissions permissions, TusReception reception, Completion completion, TimeProvider clock)
{
    /// <summary>The file, if it comes by tus and its time is not over.</summary>
    /// <exception cref="Problem">404 <c>file_not_found</c>, 410 <c>upload_expired</c>.</exception>
    public async Task<FileRecord> Find(Caller caller, string? id)
    {
        var file = await permissions.Get(caller, id, Permission.Write);
        if (file.TusMetadata is null) throw FilePermissions.NotFound();
        if (file.Status == FileStatus.Pending && clock.GetUtcNow() >= UploadDeadline.Of(file)) throw UploadDeadline.Expired();
        return file;
    }

    /// <summary>Reports the offset; a process that died between the last byte and the end is made up for here.</summary>
    public async Task ReportOffset(Caller caller, FileRecord file, HttpResponse response)
    {
        var offset = file.Status == FileStatus.Pending ? Offset(await reception.FindBlocks(file, caller.Cancel)) : file.Size;
        TusProtocol.SetOffset(response, await CompleteIfWhole(caller, file, offset), offset);
    }

    /// <summary>Takes a piece in at this offset, completes the file if it was the last, and reports.</summary>
    /// <exception cref="Problem">409 <c>offset_mismatch</c>; 413, 460 and others for the piece; 422 for the whole file.</exception>
    public async Task ReceivePiece(Caller caller, FileRecord file, long offset, HttpRequest request)
    {
        var before = file.Status == FileStatus.Pending ? await reception.FindBlocks(file, caller.Cancel) : null;
        var at = before is null ? file.Size : Offset(before);
        if (at != offset) throw Mismatch(at);
        if (before is null) await reception.ReceiveNothing(request);
        else at = await Receive(caller, file, before, request);
        TusProtocol.SetOffset(request.HttpContext.Response, await CompleteIfWhole(caller, file, at), at);
    }

    async Task<long> Receive(Caller caller, FileRecord file, StagedBlocks before, HttpRequest request)
    {
        // A piece has 8 blocks at most, and one more for its end.
        if (before.Committed.Count + TusProtocol.MaxStreamedBytes / TusBlocks.MaxBytes + 1 > BlockPlan.MaxBlocks)
            throw new Problem(413, "too_many_pieces", "The file came in too many small pieces: begin again with larger ones.");
        try
        {
            return await reception.Receive(file, before, request);
        }
        catch (RequestFailedException faster) when (faster.Status is 404 or 409 or 412)
        {
            throw Mismatch(Offset(await reception.FindBlocks(file, caller.Cancel)));
        }
    }

    static long Offset(StagedBlocks blocks) => blocks.Committed.Sum(block => block.Size);

    async Task<FileRecord> CompleteIfWhole(Caller caller, FileRecord file, long offset) => file.Status == FileStatus.Pending && offset == file.Size
        ? await completion.Run(() => Find(caller, file.Id), list => list.Committed, caller.Cancel)
        : file;

    static Problem Mismatch(long at) => new(409, "offset_mismatch", "Upload-Offset is not where the upload is.")
    {
        Extensions = new Dictionary<string, object?> { ["offset"] = at },
    };
}
