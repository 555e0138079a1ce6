using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Storage;
using Latchkey.Telemetry;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.OAuth;

/// <summary>
/// Rotates refresh tokens (RFC 6749 §6) and detects reuse (RFC 9700 §4.14.2). Within the client's retry window the
/// predecessor gets the same successor again, a limited number of times: a phone that lost the response and two parallel
/// refreshes stay signed in, and every such retry is recorded. Anything older is reuse and ends the session. The user's
/// row, read beside the session, decides whether the session goes on and with which roles.
/// </summary>
public sealed partial class RefreshTokenGrant(
    SessionStore sessions, SessionRevocation revocation, UserStore users, ClientStore clients, SessionIssuer issuer,
    RefreshTokens refreshTokens, TimeProvider clock, ILogger<RefreshTokenGrant> logger) : IGrant
{
    /// <inheritdoc/>
    public string Type => GrantType.RefreshToken;

    /// <inheritdoc/>
    public async Task<TokenResponse> Redeem(TokenRequest request)
    {
        var (tenant, form, cancel) = (request.Tenant, request.Form, request.Cancel);
        var sent = await refreshTokens.Read(tenant.Id, request.RefreshCookie ?? form.Required("refresh_token"), cancel)
            ?? throw OAuthError.InvalidGrant("The refresh token was not issued here.");
        var (rotationId, isRetry) = (Ids.New(), false);
        while (true)
        {
            // First the rows decide whether the token is accepted. Only then is anything signed.
            var (session, user, client) = await Find(request, sent);
            if (IsBound(session, sent.Counter) && session.Jkt != request.Jkt)
                throw OAuthError.InvalidGrant("The refresh token is bound to another key."); // The session goes on: RFC 9449 §11.
            if (session.Certificate is { } certificate && certificate != request.Key.Certificate)
                throw OAuthError.InvalidGrant("The refresh token is bound to another client certificate."); // RFC 8705 §4
            var scope = Narrowed(tenant, client, session, user, Scope.Parse(form["scope"]));
            var api = RequestedApis.OneOf(tenant, client, session, form); // RFC 8707 §2.2
            var isLive = sent.Counter == session.Counter;
            // Our own rotation succeeded, but storage's answer was lost.
            var isOwnRotation = sent.Counter == session.Counter - 1 && session.RotationId == rotationId;
            if (!isLive && !isOwnRotation)
            {
                if (!MayRetry(session, sent.Counter, client, request.Jkt))
                    throw isRetry ? OvertakenRetry() : await Reused(request, session, sent.Counter);
                isRetry = true;
                if (!IsProtected(request, session) && session.Retries >= Client.MaxRetries) throw RetriesUsedUp(request, session);
            }
            var next = isOwnRotation ? session
                : isLive ? Rotated(session, client, rotationId).BoundTo(client, request.Key)
                : IsProtected(request, session) ? session
                : session with { Retries = session.Retries + 1, RotationId = rotationId };
            var grant = await issuer.WithGroups(new(tenant, client, next, scope) { Api = api }, cancel);
            var (response, record) = await issuer.Sign(grant, request.Key, nonce: null, cancel);
            if (ReferenceEquals(next, session)) await sessions.AddToken(session, record, cancel);
            // Another request was faster. At the next look this token is the predecessor.
            else if (!await sessions.TryRotate(tenant, next, record, cancel)) continue;
            if (isRetry) LogRetry(request, next);
            return response;
        }
    }

    // Reads the session and its user side by side. A token of the former format does not name its user, so the user is
    // read afterwards.
    async Task<(Session Session, User User, Client Client)> Find(TokenRequest request, RefreshToken sent)
    {
        var (tenant, cancel) = (request.Tenant, request.Cancel);
        var readUser = sent.UserId is { } userId ? users.Find(tenant, userId, cancel) : null;
        var readSession = sessions.Find(tenant.Id, sent.SessionId, cancel);
        await Task.WhenAll([readSession, .. readUser is null ? [] : (Task[])[readUser]]);
        if (request.Audited(await readSession) is not { } session)
            throw OAuthError.InvalidGrant("The session has ended.", "unknown session");
        if (session.IsPending) throw OAuthError.InvalidGrant("The session has not begun.", "its code is not redeemed");
        if (session.ClientId != request.Client.Id)
            throw OAuthError.InvalidGrant("The refresh token was issued to another client.");
        var client = await clients.Current(tenant, request.Client, session.ClientIncarnation, cancel);
        var user = await (readUser ?? users.Find(tenant, session.UserId, cancel));
        if (user is null || session.HasEnded(tenant, client, user.State)) throw OAuthError.InvalidGrant("The session was revoked.");
        var now = clock.GetUtcNow();
        if (now >= session.ExpiresAt || now >= session.IdleExpiresAt)
            throw OAuthError.InvalidGrant("The session has expired. Sign in again.");
        return (session with { Person = Person.Of(tenant, user) }, user, client);
    }

    // RFC 6749 §6: never more than the session was granted. What the user's roles do not allow is left out, as at the
    // sign-in, because apps ask for the same scope every time.
    static Scope Narrowed(Tenant tenant, Client client, Session session, User user, Scope asked)
    {
        var granted = Scope.Parse(session.Scope);
        if (asked.Except(Scope.Parse(session.Asked ?? session.Scope)) is { IsEmpty: false } excess)
            throw OAuthError.InvalidScope($"The session was not granted the scope: {excess}.");
        return GrantedScope.Remaining(tenant, client, user.Roles, RequestedApis.Of(tenant, session.Apis),
            asked.IsEmpty ? granted : asked.Intersect(granted));
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

    // A token that is bound to a key, or kept in a cookie that scripts can't read, can't be carried off. Its retries come
    // from the app itself (browser tabs that wake up together refresh together), so they are recorded but not limited.
    static bool IsProtected(TokenRequest request, Session session) => session.Jkt is not null || request.RefreshCookie is not null;

    // The successor of a bound session is useless without the key, so the key's holder may retry until it is used.
    // An unbound predecessor of a bound successor needs the key as well: whoever lacks it did not make the successor.
    bool MayRetry(Session session, int counter, Client client, string? jkt)
    {
        if (counter != session.Counter - 1 || (session.Jkt is not null && session.Jkt != jkt)) return false;
        return (session.Jkt is not null && client.RetryWindowSeconds > 0)
            || clock.GetUtcNow() < session.RotatedAt.AddSeconds(client.RetryWindowSeconds);
    }

    // The retry may come from a thief, and within the window nothing else would show that two parties hold the token.
    void LogRetry(TokenRequest request, Session session)
    {
        AuditRetry(request, session);
        Instruments.RefreshRetried(request.Tenant.Id, "ok");
        Log.Retried(logger, request.Tenant.Id, session.ClientId, session.UserId, session.Retries);
    }

    // The session goes on: an app that refreshes in many places at once is not a thief.
    static OAuthError RetriesUsedUp(TokenRequest request, Session session)
    {
        AuditRetry(request, session);
        Instruments.RefreshRetried(request.Tenant.Id, "refused");
        return OAuthError.InvalidGrant(
            $"The refresh token was used before, and sent again {Client.MaxRetries} times. Use the newest.", "retries used up");
    }

    static void AuditRetry(TokenRequest request, Session session)
    {
        var kind = session.Jkt is not null ? "retry with the session's key"
            : request.RefreshCookie is not null ? "retry by cookie" : $"retry {session.Retries}";
        (request.Audit.Type, request.Audit.Detail) = ("refresh-retry", $"{kind} of generation {session.Counter}");
    }

    // The retry was in time, but its successor was used before the retry was finished.
    static OAuthError OvertakenRetry() =>
        OAuthError.InvalidGrant("The refresh token was used before. Use the newest.", "overtaken by its successor");

    async Task<OAuthError> Reused(TokenRequest request, Session session, int counter)
    {
        var tenant = request.Tenant.Id;
        // A thief who hangs up must not keep the session.
        await revocation.One(request.Tenant, session.UserId, session.Id, SessionStore.RefreshReused, CancellationToken.None);
        Instruments.RefreshReused(tenant);
        Log.Reused(logger, tenant, session.ClientId, session.UserId, session.Counter - counter);
        return OAuthError.InvalidGrant("The refresh token was used before; the session is revoked.", "reused; session revoked");
    }

    static partial class Log
    {
        [LoggerMessage(20, LogLevel.Warning,
            "Tenant {Tenant}, client {ClientId}, user {UserId}: refresh token reused, {Age} generations old; session revoked")]
        public static partial void Reused(ILogger logger, string tenant, string clientId, string userId, int age);

        [LoggerMessage(26, LogLevel.Warning,
            "Tenant {Tenant}, client {ClientId}, user {UserId}: refresh token sent again inside the retry window, time {Retries}")]
        public static partial void Retried(ILogger logger, string tenant, string clientId, string userId, int retries);
    }
}
