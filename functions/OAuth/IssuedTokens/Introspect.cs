using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.OAuth;

/// <summary>
/// Token introspection (RFC 7662) for a tenant's services: any confidential client may ask about any access token of
/// its tenant, and about its own refresh tokens. What is not live is <c>{"active":false}</c> and nothing more (§2.2).
/// </summary>
public sealed class Introspect(
    TenantPipeline pipeline, ClientAuthentication authentication, RefreshTokens refreshTokens, SessionStore sessions, UserStore users, ClientStore clients,
    BearerToken bearer, IssuedTokens issued, TimeProvider clock)
{
    static readonly Dictionary<string, object> Inactive = new() { ["active"] = false };

    /// <summary><c>POST /{tenant}/oauth/introspect</c></summary>
    [Function("introspect")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/oauth/introspect")] HttpRequest request) =>
        pipeline.Public(request, async (tenant, cancel) =>
        {
            var form = await Form.Read(request);
            var token = form.Required("token");
            var client = await authentication.Authenticate(tenant, request, form, cancel);
            // §2.1 and §4: whoever can't prove who it is could fish for tokens here.
            if (client.IsPublic) throw OAuthError.InvalidClient("a public client may not introspect");
            var found = await refreshTokens.Read(tenant.Id, token, cancel) is { } refreshToken
                ? await OfRefreshToken(tenant, client, refreshToken, cancel)
                : await OfAccessToken(tenant, token, cancel);
            return Results.Json(found ?? Inactive);
        });

    async Task<Dictionary<string, object>?> OfAccessToken(Tenant tenant, string encoded, CancellationToken cancel)
    {
        if (await bearer.TryVerify(encoded, tenant.Id, tenant.Issuer, cancel) is not { } token) return null;
        if (await issued.LiveScope(tenant, token, cancel) is not { } left) return null;
        var answer = Active(tenant, token.ClientId, token.Subject, left.ToString(), token.IssuedAt, token.ExpiresAt, token.Jkt);
        answer["token_type"] = token.Jkt is null ? "Bearer" : "DPoP";
        answer["aud"] = tenant.Issuer;
        answer["jti"] = token.TokenId;
        answer["tid"] = tenant.Id;
        if (token.SessionId is not null) answer["sid"] = token.SessionId;
        return answer;
    }

    async Task<Dictionary<string, object>?> OfRefreshToken(
        Tenant tenant, Client client, RefreshToken refreshToken, CancellationToken cancel)
    {
        var session = await sessions.Find(tenant.Id, refreshToken.SessionId, cancel);
        if (session is null || session.ClientId != client.Id || session.Counter != refreshToken.Counter) return null;
        client = await clients.Current(tenant, client, session.ClientIncarnation, cancel);
        var user = await users.FindState(tenant.Id, session.UserId, cancel);
        if (!session.IsAlive(clock.GetUtcNow()) || session.HasEnded(tenant, client, user)) return null;
        var answer = Active(tenant, session.ClientId, session.UserId, session.Scope, session.RotatedAt, session.IdleExpiresAt, session.Jkt);
        answer["sid"] = session.Id;
        return answer;
    }

    static Dictionary<string, object> Active(Tenant tenant, string clientId, string subject, string scope,
        DateTimeOffset issued, DateTimeOffset expires, string? jkt)
    {
        var answer = new Dictionary<string, object>
        {
            ["active"] = true,
            ["iss"] = tenant.Issuer,
            ["sub"] = subject,
            ["client_id"] = clientId,
            ["scope"] = scope,
            ["iat"] = issued.ToUnixTimeSeconds(),
            ["exp"] = expires.ToUnixTimeSeconds(),
        };
        if (jkt is not null) answer["cnf"] = new { jkt }; // RFC 9449 §6.2
        return answer;
    }
}
