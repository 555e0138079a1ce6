namespace Latchkey.Keys;

/// <summary>
/// A tenant's symmetric keys. They authenticate refresh tokens with HMAC-SHA256, so that nobody can forge one with the tables
/// alone. They are stored, rotated and shared between instances like the signing keys.
/// </summary>
public sealed class MacKeyRing
{
    readonly ManagedKeys keys;

    internal MacKeyRing(ManagedKeys keys) => this.keys = keys;

    /// <summary>The keys, 32 bytes each: the first one makes MACs, all verify. Do not change the arrays.</summary>
    /// <exception cref="KeyFileException">The key file is not usable.</exception>
    /// <exception cref="SigningUnavailableException">The vault cannot unwrap them at the moment.</exception>
    public async ValueTask<IReadOnlyList<byte[]>> MacKeys(string tenant, CancellationToken cancel) =>
        Secrets(tenant, await keys.Get(tenant, cancel));

    /// <summary>
    /// Like <see cref="MacKeys"/>, but read again, at most every 30 seconds: for a verifier that found no matching key. A MAC that
    /// none of these keys matches is wrong.
    /// </summary>
    /// <exception cref="KeyFileException">The key file is not usable.</exception>
    /// <exception cref="SigningUnavailableException">The vault cannot unwrap all of them at the moment.</exception>
    public async ValueTask<IReadOnlyList<byte[]>> RenewedMacKeys(string tenant, CancellationToken cancel) =>
        Secrets(tenant, (await keys.Renewed(tenant, cancel)).EnsureDecrypted());

    /// <summary>Checks for the health endpoint whether the vault, or the key file, is usable now.</summary>
    /// <exception cref="KeyFileException">The key file is not usable.</exception>
    /// <exception cref="SigningUnavailableException">The vault does not respond, or the wrapping key is disabled.</exception>
    public Task Check(CancellationToken cancel) => keys.Check(cancel);

    List<byte[]> Secrets(string tenant, TenantKeys read) =>
        [.. read.Published(tenant, KeyRow.HS256, keys.Now).Select(key => key.Secret)];
}
