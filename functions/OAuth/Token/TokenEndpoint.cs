using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.OAuth;

/// <summary>The token endpoint (RFC 6749 §3.2): parse once, authenticate the client once, then call the grant.</summary>
public sealed class TokenEndpoint(
    TenantPipeline pipeline, ClientAuthentication authentication, DPoP dpop, RefreshCookies cookies, IEnumerable<IGrant> grants,
    Settings settings, TimeProvider clock)
{
    /// <summary><c>POST /{tenant}/oauth/token</c></summary>
    [Function("token")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/oauth/token")] HttpRequest http) =>
        pipeline.Public(http, async request =>
        {
            var form = await Form.Read(http);
            var type = form.Required("grant_type");
            request.Audit.Type = "token";
            var proof = await dpop.Read(request); // Before the client's assertion is used up.
            var client = await authentication.Authenticate(request, form);
            var grant = grants.FirstOrDefault(grant => grant.Type == type)
                ?? throw OAuthError.UnsupportedGrantType("The grant type is not supported.");
            request.Audit.Detail = grant.Type;
            if (!client.Grants.Contains(type)) throw OAuthError.UnauthorizedClient($"This client may not use the grant {type}.");
            if (proof is null && client.RequireDpop) throw OAuthError.InvalidRequest("This client must send a DPoP proof.");
            var certificate = client.CertificateBoundTokens ? ConnectionCertificate.Of(http, settings)?.Thumbprint : null;
            if (client.CertificateBoundTokens && certificate is null) // RFC 8705 §3
                throw OAuthError.InvalidRequest("This client must use mutual TLS: the addresses in mtls_endpoint_aliases.");
            if (proof is not null && !await dpop.TryUse(request.Tenant, proof, request.Cancel))
                throw OAuthError.DPoP("invalid_dpop_proof", "The DPoP proof was used before.");
            var tokens = await Redeem(grant, new TokenRequest(request, client, form) { Key = new(proof?.Jkt, certificate) });
            Instruments.TokenIssued(request.Tenant.Id, grant.Type);
            if (proof is not null) tokens = tokens with { TokenType = "DPoP" };
            request.Response.Headers.Pragma = "no-cache"; // RFC 6749 §5.1; every answer has no-store.
            return Results.Json(tokens, TokenResponse.Json);
        }, credentials: true); // The refresh token of a browser app is a cookie.

    async Task<TokenResponse> Redeem(IGrant grant, TokenRequest request)
    {
        var client = request.Client;
        if (!client.RefreshByCookie) return await grant.Redeem(request);
        if (grant.Type == GrantType.RefreshToken && request.Form["refresh_token"] is null)
            request = request with { RefreshCookie = cookies.Read(request, client) };
        try
        {
            var tokens = await grant.Redeem(request);
            if (tokens.RefreshToken is not { } token) return tokens;
            cookies.Write(request, client, token, tokens.RefreshExpiresAt - clock.GetUtcNow());
            return tokens with { RefreshToken = null };
        }
        catch (OAuthError error) when (error.Code == "invalid_grant" && request.RefreshCookie is not null)
        {
            cookies.Clear(request, client); // The next refresh is answered login_required.
            throw;
        }
    }
}
