using Latchkey.OAuth.Sessions;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Telemetry;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.OAuth.Grants;

/// <summary>
/// Refresh (RFC 6749 §6) with rotation and reuse detection (RFC 9700 §4.14.2). The predecessor, shown again within the
/// client's retry window, gets the same successor again: a phone that lost the answer, or two refreshes at once, stay
/// signed in. Anything older is reuse and ends the session.
/// </summary>
public sealed partial class RefreshTokenGrant(
    SessionStore sessions, SignIns signIns, RefreshTokens refreshTokens, AccessTokens accessTokens, TimeProvider clock,
    ILogger<RefreshTokenGrant> logger) : IGrant
{
    /// <inheritdoc/>
    public string Type => GrantType.RefreshToken;

    /// <inheritdoc/>
    public async Task<TokenAnswer> Redeem(TokenRequest request)
    {
        var (tenant, client, form, _, cancel) = request;
        var (sessionId, counter) = await refreshTokens.Read(tenant.Id, request.RefreshCookie ?? form.Required("refresh_token"), cancel)
            ?? throw OAuthError.InvalidGrant("The refresh token is not one of ours.");
        var rotationId = Ids.New();
        while (true)
        {
            var session = Usable(tenant, client, request.About(await sessions.Find(tenant.Id, sessionId, cancel)));
            if (IsBound(session, counter) && session.Jkt != request.Jkt)
                throw OAuthError.InvalidGrant("The refresh token is bound to another key."); // No harm to the session: RFC 9449 §11.
            var scope = Narrowed(tenant, client, session, Scope.Parse(form["scope"]));
            var token = await accessTokens.ForSession(tenant, client, session, scope, request.Jkt, cancel);
            if (counter == session.Counter)
            {
                var next = Rotated(session, client, rotationId).BoundTo(client, request.Jkt);
                var answer = await signIns.Answer(tenant, client, next, token, scope, nonce: null, cancel);
                // A lost race reads again: then this token is the predecessor, which has its own rule.
                if (!await sessions.TryRotate(next, token.Record, cancel)) continue;
                return answer;
            }
            if (!MayRetry(session, counter, client, rotationId, request.Jkt)) throw await Reused(tenant, session, counter, cancel);
            var again = await signIns.Answer(tenant, client, session, token, scope, nonce: null, cancel);
            await sessions.AddToken(session, token.Record, cancel);
            return again;
        }
    }

    Session Usable(Tenant tenant, Client client, Session? session)
    {
        if (session is null) throw OAuthError.InvalidGrant("The session has ended.", "no such session");
        if (session.IsPending) throw OAuthError.InvalidGrant("The session has not begun.", "its code is not redeemed");
        if (session.ClientId != client.Id)
            throw OAuthError.InvalidGrant("The refresh token is another client's.");
        if (session.RevokedAt is not null || tenant.HasEnded(client, session.CreatedAt)) throw OAuthError.InvalidGrant("The session was revoked.");
        var now = clock.GetUtcNow();
        if (now >= session.ExpiresAt || now >= session.IdleExpiresAt)
            throw OAuthError.InvalidGrant("The session has expired. Sign in again.");
        return session;
    }

    // RFC 6749 §6: never more than the session was granted; what the user's roles have lost since is lost here too.
    static Scope Narrowed(Tenant tenant, Client client, Session session, Scope asked)
    {
        var granted = Scope.Parse(session.Scope);
        if (asked.Beyond(granted) is { IsEmpty: false } beyond)
            throw OAuthError.InvalidScope($"The session was not granted: {beyond}.");
        var left = (asked.IsEmpty ? granted : asked).Within(client.Scope);
        if (left.IsEmpty) throw OAuthError.InvalidScope("The client may no longer have any of it."); // Nothing is not "all".
        return GrantedScope.ForUser(tenant, client, session.Roles, left);
    }

    Session Rotated(Session session, Client client, string rotationId)
    {
        var now = clock.GetUtcNow();
        return session with
        {
            Counter = session.Counter + 1,
            RotatedAt = now,
            RotationId = rotationId,
            IdleExpiresAt = SignIns.IdleEnd(now, client, session.ExpiresAt),
        };
    }

    static bool IsBound(Session session, int counter) => session.Jkt is not null && counter >= session.BoundSince;

    // The successor of a bound session is worth nothing without its key, so its holder may ask again until it is used.
    // An unbound predecessor of a bound successor needs the key too: whoever lacks it did not make the successor.
    bool MayRetry(Session session, int counter, Client client, string rotationId, string? jkt) =>
        counter == session.Counter - 1 && (session.Jkt is null || session.Jkt == jkt)
        && (session.RotationId == rotationId // Our own write, whose answer was lost on the way from storage.
            || (session.Jkt is not null && client.RetryWindowSeconds > 0)
            || clock.GetUtcNow() < session.RotatedAt.AddSeconds(client.RetryWindowSeconds));

    async Task<OAuthError> Reused(Tenant tenant, Session session, int counter, CancellationToken cancel)
    {
        await sessions.Revoke(tenant.Id, session.Id, "refresh token reused", cancel);
        Instruments.RefreshReused(tenant.Id);
        Log.Reused(logger, tenant.Id, session.ClientId, session.UserId, session.Counter - counter);
        return OAuthError.InvalidGrant("The refresh token was used before; the session is revoked.", "reused; session revoked");
    }

    static partial class Log
    {
        [LoggerMessage(20, LogLevel.Warning, "Tenant {Tenant}, client {ClientId}, user {UserId}: refresh token reused, {Age} generations old; session revoked")]
        public static partial void Reused(ILogger logger, string tenant, string clientId, string userId, int age);
    }
}
