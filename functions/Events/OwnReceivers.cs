using Latchkey.Tenancy;

namespace Latchkey.Events;

/// <summary>Puts an event into the inboxes of those whom it is about.</summary>
public delegate Task<SendResult> InboxDelivery(Delivery delivery, CancellationToken cancel);

/// <summary>The receivers that are not a tenant's webhooks: the deployment's Event Grid topic, and the inboxes of users.</summary>
public sealed class OwnReceivers(EventGridTopic topic, InboxDelivery inboxes, Outbox outbox)
{
    /// <summary>True if the delivery is to one of them.</summary>
    public static bool Are(Delivery delivery) => delivery.Receiver is Delivery.EventGrid or Delivery.Inboxes;

    /// <summary>Those that are told of an event.</summary>
    public IEnumerable<string> Of(Tenant? tenant, StoredEvent sent)
    {
        if (topic.IsThere) yield return Delivery.EventGrid;
        if (tenant is not null && outbox.HasInboxes(tenant) && InboxEvents.AreOf(sent)) yield return Delivery.Inboxes;
    }

    /// <summary>True if the receiver is still there.</summary>
    public bool Has(Tenant? tenant, Delivery delivery) => Of(tenant, delivery.Event).Contains(delivery.Receiver);

    /// <summary>Tells it.</summary>
    public Task<SendResult> Send(Delivery delivery, CancellationToken cancel) =>
        delivery.Receiver == Delivery.EventGrid ? topic.Send(delivery, cancel) : inboxes(delivery, cancel);
}
