using Azure;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Storage;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Files;

/// <summary>Receives pieces and reports the offset of an upload. Any request that finds all bytes there completes the file.</summary>
public sealed class TusProgress(
    FilePermissions permissions, VersionTargets targets, FileStore files, TusReception reception, Completion completion, TimeProvider clock)
{
    /// <summary>The file, if it is uploaded by tus and its deadline has not passed.</summary>
    /// <exception cref="Problem">404 <c>file_not_found</c>, 410 <c>upload_expired</c>.</exception>
    public async Task<FileRecord> Find(Caller caller, string? id)
    {
        var file = await permissions.GetUpload(caller, id);
        // Its bytes are another file's by now, which may even have others since.
        if (file.Id != id) file = await files.Find(file.Tenant, id, caller.Cancel) ?? throw FilePermissions.NotFound();
        if (file.TusMetadata is null) throw FilePermissions.NotFound();
        if (file.Status == FileStatus.Pending && clock.GetUtcNow() >= UploadDeadline.Of(file)) throw UploadDeadline.Expired();
        return file;
    }

    /// <summary>Reports the offset. If a process crashed after the last byte, this completes the file.</summary>
    public async Task ReportOffset(Caller caller, FileRecord file, HttpResponse response)
    {
        var offset = file.Status == FileStatus.Pending ? Offset(await reception.FindBlocks(file, caller.Cancel)) : file.Size;
        TusProtocol.SetOffset(response, await CompleteIfWhole(caller, file, offset), offset);
    }

    /// <summary>Receives a piece at this offset, completes the file if it was the last one, and reports the new offset.</summary>
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
        // A piece has 8 full blocks at most, and one for the rest.
        if (before.Committed.Count + TusProtocol.MaxStreamedBytes / TusBlocks.MaxBytes + 1 > BlockPlan.MaxBlocks)
            throw new Problem(413, "too_many_pieces", "The file was sent in too many small pieces. Begin a new upload with larger ones.");
        try
        {
            return await reception.Receive(file, before, request);
        }
        catch (RequestFailedException lost) when (lost.Status is 404 or 409 or 412)
        {
            throw Mismatch(Offset(await reception.FindBlocks(file, caller.Cancel)));
        }
    }

    static long Offset(StagedBlocks blocks) => blocks.Committed.Sum(block => block.Size);

    async Task<FileRecord> CompleteIfWhole(Caller caller, FileRecord file, long offset)
    {
        if (file.Status != FileStatus.Pending || offset != file.Size) return file;
        return await completion.Run(() => targets.FindUnfinished(caller, file.Id), list => list.Committed, caller.Cancel);
    }

    static Problem Mismatch(long at) => new(409, "offset_mismatch", "Upload-Offset is not the current offset of the upload.")
    {
        Extensions = new Dictionary<string, object?> { ["offset"] = at },
    };
}
