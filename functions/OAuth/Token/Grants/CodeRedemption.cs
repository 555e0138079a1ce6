using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.OAuth;

/// <summary>
/// Starts a session that waits for its code: an authorization code (RFC 6749 §4.1.3) or a device code (RFC 8628 §3.4).
/// One conditional write in the session's partition spends the code and records the first access token. A replay that is
/// otherwise valid ends the session (§4.1.2).
/// </summary>
public sealed partial class CodeRedemption(
    SessionStore sessions, SessionRevocation revocation, UserStore users, ClientStore clients, SessionIssuer issuer,
    TimeProvider clock, ILogger<CodeRedemption> logger)
{
    /// <summary>Spends the code.</summary>
    /// <param name="request">The request that brings the code.</param>
    /// <param name="sessionId">The session that the code starts.</param>
    /// <param name="userId">The session's user.</param>
    /// <param name="verifyBinding">Checks that the sender holds everything that belongs to the code. If it throws, nothing changes.</param>
    /// <exception cref="OAuthError"><c>invalid_grant</c></exception>
    public async Task<TokenResponse> Redeem(
        TokenRequest request, string sessionId, string userId, Func<Session, TokenRequest, CodeBinding> verifyBinding)
    {
        var (tenant, cancel) = (request.Tenant, request.Cancel);
        var rotationId = Ids.New();
        TokenResponse? response = null;
        while (true)
        {
            var (readSession, readUser) = (sessions.Find(tenant.Id, sessionId, cancel), users.Find(tenant, userId, cancel));
            await Task.WhenAll(readSession, readUser);
            var session = request.Audited(await readSession) ?? throw Refused("unknown session");
            var code = verifyBinding(session, request);
            var client = await clients.Current(tenant, request.Client, session.ClientIncarnation, cancel);
            if (await readUser is not { } user || session.HasEnded(tenant, client, user.State))
                throw Refused("the session was revoked");
            // Our own write succeeded, but storage's answer was lost.
            if (response is not null && session.RotationId == rotationId) return response;
            if (code.SpentAt is not null) throw await Replayed(request, session);
            if (clock.GetUtcNow() >= code.ExpiresAt) throw Refused("expired");
            var api = RequestedApis.OneOf(tenant, client, session, request.Form); // RFC 8707 §2.2
            var next = Started(session, code, client, rotationId).BoundTo(client, request.Key) with { Person = Person.Of(tenant, user) };
            var scope = GrantedScope.Remaining(
                tenant, client, user.Roles, RequestedApis.Of(tenant, session.Apis), Scope.Parse(session.Scope));
            var grant = await issuer.WithGroups(new(tenant, client, next, scope) { Api = api }, cancel);
            (response, var record) = await issuer.Sign(grant, request.Key, code.Nonce, cancel);
            if (await sessions.TryStart(tenant, next, record, cancel)) return response;
            // Another request was faster. The next look finds the code spent, which makes this request a replay.
        }
    }

    /// <summary>The one answer for every code that can't be redeemed. The reason goes to the log only.</summary>
    public static OAuthError Refused(string reason) =>
        OAuthError.InvalidGrant("The code is invalid, expired or was used before.", reason);

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

    async Task<OAuthError> Replayed(TokenRequest request, Session session)
    {
        await revocation.One(request.Tenant, session.UserId, session.Id, "code used twice", CancellationToken.None);
        Log.Replayed(logger, request.Tenant.Id, session.ClientId, session.UserId);
        return Refused("used before; the session is revoked");
    }

    static partial class Log
    {
        [LoggerMessage(21, LogLevel.Warning, "Tenant {Tenant}, client {ClientId}, user {UserId}: code used twice; session revoked")]
        public static partial void Replayed(ILogger logger, string tenant, string clientId, string userId);
    }
}
