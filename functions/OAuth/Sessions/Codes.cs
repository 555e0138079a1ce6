using Latchkey.Http;
using Latchkey.Sessions;
using Latchkey.Storage;

namespace Latchkey.OAuth;

/// <summary>
/// Authorization codes, <c>{bucket}.{sessionId}.{userId}.{HMAC-SHA256}</c> (RFC 6749 §4.1.2). Like refresh tokens they are
/// never stored: a consent form that is sent twice gives the same code twice, a made-up code is recognized without a read,
/// and nobody can forge one from the tables alone.
/// </summary>
public sealed class Codes(Macs macs)
{
    const string Purpose = "code";
    const int MaxChars = 200;

    /// <summary>How long a code can be redeemed. RFC 6749 §4.1.2 recommends ten minutes at most; apps need a second.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(60);

    /// <summary>The code that starts this session.</summary>
    public async Task<string> For(Session session, CancellationToken cancel)
    {
        var body = $"{session.Id}.{session.UserId}";
        return $"{body}.{await macs.Make(Purpose, session.Tenant, body, cancel)}";
    }

    /// <summary>The session and user of a code that was issued to this tenant; null for anything else.</summary>
    public async Task<(string SessionId, string UserId)?> Read(string tenant, string code, CancellationToken cancel)
    {
        if (code.Length > MaxChars || code.Split('.') is not [var bucket, var id, var userId, var mac]) return null;
        var sessionId = $"{bucket}.{id}";
        return BucketId.ParseId(sessionId) is not null && await macs.Verify(Purpose, tenant, $"{sessionId}.{userId}", mac, cancel)
            ? (sessionId, userId) : null;
    }
}
