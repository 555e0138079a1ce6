using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Changes a request for files, for those who may share its space.</summary>
public sealed class ChangeFileRequest(
    TenantPipeline pipeline, Spaces spaces, FileRequestStore requests, BoundFolders bound, PasswordHashing hashing, Settings settings,
    TimeProvider clock)
{
    /// <summary>
    /// <c>PATCH /{tenant}/requests/{id}</c> → 200 request: a JSON Merge Patch (RFC 7396) of all but its folder and its address. With
    /// If-Match it is refused if the request was changed since. One that has ended can be opened again, as long as its folder is the same.
    /// Preflights: see <see cref="ListFileRequests"/>.
    /// </summary>
    [Function("requests-change")]
    public Task<IResult> Patch(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "{tenant}/requests/{id}")] HttpRequest http) =>
        pipeline.AuthorizeWrite(http, Scopes.FilesShare, async caller =>
        {
            var asked = await JsonBody.Read<FileRequestPatch>(http);
            var request = await ListFileRequests.Find(requests, spaces, caller, Permission.Share);
            SharingTag.Ensure(http, request.EntityTag); // Before the password is hashed.
            var (tenant, now, cancel) = (caller.Tenant, clock.GetUtcNow(), caller.Cancel);
            var change = await asked.Read(tenant, CreateFileRequest.LargestFile(settings, tenant), hashing, now, cancel);
            if (request.StatusAt(now) is FileRequestStatus.Closed or FileRequestStatus.Expired
                && await bound.Find(tenant.Id, request.Owner, request.Folder, request.FolderIdentity, cancel) == BoundFolder.Gone)
                throw HandIns.Closed();
            var fields = asked.Fields();
            (caller.Audit.Target, caller.Audit.Detail) = (request.Id, string.Join(", ", fields));
            var changed = await requests.Change(tenant, request.Id, fields, before =>
            {
                SharingTag.Ensure(http, before.EntityTag);
                return change(before);
            }, cancel) ?? throw ListFileRequests.NotFound();
            return FileJson.Ok(FileRequestResponse.Of(changed, now));
        });
}
