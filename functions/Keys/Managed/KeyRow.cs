namespace Latchkey.Keys;

/// <summary>
/// The unencrypted part of a stored key. Its states are times, not flags: when it stops signing, and until when it is published,
/// follows from the row of its successor (<see cref="TenantKeys"/>).
/// </summary>
/// <param name="Algorithm"><c>ES256</c>, <c>RS256</c> or <c>HS256</c> (RFC 7518 §3.1), or <c>A256GCM</c> (§5.1).</param>
/// <param name="Number">Counts a tenant's keys of one algorithm from 1. If two instances make the same number, one wins.</param>
/// <param name="Kid">
/// A signing key's RFC 7638 thumbprint; <c>mac-{number}</c> for a MAC key; <c>enc-{number}</c> for an encryption key.
/// </param>
/// <param name="Created">When it was created, in whole seconds.</param>
/// <param name="SignsFrom">When it starts signing. A tenant's first key signs at once: no cached list can lack it.</param>
public sealed record KeyRow(string Algorithm, int Number, string Kid, DateTimeOffset Created, DateTimeOffset SignsFrom)
{
    /// <summary>HMAC with SHA-256 (RFC 7518 §3.2): the algorithm of the MAC keys.</summary>
    public const string HS256 = "HS256";

    /// <summary>AES-256-GCM (RFC 7518 §5.3): the algorithm of the keys that encrypt what the tables hold.</summary>
    public const string A256GCM = "A256GCM";

    /// <summary>How long a key is published before it signs: 5 minutes for our own list, 5 more for the caches of verifiers.</summary>
    public static readonly TimeSpan PublishLead = TimeSpan.FromMinutes(10);

    /// <summary>Maximum lifetime of a token: a key stays published this long after it stops signing.</summary>
    public static readonly TimeSpan MaxTokenLifetime = TimeSpan.FromHours(24);

    /// <summary>Maximum lifetime of a session: a MAC key verifies this long after it stops making MACs.</summary>
    public static readonly TimeSpan MaxSessionLifetime = TimeSpan.FromDays(366);

    /// <summary>How long this key stays published after it stops signing.</summary>
    internal TimeSpan Retention => Algorithm == HS256 ? MaxSessionLifetime : MaxTokenLifetime;

    // A first key signs at once, even if the clock of the instance that created it is ahead of ours.
    internal bool MaySign(DateTimeOffset now) => Number == 1 || now >= SignsFrom;
}

/// <summary>A key as an administrator sees it.</summary>
/// <param name="Kid">The key's id.</param>
/// <param name="Algorithm"><c>ES256</c>, <c>RS256</c> or <c>HS256</c>.</param>
/// <param name="Created">When it was created.</param>
/// <param name="SignsFrom">When it starts signing.</param>
/// <param name="SignsUntil">When its successor takes over; null if it has none.</param>
/// <param name="PublishedUntil">Until when it is in the JWK Set (a MAC key: until when it verifies); null if that is not known yet.</param>
public sealed record KeyInfo(
    string Kid, string Algorithm, DateTimeOffset Created, DateTimeOffset SignsFrom, DateTimeOffset? SignsUntil,
    DateTimeOffset? PublishedUntil);
