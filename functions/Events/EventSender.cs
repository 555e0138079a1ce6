using Latchkey.Http;
using Latchkey.Telemetry;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.Events;

/// <summary>
/// Tells receivers of events: at least once each, with the same <c>webhook-id</c> at every try. What a receiver does not accept is tried
/// again over a day and then becomes a dead letter.
/// </summary>
public sealed partial class EventSender(
    EventQueue queue, DeliveryLog deliveries, TenantStore tenants, WebhookStore webhooks, WebhookHttp http, OwnReceivers own,
    Disablings disablings, TimeProvider clock, ILogger<EventSender> logger)
{
    /// <summary>How many events are sent at the same time: a receiver that does not answer takes fifteen seconds.</summary>
    public const int AtOnce = 64;

    const int AtOnceOfTenant = 8;

    /// <summary>After how long without one accepted event a webhook is switched off.</summary>
    public static readonly TimeSpan MaxFailing = TimeSpan.FromDays(5);

    // Within a tenant's places each of its webhooks has two, so that a tenant with slow receivers holds up neither others nor all of its
    // own.
    readonly SendingLanes<Delivery> ofTenant = new(clock, delivery => delivery.Tenant, IdOf, AtOnceOfTenant);
    readonly SendingLanes<Delivery> ofWebhook = new(clock, delivery => $"{delivery.Tenant}|{delivery.Receiver}", IdOf);
    readonly SendingLanes<Delivery> ofOwn = new(clock, delivery => delivery.Receiver, IdOf, AtOnce / 4);

    /// <summary>Turns the events of a change into deliveries, and sends them. It never throws.</summary>
    public async Task Dispatch(EventNote note, CancellationToken cancel)
    {
        try
        {
            var tenant = await tenants.Find(note.Tenant, cancel);
            await Task.WhenAll((await queue.Expand(note, one => Receivers(tenant, one), cancel))
                .Select(delivery => Send(delivery, cancel)));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The process ends. The note stays, and the timer tries again: as after any other failure.
        }
#pragma warning disable CA1031
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Log.NotSent(logger, note.Tenant, fault);
        }
    }

    /// <summary>Sends one, or leaves it for later. It never throws.</summary>
    public Task Send(Delivery delivery, CancellationToken cancel) => OwnReceivers.Are(delivery)
        ? Through(ofOwn, delivery, (next, cancelled) => TrySend(next, ofOwn, cancelled), cancel)
        : Through(ofTenant, delivery, (one, its) =>
            Through(ofWebhook, one, (next, cancelled) => TrySend(next, ofWebhook, cancelled), its), cancel);

    /// <summary>Ends once everything that waits now is sent.</summary>
    public async Task Drained()
    {
        await Task.WhenAll(ofTenant.Drained(), ofOwn.Drained());
        await ofWebhook.Drained();
    }

    /// <summary>Sends one in the background, for somebody who does not wait. If the process dies, its row brings it again.</summary>
    public void SendLater(Delivery delivery) => _ = Task.Run(() => Send(delivery, CancellationToken.None));

    // One whose life is over does not wait: it would wait until its table is dropped.
    async Task Through(
        SendingLanes<Delivery> lanes, Delivery delivery, Func<Delivery, CancellationToken, Task> send, CancellationToken cancel)
    {
        var isOver = IsOver(delivery);
        if (!await lanes.Run(delivery, send, mayWait: !isOver, cancel) && isOver)
            await Guarded(delivery, () => GiveUp(delivery, cancel), cancel);
    }

    Task TrySend(Delivery delivery, SendingLanes<Delivery> lanes, CancellationToken cancel) =>
        Guarded(delivery, () => SendOne(delivery, lanes, cancel), cancel);

    async Task Guarded(Delivery delivery, Func<Task> step, CancellationToken cancel)
    {
        try
        {
            await step();
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The process ends. The row stays, and the timer tries again: as after any other failure.
        }
#pragma warning disable CA1031
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Log.NotSent(logger, delivery.Tenant, fault);
        }
    }

    // A webhook is not told of itself.
    IEnumerable<string> Receivers(Tenant? tenant, StoredEvent sent)
    {
        foreach (var receiver in own.Of(tenant, sent)) yield return receiver;
        var about = InboxEvents.Text(sent, "webhookId");
        foreach (var webhook in (tenant?.Webhooks ?? new Dictionary<string, Webhook>()).Values)
        {
            if (webhook.Wants(sent.Type) && webhook.Id != about) yield return webhook.Id;
        }
    }

    async Task SendOne(Delivery delivery, SendingLanes<Delivery> lanes, CancellationToken cancel)
    {
        var (isOwn, tenant) = (OwnReceivers.Are(delivery), await tenants.Find(delivery.Tenant, cancel));
        var webhook = isOwn ? null : tenant?.Webhooks.GetValueOrDefault(delivery.Receiver);
        // The cache may be older than what an administrator was just promised.
        if (!isOwn && webhook is not { DisabledBecause: null })
            webhook = await webhooks.FindNow(delivery.Tenant, delivery.Receiver, cancel);
        if (isOwn ? !own.Has(tenant, delivery) : webhook is null)
        {
            await queue.Remove(delivery); // Nobody is there any more.
            return;
        }
        if (webhook?.DisabledBecause is not null)
        {
            await End(delivery, delivered: false, delivery.LastResult);
            return;
        }
        if (lanes.IsPaused(delivery))
        {
            // Its row brings it again.
            if (IsOver(delivery)) await GiveUp(delivery, cancel);
            return;
        }
        // It may have waited for longer than it was taken for.
        if (delivery.At <= clock.GetUtcNow() + WebhookHttp.MaxTime && await queue.TryTake(delivery, cancel) is null) return;
        var now = clock.GetUtcNow();
        var result = webhook is null ? await own.Send(delivery, cancel)
            : await http.Send(delivery.Tenant, webhook, delivery.Event, cancel);
        Instruments.EventSent(delivery.Tenant, KindOf(delivery), result.IsAccepted ? "accepted" : "refused");
        if (result.IsOfReceiver) lanes.Failed(delivery, now);
        if (result.IsAccepted) await End(delivery, delivered: true, result.Text);
        else await Failed(delivery, result);
        if (webhook is not null) await Note(delivery.Tenant, webhook, result);
    }

    async Task Failed(Delivery delivery, SendResult result)
    {
        Log.Refused(logger, delivery.Tenant, delivery.Receiver, result.Text);
        if (result.Status != 410 && delivery.Next(clock.GetUtcNow(), result.RetryAfter) is { } next)
            await queue.Postpone(delivery, next, result.Text);
        else await End(delivery with { Tries = delivery.Tries + 1 }, delivered: false, result.Text);
    }

    bool IsOver(Delivery delivery) => clock.GetUtcNow() > delivery.QueuedAt + Delivery.Life;

    async Task GiveUp(Delivery delivery, CancellationToken cancel)
    {
        if (await queue.TryTake(delivery, cancel) is not null)
            await End(delivery, delivered: false, delivery.LastResult ?? "not tried in time");
    }

    static string IdOf(Delivery delivery) => $"{delivery.Bucket}|{delivery.Row.RowKey}";

    static string KindOf(Delivery delivery) => OwnReceivers.Are(delivery) ? delivery.Receiver : "webhook";

    // First the log: if the process dies in between, the receiver gets the event twice and not never.
    async Task End(Delivery delivery, bool delivered, string? result)
    {
        if (!delivered || delivery.Receiver != Delivery.Inboxes) await deliveries.Add(delivery, delivered, result);
        await queue.Remove(delivery);
        if (!delivered) Instruments.EventSent(delivery.Tenant, KindOf(delivery), "dead");
    }

    // Says on the webhook's row since when it has failed, and switches it off in the end.
    async Task Note(string tenant, Webhook webhook, SendResult result)
    {
        if (result.IsAccepted && webhook.FailingSince is null) return;
        var now = clock.GetUtcNow();
        var reason = result.Status == 410 ? Webhook.Gone : now - webhook.FailingSince > MaxFailing ? Webhook.Failing : null;
        if (!result.IsAccepted && webhook.FailingSince is not null && reason is null) return;
        var changed = await webhooks.Change(tenant, webhook.Id, stored => stored.DisabledBecause is not null ? null : stored with
        {
            FailingSince = result.IsAccepted ? null : stored.FailingSince ?? now,
            DisabledBecause = result.IsAccepted ? null : reason,
        }, CancellationToken.None);
        if (changed?.DisabledBecause is not null) await disablings.Tell(tenant, changed);
    }

    static partial class Log
    {
        [LoggerMessage(35, LogLevel.Warning, "Tenant {Tenant}: {Receiver} did not accept an event: {Reason}")]
        public static partial void Refused(ILogger logger, string tenant, string receiver, string reason);

        [LoggerMessage(36, LogLevel.Error, "Tenant {Tenant}: an event could not be sent")]
        public static partial void NotSent(ILogger logger, string tenant, Exception fault);
    }
}
