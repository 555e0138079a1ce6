using Latchkey.Access;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Messages;

/// <summary>A key to the broker.</summary>
/// <param name="Url">The address to connect to, with the key.</param>
/// <param name="ClientId">The MQTT client id to use: nobody can guess it, so nobody takes the connection over.</param>
/// <param name="Subscribe">The topics that may be heard; one that ends with <c>*</c> is a pattern.</param>
/// <param name="Publish">The topics where something may be said.</param>
public sealed record ConnectionKey(string Url, string ClientId, IReadOnlyList<string> Subscribe, IReadOnlyList<string> Publish);

/// <summary>
/// Issues keys: short-lived, and for exactly what the user may hear and say in this client. The user's groups are those that they were put
/// into or belong to by an attribute; a network or a place can be left without anybody noticing.
/// </summary>
public sealed class ConnectionKeys(
    PubSubClient broker, Memberships memberships, UserStore users, ConnectionClosings closings)
{
    // All of it stands in the URL that the client connects to.
    const int MaxGroups = 50;

    /// <summary>Makes a key for the user of the request.</summary>
    /// <exception cref="Http.Problem">503 <c>messages_unavailable</c>.</exception>
    public async Task<ConnectionKey> Issue(Caller caller, string user)
    {
        var (tenant, client, cancel) = (caller.Tenant, caller.Token.ClientId, caller.Cancel);
        var joined = memberships.Of(new(tenant, user, Address: null), cancel);
        var roles = tenant.Names((await users.FindState(tenant.Id, user, cancel))?.Roles ?? []);
        List<string> subscribe =
        [
            Topics.Inbox(tenant.Id, user),
            .. (await joined).Where(one => one.Until is null).Take(MaxGroups).Select(one => Topics.Group(tenant.Id, one.Group.Id)),
            .. tenant.Messages.Topics.Where(rule => rule.Hears(client, roles)).Select(rule => Topics.Topic(tenant.Id, rule.Name)),
        ];
        List<string> publish =
            [.. tenant.Messages.Topics.Where(rule => rule.Speaks(client, roles)).Select(rule => Topics.Topic(tenant.Id, rule.Name))];
        var key = Ids.NewBase32();
        string[] groups =
        [
            Topics.Closing(tenant.Id, ClosingKind.Key, key), Topics.Closing(tenant.Id, ClosingKind.Tenant, ""),
            Topics.Closing(tenant.Id, ClosingKind.Client, client), Topics.Closing(tenant.Id, ClosingKind.Session, caller.Token.SessionId!),
        ];
        await closings.Later(tenant, key, cancel);
        var url = await broker.GenerateUrl(Topics.User(tenant.Id, user),
            [.. subscribe.Select(topic => Role("joinLeaveGroup", topic)), .. publish.Select(topic => Role("sendToGroup", topic))],
            groups, ConnectionClosings.KeyTime, cancel);
        return new(url, key + Ids.NewBase32(), subscribe, publish);
    }

    static string Role(string action, string topic) => $"webpubsub.{action}{(topic.EndsWith('*') ? "s" : "")}.{topic}";
}
