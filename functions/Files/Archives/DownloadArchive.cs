using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Downloads several files, or a folder with all below it, as one ZIP archive. Their bytes pass through the function.</summary>
public sealed class DownloadArchive(TenantPipeline pipeline, ArchiveContents contents, BlobStore blobs, ArchivePlaces places)
{
    const int MaxBodyBytes = 64 * 1024; // A thousand ids.

    /// <summary>
    /// <c>POST /{tenant}/files/archive</c> <c>{files: [id, …]}</c> or <c>{folder, space?}</c>, with <c>name?</c> → 200 application/zip;
    /// 413 <c>archive_too_large</c>.
    /// </summary>
    [Function("files-archive")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/files/archive")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesRead, async caller =>
        {
            var asked = await JsonBody.Read<ArchiveRequest>(request, MaxBodyBytes);
            var folder = asked.Folder is null ? null : FileName.ReadFolder(asked.Folder);
            var name = asked.Name is null ? DefaultName(folder) : FileName.Read(asked.Name);
            var place = places.Take(caller); // Before anything is read.
            try
            {
                var files = await Find(caller, asked, folder);
                (caller.Audit.Target, caller.Audit.Detail) = (files.Files[0].File.Id, files.ToString());
                return new ZipDownload(blobs, place, files, name);
            }
            catch
            {
                place.Dispose();
                throw;
            }
        });

    async Task<ArchivedFiles> Find(Caller caller, ArchiveRequest asked, string? folder) => (asked.Files, folder) switch
    {
        ({ Count: > 0 and <= ArchiveContents.MaxFiles } ids, null) when asked.Space is null =>
            await contents.OfFiles(caller, [.. ids.Distinct(StringComparer.Ordinal)]),
        (null, not null) => await contents.OfFolder(caller, asked.Space, folder),
        _ => throw Problem.InvalidField("files",
            $"must hold 1 to {ArchiveContents.MaxFiles} ids, or be left out and folder be given instead, with space or without"),
    };

    static string DefaultName(string? folder) => string.IsNullOrEmpty(folder) ? "files.zip" : $"{folder.Split('/')[^1]}.zip";

    sealed record ArchiveRequest
    {
        public IReadOnlyList<string>? Files { get; init; }

        public string? Folder { get; init; }

        public string? Space { get; init; }

        public string? Name { get; init; }
    }
}
