using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// Deletes a file in steps that can each be repeated: record marked and off the list, then the bytes, then the record.
/// After the first the file is gone for everybody; a DELETE that comes after a crash finds the mark and goes on there.
/// </summary>
public sealed class DeleteFile(Gate gate, FileStore files, BlobStore blobs)
{
    const int Attempts = 5;

    /// <summary>
    /// <c>DELETE /{tenant}/files/{id}</c> → 204, pending files too; 404 once nothing is left. Preflights: see
    /// <see cref="ReadFile"/>.
    /// </summary>
    [Function("files-delete")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "{tenant}/files/{id}")] HttpRequest request) =>
        gate.Change(request, Scopes.FilesWrite, async caller =>
        {
            var file = await Mark(caller, request.RouteValues["id"] as string);
            await blobs.Delete(file.Tenant, file.BlobName, caller.Cancel);
            await files.Remove(file, caller.Cancel);
            return Results.NoContent();
        });

    async Task<FileRecord> Mark(Caller caller, string? id)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var file = await files.Find(caller, id) ?? throw FileStore.NotFound();
            if (file.Status == FileStatus.Deleted || await files.TryDelete(file, caller.Cancel)) return file;
        }
        throw Problem.Conflict("file_changing", "The file keeps changing; try again later.");
    }
}
