using System.Text.Json;
using Latchkey.Tenancy;

namespace Latchkey.Messages;

/// <summary>Tells a user by mail that a device has published a key.</summary>
public delegate void DeviceMail(Tenant tenant, User user);

/// <summary>
/// Tells a user of changes of their devices' keys: in the inbox, where the notice stays (<see cref="Message.Stays"/>), and of a new key by
/// mail too. There is one notice for one change, however often its request is repeated.
/// </summary>
public sealed class DeviceNotices(MessageSender sender, UserStore users, DeviceMail mail, TimeProvider clock)
{
    /// <summary>A device has published a key, perhaps in the place of another one.</summary>
    public async Task Added(Tenant tenant, string user, DeviceKey key)
    {
        if (await TryTell(tenant, user, Message.DeviceAdded, key, key.CreatedAt)
            && await users.Find(tenant, user, CancellationToken.None) is { } found) mail(tenant, found);
    }

    /// <summary>A device's key is about to be removed.</summary>
    public Task Removed(Tenant tenant, string user, DeviceKey key) =>
        TryTell(tenant, user, Message.DeviceRemoved, key, clock.GetUtcNow());

    async Task<bool> TryTell(Tenant tenant, string user, string type, DeviceKey key, DateTimeOffset at)
    {
        var (now, to) = (clock.GetUtcNow(), new Recipient(User: user));
        var body = JsonSerializer.Serialize(new
        {
            key.Device,
            jwk = JsonElement.Parse(key.Jwk),
            createdAt = key.CreatedAt.UtcDateTime,
            replaced = key.IsReplacement,
        }, JsonSerializerOptions.Web);
        var id = MessageTables.IdsOf(tenant.Id, "", to, $"{type}|{key.Device}|{key.CreatedAt.UtcTicks}|{key.Jwk}", at).Last();
        var notice = new Message(id, type, null, to, "application/json", body, now, now + Message.DefaultTime);
        return await sender.TryPut(tenant, user, notice, CancellationToken.None);
    }
}
