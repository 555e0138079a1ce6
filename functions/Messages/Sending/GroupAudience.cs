using System.Text.Json;
using Latchkey.Tenancy;

namespace Latchkey.Messages;

/// <summary>The users and groups with whom a file is shared now.</summary>
public delegate Task<IReadOnlyList<Recipient>> FileRecipients(string tenant, string file, CancellationToken cancel);

/// <summary>
/// Who is to get what goes to many. A message is for its group. An event is for the group that it is about, and the change of a file for
/// those with whom it is shared too. All of it is asked when the message is given out: so whoever has left by then hears nothing.
/// </summary>
public sealed class GroupAudience(GroupStore groups, UserStore users, FileRecipients recipients)
{
    /// <summary>The users who are behind it: whoever has blocked one of them gets nothing.</summary>
    public static IEnumerable<string> Senders(Message said)
    {
        if (said.From is { } from) return [from];
        var data = JsonDocument.Parse(said.Body).RootElement;
        var owner = InboxEvents.Text(data, "ownerKind") == "user" ? InboxEvents.Text(data, "ownerId") : null;
        return new[] { InboxEvents.Text(data, "sharedBy"), owner }.OfType<string>();
    }

    /// <summary>To whom it goes, in an order that stays.</summary>
    public async Task<IReadOnlyList<Recipient>> Of(string tenant, Message said, CancellationToken cancel)
    {
        if (said.From is not null) return [said.To];
        List<Recipient> all = said.To.Group is null ? [] : [said.To];
        if (said.Type == EventTypes.FileChanged && InboxEvents.Text(JsonDocument.Parse(said.Body).RootElement, "fileId") is { } file)
            all.AddRange(await recipients(tenant, file, cancel));
        return [.. all.Distinct().OrderBy(to => to.ToString(), StringComparer.Ordinal)];
    }

    /// <summary>True if an event has not gone to so many yet that this one is too much; for a message always.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="copy">What goes to a recipient.</param>
    /// <param name="told">How many have it.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<bool> HasRoom(string tenant, Message copy, int told, CancellationToken cancel)
    {
        if (copy.From is not null) return true;
        var room = MessageSender.MaxMembers - told;
        return copy.To.Group is not { } group ? room > 0 : (await groups.Members(tenant, group, null, room + 1, cancel)).Count <= room;
    }

    /// <summary>True if the user has an inbox: whoever is being deleted has none any more.</summary>
    public async Task<bool> Hears(string tenant, string user, CancellationToken cancel) =>
        await users.FindStateNow(tenant, user, cancel) is { Disabled: false };
}
