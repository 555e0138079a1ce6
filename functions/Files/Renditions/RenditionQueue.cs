using Latchkey.Storage;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// Makes the renditions of a picture, one picture at a time (host.json, <c>extensions.queues</c>). Under Flex Consumption it has instances
/// of its own, so a picture takes no memory from requests.
/// </summary>
public sealed class RenditionQueue(RenditionMaker maker)
{
    const int MaxDequeueCount = 5; // host.json's.

    /// <summary>Works on one <see cref="RenditionMessage"/>.</summary>
    /// <param name="message">The message.</param>
    /// <param name="dequeueCount">How often it has been delivered, this time included.</param>
    /// <param name="cancel">Cancels.</param>
    [Function("files-renditions")]
    public Task Run([QueueTrigger(QueueNames.Renditions)] string message, long dequeueCount, CancellationToken cancel)
    {
        var (tenant, file) = WorkQueues.Read<RenditionMessage>(message);
        return maker.Make(tenant, file, isLastTry: dequeueCount >= MaxDequeueCount, cancel);
    }
}
