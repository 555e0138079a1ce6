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

    /// <summary>The keys, 32 bytes each, newest first: the first one makes, all verify. Don't change the arrays.</summary>
    /// <exception cref="KeyFileException">The key file can't be used.</exception>
    public ValueTask<IReadOnlyList<byte[]>> MacKeys(string tenant, CancellationToken cancel) => keys(tenant, cancel);
}
