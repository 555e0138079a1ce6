using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.OAuth;

/// <summary>
/// Token revocation (RFC 7009): a refresh token ends its session with all its tokens, an access token only itself.
/// A text that is no live token of this tenant is answered as if it had been revoked (§2.2). <c>token_type_hint</c> is
/// not needed: the two kinds look different.
/// </summary>
public sealed class Revoke(
    TenantPipeline pipeline, ClientAuthentication authentication, RefreshTokens refreshTokens, SessionStore sessions,
    BearerToken bearer, IssuedTokens issued, RefreshCookies cookies)
{
    /// <summary><c>POST /{tenant}/oauth/revoke</c></summary>
    [Function("revoke")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/oauth/revoke")] HttpRequest request) =>
        pipeline.Public(request, async (tenant, cancel) =>
        {
            var form = await Form.Read(request);
            var token = form.Required("token");
            AuditContext.Of(request).Type = "token-revoke";
            var client = await authentication.Authenticate(tenant, request, form, cancel);
            if (await refreshTokens.Read(tenant.Id, token, cancel) is { } refreshToken)
                await RevokeSession(tenant, client, refreshToken.SessionId, cancel);
            else
                await RevokeAccessToken(tenant, client, token, cancel);
            if (client.RefreshByCookie) cookies.Clear(request.HttpContext.Response, tenant, client);
            return Results.Ok();
        }, credentials: true);

    // Any refresh token of the family will do, an old one too: whoever sends it wants the session to end.
    async Task RevokeSession(Tenant tenant, Client client, string sessionId, CancellationToken cancel)
    {
        if (await sessions.Find(tenant.Id, sessionId, cancel) is not { } session) return;
        EnsureOwn(client, session.ClientId);
        if (session.RevokedAt is null) await sessions.Revoke(tenant.Id, sessionId, "revoked by the client", cancel);
    }

    async Task RevokeAccessToken(Tenant tenant, Client client, string token, CancellationToken cancel)
    {
        if (await bearer.TryVerify(token, tenant.Id, tenant.Issuer, cancel) is not { } access) return;
        EnsureOwn(client, access.ClientId);
        // An app that never sees its refresh token has only this to end its session with (§2.1 leaves it to us).
        if (client.RefreshByCookie && access.SessionId is { } session) await RevokeSession(tenant, client, session, cancel);
        else await issued.Revoke(access, cancel);
    }

    // §2.1: another client's token is refused, and the client told so. invalid_grant is the code that says "issued to
    // another client" (RFC 6749 §5.2).
    static void EnsureOwn(Client client, string issuedTo)
    {
        if (issuedTo != client.Id) throw OAuthError.InvalidGrant("The token was issued to another client.");
    }
}
