using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Keys;

/// <summary>
/// A tenant's own keys as last read. Which key signs and which are published is decided here, from their times alone, so that
/// every instance decides the same.
/// </summary>
/// <param name="Usable">The usable keys.</param>
/// <param name="Undecrypted">The stored keys that could not be decrypted: they are damaged, or the vault cannot unwrap them now.</param>
/// <param name="Failure">Why the vault could not unwrap a key; null if there is no such key, or all such keys are damaged.</param>
sealed record TenantKeys(IReadOnlyList<ManagedKey> Usable, IReadOnlyList<KeyRow> Undecrypted, SigningUnavailableException? Failure)
{
    /// <summary>The newest key, whether it could be decrypted or not; null if there is none.</summary>
    public KeyRow? NewestRow(string algorithm) =>
        Rows().Where(row => row.Algorithm == algorithm).MaxBy(row => row.Number);

    /// <summary>True if there is a usable key of this algorithm.</summary>
    public bool HasUsable(string algorithm) => Usable.Any(key => key.Row.Algorithm == algorithm);

    /// <summary>The key that signs now: the newest one whose lead time is over.</summary>
    /// <exception cref="SigningUnavailableException">No key may sign.</exception>
    public ManagedKey Signing(string tenant, string algorithm, DateTimeOffset now) =>
        NewestFirst(algorithm).FirstOrDefault(key => key.Row.MaySign(now)) ?? throw Missing(tenant, algorithm);

    /// <summary>The keys of an algorithm that are published now (MAC keys: that verify); the one that signs comes first.</summary>
    /// <exception cref="SigningUnavailableException">No key may sign.</exception>
    public IReadOnlyList<ManagedKey> Published(string tenant, string algorithm, DateTimeOffset now)
    {
        var signing = Signing(tenant, algorithm, now);
        return [signing, .. NewestFirst(algorithm).Where(key => key != signing && !IsExpired(key.Row, now))];
    }

    /// <summary>The public halves of all published signing keys.</summary>
    /// <exception cref="SigningUnavailableException">An algorithm has no key that may sign.</exception>
    public IReadOnlyList<JsonWebKey> Published(string tenant, DateTimeOffset now) =>
        [.. PublicKey.Algorithms.SelectMany(algorithm => Published(tenant, algorithm, now)).Select(key => key.Signing!.Public)];

    /// <summary>For a verifier that found no matching key: it must not report a forgery while a key could not be decrypted.</summary>
    /// <exception cref="SigningUnavailableException">The vault cannot unwrap a key at the moment.</exception>
    public TenantKeys EnsureDecrypted() => Failure is null ? this : throw Failure.Again();

    /// <summary>The keys whose every signature has expired.</summary>
    public IEnumerable<KeyRow> Expired(DateTimeOffset now) => Rows().Where(row => IsExpired(row, now));

    /// <summary>True if <see cref="Expired"/> could return a key if all keys were decrypted.</summary>
    public bool MayHaveExpired(DateTimeOffset now) => Rows().Any(row => Rows().Any(next =>
        next.Algorithm == row.Algorithm && next.Number > row.Number && next.SignsFrom + row.Retention <= now));

    /// <summary>The stored keys of these algorithms with their times, newest first.</summary>
    public IReadOnlyList<KeyInfo> Info(params IEnumerable<string> algorithms) =>
    [
        .. from algorithm in algorithms
           from row in Rows()
           where row.Algorithm == algorithm
           orderby row.Number descending
           select new KeyInfo(row.Kid, row.Algorithm, row.Created, row.SignsFrom, SignsUntil(row), SignsUntil(row) + row.Retention),
    ];

    IEnumerable<KeyRow> Rows() => Usable.Select(key => key.Row).Concat(Undecrypted);

    IEnumerable<ManagedKey> NewestFirst(string algorithm) =>
        Usable.Where(key => key.Row.Algorithm == algorithm).OrderByDescending(key => key.Row.Number);

    // A successor that cannot be decrypted does not take over, so the key before it keeps signing.
    DateTimeOffset? SignsUntil(KeyRow row) => Usable
        .Where(key => key.Row.Algorithm == row.Algorithm && key.Row.Number > row.Number)
        .MinBy(key => key.Row.Number)?.Row.SignsFrom;

    bool IsExpired(KeyRow row, DateTimeOffset now) => SignsUntil(row) + row.Retention <= now;

    SigningUnavailableException Missing(string tenant, string algorithm) => Undecrypted.Any(row => row.Algorithm == algorithm)
        ? Failure?.Again() ?? new SigningUnavailableException($"The {algorithm} keys of tenant {tenant} are damaged.")
        : new SigningUnavailableException($"Tenant {tenant} has no {algorithm} key that may sign yet.");
}
