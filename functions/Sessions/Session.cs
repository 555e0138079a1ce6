using Azure;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Sessions;

/// <summary>
/// One sign-in, which is one family of refresh tokens (RFC 9700 §4.14.2) and one partition of its table.
/// </summary>
public sealed record Session
{
    /// <summary><c>{bucket}.{id}</c>: the <c>sid</c> of its tokens.</summary>
    public required string Id { get; init; }

    /// <summary>The tenant's id.</summary>
    public required string Tenant { get; init; }

    /// <summary>The client that signed the user in; nobody else may refresh.</summary>
    public required string ClientId { get; init; }

    /// <summary>The user's id.</summary>
    public required string UserId { get; init; }

    /// <summary>The user as its next tokens tell: as at the sign-in, and then as at each refresh.</summary>
    public required Person Person { get; init; }

    /// <summary>The most that its tokens may ever say (RFC 6749 §6).</summary>
    public required string Scope { get; init; }

    /// <summary>
    /// What the app asked for at the sign-in, if the user's roles gave less; or null. Stock libraries ask for it again at
    /// each refresh: what is in it is no attempt at more.
    /// </summary>
    public string? Asked { get; init; }

    /// <summary>The refresh token that is live now.</summary>
    public required int Counter { get; init; }

    /// <summary>How often the predecessor of the live refresh token was sent again.</summary>
    public int Retries { get; init; }

    /// <summary>When the live refresh token was first issued.</summary>
    public required DateTimeOffset RotatedAt { get; init; }

    /// <summary>Who rotated it: lets a writer whose answer was lost recognize its own write.</summary>
    public required string RotationId { get; init; }

    /// <summary>The sign-in.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>It ends then unless it is used before.</summary>
    public required DateTimeOffset IdleExpiresAt { get; init; }

    /// <summary>It ends then whatever happens.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was revoked, or null.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>How and when the user proved who they are.</summary>
    public required Authentication Authentication { get; init; }

    /// <summary>The code that it starts with, or null if it started with tokens.</summary>
    public CodeBinding? Code { get; init; }

    /// <summary>True while it waits for its code: it has no tokens, and whoever shows one is refused.</summary>
    public bool IsPending => Code is { SpentAt: null };

    /// <summary>
    /// The thumbprint of the key that its refresh tokens are bound to (RFC 9449 §5), or null. Only a public client's
    /// are: any other proves who it is anyway.
    /// </summary>
    public string? Jkt { get; init; }

    /// <summary>The first refresh token that is bound; an app that starts to use DPoP brings its sessions along.</summary>
    public int BoundSince { get; init; }

    /// <summary>The session, bound from its live refresh token on; unchanged if it is bound, or there is no proof, or no need.</summary>
    public Session BoundTo(Client client, string? jkt) =>
        Jkt is null && jkt is not null && client.IsPublic ? this with { Jkt = jkt, BoundSince = Counter } : this;

    /// <summary>True while it has begun and is neither revoked nor expired.</summary>
    public bool IsAlive(DateTimeOffset now) => !IsPending && RevokedAt is null && now < ExpiresAt && now < IdleExpiresAt;

    /// <summary>The user's <see cref="UserState.Mark"/> at the sign-in; null for a session from before there were marks.</summary>
    public required long? UserMark { get; init; }

    /// <summary>The user's <see cref="UserState.AppMark"/> for the client at the sign-in.</summary>
    public long AppMark { get; init; }

    /// <summary>The client's <see cref="Client.Incarnation"/> at the sign-in.</summary>
    public required string ClientIncarnation { get; init; }

    /// <summary>
    /// True if somebody ended it: itself, or with all of the user's, the app's for the user, the client's or the tenant's; or if its client is gone
    /// and another of the same id is there. Null is a user who is not there.
    /// </summary>
    public bool HasEnded(Tenant tenant, Client client, UserState? user) =>
        RevokedAt is not null || tenant.HasEnded(client, CreatedAt) || ClientIncarnation != client.Incarnation
        || user?.Keeps(UserMark, CreatedAt) is not true || !user.KeepsApp(ClientId, AppMark);

    internal ETag ETag { get; init; }

    /// <summary>The id without its bucket.</summary>
    public static string WithoutBucket(string id) => BucketId.Parse(id)!.Value.Key;
}

/// <summary>What tokens tell of a user.</summary>
/// <param name="Name">The name for people.</param>
/// <param name="UserName">What is typed at sign-in: <c>preferred_username</c> (OIDC Core §5.1).</param>
/// <param name="Email">The mail address, or null.</param>
/// <param name="Roles">The names of the roles.</param>
public sealed record Person(string Name, string UserName, string? Email, IReadOnlyList<string> Roles)
{
    /// <summary>A user as of now.</summary>
    public static Person Of(Tenant tenant, User user) => new(user.Name, user.UserName, user.Email, tenant.Names(user.Roles));
}

/// <summary>How a user proved who they are, for the ID token (OIDC Core §2).</summary>
/// <param name="Time">When: <c>auth_time</c>.</param>
/// <param name="Methods">By what, in the words of RFC 8176: <c>amr</c>.</param>
/// <param name="SignInId">The browser's sign-in that it came from, or null.</param>
public sealed record Authentication(DateTimeOffset Time, IReadOnlyList<string> Methods, string? SignInId = null)
{
    /// <summary>The one authentication context that there is (<c>acr</c>): level 1 of ISO/IEC 29115, a single factor.</summary>
    public const string Acr = "1";

    /// <summary>A password, typed now.</summary>
    public static Authentication ByPassword(DateTimeOffset now) => new(now, ["pwd"]);
}

/// <summary>What a code is bound to (RFC 6749 §4.1.3, RFC 7636 §4.4).</summary>
/// <param name="ExpiresAt">It is no good from then on.</param>
/// <param name="RedirectUri">Where it was sent, raw.</param>
/// <param name="Challenge">The PKCE challenge (S256), or null.</param>
/// <param name="Nonce">The request's nonce for the ID token, or null.</param>
/// <param name="SpentAt">When it was redeemed, or null.</param>
/// <param name="Jkt">The thumbprint of the key that alone may redeem it (RFC 9449 §10), or null.</param>
public sealed record CodeBinding(
    DateTimeOffset ExpiresAt, string RedirectUri, string? Challenge, string? Nonce, DateTimeOffset? SpentAt = null,
    string? Jkt = null);
