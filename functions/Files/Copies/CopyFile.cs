using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Copies a file, on request into another space. Storage copies the bytes by itself (<see cref="BlobCopier"/>).</summary>
public sealed class CopyFile(
    TenantPipeline pipeline, FilePermissions permissions, Spaces spaces, FileStore files, CopyStarter copies, TimeProvider clock)
{
    /// <summary><c>POST /{tenant}/files/{id}/copy</c> → 202 with the new file's Location. Read it until it is available.</summary>
    [Function("files-copy")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/files/{id}/copy")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesWrite, async caller =>
        {
            var asked = await JsonBody.Read<CopyRequest>(request);
            var source = await permissions.Get(caller, request.RouteValues["id"] as string, Permission.Read);
            FilePermissions.EnsureAvailable(source);
            var owner = await spaces.Find(caller, asked.Space, Permission.Write);
            var copy = asked.ToRecord(caller, source, owner, clock.GetUtcNow());
            copy = await copies.TryBegin(source, copy, added => files.Add(added, Owner.Of(caller.Token), caller.Cancel), caller.Cancel)
                ?? throw FilePermissions.NotFound();
            return FileJson.Accepted(request, $"{caller.Tenant.Issuer}/files/{copy.Id}", FileResponse.Of(copy));
        });

    sealed record CopyRequest
    {
        /// <summary>The source's name if it is left out.</summary>
        public string? Name { get; init; }

        /// <summary>If it is left out: the source's folder in the same space, the root of another space.</summary>
        public string? Folder { get; init; }

        /// <summary>The space (<see cref="Spaces.Find"/>); the caller's own if it is left out.</summary>
        public string? Space { get; init; }

        public FileRecord ToRecord(Caller caller, FileRecord source, Owner owner, DateTimeOffset now) =>
            NewCopy.Of(source, caller.Tenant, owner, caller.Token.ClientId, now) with
            {
                Name = Name is null ? source.Name : FileName.Read(Name),
                Folder = Folder is null && owner == source.Owner ? source.Folder : FileName.ReadFolder(Folder),
            };
    }
}
