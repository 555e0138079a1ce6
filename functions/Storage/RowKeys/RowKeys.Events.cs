namespace Latchkey.Storage;

// What others are told of, and who.
public static partial class RowKeys
{
    /// <summary>The partition of a tenant's webhooks.</summary>
    public static string Webhooks(string tenant) => $"{tenant}|webhooks";

    /// <summary>The prefix of the keys of all webhooks.</summary>
    public const string AnyWebhook = "webhook|";

    /// <summary>A tenant's webhook.</summary>
    public static string Webhook(string id) => $"{AnyWebhook}{id}";

    /// <summary>The events of one change, in the partition of the change.</summary>
    public static string Events(string id) => $"event|{id}";

    /// <summary>The note that leads to the events of a change.</summary>
    public static string EventNote(string id) => $"note|{id}";

    /// <summary>The prefix of the keys of what is still to be sent to a receiver.</summary>
    public static string PendingDeliveries(string receiver) => $"delivery|{receiver}|";

    /// <summary>An event that is still to be sent to a receiver.</summary>
    public static string PendingDelivery(string receiver, string eventId) => $"{PendingDeliveries(receiver)}{eventId}";

    /// <summary>The partition of what was sent to a receiver, or given up.</summary>
    public static string Deliveries(string tenant, string receiver) => $"{tenant}|{receiver}";
}
