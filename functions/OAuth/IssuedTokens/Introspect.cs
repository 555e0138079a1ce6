using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.OAuth;

/// <summary>
/// Token introspection (RFC 7662) for a tenant's services: any confidential client may ask about every access token
/// of its tenant, and about its own refresh tokens. The answer for a token that is not live is <c>{"active":false}</c> and
/// nothing more (§2.2).
/// </summary>
public sealed class Introspect(
    TenantPipeline pipeline, ClientAuthentication authentication, RefreshTokens refreshTokens, SessionStore sessions,
    UserStore users, ClientStore clients, BearerToken bearer, IssuedTokens issuedTokens, TimeProvider clock)
{
    static readonly Dictionary<string, object> Inactive = new() { ["active"] = false };

    /// <summary><c>POST /{tenant}/oauth/introspect</c></summary>
    [Function("introspect")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/oauth/introspect")] HttpRequest http) =>
        pipeline.Public(http, async request =>
        {
            var form = await Form.Read(http);
            var token = form.Required("token");
            var client = await authentication.Authenticate(request, form);
            // §2.1 and §4: anybody can claim to be a public client, and could then try out tokens here.
            if (client.IsPublic) throw OAuthError.InvalidClient("a public client may not introspect");
            var active = await refreshTokens.Read(request.Tenant.Id, token, request.Cancel) is { } refreshToken
                ? await FromRefreshToken(request, client, refreshToken)
                : await FromAccessToken(request, token);
            return Results.Json(active ?? Inactive);
        });

    async Task<Dictionary<string, object>?> FromAccessToken(TenantRequest request, string encoded)
    {
        var (_, tenant, _, cancel) = request;
        if (await bearer.TryVerify(encoded, tenant.Id, tenant.Issuer, cancel) is not { } token) return null;
        if (await issuedTokens.LiveScope(tenant, token, cancel) is not { } scope) return null;
        if (await clients.Find(tenant, token.ClientId, cancel) is not { } issuedTo) return null;
        var response = Active(tenant, issuedTo, token with { Scope = scope });
        response["token_type"] = token.Jkt is null ? "Bearer" : "DPoP";
        response["aud"] = token.Audience;
        response["jti"] = token.TokenId;
        response["tid"] = tenant.Id;
        if (ActorChain.Claim(token.Actors) is { } act) response["act"] = act; // RFC 8693 §4.1
        return response;
    }

    async Task<Dictionary<string, object>?> FromRefreshToken(TenantRequest request, Client client, RefreshToken refreshToken)
    {
        var (_, tenant, _, cancel) = request;
        var session = await sessions.Find(tenant.Id, refreshToken.SessionId, cancel);
        if (session is null || session.ClientId != client.Id || session.Counter != refreshToken.Counter) return null;
        client = await clients.Current(tenant, client, session.ClientIncarnation, cancel);
        var user = await users.FindState(tenant.Id, session.UserId, cancel);
        if (!session.IsAlive(clock.GetUtcNow()) || session.HasEnded(tenant, client, user)) return null;
        var scope = Scope.Parse(session.Scope);
        return Active(tenant, client, new AccessToken(tenant.Id, session.UserId, session.ClientId, scope, "", session.Id)
        {
            IssuedAt = session.RotatedAt,
            ExpiresAt = session.IdleExpiresAt,
            Binding = new(session.Jkt, session.Certificate),
            Authentication = new(
                session.Authentication.Time.ToUnixTimeSeconds(), session.Authentication.Acr, session.Authentication.Methods),
        });
    }

    // What access tokens and refresh tokens have in common.
    static Dictionary<string, object> Active(Tenant tenant, Client client, AccessToken token)
    {
        var response = new Dictionary<string, object>
        {
            ["active"] = true,
            ["iss"] = tenant.Issuer,
            ["sub"] = token.Subject,
            ["client_id"] = client.ClientId,
            ["iat"] = token.IssuedAt.ToUnixTimeSeconds(),
            ["exp"] = token.ExpiresAt.ToUnixTimeSeconds(),
        };
        if (!token.Scope.IsEmpty) response["scope"] = token.Scope.ToString();
        if (token.Binding.Confirmation is { } cnf) response["cnf"] = cnf; // RFC 9449 §6.2, RFC 8705 §3.2
        if (token.SessionId is { } sessionId) response["sid"] = sessionId;
        if (token.Authentication is var (time, acr, amr)) // RFC 9470 §6.2
            (response["auth_time"], response["acr"], response["amr"]) = (time, acr, amr);
        return response;
    }
}
