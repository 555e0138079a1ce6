using System.Diagnostics;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>
/// Gives a job its turn; the next message brings it back. A job that has ended, is gone, or is somebody else's turn by now, needs
/// nothing. So a job has one worker, whatever is delivered twice.
/// </summary>
public sealed partial class FolderJobTurns(
    TenantStore tenants, FolderJobs jobs, FolderJobRights rights, FolderEnd end, WorkQueues queues, ILogger<FolderJobTurns> logger)
{
    /// <summary>How long a worker works on an archive.</summary>
    public static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(1);

    static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    /// <summary>Works on one <see cref="FolderJobMessage"/>.</summary>
    /// <param name="queue">The queue that it came by.</param>
    /// <param name="message">The message.</param>
    /// <param name="share">Each tenant's share of the time. Whoever has had it waits if others do.</param>
    /// <param name="work">The work.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task Run(
        string queue, string message, TenantShare share, Func<Tenant, FolderJob, Task> work, CancellationToken cancel)
    {
        var sent = WorkQueues.Read<FolderJobMessage>(message);
        FolderJob? taken = null;
        var time = Stopwatch.StartNew();
        try
        {
            if (await jobs.Find(sent.Tenant, sent.Job, cancel) is not { IsOver: false } job || job.Turn != sent.Turn) return;
            if (await tenants.Find(sent.Tenant, cancel) is not { } tenant) return; // Its files go with it.
            if (await share.TryWait(queues, queue, sent.Tenant, sent, cancel, isNew: job.WaitsUntil is null) is { } delay)
            {
                await jobs.NoteWait(job, delay, cancel);
                return;
            }
            taken = await jobs.TryTake(job, cancel);
            if (taken is null) return;
            if (await rights.MayGoOn(tenant, taken, cancel)) await work(tenant, taken);
            else await end.TryEnd(taken with { Code = "insufficient_rights" }, gaveUp: true, cancel);
        }
        catch (Exception fault) when ((fault is Problem || ErrorBoundary.IsOutage(fault)) && !cancel.IsCancellationRequested)
        {
            Log.Later(logger, sent.Tenant, sent.Job, queue, fault);
            if (taken is null) await queues.Send(queue, sent, cancel, RetryAfter);
            else await jobs.Send(taken, RetryAfter);
        }
        finally
        {
            if (taken is not null) share.Add(sent.Tenant, time.Elapsed);
        }
    }

    static partial class Log
    {
        [LoggerMessage(72, LogLevel.Warning, "Tenant {Tenant}: job {Job} of {Queue} has to wait: storage failed")]
        public static partial void Later(ILogger logger, string tenant, string job, string queue, Exception fault);
    }
}
