using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Creates a link to a folder or to several files, for those who may share them.</summary>
public sealed class CreateLink(
    TenantPipeline pipeline, Spaces spaces, FilePermissions permissions, SpaceLinkStore links, BoundFolders bound,
    PasswordHashing hashing, TimeProvider clock)
{
    /// <summary><c>POST /{tenant}/links</c> → 201. It answers the route's preflights too, also those of GET.</summary>
    [Function("links-create")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/links")] HttpRequest http) =>
        pipeline.AuthorizeWrite(http, Scopes.FilesShare, async caller =>
        {
            var (asked, now, secret) = (await JsonBody.Read<SpaceLinkBody>(http), clock.GetUtcNow(), Ids.NewSecret());
            asked.Check();
            var (tenant, until) = (caller.Tenant, asked.CheckedUntil(now));
            var folder = asked.Folder is null ? null : FileName.ReadFolder(asked.Folder);
            var files = asked.Files?.Distinct(StringComparer.Ordinal).ToList() ?? [];
            var owner = folder is not null ? await spaces.Find(caller, asked.Space, Permission.Share) : await OwnerOf(caller, files);
            var link = new SpaceLink
            {
                Tenant = tenant.Id,
                Id = FileRecord.NewId(tenant.Id, owner),
                Owner = owner,
                Folder = folder,
                FolderIdentity = folder is null ? null : await bound.Bind(caller, owner, folder),
                Files = files,
                Title = asked.Title?.Trim(),
                CreatedBy = Owner.Of(caller.Token) is { Kind: "user" } user ? user.Id : null,
                CreatedAt = now,
                Until = until,
                SecretHash = Ids.Hash(secret),
                PasswordHash = asked.Password is null ? null : await hashing.Hash(asked.Password, caller.Cancel),
                MaxDownloads = asked.MaxDownloads,
            };
            await links.Add(tenant, link, caller.Cancel);
            (caller.Audit.Target, caller.Audit.Detail) = (link.Id, folder is null ? $"link to {files.Count} files" : "link to a folder");
            return FileJson.Created(http, $"{tenant.Issuer}/links/{link.Id}",
                SpaceLinkResponse.Of(link) with { Url = $"{tenant.Issuer}/s/{LinkToken.Of(link.Id, secret)}" });
        });

    // All of one space, because the link stands and ends there.
    async Task<Owner> OwnerOf(Caller caller, List<string> ids)
    {
        var files = await permissions.GetServable(caller, ids, Permission.Share);
        return files.All(file => file.Owner == files[0].Owner) ? files[0].Owner
            : throw Problem.InvalidField("files", "must all be in one space");
    }
}
