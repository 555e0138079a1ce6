using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Keys;

/// <summary>
/// A tenant's own keys as they were last read. Which one signs and which are published is decided here, from their times
/// alone, so that every instance decides alike.
/// </summary>
/// <param name="Open">The keys that can be used.</param>
/// <param name="Shut">Those that are stored but could not be opened: damaged, or the vault does not unwrap them now.</param>
/// <param name="Why">Why the vault did not unwrap some; null if it did, or if those that are shut are damaged.</param>
internal sealed record TenantKeys(IReadOnlyList<ManagedKey> Open, IReadOnlyList<KeyRow> Shut, SigningUnavailableException? Why)
{
    /// <summary>The key that was made last, whether it can be opened or not; null if none was ever made.</summary>
    public KeyRow? NewestRow(string algorithm) =>
        Rows().Where(row => row.Algorithm == algorithm).MaxBy(row => row.Number);

    /// <summary>Whether there is a key of this algorithm that can be used.</summary>
    public bool HasOpen(string algorithm) => Open.Any(key => key.Row.Algorithm == algorithm);

    /// <summary>The key that signs now: the newest whose time has come. A key that waits out its lead never does.</summary>
    /// <exception cref="SigningUnavailableException">None can.</exception>
    public ManagedKey Signing(string tenant, string algorithm, DateTimeOffset now) =>
        NewestFirst(algorithm).FirstOrDefault(key => key.Row.MaySign(now)) ?? throw Missing(tenant, algorithm);

    /// <summary>The keys of an algorithm that are published now (MAC keys: that verify), the one that signs now first.</summary>
    /// <exception cref="SigningUnavailableException">None signs.</exception>
    public IReadOnlyList<ManagedKey> Published(string tenant, string algorithm, DateTimeOffset now)
    {
        var signing = Signing(tenant, algorithm, now);
        return [signing, .. NewestFirst(algorithm).Where(key => key != signing && !IsOver(key.Row, now))];
    }

    /// <summary>The public halves of all published signing keys.</summary>
    /// <exception cref="SigningUnavailableException">Of an algorithm there is none.</exception>
    public IReadOnlyList<JsonWebKey> Published(string tenant, DateTimeOffset now) =>
        [.. PublicKey.Algorithms.SelectMany(algorithm => Published(tenant, algorithm, now)).Select(key => key.Signing!.Public)];

    /// <summary>For a verifier that found no key: it must not say "forged" while a key can't be looked at.</summary>
    /// <exception cref="SigningUnavailableException">The vault does not unwrap a key now.</exception>
    public TenantKeys EnsureOpen() => Why is null ? this : throw Why.Again();

    /// <summary>The rows that are of no use any more.</summary>
    public IEnumerable<KeyRow> Outlived(DateTimeOffset now) => Rows().Where(row => IsOver(row, now));

    /// <summary>Whether <see cref="Outlived"/> could name one if all keys were open.</summary>
    public bool MayBeOutlived(DateTimeOffset now) => Rows().Any(row => Rows().Any(next =>
        next.Algorithm == row.Algorithm && next.Number > row.Number && next.SignsFrom + row.Afterlife <= now));

    /// <summary>Every stored key of these algorithms with its times, newest first.</summary>
    public IReadOnlyList<KeyInfo> Info(params IEnumerable<string> algorithms) =>
    [
        .. from algorithm in algorithms
           from row in Rows()
           where row.Algorithm == algorithm
           orderby row.Number descending
           select new KeyInfo(row.Kid, row.Algorithm, row.Created, row.SignsFrom, SignsUntil(row), SignsUntil(row) + row.Afterlife),
    ];

    private IEnumerable<KeyRow> Rows() => Open.Select(key => key.Row).Concat(Shut);

    private IEnumerable<ManagedKey> NewestFirst(string algorithm) =>
        Open.Where(key => key.Row.Algorithm == algorithm).OrderByDescending(key => key.Row.Number);

    // A successor that can't be opened does not take over, so it ends nobody's time.
    private DateTimeOffset? SignsUntil(KeyRow row) => Open
        .Where(key => key.Row.Algorithm == row.Algorithm && key.Row.Number > row.Number)
        .MinBy(key => key.Row.Number)?.Row.SignsFrom;

    private bool IsOver(KeyRow row, DateTimeOffset now) => SignsUntil(row) + row.Afterlife <= now;

    private SigningUnavailableException Missing(string tenant, string algorithm) => Shut.Any(row => row.Algorithm == algorithm)
        ? Why?.Again() ?? new SigningUnavailableException($"The {algorithm} keys of tenant {tenant} are damaged.")
        : new SigningUnavailableException($"Tenant {tenant} has no {algorithm} key that may sign yet.");
}
