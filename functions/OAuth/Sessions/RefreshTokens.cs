using System.Globalization;
using Latchkey.Tenancy;

namespace Latchkey.OAuth.Sessions;

/// <summary>
/// The refresh token <c>{bucket}.{sessionId}.{counter}.{HMAC-SHA256}</c>. It is never stored: the same session and
/// counter give the same token again, and the tables alone can forge none.
/// </summary>
public sealed class RefreshTokens(Macs macs)
{
    const string Purpose = "refresh";

    /// <summary>The session's live refresh token.</summary>
    public async Task<string> For(Session session, CancellationToken cancel)
    {
        var body = $"{session.Id}.{session.Counter.ToString(CultureInfo.InvariantCulture)}";
        return $"{body}.{await macs.Make(Purpose, session.Tenant, body, cancel)}";
    }

    /// <summary>The session id and counter of a token that we made for this tenant; null for anything else.</summary>
    public async Task<(string SessionId, int Counter)?> Read(string tenant, string token, CancellationToken cancel)
    {
        if (token.Length > 200 || token.Split('.') is not [var bucket, var id, var counter, var mac]) return null;
        if (!await macs.Verify(Purpose, tenant, $"{bucket}.{id}.{counter}", mac, cancel)) return null;
        if (!IssuedTokens.TrySplit($"{bucket}.{id}", out _, out _)) return null;
        return int.TryParse(counter, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? ($"{bucket}.{id}", number) : null;
    }
}
