using System.Collections.Concurrent;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>
/// The message of the queues <see cref="QueueNames.FolderJobs"/> and <see cref="QueueNames.Archives"/>: a job that is to go on.
/// </summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Job">The job.</param>
/// <param name="Turn">Its turn (<see cref="FolderJob.Turn"/>): the message does nothing once somebody else has taken the next one.</param>
public sealed record FolderJobMessage(string Tenant, string Job, long Turn);

/// <summary>
/// The rows of jobs, and the messages that have them go on. A message that is lost is sent again when somebody reads the job, or by the
/// hourly sweep.
/// </summary>
public sealed partial class FolderJobs(
    StorageClients storage, SpaceQuota spaceQuota, FileSchedule schedule, WorkQueues queues, TimeProvider clock, ILogger<FolderJobs> logger)
{
    /// <summary>For how long a job can be read.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    const int MaxRemembered = 10_000;

    // Should the process die in the request that has begun the job, or in the slice of a worker.
    static readonly TimeSpan InCaseOfACrash = TimeSpan.FromSeconds(30);
    static readonly TimeSpan InCaseAWorkerDies = TimeSpan.FromMinutes(2);
    static readonly TimeSpan WatchAfter = TimeSpan.FromHours(1);
    static readonly TimeSpan AskAgainAfter = TimeSpan.FromMinutes(1);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(3); // A caller waits for it.

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));
    readonly ConcurrentDictionary<string, DateTimeOffset> asked = new(StringComparer.Ordinal);

    /// <summary>A job, or null. Storage is not asked for a text that can't be an id.</summary>
    public async Task<FolderJob?> Find(string tenant, string? id, CancellationToken cancel)
    {
        if (id is null || !FileRecord.IsId(id)) return null;
        return await table.Find(RowKeys.Space(tenant, id[..16]), RowKeys.Job(id), cancel) is { } row ? FolderJob.Read(tenant, row) : null;
    }

    /// <summary>Writes a new job with the rows that it begins with; null if one of them lost its race.</summary>
    public async Task<FolderJob?> TryBegin(FolderJob job, IEnumerable<TableTransactionAction> rows, CancellationToken cancel)
    {
        // First, so that the queue and the sweep find the job if this process crashes. Without a job both do nothing.
        await schedule.Add(job.Tenant, job.Id, FileSchedule.Job, job.CreatedAt + WatchAfter, cancel);
        await Send(job, InCaseOfACrash);
        // From here on the caller may hang up: the folders are marked by then, and nobody would work on them.
        TableTransactionAction[] all = [job.Write(job.CreatedAt), .. rows];
        // A copy needs the usage of its space, which its files must not make (FileStore.AddCopy).
        var etags = job.Kind == FolderJobKind.Copy
            ? await spaceQuota.TransactForETags(job.Tenant, job.Id[..16], default, all, CancellationToken.None)
            : await table.TransactForETags(all, CancellationToken.None);
        if (etags is not null) return job with { ETag = etags[0], UpdatedAt = job.CreatedAt };
        return await Find(job.Tenant, job.Id, CancellationToken.None); // There if only the answer was lost: the id is new.
    }

    /// <summary>Takes the next turn of a job; null if somebody else has taken it.</summary>
    public async Task<FolderJob?> TryTake(FolderJob job, CancellationToken cancel)
    {
        var taken = job with { Turn = job.Turn + 1, WaitsUntil = null };
        await Send(taken, InCaseAWorkerDies); // First: the message that brought us here does nothing any more.
        return await TrySave(taken, [], default, cancel);
    }

    /// <summary>Ends the turn of a worker: writes the place that the job has come to, and has it go on.</summary>
    /// <param name="begun">The job at the beginning of the turn.</param>
    /// <param name="job">The job now.</param>
    /// <param name="delay">When it goes on; null for at once.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<FolderJob> Pause(FolderJob begun, FolderJob job, TimeSpan? delay, CancellationToken cancel)
    {
        var isFurther = (job.Done, job.Failed, job.At, job.After, job.SourceChange, job.Archive?.Length)
            != (begun.Done, begun.Failed, begun.At, begun.After, begun.SourceChange, begun.Archive?.Length);
        if (isFurther) job = job with { ProgressAt = clock.GetUtcNow() };
        job = await TrySave(job, [], default, cancel) ?? job;
        await Send(job, delay);
        return job;
    }

    /// <summary>Notes that a job waits because its tenant has had its share of the time: until then nobody asks for it.</summary>
    public Task NoteWait(FolderJob job, TimeSpan delay, CancellationToken cancel) =>
        TrySave(job with { WaitsUntil = clock.GetUtcNow() + delay }, [], default, cancel);

    /// <summary>Writes how far a job is, with other rows; null if it or one of them changed meanwhile.</summary>
    /// <param name="job">The job.</param>
    /// <param name="rows">The other rows.</param>
    /// <param name="change">What that changes of the usage of its space.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="Problem">403 <c>quota_exceeded</c>.</exception>
    public async Task<FolderJob?> TrySave(
        FolderJob job, IReadOnlyList<TableTransactionAction> rows, UsageChange change, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        TableTransactionAction[] all = [job.Write(now), .. rows];
        var etags = change == default ? await table.TransactForETags(all, cancel)
            : await spaceQuota.TransactForETags(job.Tenant, job.Id[..16], change, all, cancel);
        return etags is null ? null : job with { ETag = etags[0], UpdatedAt = now };
    }

    /// <summary>Has a job go on. A failure is only logged.</summary>
    public async Task Send(FolderJob job, TimeSpan? delay)
    {
        try
        {
            using var patience = new CancellationTokenSource(Patience, clock);
            var queue = job.Kind == FolderJobKind.Archive ? QueueNames.Archives : QueueNames.FolderJobs;
            await queues.Send(queue, new FolderJobMessage(job.Tenant, job.Id, job.Turn), patience.Token, delay);
        }
        catch (Exception fault) when (ErrorBoundary.IsOutage(fault))
        {
            Log.NotSent(logger, job.Tenant, job.Id, fault);
        }
    }

    /// <summary>Has a job go on of which nothing was heard for a minute; at most once a minute.</summary>
    public async Task Ask(FolderJob job)
    {
        var now = clock.GetUtcNow();
        if (job.IsOver || now - job.UpdatedAt < AskAgainAfter || job.WaitsUntil + AskAgainAfter > now) return;
        if (asked.TryGetValue(job.Id, out var before) && now - before < AskAgainAfter) return;
        if (asked.Count >= MaxRemembered) asked.Clear();
        asked[job.Id] = now;
        await Send(job, null);
    }

    /// <summary>Deletes a job that nobody may read any more, and what leads to the files that it deleted.</summary>
    public async Task Remove(FolderJob job, CancellationToken cancel)
    {
        if (job.Kind == FolderJobKind.Delete)
        {
            var start = RowKeys.DeletedMadeFolders(job.Id);
            await foreach (var keys in table.Keys(job.Partition, start, start + "~", cancel)
                .Chunk(Table.MaxTransactionRows - 1).WithCancellation(cancel))
            {
                var rows = keys.Select(key => new TableTransactionAction(
                    TableTransactionActionType.Delete, new TableEntity(job.Partition, key), Azure.ETag.All)).ToList();
                await spaceQuota.TryTransact(job.Tenant, job.Id[..16], new UsageChange { Folders = -rows.Count }, rows, cancel);
            }
            await table.TryDelete(job.Partition, RowKeys.DeletedFolder(job.Path, job.CreatedAt, job.Id), cancel);
        }
        await table.TryDelete(job.Partition, RowKeys.Job(job.Id), cancel);
    }

    static partial class Log
    {
        [LoggerMessage(71, LogLevel.Warning, "Tenant {Tenant}: the message of folder job {Job} was not sent")]
        public static partial void NotSent(ILogger logger, string tenant, string job, Exception fault);
    }
}
