using System.Text.Json;
using Latchkey.Tenancy;

namespace Latchkey.Messages;

/// <summary>The users and groups with whom a file is shared now; none while it is in the trash.</summary>
public delegate Task<IReadOnlyList<Recipient>> FileRecipients(string tenant, string file, CancellationToken cancel);

/// <summary>
/// Who is to get what goes to many. A message is for its group. An event is for the group that it is about, and the change of a file for
/// those with whom it is shared too. All of it is asked when the message is given out: so whoever has left by then hears nothing.
/// </summary>
public sealed class GroupAudience(GroupStore groups, UserStore users, SendingLimits limits, FileRecipients recipients)
{
    /// <summary>The users who are behind it: whoever has blocked one of them gets nothing.</summary>
    public static IEnumerable<string> Senders(Message said)
    {
        if (said.From is { } from) return [from];
        var data = JsonElement.Parse(said.Body);
        string? User(string kind, string id) => InboxEvents.Text(data, kind) == "user" ? InboxEvents.Text(data, id) : null;
        return new[] { InboxEvents.Text(data, "sharedBy"), User("ownerKind", "ownerId"), User("changedByKind", "changedById") }
            .OfType<string>().Distinct();
    }

    /// <summary>To whom it goes, in an order that stays.</summary>
    public async Task<IReadOnlyList<Recipient>> Of(string tenant, Message said, CancellationToken cancel)
    {
        if (said.From is not null) return [said.To];
        List<Recipient> all = said.To.Group is null ? [] : [said.To];
        if (said.Type is EventTypes.FileChanged or EventTypes.ShareCreated
            && InboxEvents.Text(JsonElement.Parse(said.Body), "fileId") is { } file)
        {
            var sharers = await recipients(tenant, file, cancel);
            // The share may have been taken back meanwhile.
            if (said.Type == EventTypes.ShareCreated) return [.. all.Where(sharers.Contains)];
            all.AddRange(sharers);
        }
        return [.. all.Distinct().OrderBy(to => to.ToString(), StringComparer.Ordinal)];
    }

    /// <summary>
    /// True if an event has not gone to so many yet that this recipient's are too many. Then they count (<see cref="SendingLimits"/>).
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="to">The recipient.</param>
    /// <param name="told">How many have it.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="Http.Problem">429: not now.</exception>
    public async Task<bool> TryCount(Tenant tenant, Recipient to, int told, CancellationToken cancel)
    {
        var room = MessageSender.MaxMembers - told;
        if (room <= 0) return false; // A group may have grown while its pages were read.
        var size = to.Group is { } group ? (await groups.Members(tenant.Id, group, null, room + 1, cancel)).Count : 1;
        if (size > room) return false;
        await limits.TakeOfEvents(tenant, size, cancel);
        return true;
    }

    /// <summary>True if the user has an inbox: whoever is being deleted has none any more.</summary>
    public async Task<bool> Hears(string tenant, string user, CancellationToken cancel) =>
        await users.FindStateNow(tenant, user, cancel) is { Disabled: false };
}
