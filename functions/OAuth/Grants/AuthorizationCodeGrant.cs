using Latchkey.OAuth.Sessions;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.OAuth.Grants;

/// <summary>
/// Authorization code (RFC 6749 §4.1.3, RFC 7636 §4.6). The code is spent by the conditional write that also records
/// the first access token, in the session's own partition. A replay that is otherwise valid ends the session (§4.1.2);
/// any other request changes nothing, or a stranger with half a code could sign people out.
/// </summary>
public sealed partial class AuthorizationCodeGrant(
    Codes codes, SessionStore sessions, SignIns signIns, AccessTokens accessTokens, TimeProvider clock,
    ILogger<AuthorizationCodeGrant> logger) : IGrant
{
    /// <inheritdoc/>
    public string Type => GrantType.AuthorizationCode;

    /// <inheritdoc/>
    public async Task<TokenAnswer> Redeem(TokenRequest request)
    {
        var (tenant, client, form, _, cancel) = request;
        var sessionId = await codes.Read(tenant.Id, form.Required("code"), cancel) ?? throw Refused("not one of ours");
        var rotationId = Ids.New();
        TokenAnswer? answer = null;
        while (true)
        {
            var session = request.About(await sessions.Find(tenant.Id, sessionId, cancel)) ?? throw Refused("no such session");
            var code = Proven(session, client, request);
            if (session.RevokedAt is not null || tenant.HasEnded(client, session.CreatedAt)) throw Refused("the session was revoked");
            // Our own write, whose answer was lost on the way from storage.
            if (answer is not null && session.RotationId == rotationId) return answer;
            if (code.SpentAt is not null) throw await Replayed(tenant, session, cancel);
            if (clock.GetUtcNow() >= code.ExpiresAt) throw Refused("expired");
            var next = Started(session, code, client, rotationId).BoundTo(client, request.Jkt);
            var scope = Scope.Parse(session.Scope);
            var token = await accessTokens.ForSession(tenant, client, next, scope, request.Jkt, cancel);
            answer = await signIns.Answer(tenant, client, next, token, scope, code.Nonce, cancel);
            // A lost race reads again: then the code is spent, and this request is a replay.
            if (await sessions.TryRotate(next, token.Record, cancel)) return answer;
        }
    }

    // That the sender is the client that the code was issued to, and holds what belongs to it.
    static CodeBinding Proven(Session session, Client client, TokenRequest request)
    {
        var (redirectUri, verifier) = (request.Form["redirect_uri"], request.Form["code_verifier"]);
        if (session.Code is not { } code || session.ClientId != client.Id) throw Refused("another client's");
        // OAuth 2.1 lets it be left out, because PKCE binds the code better.
        if (redirectUri is not null && !string.Equals(redirectUri, code.RedirectUri, StringComparison.Ordinal))
            throw OAuthError.InvalidGrant("redirect_uri is not the one of the authorization request.");
        // RFC 9700 §4.8.2: a verifier without a challenge is a downgrade.
        if (code.Challenge is null && verifier is not null)
            throw OAuthError.InvalidGrant("There was no code_challenge in the authorization request.");
        if (code.Challenge is { } challenge && (verifier is null || !Pkce.Verify(verifier, challenge)))
            throw OAuthError.InvalidGrant("code_verifier is missing or does not fit the code_challenge.");
        if (code.Jkt is not null && code.Jkt != request.Jkt)
            throw OAuthError.InvalidGrant("The code is bound to another key.");
        return code;
    }

    Session Started(Session session, CodeBinding code, Client client, string rotationId)
    {
        var now = clock.GetUtcNow();
        return session with
        {
            Code = code with { SpentAt = now },
            RotatedAt = now,
            RotationId = rotationId,
            IdleExpiresAt = SignIns.IdleEnd(now, client, session.ExpiresAt),
        };
    }

    async Task<OAuthError> Replayed(Tenant tenant, Session session, CancellationToken cancel)
    {
        await sessions.Revoke(tenant.Id, session.Id, "code used twice", cancel);
        Log.Replayed(logger, tenant.Id, session.ClientId, session.UserId);
        return Refused("used before; the session is revoked");
    }

    static OAuthError Refused(string detail) =>
        OAuthError.InvalidGrant("The code is not valid, has expired or was used before.", detail);

    static partial class Log
    {
        [LoggerMessage(21, LogLevel.Warning, "Tenant {Tenant}, client {ClientId}, user {UserId}: code used twice; session revoked")]
        public static partial void Replayed(ILogger logger, string tenant, string clientId, string userId);
    }
}
