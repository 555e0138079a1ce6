namespace Latchkey.Keys;

/// <summary>
/// What is stored of a key in the clear. Its states are times, not flags: when it stops to sign, and until when it is
/// published, follows from the row of its successor (<see cref="TenantKeys"/>).
/// </summary>
/// <param name="Algorithm"><c>ES256</c>, <c>RS256</c> or <c>HS256</c> (RFC 7518 section 3.1).</param>
/// <param name="Number">Counts a tenant's keys of one algorithm from 1; of two makers of the same number one wins.</param>
/// <param name="Kid">A signing key's RFC 7638 thumbprint; <c>mac-{number}</c> of a MAC key.</param>
/// <param name="Created">When it was made, in whole seconds.</param>
/// <param name="SignsFrom">It signs from then on. A tenant's first key, which nobody can have cached, signs at once.</param>
public sealed record KeyRow(string Algorithm, int Number, string Kid, DateTimeOffset Created, DateTimeOffset SignsFrom)
{
    /// <summary>HMAC with SHA-256 (RFC 7518 section 3.2): the algorithm of the MAC keys.</summary>
    public const string HS256 = "HS256";

    /// <summary>How long a key is published before it signs: our list's 5 minutes and 5 more for the caches of verifiers.</summary>
    public static readonly TimeSpan PublishLead = TimeSpan.FromMinutes(10);

    /// <summary>The longest life of a token: so long a key stays published after it stopped to sign.</summary>
    public static readonly TimeSpan LongestToken = TimeSpan.FromHours(24);

    /// <summary>The longest life of a session: so long a MAC key verifies after it stopped to make.</summary>
    public static readonly TimeSpan LongestSession = TimeSpan.FromDays(366);

    /// <summary>How long this key stays after it stopped to sign.</summary>
    internal TimeSpan Afterlife => Algorithm == HS256 ? LongestSession : LongestToken;

    // The clock of the instance that made the first key may be ahead of ours.
    internal bool MaySign(DateTimeOffset now) => Number == 1 || now >= SignsFrom;
}

/// <summary>A key as an operator sees it.</summary>
/// <param name="Kid">The key's id.</param>
/// <param name="Algorithm"><c>ES256</c>, <c>RS256</c> or <c>HS256</c>.</param>
/// <param name="Created">When it was made.</param>
/// <param name="SignsFrom">When it starts to sign.</param>
/// <param name="SignsUntil">When its successor takes over; null if there is none.</param>
/// <param name="PublishedUntil">Until when it is in the JWK Set (a MAC key: verifies); null if no end is known.</param>
public sealed record KeyInfo(
    string Kid, string Algorithm, DateTimeOffset Created, DateTimeOffset SignsFrom, DateTimeOffset? SignsUntil, DateTimeOffset? PublishedUntil);
