using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>
/// Copies the files of a folder. The id of a copy follows from the job and its source, so a page that is begun again makes no file twice.
/// A page is done once storage has copied all of it.
/// </summary>
public sealed class FolderCopies(
    TenantStore tenants, FileStore files, CopyStarter copies, BlobCopier copier, FolderJobs jobs, TimeProvider clock)
{
    const int AtOnce = 4;

    static readonly TimeSpan CopyTime = TimeSpan.FromSeconds(5);
    static readonly TimeSpan LimitTime = TimeSpan.FromMinutes(1);

    /// <summary>Copies these files. The job as it is then; null if it changed meanwhile.</summary>
    /// <param name="job">The job, at the folder of the files.</param>
    /// <param name="listed">The keys of the rows that list the files, and their ids.</param>
    /// <param name="cancel">Cancels.</param>
    /// <returns>
    /// The job, and how long to wait if storage is still copying, or if a limit that passes was reached: then the same page follows.
    /// </returns>
    /// <exception cref="FolderJobStopped">There is no room for more.</exception>
    public async Task<(FolderJob? Job, TimeSpan? Wait)> Copy(
        FolderJob job, IReadOnlyList<(string Key, string Id)> listed, CancellationToken cancel)
    {
        var tenant = await tenants.Find(job.Tenant, cancel) ?? throw FilePermissions.NotFound();
        var results = new Result[listed.Count];
        await Parallel.ForAsync(0, listed.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
            async (n, stop) => results[n] = await Copy(job, tenant, listed[n].Id, stop));
        if (results.Max(result => result.Wait) is { } wait) return (job with { Status = FolderJobStatus.Running }, wait);
        var counted = job with
        {
            Status = FolderJobStatus.Running,
            Done = job.Done + results.Count(result => result.Code is null),
            Failed = job.Failed + results.Count(result => result.Code is not null && !result.Stops),
            Code = results.LastOrDefault(result => result.Code is not null).Code ?? job.Code,
            After = listed[^1].Key,
        };
        if (results.Any(result => result.Stops))
            throw new FolderJobStopped(counted with { Code = results.First(result => result.Stops).Code });
        return (await jobs.TrySave(counted, [], default, cancel), null);
    }

    async Task<Result> Copy(FolderJob job, Tenant tenant, string sourceId, CancellationToken cancel)
    {
        try
        {
            var id = job.CopyOf(sourceId);
            if (await files.Find(job.Tenant, id, cancel) is not { } copy)
            {
                if (await files.Find(job.Tenant, sourceId, cancel) is not { IsListed: true } source) return new("file_not_found");
                FilePermissions.EnsureAvailable(source);
                var folder = job.TargetOf(job.At!);
                if (!FileName.IsFolder(folder)) return new("invalid_folder");
                var planned = NewCopy.Of(source, tenant, job.Owner, job.Client, clock.GetUtcNow()) with { Id = id, Folder = folder };
                copy = await copies.TryBegin(source, planned, added => files.AddCopy(added, job.By, cancel), cancel);
                if (copy is null) return new("file_not_found");
            }
            if (copy.Status != FileStatus.Copying) return default; // Whatever somebody has done with it since.
            var (file, progress) = await copier.FinishIfDone(copy, cancel);
            // It may have been started only now: after a crash, or because storage has just begun. Small files are there at once.
            if (progress is { Bytes: 0 }) (_, progress) = await copier.FinishIfDone(file, cancel);
            return progress is null ? default : new() { Wait = CopyTime };
        }
        catch (Problem refused) when (refused.Status < 500)
        {
            // Uploads that are not complete count until they are, and those that were too large for a day.
            if (refused.Code == "too_many_oversized"
                || refused.Extensions?.GetValueOrDefault("what") is Usage.PendingFiles) return new() { Wait = LimitTime };
            return new(refused.Code) { Stops = refused.Code == "quota_exceeded" };
        }
    }

    readonly record struct Result(string? Code)
    {
        public TimeSpan? Wait { get; init; }

        public bool Stops { get; init; }
    }
}

/// <summary>A job can't go on.</summary>
public sealed class FolderJobStopped(FolderJob job) : Exception("The job can't go on.")
{
    /// <summary>The job, with the reason in <see cref="FolderJob.Code"/>.</summary>
    public FolderJob Job { get; } = job;
}
