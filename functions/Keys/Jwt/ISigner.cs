using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Keys;

/// <summary>The key that signs now, for the header of a JWT (RFC 7515 §4.1).</summary>
/// <param name="Kid">The key's RFC 7638 thumbprint (SHA-256, base64url), so that it is the same on every instance.</param>
/// <param name="Algorithm"><c>ES256</c> or <c>RS256</c> (RFC 7518 §3.1).</param>
public sealed record SigningKey(string Kid, string Algorithm);

/// <summary>
/// Signs tokens and publishes the public keys. There are two implementations: <see cref="LocalSigner"/> signs in this process with
/// the tenant's own keys, <see cref="KeyVaultSigner"/> has the vault sign each token. The caller has checked that the tenant
/// exists.
/// </summary>
public interface ISigner
{
    /// <summary>The key that signs now for this tenant and algorithm. It is already published.</summary>
    /// <exception cref="SigningUnavailableException">No key is available at the moment.</exception>
    /// <exception cref="ArgumentException">The algorithm is neither ES256 nor RS256.</exception>
    ValueTask<SigningKey> Current(string tenant, string algorithm, CancellationToken cancel);

    /// <summary>
    /// Signs the data (not a hash of it) with a key from <see cref="Current"/>. The signature has the format of RFC 7518 §3: r
    /// and s concatenated (64 bytes) for ES256, PKCS #1 v1.5 for RS256.
    /// </summary>
    /// <exception cref="SigningUnavailableException">The key cannot sign at the moment.</exception>
    Task<byte[]> Sign(string tenant, SigningKey key, ReadOnlyMemory<byte> data, CancellationToken cancel);

    /// <summary>
    /// All published keys of both algorithms, with <c>use</c>=sig, <c>alg</c> and <c>kid</c>, without private members. The objects
    /// are shared: do not change them.
    /// </summary>
    /// <exception cref="SigningUnavailableException">No key is available at the moment.</exception>
    ValueTask<IReadOnlyList<JsonWebKey>> PublicKeys(string tenant, CancellationToken cancel);

    /// <summary>
    /// Like <see cref="PublicKeys"/>, but read again: for a verifier that met an unknown kid. So that bad tokens cannot make it
    /// costly, keys are read again at most every 30 seconds; in between it returns <see cref="PublicKeys"/>.
    /// </summary>
    /// <exception cref="SigningUnavailableException">No key is available at the moment, or a stored key cannot be decrypted.</exception>
    ValueTask<IReadOnlyList<JsonWebKey>> RenewedPublicKeys(string tenant, CancellationToken cancel);

    /// <summary>The signing keys with their times, newest first, for an administrator.</summary>
    /// <exception cref="SigningUnavailableException">They cannot be read at the moment.</exception>
    ValueTask<IReadOnlyList<KeyInfo>> Keys(string tenant, CancellationToken cancel);
}

/// <summary>
/// No signature is available at the moment: the vault is down, throttles, refuses, or has no usable key. The HTTP layer responds
/// with 503 and <c>Retry-After</c>.
/// </summary>
public sealed class SigningUnavailableException(string message, Exception? cause = null, TimeSpan? retryAfter = null)
    : Exception(message, cause)
{
    /// <summary>The waiting time that the vault asked for, if it did.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>A copy for one more caller, because a thrown exception keeps the stack of its first thrower.</summary>
    internal SigningUnavailableException Again() => new(Message, this, RetryAfter);
}
