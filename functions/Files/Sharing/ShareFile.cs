using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Shares a file with a user or a group, or creates a link to it. It is for those who may share it.</summary>
public sealed class ShareFile(
    TenantPipeline pipeline, FilePermissions permissions, FileStore files, UserStore users, Memberships memberships, ShareStore shares,
    PasswordHashing hashing, TimeProvider clock)
{
    /// <summary><c>POST /{tenant}/files/{id}/shares</c> → 201. It answers the route's preflights too, also those of GET.</summary>
    [Function("files-share")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/files/{id}/shares")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesShare, async caller =>
        {
            var asked = await JsonBody.Read<ShareRequest>(request);
            asked.Check();
            var (access, until) = (asked.CheckedAccess(), asked.CheckedUntil(clock.GetUtcNow()));
            var file = await permissions.Get(caller, request.RouteValues["id"] as string, Permission.Share);
            FilePermissions.EnsureAvailable(file);
            var secret = Ids.NewSecret();
            var share = asked.Link is { } link
                ? await CreateLink(caller, file, link, secret, caller.Cancel)
                : await CreateForRecipient(caller, file, asked.With!);
            share = share with { Access = access, Until = until };
            var by = Owner.Of(caller.Token) is { Kind: "user" } user ? user.Id : null;
            await shares.Save(share, by, caller.Cancel);
            await EnsureKept(share, caller.Cancel);
            (caller.Audit.Target, caller.Audit.Detail) = (file.Id, share.Description);
            var url = asked.Link is null ? null : $"{caller.Tenant.Issuer}/s/{file.Id}.{secret}";
            return FileJson.Created(request, $"{caller.Tenant.Issuer}/files/{file.Id}/shares/{share.Id}", ShareResponse.Of(share, url));
        });

    // A purge that began meanwhile may have looked for shares just before this one was saved, and it won't look again.
    async Task EnsureKept(Share share, CancellationToken cancel)
    {
        if (await files.Find(share.Tenant, share.FileId, cancel) is { Status: not FileStatus.Purging }) return;
        await shares.Remove(share, cancel);
        throw FilePermissions.NotFound();
    }

    async Task<Share> CreateForRecipient(Caller caller, FileRecord file, ShareRequest.RecipientRequest with)
    {
        if (with.Group is { } group)
        {
            // Only members can see a group. Its name is in their membership.
            var self = Owner.Of(caller.Token);
            var membership = self.Kind == "user"
                ? await memberships.Find(memberships.Who(caller.Http, caller.Tenant, self.Id), group, caller.Cancel) : null;
            return membership is null
                ? throw Problem.NotFound("group_not_found", "The group was not found.")
                : New(file, "group", group, membership.Group.Name);
        }
        var user = await users.FindByName(caller.Tenant, with.User!, caller.Cancel)
            ?? (Ids.IsId(with.User!) ? await users.Find(caller.Tenant, with.User!, caller.Cancel) : null)
            ?? throw Problem.NotFound("user_not_found", "The user was not found.");
        return New(file, "user", user.Id, user.Name);
    }

    Share New(FileRecord file, string kind, string recipient, string name) => new()
    {
        Tenant = file.Tenant,
        FileId = file.Id,
        Id = Share.IdOf(file.Id, kind, recipient),
        Kind = kind,
        Recipient = recipient,
        RecipientName = name,
        Access = Permission.Read,
        CreatedAt = clock.GetUtcNow(),
    };

    async Task<Share> CreateLink(
        Caller caller, FileRecord file, ShareRequest.LinkRequest link, string secret, CancellationToken cancel) => new()
        {
            Tenant = file.Tenant,
            FileId = file.Id,
            Id = Share.IdOf(file.Id, "link", secret),
            Kind = "link",
            Access = Permission.Read,
            CreatedAt = clock.GetUtcNow(),
            CreatedBy = Owner.Of(caller.Token) is { Kind: "user" } user ? user.Id : null,
            SecretHash = Ids.Hash(secret),
            PasswordHash = link.Password is null ? null : await hashing.Hash(link.Password, cancel),
            MaxDownloads = link.MaxDownloads,
        };
}
