using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.OAuth;

/// <summary>
/// Starts a session that waits for its code: an authorization code (RFC 6749 §4.1.3) or a device code (RFC 8628 §3.4).
/// The code is spent by the conditional write that also records the first access token, in the session's own partition.
/// A replay that is otherwise valid ends the session (§4.1.2).
/// </summary>
public sealed partial class CodeRedemption(
    SessionStore sessions, UserStore users, ClientStore clients, SessionIssuer signIns, AccessTokens accessTokens, TimeProvider clock,
    ILogger<CodeRedemption> logger)
{
    /// <summary>Spends the code.</summary>
    /// <param name="request">Who brings it.</param>
    /// <param name="sessionId">What it starts.</param>
    /// <param name="userId">For whom.</param>
    /// <param name="proven">Checks that the sender holds what belongs to the code; throws if not, and nothing is changed.</param>
    /// <exception cref="OAuthError"><c>invalid_grant</c></exception>
    public async Task<TokenResponse> Redeem(
        TokenRequest request, string sessionId, string userId, Func<Session, TokenRequest, CodeBinding> proven)
    {
        var (tenant, client, _, _, cancel) = request;
        var rotationId = Ids.New();
        TokenResponse? answer = null;
        while (true)
        {
            var (finding, asking) = (sessions.Find(tenant.Id, sessionId, cancel), users.Find(tenant, userId, cancel));
            await Task.WhenAll(finding, asking);
            var session = request.About(await finding) ?? throw Refused("no such session");
            var code = proven(session, request);
            client = await clients.Current(tenant, client, session.ClientIncarnation, cancel);
            if (await asking is not { } user || session.HasEnded(tenant, client, user.State)) throw Refused("the session was revoked");
            // Our own write, whose answer was lost on the way from storage.
            if (answer is not null && session.RotationId == rotationId) return answer;
            if (code.SpentAt is not null) throw await Replayed(tenant, session, cancel);
            if (clock.GetUtcNow() >= code.ExpiresAt) throw Refused("expired");
            var next = Started(session, code, client, rotationId).BoundTo(client, request.Jkt) with { Person = Person.Of(tenant, user) };
            var left = Scope.Parse(session.Scope).Intersect(client.Scope);
            if (left.IsEmpty) throw OAuthError.InvalidScope("The client may no longer have any of it."); // Nothing is not "all".
            var scope = GrantedScope.ForUser(tenant, client, user.Roles, left);
            var token = await accessTokens.ForSession(tenant, client, next, scope, request.Jkt, cancel);
            answer = await signIns.Answer(tenant, client, next, token, scope, code.Nonce, cancel);
            // A lost race reads again: then the code is spent, and this request is a replay.
            if (await sessions.TryRotate(next, token.Record, cancel)) return answer;
        }
    }

    /// <summary>The one answer for a code that is not good, whatever the reason; <paramref name="detail"/> is for the log.</summary>
    public static OAuthError Refused(string detail) =>
        OAuthError.InvalidGrant("The code is not valid, has expired or was used before.", detail);

    Session Started(Session session, CodeBinding code, Client client, string rotationId)
    {
        var now = clock.GetUtcNow();
        return session with
        {
            Code = code with { SpentAt = now },
            RotatedAt = now,
            RotationId = rotationId,
            IdleExpiresAt = SessionIssuer.IdleEnd(now, client, session.ExpiresAt),
        };
    }

    async Task<OAuthError> Replayed(Tenant tenant, Session session, CancellationToken cancel)
    {
        await sessions.Revoke(tenant.Id, session.Id, "code used twice", cancel);
        Log.Replayed(logger, tenant.Id, session.ClientId, session.UserId);
        return Refused("used before; the session is revoked");
    }

    static partial class Log
    {
        [LoggerMessage(21, LogLevel.Warning, "Tenant {Tenant}, client {ClientId}, user {UserId}: code used twice; session revoked")]
        public static partial void Replayed(ILogger logger, string tenant, string clientId, string userId);
    }
}
