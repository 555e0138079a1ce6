using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// Renames a file, moves it to another folder of its space, or changes its times, metadata and tags, in one conditional write. The bytes
/// stay where they are.
/// </summary>
public sealed class RenameFile(TenantPipeline pipeline, FileEdits edits, Folders folders)
{
    /// <summary><c>PATCH /{tenant}/files/{id}</c> → 200 file. Preflights: see <see cref="ReadFile"/>.</summary>
    [Function("files-rename")]
    public Task<IResult> Patch(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "{tenant}/files/{id}")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesWrite, async caller =>
        {
            var asked = await JsonBody.Read<RenameRequest>(request);
            if (asked.Space is not null) throw FileEdits.OtherSpace();
            var change = asked.Read();
            return await FileRetry.Run(async () =>
            {
                if (await edits.Change(caller, request.RouteValues["id"] as string, change) is not { } edit) return null;
                if (edit.LeftFolder) await folders.RemoveIfEmpty(edit.Before, caller.Cancel);
                return FileJson.Ok(FileResponse.Of(edit.After, caller.Token));
            });
        });

    sealed record RenameRequest
    {
        public string? Name { get; init; }

        public string? Folder { get; init; }

        /// <summary>An empty text removes it.</summary>
        public string? ModifiedAt { get; init; }

        /// <summary>An empty text removes it.</summary>
        public string? TakenAt { get; init; }

        /// <summary>Replaces all of it; an empty object removes it.</summary>
        public Dictionary<string, string?>? Metadata { get; init; }

        /// <summary>Replace all of them; an empty list removes them.</summary>
        public IReadOnlyList<string?>? Tags { get; init; }

        /// <summary>Not supported. It is read only to be refused with a helpful message.</summary>
        public string? Space { get; init; }

        /// <summary>What it changes of a file.</summary>
        public Func<FileRecord, FileRecord> Read()
        {
            var name = Name is null ? null : FileName.Read(Name);
            var folder = Folder is null ? null : FileName.ReadFolder(Folder);
            var (modified, taken) = (FileTime.Read(ModifiedAt, "modifiedAt"), FileTime.Read(TakenAt, "takenAt"));
            var (metadata, tags) = (FileMetadata.Read(Metadata), FileTags.Read(Tags));
            return file => file with
            {
                Name = name ?? file.Name,
                Folder = folder ?? file.Folder,
                ModifiedAt = ModifiedAt is null ? file.ModifiedAt : modified,
                TakenAt = TakenAt is null ? file.TakenAt : taken,
                Metadata = Metadata is null ? file.Metadata : metadata,
                Tags = Tags is null ? file.Tags : tags,
            };
        }
    }
}
