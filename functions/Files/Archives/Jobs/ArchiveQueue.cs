using System.Diagnostics;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>
/// Works on an archive for a minute; the next message brings it back (<see cref="FolderJobQueue"/>). The queue serves who comes first, and
/// a tenant that has had its share of the time waits.
/// </summary>
public sealed partial class ArchiveQueue(
    TenantStore tenants, FolderJobs jobs, FolderJobRights rights, ArchiveWork work, ArchivePlaces places, FolderEnd end, WorkQueues queues,
    ILogger<ArchiveQueue> logger)
{
    static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(1);
    static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    /// <summary>Works on one <see cref="FolderJobMessage"/>.</summary>
    [Function("archives")]
    public async Task Run([QueueTrigger(QueueNames.Archives)] string message, CancellationToken cancel)
    {
        var sent = WorkQueues.Read<FolderJobMessage>(message);
        FolderJob? taken = null;
        var time = Stopwatch.StartNew();
        try
        {
            if (await jobs.Find(sent.Tenant, sent.Job, cancel) is not { IsOver: false } job || job.Turn != sent.Turn) return;
            if (await tenants.Find(sent.Tenant, cancel) is not { } tenant) return; // Its files go with it.
            if (places.Share.Delay(sent.Tenant) is { } delay)
            {
                await queues.Send(QueueNames.Archives, sent, cancel, delay);
                return;
            }
            taken = await jobs.TryTake(job, cancel);
            if (taken is null) return;
            if (await rights.MayGoOn(tenant, taken, cancel)) await work.Run(tenant, taken, MaxTime, cancel);
            else await end.TryEnd(taken with { Code = "insufficient_rights" }, gaveUp: true, cancel);
        }
        catch (Exception fault) when ((fault is Problem || ErrorBoundary.IsOutage(fault)) && !cancel.IsCancellationRequested)
        {
            Log.Later(logger, sent.Tenant, sent.Job, fault);
            if (taken is null) await queues.Send(QueueNames.Archives, sent, cancel, RetryAfter);
            else await jobs.Send(taken, RetryAfter);
        }
        finally
        {
            if (taken is not null) places.Share.Add(sent.Tenant, time.Elapsed);
        }
    }

    static partial class Log
    {
        [LoggerMessage(73, LogLevel.Warning, "Tenant {Tenant}: archive {Job} has to wait: storage failed")]
        public static partial void Later(ILogger logger, string tenant, string job, Exception fault);
    }
}
