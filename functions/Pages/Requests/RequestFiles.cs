using Latchkey.Access;
using Latchkey.Files;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>
/// Takes the files of a request for files, from its page or from any program: the secret in the address is the key. Whoever asked for them
/// is told by mail, once in a while.
/// </summary>
public sealed class RequestFiles(
    TenantPipeline pipeline, OpenFileRequests requests, LinkAdmissions admissions, HandIns handIns, UserStore users,
    AccountNotices notices, AnonymousLimiter limiter, Settings settings, TimeProvider clock)
{
    /// <summary>
    /// <c>POST /{tenant}/r/{token}/files</c> → 201 with the request that uploads the bytes; 200 if the Idempotency-Key has begun the file
    /// before.
    /// </summary>
    [Function("request-begin")]
    public Task<IResult> Begin(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/r/{token}/files")] HttpRequest http) =>
        pipeline.Public(http, async found =>
        {
            found.Audit.Type = "request-begin";
            limiter.Take(http);
            var request = await requests.Get(found.Tenant, http.RouteValues["token"] as string, found.Cancel);
            found.Audit.Target = request.Id;
            var asked = await JsonBody.Read<HandInBody>(http);
            var file = asked.ToRecord(found.Tenant, request, http, settings, clock.GetUtcNow());
            if (asked.Password is not null || !await admissions.IsAdmitted(found, request.Id, request.PasswordHash))
                await requests.EnsurePassword(request, asked.Password, found.Cancel);
            var (isNew, state) = await handIns.Begin(found, request, file,
                request.SenderAt(CallerAddress.Of(http, settings.FrontDoorId)));
            return FileJson.Ok(state, isNew ? 201 : 200);
        });

    /// <summary>
    /// <c>POST /{tenant}/r/{token}/files/{id}/complete</c> → 200, also if it is complete already. The answer does not say what became of
    /// the file.
    /// </summary>
    [Function("request-complete")]
    public Task<IResult> Complete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/r/{token}/files/{id}/complete")]
        HttpRequest http) =>
        pipeline.Public(http, async found =>
        {
            found.Audit.Type = "request-receive";
            var (tenant, id) = (found.Tenant, http.RouteValues["id"] as string);
            var request = await requests.Get(tenant, http.RouteValues["token"] as string, found.Cancel);
            var isNew = await handIns.Complete(request, id, found.Cancel);
            found.Audit.Detail = $"request {request.Id}";
            if (isNew && request.CreatedBy is { } by && notices.Possible && await handIns.TakeNotice(request, found.Cancel)
                && await users.Find(tenant, by, found.Cancel) is { } user) notices.FilesReceived(tenant, user);
            return FileJson.Ok(new UploadProgressResponse(id!, "received"), 200);
        });
}
