using System.Globalization;
using System.Text;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Latchkey.OAuth;

/// <summary>A request to a provider: what ties its answer to this browser and to nothing else.</summary>
/// <param name="State">The <c>state</c>.</param>
/// <param name="Nonce">The nonce for the ID token.</param>
/// <param name="Verifier">The PKCE verifier (RFC 7636 §4.1).</param>
/// <param name="RedirectUri">Where the answer goes: an address of this provider alone (RFC 9700 §4.4.2.2).</param>
public sealed record ProviderRequest(string State, string Nonce, string Verifier, string RedirectUri)
{
    /// <summary>What the user typed or the app knows of them, or null.</summary>
    public string? LoginHint { get; init; }

    /// <summary>The <c>prompt</c>, or null.</summary>
    public string? Prompt { get; init; }
}

/// <summary>Signs users in at an OpenID provider with code, PKCE and nonce (OIDC Core §3.1).</summary>
public sealed class OpenIdProvider(ProviderMetadata metadata, ProviderTokens tokens, ProviderHttp http, TimeProvider clock)
{
    static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
    ];

    /// <summary>Where the browser goes to sign in.</summary>
    /// <exception cref="ProviderException"></exception>
    public async Task<string> Address(IdentityProvider provider, ProviderRequest request, CancellationToken cancel)
    {
        var document = await metadata.Get(provider, cancel);
        var parameters = new Dictionary<string, string?>
        {
            ["client_id"] = provider.ClientId,
            ["response_type"] = "code",
            ["redirect_uri"] = request.RedirectUri,
            ["scope"] = string.Join(' ', provider.Scopes.Prepend("openid").Distinct()),
            ["state"] = request.State,
            ["nonce"] = request.Nonce,
            ["code_challenge"] = Pkce.Challenge(request.Verifier),
            ["code_challenge_method"] = Pkce.Method,
            ["login_hint"] = request.LoginHint,
            ["prompt"] = request.Prompt,
            // Apple sends a name and an address only in a form.
            ["response_mode"] = provider.Kind == ProviderKind.Apple ? ResponseMode.FormPost : null,
        };
        return QueryHelpers.AddQueryString(document.Configuration.AuthorizationEndpoint, parameters.Where(p => p.Value is not null));
    }

    /// <summary>Who has signed in there.</summary>
    /// <exception cref="ProviderException"></exception>
    public async Task<ProviderIdentity> Redeem(
        Tenant tenant, IdentityProvider provider, ProviderRequest request, ProviderAnswer answer, CancellationToken cancel)
    {
        var document = await metadata.Get(provider, cancel);
        CheckIssuer(document, answer.Issuer);
        var methods = document.Configuration.TokenEndpointAuthMethodsSupported;
        // Basic is the default (OIDC Discovery §3). Apple knows only the form.
        var basic = provider.Kind != ProviderKind.Apple && (methods.Count == 0 || methods.Contains("client_secret_basic"));
        var response = await tokens.Redeem(tenant, provider, document.Configuration.TokenEndpoint, basic, new()
        {
            ["grant_type"] = "authorization_code",
            ["code"] = answer.Code!,
            ["redirect_uri"] = request.RedirectUri,
            ["code_verifier"] = request.Verifier,
        }, cancel);
        var encoded = response.GetValueOrDefault("id_token") ?? throw ProviderException.Invalid("no ID token");
        var token = await Validate(provider, document, encoded, request.Nonce, cancel);
        var claims = ProviderClaims.Read(Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(token.EncodedPayload)));
        if (claims.One("email") is null && response.GetValueOrDefault("access_token") is { } access)
            await AddUserInfo(document, access, token.Subject, claims, cancel);
        return new ProviderIdentity(token.Issuer, token.Subject)
        {
            Email = claims.One("email"),
            EmailVerified = claims.One("email_verified") == "true" // Apple sends it as a text.
                || (provider.Kind == ProviderKind.Microsoft && claims.One("xms_edov") is "true" or "1"),
            Name = claims.One("name") ?? answer.AppleName,
            Claims = claims,
        };
    }

    // RFC 9207 §2.4. A template has no one issuer to compare.
    static void CheckIssuer(ProviderDocument document, string? issuer)
    {
        var promised = document.Configuration.AdditionalData.TryGetValue("authorization_response_iss_parameter_supported", out var flag)
            && flag is true or "true" or "True";
        if (issuer is null && !promised && !document.Configuration.AuthorizationResponseIssParameterSupported) return;
        if (issuer != document.Configuration.Issuer && !(document.IsTemplate && issuer is not null))
            throw ProviderException.Invalid("iss of another provider");
    }

    async Task<JsonWebToken> Validate(
        IdentityProvider provider, ProviderDocument document, string encoded, string nonce, CancellationToken cancel)
    {
        var result = await Validate(provider, document, encoded);
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException)
        {
            var again = await metadata.GetAgain(provider, document, cancel);
            if (again != document) result = await Validate(provider, again, encoded);
        }
        if (!result.IsValid) throw ProviderException.Invalid($"ID token refused: {Reason(result.Exception)}");
        var token = (JsonWebToken)result.SecurityToken;
        if (string.IsNullOrEmpty(token.Subject) || token.Subject.Length > 255)
            throw ProviderException.Invalid("ID token without a subject");
        if (!token.TryGetPayloadValue<string>("nonce", out var stated) || stated != nonce)
            throw ProviderException.Invalid("ID token with another nonce");
        // OIDC Core §3.1.3.7, steps 3 to 5.
        if (token.TryGetPayloadValue<string>("azp", out var party) ? party != provider.ClientId : token.Audiences.Count() > 1)
            throw ProviderException.Invalid("ID token for another party");
        return token;
    }

    async Task<TokenValidationResult> Validate(IdentityProvider provider, ProviderDocument document, string encoded)
    {
        var unverified = Parse(encoded);
        return await new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(encoded, new()
        {
            ValidIssuer = IssuerOf(document, unverified),
            ValidAudience = provider.ClientId,
            IssuerSigningKeys = document.Keys,
            TryAllIssuerSigningKeys = string.IsNullOrEmpty(unverified.Kid), // OIDC Core §10.1: with one key it may be left out.
            ValidAlgorithms = Algorithms,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            LifetimeValidator = (from, until, _, _) => until is { } end && clock.GetUtcNow() - Skew < end
                && (from is not { } start || clock.GetUtcNow() + Skew >= start),
        });
    }

    static JsonWebToken Parse(string encoded)
    {
        try
        {
            return new JsonWebToken(encoded);
        }
        catch (ArgumentException)
        {
            throw ProviderException.Invalid("ID token is not a JWT");
        }
    }

    // The token's own tid fills in the template; the signature then shows that Microsoft wrote it.
    static string IssuerOf(ProviderDocument document, JsonWebToken unverified)
    {
        if (!document.IsTemplate) return document.Configuration.Issuer;
        return unverified.TryGetPayloadValue<string>("tid", out var tenant) && Guid.TryParseExact(tenant, "D", out _)
            ? document.Configuration.Issuer.Replace(ProviderDocument.TenantPart, tenant, StringComparison.Ordinal)
            : throw ProviderException.Invalid("ID token without a tid");
    }

    // OIDC Core §5.3: the claims that the ID token lacks; those that it has are signed, and stand.
    async Task AddUserInfo(ProviderDocument document, string access, string subject,
        Dictionary<string, IReadOnlyList<string>> claims, CancellationToken cancel)
    {
        if (string.IsNullOrEmpty(document.Configuration.UserInfoEndpoint)) return;
        var more = ProviderClaims.Read(await http.Get(document.Configuration.UserInfoEndpoint, access, cancel));
        if (more.One("sub") != subject) throw ProviderException.Invalid("userinfo about another user"); // §5.3.2
        foreach (var (name, values) in more) claims.TryAdd(name, values);
    }

    static string Reason(Exception? fault) => fault?.GetType().Name is { } name
        ? name.Replace("SecurityToken", "", StringComparison.Ordinal).Replace("Exception", "", StringComparison.Ordinal)
            .ToLower(CultureInfo.InvariantCulture) : "unknown";
}
