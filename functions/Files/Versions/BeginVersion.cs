using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// Begins an upload that replaces the bytes of a file. It is an upload like any other, with an id and a blob of its own; the file keeps
/// its bytes until the upload is complete (<see cref="Replacement"/>), and its id, name, folder, shares and links afterwards.
/// </summary>
public sealed class BeginVersion(
    TenantPipeline pipeline, FilePermissions permissions, Spaces spaces, UploadStarter uploads, UploadKeys keys, UploadState state,
    FileUrls urls, Settings settings, TimeProvider clock)
{
    /// <summary>
    /// <c>POST /{tenant}/files/{id}/versions</c> → 201 as a begin, with the id of the upload; 200 with its progress if the
    /// Idempotency-Key has begun it before. Preflights: see <see cref="ListVersions"/>.
    /// </summary>
    [Function("files-version-begin")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/files/{id}/versions")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesWrite, async caller =>
        {
            var asked = await JsonBody.Read<VersionRequest>(request);
            var condition = VersionCondition.Read(request, asked.Conflict);
            var file = await permissions.Get(caller, request.RouteValues["id"] as string, Permission.Write);
            FilePermissions.EnsureAvailable(file);
            if (condition.Copy) await EnsureMayCopy(caller, spaces, file);
            var upload = asked.ToBegin(file).ToRecord(caller.Tenant, file.Owner, caller.Token.ClientId, settings, clock.GetUtcNow()) with
            {
                Replaces = file.Id,
                ReplacesOnly = condition.Only,
                BecomesCopy = condition.Copy,
                UploadKey = IdempotencyKey.Read(request, Owner.Of(caller.Token), caller.Token.ClientId),
            };
            if (await keys.Find(upload, caller.Cancel) is { } before) return await Again(caller, request, before);
            if (!condition.Copy) condition.Ensure(file);
            var url = await urls.Upload(caller, upload);
            caller.Audit.Detail += $", to replace {file.Id}";
            var begun = await uploads.Begin(caller, upload, url); // Last, so that a failure before it leaves nothing behind.
            if (begun.Id != upload.Id) return await Again(caller, request, begun);
            return FileJson.Created(request, $"{caller.Tenant.Issuer}/files/{upload.Id}",
                new BeginUploadResponse(upload.Id, "pending", UploadResponse.Of(upload, url)));
        });

    /// <summary>Refuses a copy beside a file to whom only the file is shared: it would be in a space that they can't see.</summary>
    /// <exception cref="Problem">403 <c>insufficient_rights</c>.</exception>
    internal static async Task EnsureMayCopy(Caller caller, Spaces spaces, FileRecord file)
    {
        if (await spaces.PermissionIn(caller, file.Owner) < Permission.Write) throw Spaces.InsufficientRights(Permission.Write);
    }

    /// <summary>
    /// Refuses the former versions to whom only the file is shared: they got what it is, and not what was taken out of it before.
    /// </summary>
    /// <exception cref="Problem">403 <c>insufficient_rights</c>.</exception>
    internal static Task EnsureMaySeeFormer(Caller caller, Spaces spaces, FileRecord file) => EnsureMayCopy(caller, spaces, file);

    async Task<IResult> Again(Caller caller, HttpRequest request, FileRecord upload)
    {
        var progress = await state.Of(caller, upload);
        request.HttpContext.Response.Headers.Location = $"{caller.Tenant.Issuer}/files/{progress.Id}";
        return FileJson.Ok(progress);
    }

    sealed record VersionRequest
    {
        /// <summary>The name of the copy, if there is a conflict; the file's if it is left out. The file keeps its own.</summary>
        public string? Name { get; init; }

        /// <summary>The file's if it is left out.</summary>
        public string? ContentType { get; init; }

        public required long Size { get; init; }

        /// <summary>Read so that the body of a begin can be sent as it is. The file stays in its folder.</summary>
        public string? Folder { get; init; }

        /// <summary>The same.</summary>
        public string? Space { get; init; }

        public string? Md5 { get; init; }

        public string? Sha256 { get; init; }

        public string? ModifiedAt { get; init; }

        public string? TakenAt { get; init; }

        /// <summary>Replaces the file's; if it is left out, the file keeps its own.</summary>
        public Dictionary<string, string?>? Metadata { get; init; }

        /// <summary>The same.</summary>
        public IReadOnlyList<string?>? Tags { get; init; }

        public bool? Resumable { get; init; }

        /// <summary><c>fail</c> (the default) or <c>copy</c>: what becomes of the bytes if the file has another version by then.</summary>
        public string? Conflict { get; init; }

        public BeginRequest ToBegin(FileRecord file) => new()
        {
            Name = Name ?? file.Name,
            ContentType = ContentType ?? file.ContentType,
            Size = Size,
            Folder = file.Folder,
            Md5 = Md5,
            Sha256 = Sha256,
            ModifiedAt = ModifiedAt,
            TakenAt = TakenAt,
            Metadata = Metadata,
            Tags = Tags,
            Resumable = Resumable,
        };
    }
}
