using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Keys;

/// <summary>
/// Signs in this process with the keys of a <see cref="KeyFile"/>: for development. Each tenant has its own two keys,
/// made when first asked for.
/// </summary>
public sealed class LocalSigner(KeyFile file) : ISigner
{
    /// <inheritdoc/>
    /// <exception cref="KeyFileException">The key file can't be used.</exception>
    public async ValueTask<SigningKey> Current(string tenant, string algorithm, CancellationToken cancel)
    {
        var key = await Key(tenant, algorithm, cancel);
        return new SigningKey(key.Public.Kid, algorithm);
    }

    /// <inheritdoc/>
    /// <exception cref="KeyFileException">The key file can't be used.</exception>
    public async Task<byte[]> Sign(string tenant, SigningKey key, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        var own = await Key(tenant, key.Algorithm, cancel);
        if (own.Public.Kid != key.Kid) throw new SigningUnavailableException($"Tenant {tenant} has no key {key.Kid}.");
        return own.Sign(data.Span);
    }

    /// <inheritdoc/>
    /// <exception cref="KeyFileException">The key file can't be used.</exception>
    public async ValueTask<IReadOnlyList<JsonWebKey>> PublicKeys(string tenant, CancellationToken cancel)
    {
        // Both, because a verifier may fetch the set before the first token of the other kind is signed.
        var keys = await file.Keys(tenant, KeyKinds.Es256 | KeyKinds.Rs256, cancel);
        return [keys.Es256!.Public, keys.Rs256!.Public];
    }

    /// <inheritdoc/>
    /// <exception cref="KeyFileException">The key file can't be used.</exception>
    public ValueTask<IReadOnlyList<JsonWebKey>> RenewedPublicKeys(string tenant, CancellationToken cancel) =>
        PublicKeys(tenant, cancel); // A key in the file never changes.

    private async ValueTask<PrivateKey> Key(string tenant, string algorithm, CancellationToken cancel) => algorithm switch
    {
        PublicKey.ES256 => (await file.Keys(tenant, KeyKinds.Es256, cancel)).Es256!,
        PublicKey.RS256 => (await file.Keys(tenant, KeyKinds.Rs256, cancel)).Rs256!,
        _ => throw new ArgumentException($"{algorithm} is neither ES256 nor RS256.", nameof(algorithm)),
    };
}
