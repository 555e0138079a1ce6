using System.Diagnostics;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Works on jobs. It goes through a folder from the inside out: first what is in its folders, then its own files, then the folder itself.
/// What was read may be done by somebody else by then; each write says on what it depends, so two workers and a second try do no harm.
/// </summary>
public sealed class FolderWork(
    StorageClients storage, Folders folders, FolderJobs jobs, FolderMoves moves, FolderCopies copies, FolderRestores restores,
    FolderEnd end)
{
    const int PageSize = 20;

    // A second message, should the process die in the request that has begun the job.
    static readonly TimeSpan InCaseOfACrash = TimeSpan.FromSeconds(30);
    static readonly TimeSpan CopyTime = TimeSpan.FromSeconds(5);

    /// <summary>How long a request works on the job that it has begun.</summary>
    internal TimeSpan RequestTime { get; set; } = TimeSpan.FromSeconds(2);

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>
    /// Works on a job that has just begun, for two seconds: a folder of some hundred files is done by then, and nobody sees half of it.
    /// </summary>
    public async Task<FolderJob> Begin(FolderJob job)
    {
        await jobs.Send(job, InCaseOfACrash);
        try
        {
            return await Run(job, RequestTime, CancellationToken.None); // The caller may have hung up.
        }
        catch (Exception fault) when (fault is Problem || ErrorBoundary.IsOutage(fault))
        {
            return job; // It is accepted, and the message brings it back.
        }
    }

    /// <summary>Works on a job, and sends the next message if that takes longer. Returns it as it is then.</summary>
    public async Task<FolderJob> Run(FolderJob job, TimeSpan maxTime, CancellationToken cancel)
    {
        for (var (time, lost, waits) = (Stopwatch.StartNew(), 0, false); !job.IsOver;)
        {
            FolderJob? next;
            (next, waits) = await TryStep(job, lost, cancel);
            lost = next is null ? lost + 1 : 0;
            next ??= await jobs.Find(job.Tenant, job.Id, cancel);
            if (next is null) return job; // Its space was removed.
            job = next;
            if (job.IsOver || (!waits && time.Elapsed < maxTime)) continue;
            job = await jobs.TrySave(job, [], 0, cancel) ?? job; // The place that it has come to without writing.
            await jobs.Send(job, waits ? CopyTime : null);
            return job;
        }
        return job;
    }

    async Task<(FolderJob? Job, bool Waits)> TryStep(FolderJob job, int lost, CancellationToken cancel)
    {
        try
        {
            return job.Kind == FolderJobKind.Restore ? (await restores.Step(job, lost, cancel), false) : await Step(job, lost, cancel);
        }
        catch (FolderJobStopped stopped)
        {
            return (await end.TryEnd(stopped.Job, gaveUp: true, cancel), false);
        }
        catch (Problem full) when (full.Code == "quota_exceeded")
        {
            return (await end.TryEnd(job with { Code = full.Code }, gaveUp: true, cancel), false);
        }
    }

    async Task<(FolderJob? Job, bool Waits)> Step(FolderJob job, int lost, CancellationToken cancel)
    {
        job = job with { At = job.At ?? await First(job, job.Path, cancel) };
        var start = RowKeys.ListedByNameIn(job.At);
        var rows = table.Range(job.SourcePartition, job.After is null ? start : job.After + "0", start + "~", PageSize, cancel);
        var listed = await rows.Take(PageSize).Select(row => (row.RowKey, row.GetString("Id"))).ToListAsync(cancel);
        if (listed.Count > 0)
        {
            return job.Kind switch
            {
                FolderJobKind.Copy => await copies.Copy(job, listed, cancel),
                FolderJobKind.Delete => (await moves.Trash(job, listed, lost, cancel), false),
                _ => (await moves.Move(job, listed, lost, cancel), false),
            };
        }
        if (job.At == job.Path) return (await end.TryEnd(job, gaveUp: false, cancel), false);
        if (await end.TryLeave(job, job.At, cancel) is not { } left) return (null, false);
        return (left with { At = await Next(left, left.At!, cancel), After = null }, false);
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
