using System.Globalization;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// Reads an authorization request in two steps: first where a response may go, then everything else. Unknown parameters are
/// ignored (RFC 6749 §3.1); known parameters that are not supported are refused by name.
/// </summary>
public sealed class RequestReader(ClientStore clients, ClientIdDocuments documents, Refusals refusals)
{
    /// <summary>Long, because some clients keep their whole state in it, encrypted.</summary>
    public const int MaxStateChars = 16 * 1024;

    const int MaxNonceChars = 512;

    /// <summary>Reads the client and the redirect URI, and checks that they belong together.</summary>
    /// <exception cref="OAuthError"><c>invalid_request</c>: the response has nowhere to go.</exception>
    public async Task<ReturnAddress> ReadReturnAddress(TenantRequest request, Form form)
    {
        if (form.Repeated.Contains("client_id") || form.Repeated.Contains("redirect_uri"))
            throw OAuthError.InvalidRequest("client_id or redirect_uri is repeated.");
        var id = form["client_id"];
        var client = id is null ? null : ClientIdUrl.Is(id) ? await documents.Find(request, id)
            : await clients.Find(request.Tenant, id, request.Cancel);
        if (client is null || client.ClientId != id) throw OAuthError.InvalidRequest("No app is registered with this client_id.");
        var uri = form["redirect_uri"] ?? throw OAuthError.InvalidRequest("redirect_uri is missing.");
        // The URI is checked again, in case one was registered that should have been refused.
        if (!client.RedirectUris.Any(known => RedirectUri.Matches(known, uri, client.Native, client.RelaxedRedirects))
            || RedirectUri.Fault(uri, client.Native, client.RelaxedRedirects) is not null)
        {
            refusals.RedirectUri(request.Tenant, client, uri);
            throw OAuthError.InvalidRequest("This redirect_uri is not registered for the app.");
        }
        var state = form.Repeated.Contains("state") || form["state"]?.Length > MaxStateChars ? null : form["state"];
        return new ReturnAddress(client, uri, Mode(form, uri), state);
    }

    /// <summary>Checks everything else.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="to">What <see cref="ReadReturnAddress"/> returned.</param>
    /// <param name="form">The parameters.</param>
    /// <param name="pushed">True if the client pushed them (RFC 9126).</param>
    /// <exception cref="OAuthError">What is wrong; the app may read it.</exception>
    public static AuthorizationRequest Read(Tenant tenant, ReturnAddress to, Form form, bool pushed)
    {
        if (form.Repeated.Count > 0) throw OAuthError.InvalidRequest("A parameter is repeated.");
        foreach (var parameter in (string[])["request", "request_uri", "registration"])
        {
            if (form[parameter] is not null) throw OAuthError.NotSupported(parameter);
        }
        if (to.Client.RequirePushedRequests && !pushed)
            throw OAuthError.InvalidRequest("This client must push its authorization requests (RFC 9126).");
        if (form["state"]?.Length > MaxStateChars || form["nonce"]?.Length > MaxNonceChars)
            throw OAuthError.InvalidRequest($"state may have at most {MaxStateChars} characters, nonce {MaxNonceChars}.");
        var type = Type(to.Client, form);
        CheckMode(to, type, form["response_mode"]);
        var apis = RequestedApis.All(tenant, to.Client, form);
        var claims = ClaimsParameter.Read(tenant, form["claims"]);
        var scope = GrantedScope.ForClient(to.Client, apis, Scope.Parse(form["scope"]));
        var request = new AuthorizationRequest
        {
            To = to,
            ResponseType = type,
            Apis = apis,
            Scope = GrantedScope.WithClaims(to.Client, apis, scope, claims.Scope),
            Subjects = claims.Subjects,
            Nonce = form["nonce"],
            CodeChallenge = type == ResponseType.Code ? Challenge(to.Client, form) : null,
            DpopJkt = DpopJkt(form["dpop_jkt"]),
            Prompts = Prompts(form["prompt"]),
            MaxAge = MaxAge(form["max_age"]),
            NeedsMultiFactor = claims.NeedsMultiFactor || NeedsMultiFactor(form["acr_values"]),
            LoginHint = form["login_hint"],
            IdpHint = form["idp_hint"],
            IdTokenHint = form["id_token_hint"],
        };
        if (type is ResponseType.IdToken or ResponseType.IdTokenToken) CheckIdToken(request);
        return request;
    }

    // A mode in which a response can be sent even if the requested mode is wrong.
    static string Mode(Form form, string redirectUri)
    {
        var hasTokens = ResponseType.Known(form["response_type"] ?? "") is not (null or ResponseType.Code);
        return form["response_mode"] switch
        {
            ResponseMode.FormPost when !RedirectUri.IsPrivateScheme(redirectUri) => ResponseMode.FormPost,
            ResponseMode.Query when !hasTokens => ResponseMode.Query,
            ResponseMode.Fragment => ResponseMode.Fragment,
            _ => hasTokens ? ResponseMode.Fragment : ResponseMode.Query,
        };
    }

    static void CheckMode(ReturnAddress to, string type, string? mode)
    {
        if (mode is null) return;
        if (!ResponseMode.All.Contains(mode)) throw OAuthError.InvalidRequest("The response_mode is not supported.");
        // Multiple Response Types §3: a token must not be in the query, which ends up in logs.
        if (mode == ResponseMode.Query && type != ResponseType.Code)
            throw OAuthError.InvalidRequest("response_mode query works only with response_type code.");
        if (mode == ResponseMode.FormPost && to.IsPrivateScheme)
        {
            throw OAuthError.InvalidRequest(
                "response_mode form_post needs an http or https redirect_uri: forms can't be posted to an app's own scheme.");
        }
    }

    static string Type(Client client, Form form)
    {
        var type = ResponseType.Known(form.Required("response_type"))
            ?? throw OAuthError.UnsupportedResponseType("The response_type is not supported.");
        var allowed = type == ResponseType.Code ? client.Grants.Contains(GrantType.AuthorizationCode)
            : client.LegacyImplicit && !(client.RequireDpop || client.CertificateBoundTokens); // Through the browser none can be bound.
        return allowed ? type : throw OAuthError.UnauthorizedClient("This client may not use this response_type.");
    }

    static string? Challenge(Client client, Form form)
    {
        var (challenge, method) = (form["code_challenge"], form["code_challenge_method"]);
        if (challenge is null && method is not null) throw OAuthError.InvalidRequest("code_challenge is missing.");
        if (challenge is null && (client.IsPublic || client.RequirePkce))
            throw OAuthError.InvalidRequest("code_challenge is missing. This client must use PKCE.");
        if (challenge is null) return null;
        if (method != Pkce.Method) throw OAuthError.InvalidRequest("code_challenge_method must be S256.");
        return Pkce.IsChallenge(challenge) ? challenge : throw OAuthError.InvalidRequest("code_challenge is not an S256 challenge.");
    }

    // RFC 9449 §10: the key's thumbprint, 32 bytes as base64url.
    static string? DpopJkt(string? jkt) =>
        jkt is null || (jkt.Length == 43 && jkt.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            ? jkt : throw OAuthError.InvalidRequest("dpop_jkt is not a JWK thumbprint.");

    static string[] Prompts(string? prompt)
    {
        var prompts = prompt?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (prompts.Except(Prompt.All).Any()) throw OAuthError.InvalidRequest("The prompt is not supported.");
        // The specification of create recommends that it stands alone, because it says what the others say otherwise.
        return prompts.Length > 1 && prompts.FirstOrDefault(value => value is Prompt.None or Prompt.Create) is { } alone
            ? throw OAuthError.InvalidRequest($"prompt {alone} can't be combined with another prompt.") : prompts;
    }

    // OIDC Core §3.1.2.1: any of the values will do, and one that we do not know is ignored.
    static bool NeedsMultiFactor(string? acrValues) => acrValues?.Split(' ') is { } values
        && values.Contains(Authentication.MultiFactor) && !values.Contains(Authentication.SingleFactor);

    static int? MaxAge(string? maxAge)
    {
        if (maxAge is null) return null;
        return int.TryParse(maxAge, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? seconds : throw OAuthError.InvalidRequest("max_age must be a whole number of seconds.");
    }

    // OIDC Core §3.2.2.1
    static void CheckIdToken(AuthorizationRequest request)
    {
        if (!request.Scope.Has(Scopes.OpenId)) throw OAuthError.InvalidRequest("An ID token needs the scope openid.");
        if (request.Nonce is null) throw OAuthError.InvalidRequest("nonce is missing.");
    }
}
