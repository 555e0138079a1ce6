using Latchkey.Tenancy;
using Microsoft.Extensions.Hosting;

namespace Latchkey.Events;

/// <summary>Sends the events of the changes that this instance has just made. Nobody waits for it.</summary>
public sealed class EventWorker(Outbox outbox, EventSender sender) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Parallel.ForEachAsync(
        outbox.Written(stoppingToken),
        new ParallelOptions { MaxDegreeOfParallelism = EventSender.AtOnce, CancellationToken = stoppingToken },
        async (note, cancel) => await sender.Dispatch(note, cancel));
}
