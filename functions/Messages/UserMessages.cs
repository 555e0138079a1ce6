using Latchkey.Tenancy;

namespace Latchkey.Messages;

/// <summary>All that a user has of messages: for the download of their data, and for the deletion of the user.</summary>
public sealed class UserMessages(InboxStore inboxes, DeviceKeys keys, Blocks blocks, ConnectionHours hours,
    SendingLimits limits)
{
    const int PageSize = 100;

    /// <summary>The messages in the inbox.</summary>
    public async IAsyncEnumerable<object> Inbox(
        Tenant tenant, string user, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        string? position = null;
        for (var more = true; more;)
        {
            var page = await inboxes.Read(tenant.Id, user, position, PageSize, cancel);
            foreach (var message in page.Messages) yield return message.View();
            (position, more) = (page.Position, page.More);
        }
    }

    /// <summary>The devices that have published a key.</summary>
    public async Task<IEnumerable<object>> Devices(Tenant tenant, string user, CancellationToken cancel) =>
        (await keys.Of(tenant.Id, user, cancel)).Select(key => new { key.Device, createdAt = key.CreatedAt.UtcDateTime });

    /// <summary>Whom the user has blocked.</summary>
    public ValueTask<List<string>> Blocked(Tenant tenant, string user, CancellationToken cancel) => blocks.Of(tenant.Id, user, cancel);

    /// <summary>Deletes all of it. What the user wrote to others is theirs, until it expires.</summary>
    public async Task RemoveAll(Tenant tenant, string user, CancellationToken cancel)
    {
        await blocks.RemoveAll(tenant.Id, user, cancel);
        await keys.RemoveAll(tenant.Id, user, cancel);
        await hours.Forget(tenant.Id, user, cancel);
        await inboxes.RemoveAll(tenant.Id, user, cancel);
        await limits.Forget(tenant.Id, user, cancel); // Last: a message that was on its way is counted by now.
    }
}
