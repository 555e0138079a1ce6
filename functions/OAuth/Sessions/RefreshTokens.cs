using System.Globalization;
using Latchkey.Http;
using Latchkey.Sessions;
using Latchkey.Storage;

namespace Latchkey.OAuth;

/// <summary>What a refresh token says.</summary>
/// <param name="SessionId">Its session.</param>
/// <param name="UserId">Its user, so that the user's row can be read beside the session; null in a token of the former format.</param>
/// <param name="Counter">Its generation.</param>
public sealed record RefreshToken(string SessionId, string? UserId, int Counter);

/// <summary>
/// Refresh tokens, <c>{bucket}.{sessionId}.{userId}.{counter}.{HMAC-SHA256}</c>. They are never stored: the same session and
/// counter always give the same token, and nobody can forge one from the tables alone.
/// </summary>
public sealed class RefreshTokens(Macs macs)
{
    const string Purpose = "refresh";
    const int MaxChars = 200;

    /// <summary>The session's live refresh token.</summary>
    public async Task<string> For(Session session, CancellationToken cancel)
    {
        var body = $"{session.Id}.{session.UserId}.{session.Counter.ToString(CultureInfo.InvariantCulture)}";
        return $"{body}.{await macs.Make(Purpose, session.Tenant, body, cancel)}";
    }

    /// <summary>
    /// Reads a token that was issued to this tenant, also one of the former format, without a user. Null for anything else.
    /// </summary>
    public async Task<RefreshToken?> Read(string tenant, string token, CancellationToken cancel)
    {
        if (token.Length > MaxChars || token.Split('.') is not [var bucket, var id, .. var user, var counter, var mac]) return null;
        if (user.Length > 1 || !await macs.Verify(Purpose, tenant, token[..^(mac.Length + 1)], mac, cancel)) return null;
        if (BucketId.ParseId($"{bucket}.{id}") is null) return null;
        return int.TryParse(counter, NumberStyles.None, CultureInfo.InvariantCulture, out var generation)
            ? new RefreshToken($"{bucket}.{id}", user is [var userId] ? userId : null, generation) : null;
    }
}
