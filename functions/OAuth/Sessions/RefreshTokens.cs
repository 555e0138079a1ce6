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
        return $"{body}.{Mac(newest, session.Tenant, body)}";
    }

    /// <summary>The session id and counter of a token that we made for this tenant; null for anything else.</summary>
    public async Task<(string SessionId, int Counter)?> Read(string tenant, string token, CancellationToken cancel)
    {
        if (token.Length > 200 || token.Split('.') is not [var bucket, var id, var counter, var mac]) return null;
        var sent = Encoding.UTF8.GetBytes(mac); // Compared as text: base64url has several spellings of the same bytes.
        var match = false;
        foreach (var key in await keys.MacKeys(tenant, cancel))
            match |= CryptographicOperations.FixedTimeEquals(sent, Encoding.UTF8.GetBytes(Mac(key, tenant, $"{bucket}.{id}.{counter}")));
        if (!match || !IssuedTokens.TrySplit($"{bucket}.{id}", out _, out _)) return null;
        return int.TryParse(counter, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? ($"{bucket}.{id}", number) : null;
    }

    // The tenant and the purpose are under the MAC too: one key may serve several tenants.
    static string Mac(byte[] key, string tenant, string body) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"refresh|{tenant}|{body}")));
}
