using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>The owner of a space, which is the partition of its files.</summary>
/// <param name="Kind"><c>user</c>, <c>client</c>, <c>group</c> or <c>app</c>. Ids of different kinds may be equal.</param>
/// <param name="Id">The id of the user, client or group. An app has the id of its client.</param>
public sealed record Owner(string Kind, string Id)
{
    /// <summary>The name of somebody else's space.</summary>
    public const string Shared = "shared";

    /// <summary>The owner for whom a token acts: its user, or the client itself if there is no session (RFC 6749 §4.4).</summary>
    public static Owner Of(AccessToken token) =>
        token.SessionId is null ? new("client", token.Subject) : new("user", token.Subject);

    /// <summary>Kind and id as one text.</summary>
    public override string ToString() => $"{Kind}:{Id}";

    /// <summary>Reads that text; null for null.</summary>
    public static Owner? Parse(string? text) => text?.Split(':', 2) is [var kind, var id] ? new(kind, id) : null;

    /// <summary>The owner of a user's own space.</summary>
    public static Owner User(string id) => new("user", id);

    /// <summary>The owner of a group's space.</summary>
    public static Owner Group(string id) => new("group", id);

    /// <summary>The owner of the space that all users of an app share.</summary>
    public static Owner App(string clientId) => new("app", clientId);

    /// <summary>The key of the owner's space: the first half of the ids of all files in it.</summary>
    public string SpaceKey(string tenant) => Ids.HashBase32($"{tenant}|{Kind}|{Id}");

    /// <summary>The name of the space for this caller. Somebody else's space is <c>shared</c>.</summary>
    public string SpaceNameFor(AccessToken token) => Kind switch
    {
        "group" => SpaceName,
        "app" => Id == token.ClientId ? SpaceName : Shared,
        _ => this == Of(token) ? SpaceName : Shared,
    };

    /// <summary>The name of the space for its owners: <c>group:{id}</c>, <c>app</c>, or <c>me</c> for a user's or client's own.</summary>
    public string SpaceName => Kind switch { "group" => $"group:{Id}", "app" => "app", _ => "me" };
}
