using Latchkey.Http;
using Latchkey.Storage;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>Works on a job for some time; the next message brings it back. A job that has ended, or is gone, needs nothing.</summary>
public sealed partial class FolderJobQueue(FolderJobs jobs, FolderWork work, WorkQueues queues, ILogger<FolderJobQueue> logger)
{
    static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(1);
    static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    /// <summary>Works on one <see cref="FolderJobMessage"/>.</summary>
    [Function("folder-jobs")]
    public async Task Run([QueueTrigger(QueueNames.FolderJobs)] string message, CancellationToken cancel)
    {
        var sent = WorkQueues.Read<FolderJobMessage>(message);
        try
        {
            if (await jobs.Find(sent.Tenant, sent.Job, cancel) is { IsOver: false } job) await work.Run(job, MaxTime, cancel);
        }
        catch (Exception fault) when ((fault is Problem || ErrorBoundary.IsOutage(fault)) && !cancel.IsCancellationRequested)
        {
            Log.Later(logger, sent.Tenant, sent.Job, fault);
            await queues.Send(QueueNames.FolderJobs, sent, cancel, RetryAfter);
        }
    }

    static partial class Log
    {
        [LoggerMessage(72, LogLevel.Warning, "Tenant {Tenant}: folder job {Job} has to wait: storage failed")]
        public static partial void Later(ILogger logger, string tenant, string job, Exception fault);
    }
}
