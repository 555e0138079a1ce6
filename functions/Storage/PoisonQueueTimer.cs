using Azure;
using Latchkey.Telemetry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Latchkey.Storage;

/// <summary>
/// Counts the messages that failed so often that the Functions host put them aside (metric <c>latchkey.queues.poison</c>). The platform has
/// a figure for an account's messages, and none for those of one queue. It reads no message.
/// </summary>
public sealed partial class PoisonQueueTimer(StorageClients storage, ILogger<PoisonQueueTimer> logger)
{
    /// <summary>Every five minutes (NCRONTAB, UTC).</summary>
    [Function("watch-queues")]
    public async Task Run([TimerTrigger("0 3/5 * * * *")] TimerInfo timer, CancellationToken cancel)
    {
        foreach (var queue in QueueNames.All)
        {
            var count = await Count(queue, cancel);
            if (count == 0) continue;
            Instruments.PoisonFound(queue, count);
            Log.Found(logger, count, queue + QueueNames.PoisonSuffix, timer.IsPastDue);
        }
    }

    async Task<int> Count(string queue, CancellationToken cancel)
    {
        try
        {
            var properties = await storage.Queues.GetQueueClient(queue + QueueNames.PoisonSuffix).GetPropertiesAsync(cancel);
            return properties.Value.ApproximateMessagesCount;
        }
        catch (RequestFailedException none) when (none.Status == 404)
        {
            return 0; // The host makes the queue with the first such message.
        }
    }

    static partial class Log
    {
        [LoggerMessage(211, LogLevel.Warning, "{Count} messages failed five times and lie in {Queue} (late: {Late})")]
        public static partial void Found(ILogger logger, int count, string queue, bool late);
    }
}
