using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Latchkey.Keys;

/// <summary>
/// The development key file: one JSON file with each tenant's private signing keys and MAC key, in the clear, mode 0600.
/// A key is made when first asked for. Several processes may share the file. A file that can't be read or understood is
/// never replaced: every use of it fails until someone looks at it.
/// </summary>
/// <param name="path">Where the file is; it and its folder are made when missing.</param>
public sealed class KeyFile(string path) : IDisposable
{
    private readonly KeyFileStore store = new(path);
    private readonly ConcurrentDictionary<string, TenantKeys> known = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim gate = new(1);

    /// <summary>Reads the whole file, so that a bad one stops the start. A missing file is good: it will be made.</summary>
    /// <exception cref="KeyFileException">The file can't be used; the message says why and what to do.</exception>
    public void Check()
    {
        foreach (var (tenant, entry) in store.Read().Tenants) Parse(tenant, entry);
    }

    /// <summary>The tenant's keys; those of the needed kinds are there, made now if nobody made them before.</summary>
    internal async ValueTask<TenantKeys> Keys(string tenant, KeyKinds needed, CancellationToken cancel)
    {
        if (known.TryGetValue(tenant, out var keys) && keys.Missing(needed) == KeyKinds.None) return keys;

        await gate.WaitAsync(cancel);
        try
        {
            if (known.TryGetValue(tenant, out keys) && keys.Missing(needed) == KeyKinds.None) return keys;
            using var held = await store.Lock(cancel);
            return known[tenant] = ReadOrMake(tenant, needed);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => gate.Dispose();

    private TenantKeys ReadOrMake(string tenant, KeyKinds needed)
    {
        // Read under the lock: another process may have made the keys since.
        var content = store.Read();
        var keys = content.Tenants.TryGetValue(tenant, out var entry) ? Parse(tenant, entry) : new TenantKeys(null, null, null);
        var missing = keys.Missing(needed);
        if (missing == KeyKinds.None) return keys;

        if (missing.HasFlag(KeyKinds.Es256)) keys = keys with { Es256 = PrivateKey.Create(PublicKey.ES256) };
        if (missing.HasFlag(KeyKinds.Rs256)) keys = keys with { Rs256 = PrivateKey.Create(PublicKey.RS256) };
        if (missing.HasFlag(KeyKinds.Mac)) keys = keys with { Mac = RandomNumberGenerator.GetBytes(KeyRing.MacBytes) };

        content.Tenants[tenant] = new KeyFileEntry(
            keys.Es256?.Export(), keys.Rs256?.Export(), keys.Mac is null ? null : Convert.ToBase64String(keys.Mac));
        store.Write(content);
        return keys;
    }

    private TenantKeys Parse(string tenant, KeyFileEntry entry)
    {
        try
        {
            var mac = entry.Mac is null ? null : Convert.FromBase64String(entry.Mac);
            if (mac is not null && mac.Length < KeyRing.MacBytes) throw new FormatException($"The MAC key is shorter than {KeyRing.MacBytes} bytes.");
            return new TenantKeys(
                entry.Es256 is null ? null : PrivateKey.Parse(PublicKey.ES256, entry.Es256),
                entry.Rs256 is null ? null : PrivateKey.Parse(PublicKey.RS256, entry.Rs256),
                mac);
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            throw store.Fault($"holds a key of tenant {tenant} that can't be read", e);
        }
    }
}

/// <summary>What a caller needs of a tenant's keys.</summary>
[Flags]
internal enum KeyKinds { None = 0, Es256 = 1, Rs256 = 2, Mac = 4 }

/// <summary>A tenant's keys, as far as they were made.</summary>
internal sealed record TenantKeys(PrivateKey? Es256, PrivateKey? Rs256, byte[]? Mac)
{
    public KeyKinds Missing(KeyKinds needed) => needed
        & ((Es256 is null ? KeyKinds.Es256 : 0) | (Rs256 is null ? KeyKinds.Rs256 : 0) | (Mac is null ? KeyKinds.Mac : 0));
}

/// <summary>The key file can't be used. The message names the file, says what is wrong and what to do.</summary>
public sealed class KeyFileException(string message, Exception? cause) : Exception(message, cause);
