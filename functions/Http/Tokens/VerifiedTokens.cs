using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Latchkey.Http;

/// <summary>
/// The access tokens that were verified lately, by their SHA-256: an app sends the same one with every request. Only the signature and
/// the form of a token are known from here. Whoever finds one still checks what may have changed: the time, the tenant's issuer and its
/// keys. It holds <see cref="Half"/> to twice as many tokens; those that nobody sends any more are dropped first.
/// </summary>
sealed class VerifiedTokens
{
    const int Half = 4096;

    readonly Lock sync = new();
    volatile ConcurrentDictionary<Digest, VerifiedToken> newer = new();
    volatile ConcurrentDictionary<Digest, VerifiedToken> older = new();

    /// <summary>The token, if it was verified lately.</summary>
    public VerifiedToken? Find(string encoded)
    {
        var key = Key(encoded);
        if (newer.TryGetValue(key, out var found)) return found;
        if (!older.TryGetValue(key, out found)) return null;
        Add(key, found);
        return found;
    }

    /// <summary>Keeps a token whose signature was verified.</summary>
    public void Add(string encoded, VerifiedToken token) => Add(Key(encoded), token);

    void Add(Digest key, VerifiedToken token)
    {
        newer[key] = token;
        if (newer.Count <= Half) return;
        lock (sync)
        {
            if (newer.Count > Half) (older, newer) = (newer, new());
        }
    }

    static Digest Key(string encoded)
    {
        Span<Digest> digest = stackalloc Digest[1];
        SHA256.HashData(MemoryMarshal.AsBytes(encoded.AsSpan()), MemoryMarshal.AsBytes(digest));
        return digest[0];
    }

    readonly record struct Digest(UInt128 First, UInt128 Second);
}

/// <summary>A token whose signature was verified.</summary>
/// <param name="Token">What it says.</param>
/// <param name="Issuer">The tenant's issuer at that time.</param>
/// <param name="Kid">The key that signed it.</param>
sealed record VerifiedToken(AccessToken Token, string Issuer, string Kid);
