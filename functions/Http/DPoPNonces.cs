using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Latchkey.Keys;

namespace Latchkey.Http;

/// <summary>
/// Server nonces for DPoP proofs (RFC 9449 §8): an HMAC of the tenant and of a period of five minutes. So every instance can
/// compute them and none is stored. A nonce is valid for five to ten minutes, whatever the client's clock says.
/// </summary>
public sealed class DPoPNonces(MacKeyRing keys, TimeProvider clock)
{
    const int SpanSeconds = 300;

    /// <summary>The current nonce.</summary>
    public async Task<string> Current(string tenant, CancellationToken cancel) =>
        Base64Url.EncodeToString(Mac((await keys.MacKeys(tenant, cancel))[0], tenant, Span));

    /// <summary>True for the current nonce, the previous one, and the next (from an instance whose clock is ahead).</summary>
    public async Task<bool> IsFresh(string tenant, string nonce, CancellationToken cancel)
    {
        var sent = new byte[HMACSHA256.HashSizeInBytes];
        if (!Base64Url.IsValid(nonce, out var length) || length != sent.Length) return false;
        Base64Url.DecodeFromChars(nonce, sent);
        var match = false;
        foreach (var key in await keys.MacKeys(tenant, cancel))
        {
            for (var span = Span - 1; span <= Span + 1; span++)
                match |= CryptographicOperations.FixedTimeEquals(sent, Mac(key, tenant, span));
        }
        return match;
    }

    long Span => clock.GetUtcNow().ToUnixTimeSeconds() / SpanSeconds;

    // The MAC includes the purpose, because the same key makes refresh tokens.
    static byte[] Mac(byte[] key, string tenant, long span) => HMACSHA256.HashData(
        key, Encoding.UTF8.GetBytes($"dpop-nonce|{tenant}|{span.ToString(CultureInfo.InvariantCulture)}"));
}
