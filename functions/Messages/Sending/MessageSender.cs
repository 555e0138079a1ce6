using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Telemetry;
using Latchkey.Tenancy;

namespace Latchkey.Messages;

/// <summary>A message that somebody wants to send.</summary>
/// <param name="To">To whom.</param>
/// <param name="ContentType">The media type of the body.</param>
/// <param name="Body">The body.</param>
/// <param name="Life">How long it waits in an inbox.</param>
/// <param name="Name">The sender's own id for it, or null.</param>
public sealed record Draft(Recipient To, string ContentType, string Body, TimeSpan Life, string? Name);

/// <summary>
/// Sends messages. What goes to people is in storage before the sender is told so; the broker hears of it afterwards. A message that its
/// sender has named is there once, however often it is sent. That somebody is blocked they are not told.
/// </summary>
public sealed class MessageSender(
    GroupStore groups, Memberships memberships, UserStore users, Blocks blocks, InboxStore inboxes, GroupMessages groupMessages,
    PubSubClient broker, SendingLimits limits, TimeProvider clock)
{
    /// <summary>The most members of a group that takes messages.</summary>
    public const int MaxMembers = 1000;

    /// <summary>Sends it; the message as it is sent, or was sent before.</summary>
    /// <exception cref="Problem">403 <c>messages_not_allowed</c>; 404 <c>recipient_not_found</c>; 409 <c>group_too_large</c>;
    /// 429 <c>too_many_messages</c>; 503 <c>messages_unavailable</c>.</exception>
    public Task<Message> Send(Caller caller, string user, Draft draft) => draft.To switch
    {
        { User: { } to } => ToUser(caller, user, to, draft),
        { Group: { } group } => ToGroup(caller, user, group, draft),
        _ => ToTopic(caller, user, draft),
    };

    async Task<Message> ToUser(Caller caller, string from, string to, Draft draft)
    {
        var (tenant, cancel) = (caller.Tenant, caller.Cancel);
        await limits.TakeOfUser(tenant, from, cancel);
        await limits.TakeOfTenant(tenant, recipients: 1, cancel);
        await EnsureMayWrite(tenant, from, to, cancel);
        var blocked = blocks.IsBlocked(tenant.Id, from, to, cancel);
        var (message, before) = Make(tenant, from, draft);
        // What somebody writes who is blocked goes the same way to nobody, without what it says: so it takes as long.
        var (inbox, sent) = await blocked ? (InboxStore.Nobody, message with { From = null, To = new(), Body = "" }) : (to, message);
        if (before is not null && await inboxes.Has(tenant.Id, inbox, before, cancel)) return message with { Id = before };
        await TryPut(tenant, inbox, sent, cancel);
        return message;
    }

    async Task<Message> ToGroup(Caller caller, string from, string group, Draft draft)
    {
        var (tenant, cancel) = (caller.Tenant, caller.Cancel);
        if (tenant.Messages.WriteTo == WritingMode.Nobody) throw NotAllowed();
        await limits.TakeOfUser(tenant, from, cancel);
        if (await memberships.Role(memberships.Who(caller.Http, tenant, from), group, cancel) is null) throw NoRecipient();
        var members = await groups.Members(tenant.Id, group, null, MaxMembers + 1, cancel);
        if (members.Count > MaxMembers)
            throw Problem.Conflict("group_too_large", $"A group of more than {MaxMembers} members takes no messages; use a topic.");
        await limits.TakeOfTenant(tenant, Math.Max(1, members.Count), cancel);
        var (message, before) = Make(tenant, from, draft);
        if (before is null || await groupMessages.Find(tenant.Id, before, cancel) is not { } former)
        {
            await groupMessages.Send(tenant.Id, message, cancel);
            return message;
        }
        if (!former.Done) await groupMessages.Deliver(tenant.Id, before, CancellationToken.None);
        return message with { Id = before };
    }

    async Task<Message> ToTopic(Caller caller, string from, Draft draft)
    {
        var (tenant, cancel) = (caller.Tenant, caller.Cancel);
        await limits.TakeOfUser(tenant, from, cancel);
        await limits.TakeOfTenant(tenant, recipients: 1, cancel);
        var roles = tenant.Names((await users.FindState(tenant.Id, from, cancel))?.Roles ?? []);
        if (!tenant.Messages.Topics.Any(rule => rule.Matches(draft.To.Topic!) && rule.Speaks(caller.Token.ClientId, roles)))
            throw NoRecipient();
        var (message, _) = Make(tenant, from, draft);
        await broker.Send(Topics.Topic(tenant.Id, draft.To.Topic!), message.Payload(), cancel);
        Instruments.MessageSent(tenant.Id, "topic");
        return message;
    }

    /// <summary>Refuses if the tenant's rules do not let one user write to another; whether that one exists nobody learns.</summary>
    /// <exception cref="Problem">403 <c>messages_not_allowed</c>; 404 <c>recipient_not_found</c>.</exception>
    public async Task EnsureMayWrite(Tenant tenant, string from, string to, CancellationToken cancel)
    {
        if (from == to) return;
        if (tenant.Messages.WriteTo == WritingMode.Nobody) throw NotAllowed();
        if (await users.FindState(tenant.Id, to, cancel) is not { Disabled: false }) throw NoRecipient();
        if (tenant.Messages.WriteTo == WritingMode.All) return;
        var both = await Task.WhenAll(new[] { from, to }.Select(one => memberships.IdsOf(tenant, one, int.MaxValue, cancel)));
        if (!both[0].Intersect(both[1], StringComparer.Ordinal).Any()) throw NoRecipient();
    }

    /// <summary>Puts a message into an inbox and publishes it; false if it was there. Whoever can't be told finds it there.</summary>
    public async Task<bool> TryPut(Tenant tenant, string inbox, Message message, CancellationToken cancel)
    {
        if (!await inboxes.TryAdd(tenant.Id, inbox, message, cancel)) return false;
        var isHeard = await broker.TryTell(Topics.Inbox(tenant.Id, inbox), message.Payload());
        Instruments.MessageSent(tenant.Id, isHeard ? "user" : "unheard");
        return true;
    }

    // The message, and the id that it may have from the week before.
    (Message Message, string? Before) Make(Tenant tenant, string from, Draft draft)
    {
        var now = clock.GetUtcNow();
        List<string> ids = draft.Name is null ? [MessageTables.NewId(now)]
            : [.. MessageTables.IdsOf(tenant.Id, from, draft.To, draft.Name, now)];
        return (new(ids[^1], Message.Written, from, draft.To, draft.ContentType, draft.Body, now, now + draft.Life),
            ids.Count > 1 ? ids[0] : null);
    }

    static Problem NotAllowed() => new(403, "messages_not_allowed", "In this tenant users do not write to each other.");

    static Problem NoRecipient() =>
        Problem.NotFound("recipient_not_found", "The recipient does not exist, or you may not write there.");
}
