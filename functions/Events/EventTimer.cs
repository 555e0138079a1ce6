using Latchkey.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Events;

/// <summary>Sends, once a minute, the events whose time has come: after a failure of a receiver, or a crash of ours.</summary>
public sealed class EventTimer(EventQueue queue, EventSender sender)
{
    /// <summary>For how long a run begins to send, and waits for what is being sent: less than until the next one.</summary>
    public TimeSpan MaxRunTime { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>Every minute (NCRONTAB, UTC).</summary>
    [Function("send-events")]
    public Task Run([TimerTrigger("30 * * * * *")] TimerInfo timer, CancellationToken cancel) => BoundedRun.Of(
        MaxRunTime, queue.Due(cancel), EventSender.AtOnce,
        (due, cancelled) => due.Note is { } note ? sender.Dispatch(note, cancelled) : sender.Send(due.Delivery!, cancelled),
        sender.Drained, cancel);
}
