using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Events;

/// <summary>Sends, once a minute, the events whose time has come: after a failure of a receiver, or a crash of ours.</summary>
public sealed class EventTimer(EventQueue queue, EventSender sender)
{
    /// <summary>Every minute (NCRONTAB, UTC).</summary>
    [Function("send-events")]
    public Task Run([TimerTrigger("30 * * * * *")] TimerInfo timer, CancellationToken cancel) => Parallel.ForEachAsync(
        queue.Due(cancel), new ParallelOptions { MaxDegreeOfParallelism = EventSender.AtOnce, CancellationToken = cancel },
        async (due, cancelled) => await (due.Note is { } note ? sender.Dispatch(note, cancelled) : sender.Send(due.Delivery!, cancelled)));
}
