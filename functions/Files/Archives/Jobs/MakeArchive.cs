using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// Archives that are too large to be sent while they are made: a job makes a blob of one, which can be downloaded for a day.
/// </summary>
public sealed class MakeArchive(
    TenantPipeline pipeline, FolderJobs jobs, ArchiveStarter starter, ArchiveEnd end, FilePermissions permissions, Spaces spaces,
    FileStore files, FileUrls urls)
{
    /// <summary><c>POST /{tenant}/archives</c>, with the body of <see cref="DownloadArchive"/> → 202 job.</summary>
    [Function("archives-make")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/archives")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesRead, async caller =>
            FolderJobResponse.Accepted(caller, await starter.Begin(caller, await ArchiveRequest.Read(request))));

    /// <summary><c>GET /{tenant}/jobs/{id}/download</c> → <c>{url, expiresAt}</c>, for whom has asked for the archive.</summary>
    [Function("jobs-download")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/jobs/{id}/download")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.FilesRead, async caller =>
        {
            var job = await Find(caller, request);
            if (!job.IsOver) throw new Problem(409, "job_running", "The archive is not complete yet.") { RetryAfter = 2 };
            if (job.Status == FolderJobStatus.Failed) throw Problem.Conflict("job_failed", "There is no archive. The job says why.");
            await EnsureReadable(caller, job);
            return FileJson.Ok(DownloadResponse.Of(await urls.Archive(caller, job)));
        });

    /// <summary>
    /// <c>DELETE /{tenant}/jobs/{id}</c> → 204: ends a job that makes an archive, or deletes the archive. 409 <c>job_not_cancellable</c>
    /// for another job.
    /// </summary>
    [Function("jobs-cancel")]
    public Task<IResult> Delete([HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "{tenant}/jobs/{id}")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesRead, async caller =>
        {
            // The turn may go from one worker to the next while we look.
            for (var job = await Find(caller, request); job.Status != FolderJobStatus.Failed; job = await Find(caller, request))
            {
                if (await end.TryEnd(job with { Code = "cancelled" }, null, caller.Cancel) is not null) break;
            }
            return Results.NoContent();
        });

    async Task<FolderJob> Find(Caller caller, HttpRequest request)
    {
        var job = await jobs.Find(caller.Tenant.Id, request.RouteValues["id"] as string, caller.Cancel);
        if (job is null || job.By != Owner.Of(caller.Token)) throw ReadJob.NotFound();
        return job.Archive is not null ? job
            : throw Problem.Conflict("job_not_cancellable",
                "Only a job that makes an archive can be cancelled, or has something to download.");
    }

    // Whoever may not read a file any more does not get it out of an archive either.
    async Task EnsureReadable(Caller caller, FolderJob job)
    {
        if (await LastInfection(caller, job) >= job.CreatedAt) throw Outdated();
    }

    // In the spaces that the files are from: what was found infected since may have been read before, also as the former version of a file
    // that has other bytes by now. Nobody looks through 50,000 files for it.
    async Task<DateTimeOffset?> LastInfection(Caller caller, FolderJob job)
    {
        IEnumerable<Owner> spacesOfFiles = [job.Source];
        try
        {
            if (job.Archive!.Files is { } ids)
                spacesOfFiles = (await permissions.GetServable(caller, ids, Permission.Read)).Select(file => file.Owner).Distinct();
            else await spaces.Ensure(caller, job.Source, Permission.Read, FilePermissions.NotFound);
        }
        catch (Problem refused) when (refused.Status is 403 or 404 or 409 or 410)
        {
            throw Outdated();
        }
        return (await Task.WhenAll(spacesOfFiles.Select(owner => files.LastInfection(job.Tenant, owner, caller.Cancel)))).Max();
    }

    static Problem Outdated() => Problem.Conflict("archive_outdated",
        "You may not read all of this any more, or some of it is gone or infected. Make a new archive.");
}
