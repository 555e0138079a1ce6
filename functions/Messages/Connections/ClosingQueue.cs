using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Messages;

/// <summary>Closes connections by the service's own call (<see cref="ConnectionClosings"/>). Whoever may still connect does so
/// again.</summary>
public sealed class ClosingQueue(PubSubClient broker, Settings settings)
{
    /// <summary>Works on one <see cref="ClosingMessage"/>. While the service does not respond, the queue brings it back.</summary>
    [Function("message-closings")]
    public async Task Run([QueueTrigger(QueueNames.MessageClosings)] string message, CancellationToken cancel)
    {
        var (tenant, kind, ids) = WorkQueues.Read<ClosingMessage>(message);
        if (settings.Messages is null) return;
        foreach (var id in ids)
        {
            if (kind == ClosingKind.User) await broker.CloseUser(Topics.User(tenant, id), cancel);
            else await broker.CloseGroup(Topics.Closing(tenant, kind, id), cancel);
        }
    }
}
