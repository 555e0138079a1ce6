using Latchkey.Events;
using Latchkey.Tenancy;

namespace Latchkey.Messages;

/// <summary>
/// Events of the service in the inboxes of those whom they are about, with the types and the data that webhooks have: the user with whom
/// a file was shared, in whose space a file changed or arrived, whose session ended. It comes as often as it is tried, and is there once.
/// </summary>
public sealed class EventInbox(MessageSender sender, TenantStore tenants, UserStore users, Blocks blocks, TimeProvider clock)
{
    // Readers look no further back behind their cursor.
    static readonly TimeSpan Late = TimeSpan.FromDays(1);

    /// <summary>Puts one there.</summary>
    public async Task<SendResult> Deliver(Delivery delivery, CancellationToken cancel)
    {
        if (InboxEvents.UserOf(delivery.Event) is not { } user || await tenants.Find(delivery.Tenant, cancel) is not { } tenant
            || !await Hears(tenant, user, delivery.Event, cancel)) return new(204);
        var (sent, to, now) = (delivery.Event, new Recipient(User: user), clock.GetUtcNow());
        // The same at every try, also at one of next week; but not of a dead letter that somebody sends again.
        var id = MessageTables.IdsOf(tenant.Id, "", to, sent.Id, now - sent.Time > Late ? now : sent.Time).Last();
        var message = new Message(id, sent.Type, null, to, "application/json", sent.Data.GetRawText(), sent.Time,
            now + Message.DefaultTime);
        await sender.TryPut(tenant, user, message, cancel);
        return new(204);
    }

    // Whoever is being deleted has no inbox any more. And who is blocked does not come in by sharing a file.
    async Task<bool> Hears(Tenant tenant, string user, StoredEvent sent, CancellationToken cancel) =>
        await users.FindStateNow(tenant.Id, user, cancel) is { Disabled: false }
        && !(InboxEvents.Text(sent, "sharedBy") is { } by && await blocks.IsBlocked(tenant.Id, by, user, cancel));
}
