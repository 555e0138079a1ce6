using Latchkey.Sessions;


namespace Latchkey.OAuth;

/// <summary>
/// The authorization code <c>{bucket}.{sessionId}.{userId}.{HMAC-SHA256}</c> (RFC 6749 §4.1.2). Like the refresh token it is
/// never stored: a consent form that is sent twice gives the same code twice, a made-up code is known before storage is
/// asked, and the tables alone can forge none.
/// </summary>
public sealed class Codes(Macs macs)
{
    const string Purpose = "code";

    /// <summary>How long a code may be redeemed (RFC 6749 §4.1.2 advises ten minutes at most; apps need a second).</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(60);

    /// <summary>The code that starts this session.</summary>
    public async Task<string> For(Session session, CancellationToken cancel)
    {
        var body = $"{session.Id}.{session.UserId}";
        return $"{body}.{await macs.Make(Purpose, session.Tenant, body, cancel)}";
    }

    /// <summary>The session of a code that we made for this tenant, and its user; null for anything else.</summary>
    public async Task<(string SessionId, string UserId)?> Read(string tenant, string code, CancellationToken cancel)
    {
        if (code.Length > 200 || code.Split('.') is not [var bucket, var id, var user, var mac]) return null;
        var sessionId = $"{bucket}.{id}";
        return IssuedTokens.TrySplit(sessionId, out _, out _) && await macs.Verify(Purpose, tenant, $"{sessionId}.{user}", mac, cancel)
            ? (sessionId, user) : null;
    }
}
