using System.Diagnostics;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>
/// Works on jobs. It goes through a folder from the inside out: first what is in its folders, then its own files, then the folder itself.
/// A job has one worker (<see cref="FolderJob.Turn"/>), and each write says on what it depends, so a second try does no harm. Whoever finds
/// that somebody else has the turn stops.
/// </summary>
public sealed class FolderWork(
    StorageClients storage, Folders folders, FolderJobs jobs, FolderMoves moves, FolderCopies copies, FolderRestores restores,
    FolderCopyCheck check, FolderEnd end, TimeProvider clock)
{
    const int PageSize = 20;

    /// <summary>How long a worker works on a job before the next one has its turn.</summary>
    public static readonly TimeSpan SliceTime = TimeSpan.FromSeconds(10);

    /// <summary>Each tenant's share of the time of this process for jobs on folders.</summary>
    public TenantShare Share { get; } = new(clock) { Burst = 2 * SliceTime };

    /// <summary>How long a request works on the job that it has begun.</summary>
    internal TimeSpan RequestTime { get; set; } = TimeSpan.FromSeconds(2);

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>
    /// Works on a job that has just begun, for two seconds: a folder of some hundred files is done by then, and nobody sees half of it.
    /// </summary>
    public async Task<FolderJob> Begin(FolderJob job)
    {
        try
        {
            return await Run(job, RequestTime, CancellationToken.None); // The caller may have hung up.
        }
        catch (Exception fault) when (fault is Problem || ErrorBoundary.IsOutage(fault))
        {
            return job; // It is accepted, and the message that was sent before it brings it back.
        }
    }

    /// <summary>Works on a job, and sends the next message if that takes longer. Returns it as it is then.</summary>
    public async Task<FolderJob> Run(FolderJob job, TimeSpan maxTime, CancellationToken cancel)
    {
        var (time, begun, lost, lostAt) = (Stopwatch.StartNew(), job, 0, default((string?, string?)));
        while (!job.IsOver)
        {
            var place = (job.At, job.After);
            var (next, wait) = await TryStep(job, place == lostAt ? lost : 0, cancel);
            if (next is null)
            {
                // Of each place for itself: it is a file there that others keep changing.
                (lost, lostAt) = (place == lostAt ? lost + 1 : 1, place);
                next = await jobs.Find(job.Tenant, job.Id, cancel);
                // Its space was removed, or somebody else has the turn.
                if (next is null || next.Turn != begun.Turn) return next ?? job;
            }
            job = next;
            if (!job.IsOver && (wait is not null || time.Elapsed >= maxTime)) return await jobs.Pause(begun, job, wait, cancel);
        }
        return job;
    }

    async Task<(FolderJob? Job, TimeSpan? Wait)> TryStep(FolderJob job, int lost, CancellationToken cancel)
    {
        try
        {
            return job.Kind == FolderJobKind.Restore ? (await restores.Step(job, lost, cancel), null) : await Step(job, lost, cancel);
        }
        catch (FolderJobStopped stopped)
        {
            return (await end.TryEnd(stopped.Job, gaveUp: true, cancel), null);
        }
        catch (Problem full) when (full.Code == "quota_exceeded")
        {
            return (await end.TryEnd(job with { Code = full.Code }, gaveUp: true, cancel), null);
        }
    }

    async Task<(FolderJob? Job, TimeSpan? Wait)> Step(FolderJob job, int lost, CancellationToken cancel)
    {
        job = job with { At = job.At ?? await First(job, job.Path, cancel) };
        var start = RowKeys.ListedByNameIn(job.At);
        var from = job.After is null ? start : job.After + "0";
        var rows = table.Columns(job.SourcePartition, from, start + "~", ["RowKey", "Id"], cancel, PageSize);
        var listed = await rows.Take(PageSize).Select(row => (row.RowKey, row.GetString("Id"))).ToListAsync(cancel);
        if (listed.Count > 0)
        {
            return job.Kind switch
            {
                FolderJobKind.Copy => await copies.Copy(job, listed, cancel),
                FolderJobKind.Delete => (await moves.Trash(job, listed, lost, cancel), null),
                _ => (await moves.Move(job, listed, lost, cancel), null),
            };
        }
        if (job.At == job.Path) return (await check.Next(job, cancel) ?? await end.TryEnd(job, gaveUp: false, cancel), null);
        if (await end.TryLeave(job, job.At, cancel) is not { } left) return (null, null);
        return (left with { At = await Next(left, left.At!, cancel), After = null }, null);
    }

    // Where a folder begins: in the first of its innermost folders.
    async Task<string> First(FolderJob job, string path, CancellationToken cancel)
    {
        while (await folders.Next(job.SourcePartition, path, null, cancel) is { } inner) path = inner;
        return path;
    }

    async Task<string> Next(FolderJob job, string path, CancellationToken cancel)
    {
        var parent = FileRows.Parent(path);
        return await folders.Next(job.SourcePartition, parent, path, cancel) is { } sibling ? await First(job, sibling, cancel) : parent;
    }
}
