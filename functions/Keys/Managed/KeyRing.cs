namespace Latchkey.Keys;

/// <summary>
/// A tenant's symmetric keys: they authenticate refresh tokens with HMAC-SHA256, so that the tables alone can forge none.
/// They are kept, rotated and shared between instances like the signing keys.
/// </summary>
public sealed class KeyRing
{
    private readonly ManagedKeys keys;

    internal KeyRing(ManagedKeys keys) => this.keys = keys;

    /// <summary>The keys, 32 bytes each: the first one makes, all verify. Don't change the arrays.</summary>
    /// <exception cref="KeyFileException">The key file can't be used.</exception>
    /// <exception cref="SigningUnavailableException">The vault can't unwrap them at the moment.</exception>
    public async ValueTask<IReadOnlyList<byte[]>> MacKeys(string tenant, CancellationToken cancel) =>
        Secrets(tenant, await keys.Get(tenant, cancel));

    /// <summary>
    /// The same, read anew, at most every 30 seconds: for a verifier that none of <see cref="MacKeys"/> satisfied. Only
    /// if this satisfies none either is the MAC wrong.
    /// </summary>
    /// <exception cref="KeyFileException">The key file can't be used.</exception>
    /// <exception cref="SigningUnavailableException">The vault can't unwrap all of them at the moment.</exception>
    public async ValueTask<IReadOnlyList<byte[]>> RenewedMacKeys(string tenant, CancellationToken cancel) =>
        Secrets(tenant, (await keys.Renewed(tenant, cancel)).EnsureOpen());

    /// <summary>Asks the vault, or the key file, whether it would give keys now; for the health check.</summary>
    /// <exception cref="KeyFileException">The key file can't be used.</exception>
    /// <exception cref="SigningUnavailableException">The vault does not answer, or the wrapping key is disabled.</exception>
    public Task Check(CancellationToken cancel) => keys.Check(cancel);

    private List<byte[]> Secrets(string tenant, TenantKeys read) =>
        [.. read.Published(tenant, KeyRow.HS256, keys.Now).Select(key => key.Secret)];
}
