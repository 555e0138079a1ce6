using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Says how far a job is, to whom has begun it. A job of which nothing was heard for a while goes on by that.</summary>
public sealed class ReadJob(TenantPipeline pipeline, FolderJobs jobs)
{
    /// <summary><c>GET /{tenant}/jobs/{id}</c></summary>
    [Function("jobs-read")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/jobs/{id}")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.FilesRead, async caller =>
        {
            var job = await jobs.Find(caller.Tenant.Id, request.RouteValues["id"] as string, caller.Cancel);
            if (job is null || job.By != Owner.Of(caller.Token)) throw NotFound();
            await jobs.Ask(job);
            return FolderJobResponse.Ok(caller, job);
        });

    /// <summary>404 <c>job_not_found</c>: it does not exist, or somebody else has begun it.</summary>
    internal static Problem NotFound() => Problem.NotFound("job_not_found", "The job was not found.");
}
