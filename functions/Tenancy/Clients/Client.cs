using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Latchkey.Protocol;

namespace Latchkey.Tenancy;

/// <summary>An app that is registered with a tenant (RFC 6749 §2). Durations are in seconds.</summary>
public sealed partial record Client
{
    /// <summary>The id under which it is stored: see <see cref="IsId"/>.</summary>
    public required string Id { get; init; }

    /// <summary>The URL of its metadata document, if that is its client id (<see cref="ClientIdUrl"/>); otherwise null.</summary>
    public string? MetadataUrl { get; init; }

    /// <summary>The client id in requests and tokens (RFC 6749 §2.2).</summary>
    public string ClientId => MetadataUrl ?? Id;

    /// <summary>The display name.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Base64 SHA-256 hashes of its secrets, the newest first; empty for a public client. The hash of a rotated secret is
    /// followed by a space and the Unix time at which it expires (<see cref="WithExpiry"/>).
    /// </summary>
    public IReadOnlyList<string> SecretHashes { get; init; } = [];

    /// <summary>The grants that it may use.</summary>
    public required IReadOnlyList<string> Grants { get; init; }

    /// <summary>The largest scope that it can be given.</summary>
    public required Scope Scope { get; init; }

    /// <summary>Registered redirect URIs, exactly as registered.</summary>
    public IReadOnlyList<string> RedirectUris { get; init; } = [];

    /// <summary>A native app (RFC 8252): it gets refresh tokens without asking for offline_access.</summary>
    public bool Native { get; init; }

    /// <summary>Maximum lifetime of an access token. A signing key stays published for so long after it stopped signing.</summary>
    public const int MaxAccessTokenSeconds = 86400;

    /// <summary>Maximum lifetime of a session. A MAC key verifies for so long after it stopped making refresh tokens.</summary>
    public const int MaxSessionSeconds = 366 * 86400;

    /// <summary>Lifetime of an access token. It exceeds the 600 s before the end at which some libraries already refresh.</summary>
    public int AccessTokenSeconds { get; init; } = 900;

    /// <summary>How long a session lives without being used.</summary>
    public int SessionIdleSeconds { get; init; } = 30 * 86400;

    /// <summary>How long a session lives after the sign-in, used or not.</summary>
    public int SessionSeconds { get; init; } = 90 * 86400;

    /// <summary>How many times the previous refresh token may be sent again within <see cref="RetryWindowSeconds"/>.</summary>
    public const int MaxRetries = 3;

    /// <summary>For how long the previous refresh token gets the same successor again; 0 is strict.</summary>
    public int RetryWindowSeconds { get; init; } = 120;

    /// <summary>How its ID tokens are signed (OIDC Registration §2, <c>id_token_signed_response_alg</c>): RS256 or ES256.</summary>
    public string IdTokenAlgorithm { get; init; } = "RS256";

    /// <summary>It may only use authorization requests that it pushed before (RFC 9126 §6).</summary>
    public bool RequirePushedRequests { get; init; }

    /// <summary>It must use PKCE. A public client must in any case (RFC 9700 §2.1.1).</summary>
    public bool RequirePkce { get; init; } = true;

    /// <summary>
    /// Legacy: it may use the implicit grant (RFC 6749 §4.2), which RFC 9700 §2.1.2 advises against. Only an administrator sets it.
    /// </summary>
    public bool LegacyImplicit { get; init; }

    /// <summary>The tenant's own app: its users are not asked for consent. Only an administrator sets it.</summary>
    public bool FirstParty { get; init; }

    /// <summary>
    /// It may have <c>http://localhost</c> on any port and private schemes without a dot, which some tools need. Other programs
    /// on the device can capture both more easily (RFC 8252 §7.1, §8.3), so only an administrator sets it.
    /// </summary>
    public bool RelaxedRedirects { get; init; }

    /// <summary>
    /// A backend that states the address from which its user signs in (<c>end_user_address</c>). Only an administrator sets it,
    /// and only for a client that authenticates.
    /// </summary>
    public bool ForwardsAddress { get; init; }

    /// <summary>The app's web page for users (RFC 7591 §2, <c>client_uri</c>), or null.</summary>
    public string? WebsiteUri { get; init; }

    /// <summary>
    /// <see cref="WebsiteUri"/> if an administrator set it: what a client claims about itself (RFC 7591 §5) is not shown to a user
    /// who decides about consent.
    /// </summary>
    public string? VouchedWebsite =>
        RegisteredAt is null || SetByAdministrator.Contains("websiteUri", StringComparer.Ordinal) ? WebsiteUri : null;

    /// <summary>The app's logo (RFC 7591 §2, <c>logo_uri</c>), or null.</summary>
    public string? LogoUri { get; init; }

    /// <summary>Where the browser may return after logout (OIDC RP-Initiated Logout §3.1), exactly as registered.</summary>
    public IReadOnlyList<string> PostLogoutRedirectUris { get; init; } = [];

    /// <summary>Where it is told that sessions have ended (OIDC Back-Channel Logout §2.2, <c>backchannel_logout_uri</c>), or
    /// null.</summary>
    public string? BackchannelLogoutUri { get; init; }

    /// <summary>It has to be told which session ended (<c>backchannel_logout_session_required</c>), not only whose.</summary>
    public bool BackchannelLogoutSession { get; init; }

    /// <summary>
    /// How it authenticates (<see cref="ClientAuthMethod"/>). By default with its secret, or not at all if it has none. A client
    /// that is registered for one of the two methods with a secret may use the other as well.
    /// </summary>
    public string AuthMethod
    {
        get => field ?? (SecretHashes.Count == 0 ? ClientAuthMethod.None : ClientAuthMethod.Basic);
        init;
    }

    /// <summary>Its tokens must be bound to a key: <c>dpop_bound_access_tokens</c> (RFC 9449 §5.2).</summary>
    public bool RequireDpop { get; init; }

    /// <summary>Base64 SHA-256 of the registration access token, with which it changes its registration (RFC 7592), or null.</summary>
    public string? RegistrationTokenHash { get; init; }

    /// <summary>When it registered itself (RFC 7591); null if an administrator created it.</summary>
    public DateTimeOffset? RegisteredAt { get; init; }

    /// <summary>It registered itself without an initial access token: it may act for users, never for itself.</summary>
    public bool OpenlyRegistered { get; init; }

    /// <summary>An app in a browser: its refresh token is a cookie that only the token endpoint receives and no script sees.</summary>
    public bool RefreshByCookie { get; init; }

    /// <summary>The user who registered it on the apps page and may change it there, or null.</summary>
    public string? RegisteredBy { get; init; }

    /// <summary>Sessions and tokens issued at or before this instant are revoked; null if none were.</summary>
    public DateTimeOffset? SessionsNotBefore { get; init; }

    /// <summary>
    /// Random, made with the client; empty for a client that is built in or older than this column. Sessions, tokens and consents
    /// carry it, so that they do not become valid again with a new client of the same id.
    /// </summary>
    public string Incarnation { get; init; } = "";

    /// <summary>
    /// The fields that an administrator has set since the client registered itself (RFC 7591), named as in the administration's
    /// API. The client's registration token and its developer can no longer change them.
    /// </summary>
    public IReadOnlyList<string> SetByAdministrator { get; init; } = [];

    internal ETag ETag { get; init; }
    /// <summary>The client as it was read; null if it was not.</summary>
    internal Client? Stored { get; init; }

    /// <summary>A client that cannot authenticate (RFC 6749 §2.1).</summary>
    public bool IsPublic => AuthMethod == ClientAuthMethod.None;

    /// <summary>True if the text may be a client id: 1 to 64 letters, digits, <c>-</c>, <c>.</c> or <c>_</c>.</summary>
    public static bool IsId(string text) =>
        text.Length is >= 1 and <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_');

    /// <summary>The hash of a secret to store. Secrets are random, so one round of SHA-256 is enough.</summary>
    public static string HashSecret(string secret) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>The hash with an expiry; an earlier expiry that it already has stays.</summary>
    public static string WithExpiry(string hash, DateTimeOffset at)
    {
        var ends = ExpiryOf(hash) is { } sooner && sooner < at ? sooner : at;
        return $"{hash.Split(' ')[0]} {ends.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}";
    }

    /// <summary>The hashes of the secrets that are valid now, the newest first.</summary>
    public IEnumerable<string> LiveSecretHashes(DateTimeOffset now) =>
        SecretHashes.Where(hash => ExpiryOf(hash) is not { } end || now < end);

    /// <summary>True if it is one of the client's valid secrets. Takes the same time whichever matches.</summary>
    public bool HasSecret(string secret, DateTimeOffset now) => IsHashed(secret, LiveSecretHashes(now).Select(hash => hash.Split(' ')[0]));

    /// <summary>True if it is the client's registration access token.</summary>
    public bool HasRegistrationToken(string token) => RegistrationTokenHash is { } hash && IsHashed(token, [hash]);

    static DateTimeOffset? ExpiryOf(string hash) => hash.Split(' ') is [_, var seconds]
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
