using System.Globalization;
using Latchkey.Sessions;

namespace Latchkey.OAuth;

/// <summary>What a refresh token of ours says.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="UserId">Whose it is, so that the user's row can be read beside the session; null in a token from before it was there.</param>
/// <param name="Counter">Its generation.</param>
public sealed record RefreshToken(string SessionId, string? UserId, int Counter);

/// <summary>
/// The refresh token <c>{bucket}.{sessionId}.{userId}.{counter}.{HMAC-SHA256}</c>. It is never stored: the same session
/// and counter give the same token again, and the tables alone can forge none.
/// </summary>
public sealed class RefreshTokens(Macs macs)
{
    const string Purpose = "refresh";

    /// <summary>The session's live refresh token.</summary>
    public async Task<string> For(Session session, CancellationToken cancel)
    {
        var body = $"{session.Id}.{session.UserId}.{session.Counter.ToString(CultureInfo.InvariantCulture)}";
        return $"{body}.{await macs.Make(Purpose, session.Tenant, body, cancel)}";
    }

    /// <summary>What a token says that we made for this tenant, of the former form without a user too; null for anything else.</summary>
    public async Task<RefreshToken?> Read(string tenant, string token, CancellationToken cancel)
    {
        if (token.Length > 200 || token.Split('.') is not [var bucket, var id, .. var more, var counter, var mac] || more.Length > 1) return null;
        if (!await macs.Verify(Purpose, tenant, token[..^(mac.Length + 1)], mac, cancel)) return null;
        if (!IssuedTokens.TrySplit($"{bucket}.{id}", out _, out _)) return null;
        return int.TryParse(counter, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new RefreshToken($"{bucket}.{id}", more is [var user] ? user : null, number) : null;
    }
}
