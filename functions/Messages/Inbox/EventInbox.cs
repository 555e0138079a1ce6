using System.Text.Json;
using Latchkey.Events;
using Latchkey.Tenancy;

namespace Latchkey.Messages;

/// <summary>
/// Events of the service in the inboxes of those whom they are about, with the types and the data that webhooks have: the user with whom
/// a file was shared, in whose space a file changed or arrived, whose session ended. It comes as often as it is tried, and is there once.
/// </summary>
public sealed class EventInbox(InboxStore inboxes, MessageSender sender, TenantStore tenants, TimeProvider clock)
{
    /// <summary>Puts one there.</summary>
    public async Task<SendResult> Deliver(Delivery delivery, CancellationToken cancel)
    {
        if (UserOf(delivery.Event) is not { } user || await tenants.Find(delivery.Tenant, cancel) is not { } tenant) return new(204);
        var (sent, to) = (delivery.Event, new Recipient(User: user));
        // The same at every try, also at one of next week.
        var id = MessageTables.IdsOf(tenant.Id, "", to, sent.Id, sent.Time).Last();
        var message = new Message(id, sent.Type, null, to, "application/json", sent.Data.GetRawText(), sent.Time,
            clock.GetUtcNow() + Message.DefaultTime);
        if (await inboxes.TryAdd(tenant.Id, user, message, cancel)) await sender.Tell(tenant, Topics.Inbox(tenant.Id, user), message);
        return new(204);
    }

    static string? UserOf(StoredEvent sent) => sent.Type switch
    {
        EventTypes.SessionEnded => Text(sent, "userId"),
        EventTypes.ShareCreated => Text(sent, "recipientKind") == "user" ? Text(sent, "recipientId") : null,
        _ => Text(sent, "ownerKind") == "user" ? Text(sent, "ownerId") : null,
    };

    static string? Text(StoredEvent sent, string name) =>
        sent.Data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
