using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Latchkey.Keys;

namespace Latchkey.OAuth;

/// <summary>
/// HMAC-SHA256 under a tenant's symmetric keys, for tokens that are made again instead of stored: refresh tokens,
/// codes, form tokens. The purpose and the tenant are under the MAC too, so that none can stand for another.
/// </summary>
public sealed class Macs(KeyRing keys)
{
    /// <summary>The MAC of a text, base64url, under the newest key. The purpose is a word of ours without <c>|</c>.</summary>
    public async Task<string> Make(string purpose, string tenant, string text, CancellationToken cancel) =>
        Mac((await keys.MacKeys(tenant, cancel))[0], purpose, tenant, text);

    /// <summary>Its MACs under every key that is still in use, the newest first: to look for what was stored under one of them.</summary>
    public async Task<IReadOnlyList<string>> Every(string purpose, string tenant, string text, CancellationToken cancel) =>
        [.. (await keys.MacKeys(tenant, cancel)).Select(key => Mac(key, purpose, tenant, text))];

    /// <summary>True if it is the text's MAC under any key that is still in use; takes the same time whatever differs.</summary>
    public async Task<bool> Verify(string purpose, string tenant, string text, string mac, CancellationToken cancel)
    {
        var sent = Encoding.UTF8.GetBytes(mac); // Compared as text: base64url has several spellings of the same bytes.
        // A key that another instance made since we last looked is worth a second look.
        return IsOneOf(await keys.MacKeys(tenant, cancel)) || IsOneOf(await keys.RenewedMacKeys(tenant, cancel));

        bool IsOneOf(IReadOnlyList<byte[]> all)
        {
            var one = false;
            foreach (var key in all)
            {
                one |= CryptographicOperations.FixedTimeEquals(sent, Encoding.UTF8.GetBytes(Mac(key, purpose, tenant, text)));
            }
            return one;
        }
    }

    // The tenant too, because one key may serve several tenants.
    static string Mac(byte[] key, string purpose, string tenant, string text) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{purpose}|{tenant}|{text}")));
}
