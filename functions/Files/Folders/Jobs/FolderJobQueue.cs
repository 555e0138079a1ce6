using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>
/// Works on a job for some time; the next message brings it back. A job that has ended, is gone, or is somebody else's turn by now, needs
/// nothing. So a job has one worker, whatever is delivered twice.
/// </summary>
public sealed partial class FolderJobQueue(
    TenantStore tenants, FolderJobs jobs, FolderJobRights rights, FolderWork work, FolderEnd end, WorkQueues queues,
    ILogger<FolderJobQueue> logger)
{
    static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(1);
    static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    /// <summary>Works on one <see cref="FolderJobMessage"/>.</summary>
    [Function("folder-jobs")]
    public async Task Run([QueueTrigger(QueueNames.FolderJobs)] string message, CancellationToken cancel)
    {
        var sent = WorkQueues.Read<FolderJobMessage>(message);
        FolderJob? taken = null;
        try
        {
            if (await jobs.Find(sent.Tenant, sent.Job, cancel) is not { IsOver: false } job || job.Turn != sent.Turn) return;
            if (await tenants.Find(sent.Tenant, cancel) is not { } tenant) return; // Its files go with it.
            taken = await jobs.TryTake(job, cancel);
            if (taken is null) return;
            if (!await rights.MayGoOn(tenant, taken, cancel))
                await end.TryEnd(taken with { Code = "insufficient_rights" }, gaveUp: true, cancel);
            else await work.Run(taken, MaxTime, cancel);
        }
        catch (Exception fault) when ((fault is Problem || ErrorBoundary.IsOutage(fault)) && !cancel.IsCancellationRequested)
        {
            Log.Later(logger, sent.Tenant, sent.Job, fault);
            if (taken is null) await queues.Send(QueueNames.FolderJobs, sent, cancel, RetryAfter);
            else await jobs.Send(taken, RetryAfter);
        }
    }

    static partial class Log
    {
        [LoggerMessage(72, LogLevel.Warning, "Tenant {Tenant}: folder job {Job} has to wait: storage failed")]
        public static partial void Later(ILogger logger, string tenant, string job, Exception fault);
    }
}
