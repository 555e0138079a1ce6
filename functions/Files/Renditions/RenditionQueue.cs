using System.Diagnostics;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>
/// Makes the renditions of a picture, one picture at a time (host.json, <c>extensions.queues</c>). Under Flex Consumption it has instances
/// of its own, so a picture takes no memory from requests. Only deliveries that the picture itself ended are counted against it: when
/// storage fails, or the tenant has had its share, the message is sent anew.
/// </summary>
public sealed partial class RenditionQueue(
    RenditionMaker maker, TenantShare share, WorkQueues queues, ILogger<RenditionQueue> logger)
{
    const int MaxDequeueCount = 5; // host.json's.

    static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    /// <summary>Works on one <see cref="RenditionMessage"/>.</summary>
    /// <param name="message">The message.</param>
    /// <param name="dequeueCount">How often it has been delivered, this time included.</param>
    /// <param name="cancel">Cancels.</param>
    [Function("files-renditions")]
    public async Task Run([QueueTrigger(QueueNames.Renditions)] string message, long dequeueCount, CancellationToken cancel)
    {
        var picture = WorkQueues.Read<RenditionMessage>(message);
        // What was delivered before may have ended the process, and sending it anew would forget that.
        if (dequeueCount == 1 && share.Delay(picture.Tenant) is { } delay)
        {
            await queues.Send(QueueNames.Renditions, picture, cancel, delay);
            return;
        }
        var time = Stopwatch.StartNew();
        try
        {
            await maker.Make(picture.Tenant, picture.File, isLastTry: dequeueCount >= MaxDequeueCount, cancel);
        }
        catch (Exception fault) when ((fault is Problem || ErrorBoundary.IsOutage(fault)) && !cancel.IsCancellationRequested)
        {
            Log.Later(logger, picture.Tenant, picture.File, fault);
            await queues.Send(QueueNames.Renditions, picture, cancel, RetryAfter);
        }
        finally
        {
            share.Add(picture.Tenant, time.Elapsed);
        }
    }

    static partial class Log
    {
        [LoggerMessage(70, LogLevel.Warning, "Renditions of tenant {Tenant}, file {FileId} have to wait: storage failed")]
        public static partial void Later(ILogger logger, string tenant, string fileId, Exception fault);
    }
}
