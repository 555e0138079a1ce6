using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Latchkey.Keys;
using Latchkey.Tenancy;

namespace Latchkey.OAuth.Sessions;

/// <summary>
/// The refresh token <c>{bucket}.{sessionId}.{counter}.{HMAC-SHA256}</c>. It is never stored: the same session and
/// counter give the same token again, and the tables alone can forge none.
/// </summary>
public sealed class RefreshTokens(KeyRing keys)
{
    /// <summary>The session's live refresh token.</summary>
    public async Task<string> For(Session session, CancellationToken cancel)
    {
        var body = $"{session.Id}.{session.Counter.ToString(CultureInfo.InvariantCulture)}";
        var newest = (await keys.MacKeys(session.Tenant, cancel))[0];
        return $"{body}.{Base64Url.EncodeToString(Mac(newest, session.Tenant, body))}";
    }

    /// <summary>The session id and counter of a token that we made for this tenant; null for anything else.</summary>
    public async Task<(string SessionId, int Counter)?> Read(string tenant, string token, CancellationToken cancel)
    {
        if (token.Length > 200 || token.Split('.') is not [var bucket, var id, var counter, var mac]) return null;
        var sent = new byte[HMACSHA256.HashSizeInBytes];
        if (!Base64Url.IsValid(mac, out var length) || length != sent.Length) return null;
        Base64Url.DecodeFromChars(mac, sent);
        var match = IsOneOf(await keys.MacKeys(tenant, cancel)) || IsOneOf(await keys.RenewedMacKeys(tenant, cancel));
        if (!match || !IssuedTokens.TrySplit($"{bucket}.{id}", out _, out _)) return null;
        return int.TryParse(counter, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? ($"{bucket}.{id}", number) : null;

        bool IsOneOf(IReadOnlyList<byte[]> all)
        {
            var one = false;
            foreach (var key in all)
                one |= CryptographicOperations.FixedTimeEquals(sent, Mac(key, tenant, $"{bucket}.{id}.{counter}"));
            return one;
        }
    }

    // The tenant and the purpose are under the MAC too: one key may serve several tenants.
    static byte[] Mac(byte[] key, string tenant, string body) =>
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"refresh|{tenant}|{body}"));
}
