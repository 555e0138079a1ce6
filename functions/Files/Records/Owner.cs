using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>Whose a file is, and with it the space (the partition) that it lies in.</summary>
/// <param name="Kind"><c>user</c>, <c>client</c>, <c>group</c> or <c>app</c>: ids of different kinds may be equal.</param>
/// <param name="Id">The user's, client's or group's id; an app's is its client's.</param>
public sealed record Owner(string Kind, string Id)
{
    /// <summary>Who a token speaks for: its user, or the client itself if there is no session (RFC 6749 §4.4).</summary>
    public static Owner Of(AccessToken token) =>
        token.SessionId is null ? new("client", token.Subject) : new("user", token.Subject);

    /// <summary>A user's own space.</summary>
    public static Owner User(string id) => new("user", id);

    /// <summary>The space that a group's members share.</summary>
    public static Owner Group(string id) => new("group", id);

    /// <summary>The space that all users of a client share.</summary>
    public static Owner App(string clientId) => new("app", clientId);

    /// <summary>The first half of the ids of all files in this owner's space.</summary>
    public string SpaceKey(string tenant) => Ids.HashBase32($"{tenant}|{Kind}|{Id}");

    /// <summary>What this caller calls the space: somebody else's is <c>shared</c>.</summary>
    public string SpaceNameFor(AccessToken token) => Kind switch
    {
        "group" => SpaceName,
        "app" => Id == token.ClientId ? SpaceName : "shared",
        _ => this == Of(token) ? SpaceName : "shared",
    };

    /// <summary>What its owners call the space: <c>group:{id}</c>, <c>app</c>, or <c>me</c> for a user's or client's own.</summary>
    public string SpaceName => Kind switch { "group" => $"group:{Id}", "app" => "app", _ => "me" };
}
