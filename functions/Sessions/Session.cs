using Azure;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Sessions;

/// <summary>One sign-in: one family of refresh tokens (RFC 9700 §4.14.2), and one partition of its table.</summary>
public sealed record Session
{
    /// <summary><c>{bucket}.{id}</c>: the <c>sid</c> of its tokens.</summary>
    public required string Id { get; init; }

    /// <summary>The tenant's id.</summary>
    public required string Tenant { get; init; }

    /// <summary>The client that the user signed in to. Only this client may refresh.</summary>
    public required string ClientId { get; init; }

    /// <summary>The user's id.</summary>
    public required string UserId { get; init; }

    /// <summary>What the next tokens say about the user: as at the sign-in, then as at the latest refresh.</summary>
    public required Person Person { get; init; }

    /// <summary>The widest scope that its tokens can have (RFC 6749 §6).</summary>
    public required string Scope { get; init; }

    /// <summary>The ids of the APIs that its tokens can be for (RFC 8707); empty for Latchkey itself alone.</summary>
    public IReadOnlyList<string> Apis { get; init; } = [];

    /// <summary>
    /// What the app asked for at the sign-in, if the user's roles allowed less; otherwise null. Common libraries ask for the
    /// same again at each refresh, which must not look like an attempt to get more.
    /// </summary>
    public string? Asked { get; init; }

    /// <summary>The generation of the live refresh token.</summary>
    public required int Counter { get; init; }

    /// <summary>How often the predecessor of the live refresh token was sent again.</summary>
    public int Retries { get; init; }

    /// <summary>When the live refresh token was first issued.</summary>
    public required DateTimeOffset RotatedAt { get; init; }

    /// <summary>A random id of the last write: a writer whose answer was lost recognizes its own write by it.</summary>
    public required string RotationId { get; init; }

    /// <summary>When the user signed in.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends if it is not used again.</summary>
    public required DateTimeOffset IdleExpiresAt { get; init; }

    /// <summary>When it ends at the latest.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was revoked, or null.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>How and when the user proved who they are.</summary>
    public required Authentication Authentication { get; init; }

    /// <summary>The code that starts it, or null if it started with tokens.</summary>
    public CodeBinding? Code { get; init; }

    /// <summary>True while it waits for its code. It has no tokens yet, so any token that names it is refused.</summary>
    public bool IsPending => Code is { SpentAt: null };

    /// <summary>
    /// The thumbprint of the key that its refresh tokens are bound to (RFC 9449 §5), or null. Only the tokens of public
    /// clients are bound; other clients authenticate anyway.
    /// </summary>
    public string? Jkt { get; init; }

    /// <summary>The generation of the first bound refresh token. An app that starts to use DPoP keeps its sessions.</summary>
    public int BoundSince { get; init; }

    /// <summary>
    /// The thumbprint of the certificate that its refresh tokens are bound to (RFC 8705 §4), or null; a public client's too, and from the
    /// first token on, because the client needs its certificate for every token.
    /// </summary>
    public string? Certificate { get; init; }

    /// <summary>The session, bound from its live refresh token on. Unchanged if it is bound already, has no proof, or needs none.</summary>
    public Session BoundTo(Client client, KeyBinding key)
    {
        if (!client.IsPublic) return this;
        var bound = Certificate is null && key.Certificate is not null ? this with { Certificate = key.Certificate } : this;
        return Jkt is null && key.Jkt is not null ? bound with { Jkt = key.Jkt, BoundSince = Counter } : bound;
    }

    /// <summary>True if it has started and is neither revoked nor expired.</summary>
    public bool IsAlive(DateTimeOffset now) => !IsPending && RevokedAt is null && now < EndsAt;

    /// <summary>When it expires if it is not used again.</summary>
    public DateTimeOffset EndsAt => IdleExpiresAt < ExpiresAt ? IdleExpiresAt : ExpiresAt;

    /// <summary>The user's <see cref="UserState.Mark"/> at the sign-in; null for a session from before there were marks.</summary>
    public required long? UserMark { get; init; }

    /// <summary>The user's <see cref="UserState.AppMark"/> for the client at the sign-in.</summary>
    public long AppMark { get; init; }

    /// <summary>The client's <see cref="Client.Incarnation"/> at the sign-in.</summary>
    public required string ClientIncarnation { get; init; }

    /// <summary>
    /// True if somebody ended it: this session alone, or all sessions of the user, of the user with this app, of the client or
    /// of the tenant; or if its client was deleted and another was registered under the same id. A null user was deleted.
    /// </summary>
    public bool HasEnded(Tenant tenant, Client client, UserState? user) =>
        RevokedAt is not null || tenant.HasEnded(client, CreatedAt) || ClientIncarnation != client.Incarnation
        || user?.Keeps(UserMark, CreatedAt) is not true || !user.KeepsApp(ClientId, AppMark);

    internal ETag ETag { get; init; }

    /// <summary>The row as it was read; null for a new session.</summary>
    internal TableEntity? Stored { get; init; }

    /// <summary>The id without its bucket.</summary>
    public static string WithoutBucket(string id) => BucketId.Parse(id)!.Value.Key;
}

/// <summary>How a user proved who they are, for the ID token (OIDC Core §2).</summary>
/// <param name="Time">When: <c>auth_time</c>.</param>
/// <param name="Methods">By what, in the words of RFC 8176: <c>amr</c>.</param>
/// <param name="SignInId">The browser's sign-in that the session came from, or null.</param>
public sealed record Authentication(DateTimeOffset Time, IReadOnlyList<string> Methods, string? SignInId = null)
{
    /// <summary>A password (RFC 8176 §2).</summary>
    public const string Password = "pwd";

    /// <summary>A one-time code.</summary>
    public const string OneTimePassword = "otp";

    /// <summary>
    /// Possession of a key, which may or may not be in hardware (IANA's registry of RFC 8176's values, "pop"): a passkey. Without
    /// attestation nobody knows more.
    /// </summary>
    public const string ProofOfPossession = "pop";

    /// <summary>User presence ("user"): the user touched the passkey's authenticator.</summary>
    public const string UserPresence = "user";

    /// <summary>More than one factor; beside the factors themselves.</summary>
    public const string MultipleFactors = "mfa";

    /// <summary>
    /// The user signed in at another provider. RFC 8176 has no word for it; this one is what Microsoft Entra ID uses.
    /// </summary>
    public const string Federated = "fed";

    /// <summary>The authentication context (<c>acr</c>) of a single factor: level 1 of ISO/IEC 29115.</summary>
    public const string SingleFactor = "1";

    /// <summary>The authentication context of more than one factor: level 2.</summary>
    public const string MultiFactor = "2";

    /// <summary>True if the user has proved who they are by more than one factor.</summary>
    public bool IsMultiFactor => Methods.Contains(MultipleFactors);

    /// <summary>The authentication context (<c>acr</c>), which follows from the methods.</summary>
    public string Acr => IsMultiFactor ? MultiFactor : SingleFactor;

    /// <summary>A password that was typed now.</summary>
    public static Authentication ByPassword(DateTimeOffset now) => new(now, [Password]);
}

/// <summary>What a code is bound to (RFC 6749 §4.1.3, RFC 7636 §4.4).</summary>
/// <param name="ExpiresAt">When it expires.</param>
/// <param name="RedirectUri">The redirect URI that it was sent to, as it was sent.</param>
/// <param name="Challenge">The PKCE challenge (S256), or null.</param>
/// <param name="Nonce">The request's nonce for the ID token, or null.</param>
/// <param name="SpentAt">When it was redeemed, or null.</param>
/// <param name="Jkt">The thumbprint of the only key that may redeem it (RFC 9449 §10), or null.</param>
public sealed record CodeBinding(
    DateTimeOffset ExpiresAt, string RedirectUri, string? Challenge, string? Nonce, DateTimeOffset? SpentAt = null,
    string? Jkt = null);
