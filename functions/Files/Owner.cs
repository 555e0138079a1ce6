using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>Whose a file is, and with it the space (the partition) that it lies in.</summary>
/// <param name="Kind"><c>user</c> or <c>client</c>: the ids of the two are chosen by different people and may be equal.</param>
/// <param name="Id">The user's or client's id.</param>
public sealed record Owner(string Kind, string Id)
{
    /// <summary>Who a token speaks for: its user, or the client itself if there is no session (RFC 6749 §4.4).</summary>
    public static Owner Of(AccessToken token) =>
        token.SessionId is null ? new("client", token.Subject) : new("user", token.Subject);

    /// <summary>The first half of the ids of all files in this owner's space.</summary>
    public string SpaceKey(string tenant) => Ids.HashBase32($"{tenant}|{Kind}|{Id}");
}
