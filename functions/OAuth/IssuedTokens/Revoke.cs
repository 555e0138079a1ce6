using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.OAuth;

/// <summary>
/// Token revocation (RFC 7009): revoking a refresh token ends its session with all of its tokens, revoking an
/// access token ends only that token. Anything that is not a live token of this tenant gets the same answer (§2.2).
/// <c>token_type_hint</c> is ignored: the two kinds look different.
/// </summary>
public sealed class Revoke(
    TenantPipeline pipeline, ClientAuthentication authentication, RefreshTokens refreshTokens, SessionStore sessions,
    UserSessions userSessions, SessionRevocation revocation, BearerToken bearer, IssuedTokens issuedTokens, RefreshCookies cookies)
{
    /// <summary><c>POST /{tenant}/oauth/revoke</c></summary>
    [Function("revoke")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/oauth/revoke")] HttpRequest http) =>
        pipeline.Public(http, async request =>
        {
            var form = await Form.Read(http);
            var token = form.Required("token");
            request.Audit.Type = "token-revoke";
            var client = await authentication.Authenticate(request, form);
            if (await refreshTokens.Read(request.Tenant.Id, token, request.Cancel) is { } refreshToken)
                await RevokeSession(request, client, refreshToken.SessionId);
            else
                await RevokeAccessToken(request, client, token);
            if (client.RefreshByCookie) cookies.Clear(request, client);
            return Results.Ok();
        }, credentials: true);

    // Any refresh token of the family will do, even an old one: whoever sends it wants the session to end.
    async Task RevokeSession(TenantRequest request, Client client, string sessionId)
    {
        if (await sessions.Find(request.Tenant.Id, sessionId, request.Cancel) is not { } session) return;
        EnsureIssuedTo(client, session.ClientId);
        if (session.RevokedAt is null)
            await revocation.One(request.Tenant, session.UserId, sessionId, "revoked by the client", request.Cancel);
        else await userSessions.Remove(request.Tenant, session.UserId, sessionId, request.Cancel); // The first try may have died before it.
    }

    async Task RevokeAccessToken(TenantRequest request, Client client, string token)
    {
        if (await bearer.TryVerify(token, request.Tenant.Id, request.Tenant.Issuer, request.Cancel) is not { } access) return;
        EnsureIssuedTo(client, access.ClientId);
        // An app that never sees its refresh token can end its session only this way (§2.1 leaves it to the server).
        if (client.RefreshByCookie && access.SessionId is { } sessionId) await RevokeSession(request, client, sessionId);
        else await issuedTokens.Revoke(access, request.Cancel);
    }

    // §2.1: another client's token is refused, with an error. RFC 6749 §5.2 has invalid_grant for "issued to another client".
    static void EnsureIssuedTo(Client client, string issuedTo)
    {
        if (issuedTo != client.Id) throw OAuthError.InvalidGrant("The token was issued to another client.");
    }
}
