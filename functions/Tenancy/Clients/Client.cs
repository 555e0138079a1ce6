using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Latchkey.Protocol;

namespace Latchkey.Tenancy;

/// <summary>An app registered with a tenant (RFC 6749 §2). Times are in seconds.</summary>
public sealed record Client
{
    /// <summary>The client id (RFC 6749 §2.2): see <see cref="IsId"/>.</summary>
    public required string Id { get; init; }

    /// <summary>The name that users read.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Base64 SHA-256 hashes of its secrets, the newest first; empty for a public client. One that was rotated away has a
    /// space and the seconds since 1970 behind it at which it ends (<see cref="Ending"/>).
    /// </summary>
    public IReadOnlyList<string> SecretHashes { get; init; } = [];

    /// <summary>The grants that it may use.</summary>
    public required IReadOnlyList<string> Grants { get; init; }

    /// <summary>The most that it may ever be given.</summary>
    public required Scope Scope { get; init; }

    /// <summary>Registered redirect URIs, raw.</summary>
    public IReadOnlyList<string> RedirectUris { get; init; } = [];

    /// <summary>An installed app (RFC 8252): it keeps its user signed in without asking for offline_access.</summary>
    public bool Native { get; init; }

    /// <summary>The longest life of an access token: signing keys stay published so long after they stopped to sign.</summary>
    public const int MaxAccessTokenSeconds = 86400;

    /// <summary>The longest life of a session: MAC keys verify so long after they stopped to make.</summary>
    public const int MaxSessionSeconds = 366 * 86400;

    /// <summary>Life of an access token. More than the 600 s that some libraries' buffers leave before the end.</summary>
    public int AccessTokenSeconds { get; init; } = 900;

    /// <summary>A session unused for so long ends.</summary>
    public int SessionIdleSeconds { get; init; } = 30 * 86400;

    /// <summary>A session ends so long after the sign-in, whatever happens.</summary>
    public int SessionSeconds { get; init; } = 90 * 86400;

    /// <summary>How often the predecessor of a refresh token may be sent again within <see cref="RetryWindowSeconds"/>.</summary>
    public const int MaxRetries = 3;

    /// <summary>For so long the predecessor of a refresh token gets the same successor again; 0 is strict.</summary>
    public int RetryWindowSeconds { get; init; } = 120;

    /// <summary>How its ID tokens are signed (OIDC Registration §2, <c>id_token_signed_response_alg</c>): RS256 or ES256.</summary>
    public string IdTokenAlgorithm { get; init; } = "RS256";

    /// <summary>It may only authorize with a request that it pushed before (RFC 9126 §6).</summary>
    public bool RequirePushedRequests { get; init; }

    /// <summary>It must use PKCE. A public client must, whatever this says (RFC 9700 §2.1.1).</summary>
    public bool RequirePkce { get; init; } = true;

    /// <summary>Legacy: it may use the implicit grant (RFC 6749 §4.2), which RFC 9700 §2.1.2 advises against. Only an operator sets it.</summary>
    public bool LegacyImplicit { get; init; }

    /// <summary>The tenant's own app: its users are not asked for consent. Only an operator sets it.</summary>
    public bool FirstParty { get; init; }

    /// <summary>
    /// It may have <c>http://localhost</c> on any port and private schemes without a dot, as some tools insist on. Other programs on
    /// the device can take both more easily (RFC 8252 §7.1, §8.3), so only an operator sets it.
    /// </summary>
    public bool RelaxedRedirects { get; init; }

    /// <summary>
    /// A backend that says from which address its user signs in (<c>end_user_address</c>). Only an operator sets it, and only
    /// a client that proves who it is can have it.
    /// </summary>
    public bool ForwardsAddress { get; init; }

    /// <summary>The app's site, for people (RFC 7591 §2, <c>client_uri</c>); null if it has none.</summary>
    public string? WebsiteUri { get; init; }

    /// <summary>
    /// The same if an administrator stands for it: what a client says of itself (RFC 7591 §5) is not shown to a user who decides.
    /// </summary>
    public string? VouchedWebsite =>
        RegisteredAt is null || SetByAdministrator.Contains("websiteUri", StringComparer.Ordinal) ? WebsiteUri : null;

    /// <summary>The app's logo (RFC 7591 §2, <c>logo_uri</c>); null if it has none.</summary>
    public string? LogoUri { get; init; }

    /// <summary>Where the browser may be sent after a logout (OIDC RP-Initiated Logout §3.1), raw.</summary>
    public IReadOnlyList<string> PostLogoutRedirectUris { get; init; } = [];

    /// <summary>
    /// How it proves who it is (<see cref="ClientAuthMethod"/>); unless said, by its secret, or not at all if it has
    /// none. A secret may come in the header or in the form, whichever of the two was registered.
    /// </summary>
    public string AuthMethod
    {
        get => field ?? (SecretHashes.Count == 0 ? ClientAuthMethod.None : ClientAuthMethod.Basic);
        init;
    }

    /// <summary>Its public keys for <c>private_key_jwt</c> as a JWK Set (RFC 7517 §5), or null.</summary>
    public string? Jwks { get; init; }

    /// <summary>Its tokens must be bound to a key: <c>dpop_bound_access_tokens</c> (RFC 9449 §5.2).</summary>
    public bool RequireDpop { get; init; }

    /// <summary>Base64 SHA-256 of the token with which the client looks after its own registration (RFC 7592), or null.</summary>
    public string? RegistrationTokenHash { get; init; }

    /// <summary>When it registered itself (RFC 7591), or null if an operator made it.</summary>
    public DateTimeOffset? RegisteredAt { get; init; }

    /// <summary>It registered itself and nobody vouched for it: it may act for users, never for itself.</summary>
    public bool OpenlyRegistered { get; init; }

    /// <summary>An app in a browser: its refresh token is a cookie that only the token endpoint gets, and no script sees.</summary>
    public bool RefreshByCookie { get; init; }

    /// <summary>The user who registered it on the apps page and may change it there; null if nobody did.</summary>
    public string? RegisteredBy { get; init; }

    /// <summary>Sessions and tokens from before (or of) this instant are revoked; null if there was never need.</summary>
    public DateTimeOffset? SessionsNotBefore { get; init; }

    /// <summary>
    /// Random, made with the client; empty for one that is known in code or from before this column. Sessions, tokens and
    /// approvals bear it, so that they do not come back with another client of the same id.
    /// </summary>
    public string Incarnation { get; init; } = "";

    /// <summary>
    /// What an administrator has set since the client registered itself (RFC 7591), in the words of the administration:
    /// its registration token, or its developer's page, does not change it.
    /// </summary>
    public IReadOnlyList<string> SetByAdministrator { get; init; } = [];

    internal ETag ETag { get; init; }

    /// <summary>A client that cannot prove who it is (RFC 6749 §2.1).</summary>
    public bool IsPublic => AuthMethod == ClientAuthMethod.None;

    /// <summary>True if the text may be a client id: 1 to 64 of letters, digits, <c>-</c>, <c>.</c> and <c>_</c>.</summary>
    public static bool IsId(string text) =>
        text.Length is >= 1 and <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_');

    /// <summary>The hash under which a secret is kept. The secret is random, so one round of SHA-256 is enough.</summary>
    public static string HashSecret(string secret) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>The hash of a secret that ends then, or sooner if it was to end sooner.</summary>
    public static string Ending(string hash, DateTimeOffset at)
    {
        var ends = EndOf(hash) is { } sooner && sooner < at ? sooner : at;
        return $"{hash.Split(' ')[0]} {ends.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}";
    }

    /// <summary>The hashes of the secrets that are good now, the newest first.</summary>
    public IEnumerable<string> LiveSecretHashes(DateTimeOffset now) => SecretHashes.Where(hash => EndOf(hash) is not { } end || now < end);

    /// <summary>True if it is one of the client's secrets and has not ended; takes the same time whichever matches.</summary>
    public bool HasSecret(string secret, DateTimeOffset now) => IsHashed(secret, LiveSecretHashes(now).Select(hash => hash.Split(' ')[0]));

    /// <summary>True if it is the client's registration access token.</summary>
    public bool HasRegistrationToken(string token) => RegistrationTokenHash is { } hash && IsHashed(token, [hash]);

    static DateTimeOffset? EndOf(string hash) => hash.Split(' ') is [_, var seconds]
        ? DateTimeOffset.FromUnixTimeSeconds(long.Parse(seconds, CultureInfo.InvariantCulture)) : null;

    static bool IsHashed(string secret, IEnumerable<string> hashes)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(secret));
        var match = false;
        foreach (var known in hashes)
            match |= CryptographicOperations.FixedTimeEquals(hash, Convert.FromBase64String(known));
        return match;
    }
}
