using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Latchkey.Keys;

namespace Latchkey.Http;

/// <summary>
/// HMAC-SHA256 with a tenant's symmetric keys, for tokens that are recomputed instead of stored: refresh tokens, codes, form
/// tokens, cursors of changes. The MAC covers the purpose and the tenant, so that one kind of token can't be used as another.
/// </summary>
public sealed class Macs(MacKeyRing keys)
{
    /// <summary>The MAC of a text with the newest key, base64url. The purpose must not contain <c>|</c>.</summary>
    public async Task<string> Make(string purpose, string tenant, string text, CancellationToken cancel) =>
        Mac((await keys.MacKeys(tenant, cancel))[0], purpose, tenant, text);

    /// <summary>
    /// The MACs of a text with every key that is still in use, newest first: to find what was stored under one of them.
    /// </summary>
    public async Task<IReadOnlyList<string>> Every(string purpose, string tenant, string text, CancellationToken cancel) =>
        [.. (await keys.MacKeys(tenant, cancel)).Select(key => Mac(key, purpose, tenant, text))];

    /// <summary>
    /// True if it is the text's MAC with any key that is still in use. The time it takes does not depend on what differs.
    /// </summary>
    public async Task<bool> Verify(string purpose, string tenant, string text, string mac, CancellationToken cancel)
    {
        var sent = Encoding.UTF8.GetBytes(mac); // Compared as text, because base64url can encode the same bytes in several ways.
        // Another instance may have made a key since this one last read them.
        return IsOneOf(await keys.MacKeys(tenant, cancel)) || IsOneOf(await keys.RenewedMacKeys(tenant, cancel));

        bool IsOneOf(IReadOnlyList<byte[]> all)
        {
            var found = false;
            foreach (var key in all)
            {
                found |= CryptographicOperations.FixedTimeEquals(sent, Encoding.UTF8.GetBytes(Mac(key, purpose, tenant, text)));
            }
            return found;
        }
    }

    // The tenant is included because several tenants may share a key.
    static string Mac(byte[] key, string purpose, string tenant, string text) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{purpose}|{tenant}|{text}")));
}
