using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Telemetry;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.OAuth;

/// <summary>The token endpoint (RFC 6749 §3.2): parse once, authenticate the client once, hand over to the grant.</summary>
public sealed class TokenEndpoint(TenantPipeline pipeline, ClientAuthentication authentication, DPoP dpop, RefreshCookies cookies, IEnumerable<IGrant> grants,
    TimeProvider clock)
{
    /// <summary><c>POST /{tenant}/oauth/token</c></summary>
    [Function("token")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/oauth/token")] HttpRequest request) =>
        pipeline.Public(request, async (tenant, cancel) =>
        {
            var form = await Form.Read(request);
            var type = form.Required("grant_type");
            var audit = AuditContext.Of(request);
            audit.Type = "token";
            var proof = await dpop.Read(tenant, request, cancel); // Before the client's assertion is used up.
            var client = await authentication.Authenticate(tenant, request, form, cancel);
            var grant = grants.FirstOrDefault(grant => grant.Type == type)
                ?? throw OAuthError.UnsupportedGrantType("There is no such grant here.");
            audit.Detail = grant.Type;
            if (!client.Grants.Contains(type))
                throw OAuthError.UnauthorizedClient($"This client may not use the grant {type}.");
            if (proof is null && client.RequireDpop) throw OAuthError.InvalidRequest("This client must send a DPoP proof.");
            if (proof is not null && !await dpop.Use(tenant, proof, cancel))
                throw OAuthError.DPoP("invalid_dpop_proof", "The DPoP proof was used before.");
            var tokens = await Redeem(grant, new TokenRequest(tenant, client, form, request, cancel) { Jkt = proof?.Jkt });
            Instruments.TokenIssued(tenant.Id, grant.Type);
            if (proof is not null) tokens = tokens with { TokenType = "DPoP" };
            request.HttpContext.Response.Headers.Pragma = "no-cache"; // RFC 6749 §5.1; no-store is set on every answer.
            return Results.Json(tokens, TokenResponse.Json);
        }, credentials: true);

    async Task<TokenResponse> Redeem(IGrant grant, TokenRequest request)
    {
        var (tenant, client, form, http, _) = request;
        if (!client.RefreshByCookie) return await grant.Redeem(request);
        var response = http.HttpContext.Response;
        if (grant.Type == GrantType.RefreshToken && form["refresh_token"] is null)
            request = request with { RefreshCookie = cookies.Read(http, tenant, client) };
        try
        {
            var tokens = await grant.Redeem(request);
            if (tokens.RefreshToken is not { } token) return tokens;
            cookies.Write(response, tenant, client, token, tokens.RefreshExpiresAt - clock.GetUtcNow());
            return tokens with { RefreshToken = null };
        }
        catch (OAuthError error) when (error.Code == "invalid_grant" && request.RefreshCookie is not null)
        {
            cookies.Clear(response, tenant, client); // From now on it is login_required.
            throw;
        }
    }
}
