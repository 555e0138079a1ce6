using Latchkey.Access;
using Latchkey.Keys;
using Latchkey.Languages;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.OAuth;

/// <summary>
/// The metadata of a tenant's issuer; it lists only what works. OpenID Connect Discovery 1.0 §4 appends the well-known path
/// to the issuer, RFC 8414 §3.1 inserts it before the issuer's path. Both addresses serve the same document.
/// </summary>
public sealed class Discovery(TenantPipeline pipeline, IEnumerable<IGrant> grants, Settings settings)
{
    /// <summary><c>GET /{tenant}/.well-known/openid-configuration</c></summary>
    [Function("openid-configuration")]
    public Task<IResult> OpenId(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/.well-known/openid-configuration")]
        HttpRequest http) => Respond(http);

    /// <summary><c>GET /.well-known/oauth-authorization-server/{tenant}</c></summary>
    [Function("oauth-authorization-server")]
    public Task<IResult> OAuth(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = ".well-known/oauth-authorization-server/{tenant}")]
        HttpRequest http) => Respond(http);

    /// <summary><c>GET /.well-known/openid-configuration/{tenant}</c>: where clients of RFC 8414 §5 look for the same.</summary>
    [Function("openid-configuration-inserted")]
    public Task<IResult> OpenIdInserted(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = ".well-known/openid-configuration/{tenant}")]
        HttpRequest http) => Respond(http);

    Task<IResult> Respond(HttpRequest http) => pipeline.PublicDocument(http, request =>
    {
        request.Response.Headers.CacheControl = "public, max-age=300";
        var document = Document(request.Tenant, request.Tenant.Issuer);
        if (request.Tenant.ClientIdDocuments) document["client_id_metadata_document_supported"] = true;
        return Task.FromResult(Results.Json(document));
    });

    // Certificates work only where there is an address that asks for them.
    string[] AuthMethods =>
        [.. ClientAuthMethod.All.Where(method => settings.MutualTls.Origin is not null || !ClientAuthMethod.IsTls(method))];

    Dictionary<string, object> Document(Tenant tenant, string issuer)
    {
        var document = Metadata(tenant, issuer);
        MutualTls.Describe(document, tenant, settings.MutualTls.Origin);
        return document;
    }

    Dictionary<string, object> Metadata(Tenant tenant, string issuer) => new()
    {
        ["issuer"] = issuer,
        ["jwks_uri"] = $"{issuer}/oauth/jwks",
        ["authorization_endpoint"] = $"{issuer}/oauth/authorize",
        ["pushed_authorization_request_endpoint"] = $"{issuer}/oauth/par",
        ["device_authorization_endpoint"] = $"{issuer}/oauth/device_authorization",
        ["end_session_endpoint"] = $"{issuer}/oauth/logout",
        ["backchannel_logout_supported"] = true,
        ["backchannel_logout_session_supported"] = true,
        ["token_endpoint"] = $"{issuer}/oauth/token",
        ["token_endpoint_auth_methods_supported"] = AuthMethods,
        ["token_endpoint_auth_signing_alg_values_supported"] = ForeignJwt.Algorithms,
        ["revocation_endpoint"] = $"{issuer}/oauth/revoke",
        ["revocation_endpoint_auth_methods_supported"] = AuthMethods,
        ["revocation_endpoint_auth_signing_alg_values_supported"] = ForeignJwt.Algorithms,
        ["introspection_endpoint"] = $"{issuer}/oauth/introspect",
        ["introspection_endpoint_auth_methods_supported"] = AuthMethods.Where(method => method != ClientAuthMethod.None),
        ["introspection_endpoint_auth_signing_alg_values_supported"] = ForeignJwt.Algorithms,
        ["userinfo_endpoint"] = $"{issuer}/oauth/userinfo",
        ["registration_endpoint"] = $"{issuer}/oauth/register",
        ["dpop_signing_alg_values_supported"] = ForeignJwt.Algorithms,
        ["grant_types_supported"] = grants.Select(grant => grant.Type),
        // The implicit types work only for clients that an operator has marked as legacy, so they are not advertised.
        ["response_types_supported"] = new[] { ResponseType.Code },
        ["response_modes_supported"] = ResponseMode.All,
        ["code_challenge_methods_supported"] = new[] { Pkce.Method },
        ["prompt_values_supported"] = Prompt.All.Where(prompt => prompt != Prompt.Create || SignUps.IsOpen(tenant, settings)),
        ["acr_values_supported"] = new[] { Authentication.SingleFactor, Authentication.MultiFactor },
        ["ui_locales_supported"] = Language.Tags,
        ["claims_supported"] = IdTokens.Claims.Union(tenant.Claims.Select(rule => rule.Name)),
        ["claims_parameter_supported"] = true,
        ["request_parameter_supported"] = false,
        ["request_uri_parameter_supported"] = false,
        ["require_pushed_authorization_requests"] = false,
        ["authorization_response_iss_parameter_supported"] = true,
        ["scopes_supported"] = Scope.Of([.. Scopes.All.Tokens, .. tenant.OpenApiScopes.Tokens]).Tokens,
        ["subject_types_supported"] = new[] { "public" },
        ["id_token_signing_alg_values_supported"] = new[] { "RS256", "ES256" },
    };
}
