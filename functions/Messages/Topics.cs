using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Messages;

/// <summary>
/// The names at the broker. Each begins with the tenant's id and a dot. No tenant's id has a dot, so none begins another's name; and no
/// name has a character that MQTT (<c>+ # /</c>) or Azure Web PubSub's patterns (<c>* ? \</c>) give a meaning to, but for the patterns of
/// <see cref="TopicRule"/>, whose wildcard comes last.
/// </summary>
public static class Topics
{
    /// <summary>The hub of Azure Web PubSub that all tenants share.</summary>
    public const string Hub = "latchkey";

    /// <summary>Where a user's messages are published.</summary>
    public static string Inbox(string tenant, string user) => $"{tenant}.inbox.{user}";

    /// <summary>Where a group's messages are published.</summary>
    public static string Group(string tenant, string group) => $"{tenant}.group.{group}";

    /// <summary>A topic, or a pattern of topics, that the tenant has named.</summary>
    public static string Topic(string tenant, string name) => $"{tenant}.topic.{name}";

    /// <summary>The user as Azure Web PubSub knows them.</summary>
    public static string User(string tenant, string user) => $"{tenant}.{user}";

    /// <summary>
    /// A group that connections are in without a message ever going there, so that they can be closed together. A client may be able to
    /// leave it by MQTT: then its connection ends with its hour, which is closed by the user.
    /// </summary>
    public static string Closing(string tenant, ClosingKind kind, string id) => kind switch
    {
        ClosingKind.Client => $"{tenant}.client.{Ids.Hash(id)}",
        ClosingKind.Tenant => $"{tenant}.all",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
