using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Storage;
using Latchkey.Telemetry;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.OAuth;

/// <summary>
/// Refresh (RFC 6749 §6) with rotation and reuse detection (RFC 9700 §4.14.2). The predecessor, shown again within the
/// client's retry window, gets the same successor again, some times: a phone that lost the answer, or two refreshes at
/// once, stay signed in, and each such retry is told. Anything older is reuse and ends the session. The user's row, read
/// beside the session, decides whether it goes on and with which roles.
/// </summary>
public sealed partial class RefreshTokenGrant(
    SessionStore sessions, UserStore users, ClientStore clients, SessionIssuer signIns, RefreshTokens refreshTokens,
    AccessTokens accessTokens, TimeProvider clock, ILogger<RefreshTokenGrant> logger) : IGrant
{
    /// <inheritdoc/>
    public string Type => GrantType.RefreshToken;

    /// <inheritdoc/>
    public async Task<TokenResponse> Redeem(TokenRequest request)
    {
        var (tenant, _, form, _, cancel) = request;
        var sent = await refreshTokens.Read(tenant.Id, request.RefreshCookie ?? form.Required("refresh_token"), cancel)
            ?? throw OAuthError.InvalidGrant("The refresh token is not one of ours.");
        var (rotationId, mayRetry) = (Ids.New(), false);
        while (true)
        {
            var (session, user, client) = await Usable(request, sent);
            if (IsBound(session, sent.Counter) && session.Jkt != request.Jkt)
                throw OAuthError.InvalidGrant("The refresh token is bound to another key."); // No harm to the session: RFC 9449 §11.
            var scope = Narrowed(tenant, client, session, user, Scope.Parse(form["scope"]));
            var rotates = sent.Counter == session.Counter;
            // Our own write, whose answer was lost on the way from storage.
            var written = sent.Counter == session.Counter - 1 && session.RotationId == rotationId;
            if (!rotates && !written)
            {
                if (!MayRetry(session, sent.Counter, client, request.Jkt))
                    throw mayRetry ? OvertakenRetry() : await Reused(tenant, session, sent.Counter, cancel);
                mayRetry = true;
                if (!IsHeldFast(request, session) && session.Retries >= Client.MaxRetries) throw RetriesUsedUp(request, session);
            }
            var stays = written || (!rotates && IsHeldFast(request, session));
            var next = stays ? session : rotates
                ? Rotated(session, client, rotationId).BoundTo(client, request.Jkt)
                : session with { Retries = session.Retries + 1, RotationId = rotationId };
            var token = await accessTokens.ForSession(tenant, client, next, scope, request.Jkt, cancel);
            var answer = await signIns.Answer(tenant, client, next, token, scope, nonce: null, cancel);
            if (stays) await sessions.AddToken(session, token.Record, cancel);
            // A lost race reads again: then this token is the predecessor, which has its own rule.
            else if (!await sessions.TryRotate(next, token.Record, cancel)) continue;
            if (mayRetry) Retried(request, next);
            return answer;
        }
    }

    // The session and its user, as they are now, side by side; an old token, which does not say whose it is, one after the other.
    async Task<(Session Session, User User, Client Client)> Usable(TokenRequest request, RefreshToken sent)
    {
        var (tenant, client, _, _, cancel) = request;
        var asking = sent.UserId is { } known ? users.Find(tenant, known, cancel) : null;
        var finding = sessions.Find(tenant.Id, sent.SessionId, cancel);
        await Task.WhenAll([finding, .. asking is null ? [] : (Task[])[asking]]);
        if (request.About(await finding) is not { } session) throw OAuthError.InvalidGrant("The session has ended.", "no such session");
        if (session.IsPending) throw OAuthError.InvalidGrant("The session has not begun.", "its code is not redeemed");
        if (session.ClientId != client.Id)
            throw OAuthError.InvalidGrant("The refresh token is another client's.");
        client = await clients.Current(tenant, client, session.ClientIncarnation, cancel);
        var user = await (asking ?? users.Find(tenant, session.UserId, cancel));
        if (user is null || session.HasEnded(tenant, client, user.State)) throw OAuthError.InvalidGrant("The session was revoked.");
        var now = clock.GetUtcNow();
        if (now >= session.ExpiresAt || now >= session.IdleExpiresAt)
            throw OAuthError.InvalidGrant("The session has expired. Sign in again.");
        return (session with { Person = Person.Of(tenant, user) }, user, client);
    }

    // RFC 6749 §6: never more than the session was granted; what the user's roles lack is left out, as at the sign-in,
    // because the app asks for the same again.
    static Scope Narrowed(Tenant tenant, Client client, Session session, User user, Scope asked)
    {
        var granted = Scope.Parse(session.Scope);
        if (asked.Except(Scope.Parse(session.Asked ?? session.Scope)) is { IsEmpty: false } beyond)
            throw OAuthError.InvalidScope($"The session was not granted: {beyond}.");
        var left = (asked.IsEmpty ? granted : asked.Intersect(granted)).Intersect(client.Scope);
        if (left.IsEmpty) throw OAuthError.InvalidScope("The client or the user may no longer have any of it."); // Nothing is not "all".
        return GrantedScope.ForUser(tenant, client, user.Roles, left);
    }

    Session Rotated(Session session, Client client, string rotationId)
    {
        var now = clock.GetUtcNow();
        return session with
        {
            Counter = session.Counter + 1,
            RotatedAt = now,
            RotationId = rotationId,
            Retries = 0,
            IdleExpiresAt = SessionIssuer.IdleEnd(now, client, session.ExpiresAt),
        };
    }

    static bool IsBound(Session session, int counter) => session.Jkt is not null && counter >= session.BoundSince;

    // Where a token can't be carried off, by a key or by a cookie that no script sees, retries are the app's own: they are
    // told but not counted, because tabs that wake up together refresh together.
    static bool IsHeldFast(TokenRequest request, Session session) => session.Jkt is not null || request.RefreshCookie is not null;

    // The successor of a bound session is worth nothing without its key, so its holder may ask again until it is used.
    // An unbound predecessor of a bound successor needs the key too: whoever lacks it did not make the successor.
    bool MayRetry(Session session, int counter, Client client, string? jkt) =>
        counter == session.Counter - 1 && (session.Jkt is null || session.Jkt == jkt)
        && ((session.Jkt is not null && client.RetryWindowSeconds > 0)
            || clock.GetUtcNow() < session.RotatedAt.AddSeconds(client.RetryWindowSeconds));

    // Whoever holds the token could be a thief: inside the window nothing else would tell of the two.
    void Retried(TokenRequest request, Session session)
    {
        Tell(request, session);
        Instruments.RefreshRetried(request.Tenant.Id, "ok");
        Log.Retried(logger, request.Tenant.Id, session.ClientId, session.UserId, session.Retries);
    }

    // No harm to the session: an app that refreshes in many places at once is no thief.
    OAuthError RetriesUsedUp(TokenRequest request, Session session)
    {
        Tell(request, session);
        Instruments.RefreshRetried(request.Tenant.Id, "refused");
        return OAuthError.InvalidGrant($"The refresh token was used before, and sent again {Client.MaxRetries} times. Use the newest.", "retries used up");
    }

    static void Tell(TokenRequest request, Session session)
    {
        var audit = AuditContext.Of(request.Http);
        var which = session.Jkt is not null ? "retry with the session's key" : request.RefreshCookie is not null ? "retry by cookie" : $"retry {session.Retries}";
        (audit.Type, audit.Detail) = ("refresh-retry", $"{which} of generation {session.Counter}");
    }

    // It was in time; its successor was used while it was on its way.
    static OAuthError OvertakenRetry() => OAuthError.InvalidGrant("The refresh token was used before. Use the newest.", "overtaken by its successor");

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

        [LoggerMessage(26, LogLevel.Warning, "Tenant {Tenant}, client {ClientId}, user {UserId}: refresh token sent again inside the retry window, time {Retries}")]
        public static partial void Retried(ILogger logger, string tenant, string clientId, string userId, int retries);
    }
}
