using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Messages;

/// <summary>Closes connections by the service's own call (<see cref="ConnectionClosings"/>). Whoever may still connect does so
/// again.</summary>
public sealed class ClosingQueue(PubSubClient broker, WorkQueues queues, Settings settings)
{
    /// <summary>
    /// Works on one <see cref="ClosingMessage"/>. While the service does not respond, what is left of it comes again for a day, with the
    /// id that failed at its end.
    /// </summary>
    [Function("message-closings")]
    public async Task Run([QueueTrigger(QueueNames.MessageClosings)] string message, CancellationToken cancel)
    {
        var work = WorkQueues.Read<ClosingMessage>(message);
        if (settings.Messages is null) return;
        for (var n = 0; n < work.Ids.Count; n++)
        {
            try
            {
                await Close(work, work.Ids[n], cancel);
            }
            catch (Problem) when (work.Tries < RetryPause.TriesOfADay)
            {
                var left = work with { Ids = [.. work.Ids.Skip(n + 1), work.Ids[n]], Tries = work.Tries + 1 };
                await queues.Send(QueueNames.MessageClosings, left, cancel, RetryPause.After(work.Tries));
                return;
            }
        }
    }

    Task Close(ClosingMessage work, string id, CancellationToken cancel) => work.Kind == ClosingKind.User
        ? broker.CloseUser(Topics.User(work.Tenant, id), cancel)
        : broker.CloseGroup(Topics.Closing(work.Tenant, work.Kind, id), cancel);
}
