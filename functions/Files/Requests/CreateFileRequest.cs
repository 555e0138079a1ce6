using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Creates a request for files: the address of a page where people without an account hand files in.</summary>
public sealed class CreateFileRequest(
    TenantPipeline pipeline, Spaces spaces, FileRequestStore requests, BoundFolders bound, PasswordHashing hashing, Settings settings,
    TimeProvider clock)
{
    /// <summary><c>POST /{tenant}/requests</c> → 201. It answers the route's preflights too, also those of GET.</summary>
    [Function("requests-create")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/requests")] HttpRequest http) =>
        pipeline.AuthorizeWrite(http, Scopes.FilesShare, async caller =>
        {
            var (asked, now) = (await JsonBody.Read<FileRequestBody>(http), clock.GetUtcNow());
            var owner = await spaces.Find(caller, asked.Space, Permission.Share);
            var (password, secret, tenant) = (SharingFields.Password(asked.Password), Ids.NewSecret(), caller.Tenant);
            var request = asked.ToRequest(tenant, owner, caller.Token.ClientId, LargestFile(settings, tenant), now) with
            {
                CreatedBy = Owner.Of(caller.Token) is { Kind: "user" } user ? user.Id : null,
                SecretHash = Ids.Hash(secret),
                PasswordHash = password is null ? null : await hashing.Hash(password, caller.Cancel),
            };
            request = request with { FolderIdentity = await bound.Bind(caller, owner, request.Folder) };
            await requests.Add(tenant, request, caller.Cancel);
            caller.Audit.Target = request.Id;
            return FileJson.Created(http, $"{tenant.Issuer}/requests/{request.Id}",
                FileRequestResponse.Of(request, now) with { Url = $"{tenant.Issuer}/r/{request.Id}.{secret}" });
        });

    /// <summary>How many bytes a file may have that is handed in, which is sent with one PUT.</summary>
    internal static long LargestFile(Settings settings, Tenant tenant) =>
        Math.Min(Math.Min(settings.MaxFileBytes, tenant.Limits.FileBytes), BlockPlan.MaxSinglePut);
}
