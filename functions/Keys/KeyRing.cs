namespace Latchkey.Keys;

/// <summary>
/// A tenant's symmetric keys: they authenticate refresh tokens with HMAC-SHA256, so that the tables alone can forge none.
/// </summary>
public sealed class KeyRing
{
    /// <summary>A MAC key's length in bytes: the hash's own (RFC 2104 section 3).</summary>
    internal const int MacBytes = 32;

    private readonly Func<string, CancellationToken, ValueTask<IReadOnlyList<byte[]>>> keys;

    private KeyRing(Func<string, CancellationToken, ValueTask<IReadOnlyList<byte[]>>> keys) => this.keys = keys;

    /// <summary>For development: the MAC key is in the key file.</summary>
    public static KeyRing Local(KeyFile file) =>
        new(async (tenant, cancel) => [(await file.Keys(tenant, KeyKinds.Mac, cancel)).Mac!]);

    /// <summary>
    /// The MAC keys are stored wrapped by a key of the vault, made on first use, unwrapped once and kept in memory while
    /// we run.
    /// </summary>
    /// <param name="vault">Holds the wrapping key.</param>
    /// <param name="wrapKeyName">An RSA key that may wrap and unwrap; it may be rotated, its old versions must stay enabled.</param>
    /// <param name="load">Reads a tenant's stored keys.</param>
    /// <param name="tryAdd">Stores a key for a tenant unless one with its id is there: create-only. False means that it was.</param>
    /// <exception cref="ArgumentException">The name is none that a vault allows.</exception>
    public static KeyRing Wrapped(
        Vault vault,
        string wrapKeyName,
        Func<string, CancellationToken, Task<IReadOnlyList<WrappedKey>>> load,
        Func<string, WrappedKey, CancellationToken, Task<bool>> tryAdd)
    {
        if (!Vault.IsKeyName(wrapKeyName)) throw new ArgumentException($"{wrapKeyName} is no name of a key.", nameof(wrapKeyName));
        return new(new WrappedKeyRing(vault, wrapKeyName, load, tryAdd).Keys);
    }

    /// <summary>The keys, 32 bytes each, newest first: the first one makes, all verify. Don't change the arrays.</summary>
    /// <exception cref="KeyFileException">The key file can't be used.</exception>
    /// <exception cref="SigningUnavailableException">The vault can't unwrap them at the moment.</exception>
    public ValueTask<IReadOnlyList<byte[]>> MacKeys(string tenant, CancellationToken cancel) => keys(tenant, cancel);
}
