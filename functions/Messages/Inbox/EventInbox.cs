using Latchkey.Events;
using Latchkey.Tenancy;

namespace Latchkey.Messages;

/// <summary>
/// Events of the service in the inboxes of those whom they are about, with the types and the data that webhooks have: the user with whom
/// a file was shared, in whose space a file changed or arrived, whose session ended. What is about a group, or a file that is shared, goes
/// to many by the queue of messages to groups (<see cref="GroupQueue"/>). It comes as often as it is tried, and is there once: it has the
/// same id in every inbox.
/// </summary>
public sealed class EventInbox(MessageSender sender, GroupMessages groupMessages, FileRecipients recipients, TenantStore tenants,
    UserStore users, Blocks blocks, TimeProvider clock)
{
    // Readers look no further back behind their cursor.
    static readonly TimeSpan Late = TimeSpan.FromDays(1);

    static readonly Recipient Everybody = new();

    /// <summary>Puts one there.</summary>
    public async Task<SendResult> Deliver(Delivery delivery, CancellationToken cancel)
    {
        if (await tenants.Find(delivery.Tenant, cancel) is not { } tenant) return new(204);
        var (sent, now) = (delivery.Event, clock.GetUtcNow());
        // The same at every try, also at one of next week; but not of a dead letter that somebody sends again.
        var id = MessageTables.IdsOf(tenant.Id, "", Everybody, sent.Id, now - sent.Time > Late ? now : sent.Time).Last();
        var message = new Message(id, sent.Type, null, Everybody, "application/json", sent.Data.GetRawText(), sent.Time,
            now + Message.DefaultTime);
        var (user, group) = (InboxEvents.UserOf(sent), InboxEvents.GroupOf(sent));
        if (user is not null && await Hears(tenant, user, message, cancel))
            await sender.TryPut(tenant, user, message with { To = new(User: user) }, cancel);
        if (group is not null || await IsShared(tenant, sent, cancel))
            await groupMessages.Send(tenant.Id, message with { To = new(User: user, Group: group) }, cancel);
        return new(204);
    }

    async Task<bool> IsShared(Tenant tenant, StoredEvent sent, CancellationToken cancel) => InboxEvents.IsOfSharers(sent)
        && InboxEvents.Text(sent, "fileId") is { } file && (await recipients(tenant.Id, file, cancel)).Count > 0;

    // Whoever is being deleted has no inbox any more. And who is blocked does not come in by sharing a file, or by changing one.
    async Task<bool> Hears(Tenant tenant, string user, Message message, CancellationToken cancel)
    {
        if (await users.FindStateNow(tenant.Id, user, cancel) is not { Disabled: false }) return false;
        foreach (var by in GroupAudience.Senders(message).Where(by => by != user))
        {
            if (await blocks.IsBlocked(tenant.Id, by, user, cancel)) return false;
        }
        return true;
    }
}
