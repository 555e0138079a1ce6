using System.Reflection;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Latchkey.WorkerHost;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Latchkey.LocalHost;

/// <summary>
/// The queues of the functions' queue triggers. Nothing polls them here: a test says when they are worked on. They are worked on as
/// under the Functions host, except that a message that failed is tried again at once.
/// </summary>
public static partial class LocalQueues
{
    /// <summary>Works until every queue is empty; how many messages there were, each try of one counted.</summary>
    public static async Task<int> RunUntilEmpty(WebApplication app, Assembly assembly, CancellationToken cancel = default)
    {
        var connection = app.Configuration["Latchkey:Storage:ConnectionString"]!;
        var service = new QueueServiceClient(connection);
        for (var total = 0; ;)
        {
            // Most are not there.
            var there = new HashSet<string>(StringComparer.Ordinal);
            await foreach (var queue in service.GetQueuesAsync(cancellationToken: cancel)) there.Add(queue.Name);
            var messages = 0;
            foreach (var function in Functions.Queued(assembly).Where(function => there.Contains(function.Queue)))
            {
                messages += await new HostQueue(connection, function.Queue, new QueueOptions(),
                    (message, stop) => TryCall(app, function, message, stop)).Batch(cancel);
            }
            if (messages == 0) return total;
            total += messages;
        }
    }

    static async Task<bool> TryCall(WebApplication app, QueueFunction function, QueueMessage message, CancellationToken cancel)
    {
        try
        {
            await Functions.Call(function.Method, app.Services, message.Body.ToString(), cancel, message.DequeueCount);
            return true;
        }
        catch (Exception fault)
        {
            Log.Failed(app.Logger, function.Name, fault);
            return false;
        }
    }

    static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Function {Name} failed")]
        public static partial void Failed(ILogger logger, string name, Exception fault);
    }
}
