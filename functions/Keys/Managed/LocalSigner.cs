using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Keys;

/// <summary>
/// Signs in this process with the tenant's own keys, which are created at first use: no token needs a call to another service. The
/// keys come from the key file (development) or, wrapped by a vault key, from the table.
/// </summary>
sealed class LocalSigner(ManagedKeys keys) : ISigner
{
    /// <inheritdoc/>
    /// <exception cref="KeyFileException">The key file is not usable.</exception>
    public async ValueTask<SigningKey> Current(string tenant, string algorithm, CancellationToken cancel)
    {
        if (!PublicKey.Algorithms.Contains(algorithm))
            throw new ArgumentException($"{algorithm} is neither ES256 nor RS256.", nameof(algorithm));
        var key = (await keys.Get(tenant, cancel)).Signing(tenant, algorithm, keys.Now);
        return new SigningKey(key.Row.Kid, algorithm);
    }

    /// <inheritdoc/>
    /// <exception cref="KeyFileException">The key file is not usable.</exception>
    public async Task<byte[]> Sign(string tenant, SigningKey key, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        var usable = (await keys.Get(tenant, cancel)).Usable;
        var signing = usable.FirstOrDefault(one => one.Row.Algorithm == key.Algorithm && one.Row.Kid == key.Kid)?.Signing
            ?? throw new SigningUnavailableException($"Tenant {tenant} has no key {key.Kid}.");
        return signing.Sign(data.Span);
    }

    /// <inheritdoc/>
    /// <exception cref="KeyFileException">The key file is not usable.</exception>
    public async ValueTask<IReadOnlyList<JsonWebKey>> PublicKeys(string tenant, CancellationToken cancel) =>
        (await keys.Get(tenant, cancel)).Published(tenant, keys.Now);

    /// <inheritdoc/>
    /// <exception cref="KeyFileException">The key file is not usable.</exception>
    public async ValueTask<IReadOnlyList<JsonWebKey>> RenewedPublicKeys(string tenant, CancellationToken cancel) =>
        (await keys.Renewed(tenant, cancel)).EnsureDecrypted().Published(tenant, keys.Now);

    /// <inheritdoc/>
    /// <exception cref="KeyFileException">The key file is not usable.</exception>
    public async ValueTask<IReadOnlyList<KeyInfo>> Keys(string tenant, CancellationToken cancel) =>
        (await keys.ReadNow(tenant, cancel)).Info(PublicKey.Algorithms);
}
