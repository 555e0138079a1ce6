using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Keys;

/// <summary>The key that signs now: what the header of a JWT needs (RFC 7515 section 4.1).</summary>
/// <param name="Kid">The key's RFC 7638 thumbprint (SHA-256, base64url), so that it is the same on every instance.</param>
/// <param name="Algorithm"><c>ES256</c> or <c>RS256</c> (RFC 7518 section 3.1).</param>
public sealed record SigningKey(string Kid, string Algorithm);

/// <summary>
/// Signs tokens and publishes the public keys. Two implementations: <see cref="LocalSigner"/> (in this process, with the
/// tenant's own keys) and <see cref="KeyVaultSigner"/> (each token is signed by the vault). The caller has checked that
/// the tenant exists.
/// </summary>
public interface ISigner
{
    /// <summary>The key that signs now for this tenant and algorithm; it is already published.</summary>
    /// <exception cref="SigningUnavailableException">No key can be had at the moment.</exception>
    /// <exception cref="ArgumentException">The algorithm is neither ES256 nor RS256.</exception>
    ValueTask<SigningKey> Current(string tenant, string algorithm, CancellationToken cancel);

    /// <summary>
    /// Signs the bytes (not a hash of them) with a key that <see cref="Current"/> gave. The answer is in the form of
    /// RFC 7518 section 3: r and s side by side (64 bytes) for ES256, PKCS #1 v1.5 for RS256.
    /// </summary>
    /// <exception cref="SigningUnavailableException">The key can't sign at the moment.</exception>
    Task<byte[]> Sign(string tenant, SigningKey key, ReadOnlyMemory<byte> data, CancellationToken cancel);

    /// <summary>
    /// Every published key, of both algorithms, with <c>use</c>=sig, <c>alg</c> and <c>kid</c>; never a private member.
    /// The objects are shared: don't change them.
    /// </summary>
    /// <exception cref="SigningUnavailableException">No key can be had at the moment.</exception>
    ValueTask<IReadOnlyList<JsonWebKey>> PublicKeys(string tenant, CancellationToken cancel);

    /// <summary>
    /// The same, read anew: for a verifier that met an unknown kid. Bad tokens can't make it costly: a key is read
    /// anew at most every 30 seconds, in between this is <see cref="PublicKeys"/>.
    /// </summary>
    /// <exception cref="SigningUnavailableException">No key can be had at the moment, or one that is stored can't be opened.</exception>
    ValueTask<IReadOnlyList<JsonWebKey>> RenewedPublicKeys(string tenant, CancellationToken cancel);

    /// <summary>The signing keys with their times, newest first: for an operator.</summary>
    /// <exception cref="SigningUnavailableException">They can't be read at the moment.</exception>
    ValueTask<IReadOnlyList<KeyInfo>> Keys(string tenant, CancellationToken cancel);
}

/// <summary>
/// No signature can be had at the moment: the vault is down, throttles, refuses, or has no usable key. The HTTP layer
/// answers 503 with <c>Retry-After</c>.
/// </summary>
public sealed class SigningUnavailableException(string message, Exception? cause = null, TimeSpan? retryAfter = null)
    : Exception(message, cause)
{
    /// <summary>How long the vault asked to be left alone, if it said so.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>The same for one more caller: a thrown exception keeps its own thrower's stack.</summary>
    internal SigningUnavailableException Again() => new(Message, this, RetryAfter);
}
