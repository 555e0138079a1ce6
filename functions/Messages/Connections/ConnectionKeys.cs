using Latchkey.Access;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Messages;

/// <summary>A key to the broker.</summary>
/// <param name="Url">The address to connect to, with the key.</param>
/// <param name="ClientId">The MQTT client id to use: nobody can guess it, so nobody takes the connection over.</param>
/// <param name="ConnectedUntil">When its connections are closed.</param>
/// <param name="Subscribe">The topics that may be heard; one that ends with <c>*</c> is a pattern.</param>
/// <param name="Publish">The topics where something may be said.</param>
/// <param name="Truncated">The user is in more groups than a key has room for.</param>
public sealed record ConnectionKey(string Url, string ClientId, DateTimeOffset ConnectedUntil, IReadOnlyList<string> Subscribe,
    IReadOnlyList<string> Publish, bool Truncated);

/// <summary>
/// Issues keys: short-lived, and for exactly what the user may hear and say in this client. The user's groups are those that they were put
/// into or belong to by an attribute; a network or a place can be left without anybody noticing.
/// </summary>
public sealed class ConnectionKeys(PubSubClient broker, Memberships memberships, UserStore users, ConnectionHours hours)
{
    const int MaxGroups = 50;

    /// <summary>Makes a key for the user of the request.</summary>
    /// <exception cref="Http.Problem">503 <c>messages_unavailable</c>.</exception>
    public async Task<ConnectionKey> Issue(Caller caller, string user)
    {
        var (tenant, client, cancel) = (caller.Tenant, caller.Token.ClientId, caller.Cancel);
        var (joining, ending) = (memberships.Of(new(tenant, user, Address: null), cancel), hours.End(tenant, user, cancel));
        await Task.WhenAll(joining, ending);
        var roles = tenant.Names((await users.FindState(tenant.Id, user, cancel))?.Roles ?? []);
        List<string> heard =
            [.. tenant.Messages.Topics.Where(rule => rule.Hears(client, roles)).Select(rule => Topics.Topic(tenant.Id, rule.Name))];
        List<string> publish =
            [.. tenant.Messages.Topics.Where(rule => rule.Speaks(client, roles)).Select(rule => Topics.Topic(tenant.Id, rule.Name))];
        List<string> joined = [.. (await joining).Where(one => one.Until is null).Select(one => Topics.Group(tenant.Id, one.Group.Id))];
        var inbox = Topics.Inbox(tenant.Id, user);
        List<string> groups = [.. Fitting(joined.Take(MaxGroups), TopicRule.MaxKey - Length([inbox, .. heard, .. publish]))];
        List<string> subscribe = [inbox, .. groups, .. heard];
        var url = await broker.GenerateUrl(Topics.User(tenant.Id, user),
            [.. subscribe.Select(topic => Role("joinLeaveGroup", topic)), .. publish.Select(topic => Role("sendToGroup", topic))],
            [Topics.Closing(tenant.Id, ClosingKind.Tenant, ""), Topics.Closing(tenant.Id, ClosingKind.Client, client)],
            ConnectionClosings.KeyTime, cancel);
        return new(url, Ids.NewBase32() + Ids.NewBase32(), await ending, subscribe, publish, groups.Count < joined.Count);
    }

    // All of it stands in the URL that the client connects to.
    static IEnumerable<string> Fitting(IEnumerable<string> topics, int room) =>
        topics.TakeWhile(topic => (room -= topic.Length + TopicRule.RoleLength) >= 0);

    static int Length(IEnumerable<string> topics) => topics.Sum(topic => topic.Length + TopicRule.RoleLength);

    static string Role(string action, string topic) => $"webpubsub.{action}{(topic.EndsWith('*') ? "s" : "")}.{topic}";
}
