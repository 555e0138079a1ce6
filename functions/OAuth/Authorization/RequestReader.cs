using System.Globalization;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// Reads an authorization request in two steps: first where an answer may go, then everything else. Parameters that we
/// do not know are ignored (RFC 6749 §3.1); those that we know and do not support are refused by name.
/// </summary>
public sealed class RequestReader(ClientStore clients)
{
    /// <summary>Some clients keep their whole state in it, encrypted.</summary>
    public const int MaxStateChars = 16 * 1024;

    const int MaxNonceChars = 512;

    /// <summary>Finds the client and the redirect URI.</summary>
    /// <exception cref="OAuthError"><c>invalid_request</c>: there is nobody to send an answer to.</exception>
    public async Task<ReturnAddress> Trust(Tenant tenant, Form form, CancellationToken cancel)
    {
        if (form.Repeated.Contains("client_id") || form.Repeated.Contains("redirect_uri"))
            throw OAuthError.InvalidRequest("client_id or redirect_uri is there more than once.");
        var client = form["client_id"] is { } id ? await clients.Find(tenant, id, cancel) : null;
        if (client is null) throw OAuthError.InvalidRequest("No app is registered with this client_id.");
        var uri = form["redirect_uri"] ?? throw OAuthError.InvalidRequest("redirect_uri is missing.");
        // A registration that should never have been is not followed either.
        if (!client.RedirectUris.Any(known => RedirectUri.Matches(known, uri, client.Native, client.RelaxedRedirects))
            || RedirectUri.Fault(uri, client.Native, client.RelaxedRedirects) is not null)
            throw OAuthError.InvalidRequest("This redirect_uri is not registered for the app.");
        var state = form.Repeated.Contains("state") || form["state"]?.Length > MaxStateChars ? null : form["state"];
        return new ReturnAddress(client, uri, Mode(form, uri), state);
    }

    /// <summary>Checks all the rest.</summary>
    /// <param name="to">What <see cref="Trust"/> found.</param>
    /// <param name="form">The parameters.</param>
    /// <param name="pushed">They were pushed by the client itself (RFC 9126).</param>
    /// <exception cref="OAuthError">What is wrong, for the app.</exception>
    public static AuthorizationRequest Read(ReturnAddress to, Form form, bool pushed)
    {
        if (form.Repeated.Count > 0) throw OAuthError.InvalidRequest("A parameter is there more than once.");
        foreach (var parameter in (string[])["request", "request_uri", "registration"])
        {
            if (form[parameter] is not null) throw OAuthError.NotSupported(parameter);
        }
        if (to.Client.RequirePushedRequests && !pushed)
            throw OAuthError.InvalidRequest("This client must push its requests (RFC 9126).");
        if (form["state"]?.Length > MaxStateChars || form["nonce"]?.Length > MaxNonceChars)
            throw OAuthError.InvalidRequest($"state has at most {MaxStateChars} characters, nonce {MaxNonceChars}.");
        var type = Type(to.Client, form);
        CheckMode(to, type, form["response_mode"]);
        var request = new AuthorizationRequest
        {
            To = to,
            ResponseType = type,
            Scope = GrantedScope.ForClient(to.Client, Scope.Parse(form["scope"])),
            Nonce = form["nonce"],
            CodeChallenge = type == ResponseType.Code ? Challenge(to.Client, form) : null,
            DpopJkt = DpopJkt(form["dpop_jkt"]),
            Prompts = Prompts(form["prompt"]),
            MaxAge = MaxAge(form["max_age"]),
            LoginHint = form["login_hint"],
            IdTokenHint = form["id_token_hint"],
        };
        if (type is ResponseType.IdToken or ResponseType.IdTokenToken) CheckIdToken(request);
        return request;
    }

    // The mode that an answer can be sent in even if the one asked for is wrong.
    static string Mode(Form form, string redirectUri)
    {
        var front = ResponseType.Known(form["response_type"] ?? "") is not (null or ResponseType.Code);
        return form["response_mode"] switch
        {
            ResponseMode.FormPost when !RedirectUri.IsPrivateScheme(redirectUri) => ResponseMode.FormPost,
            ResponseMode.Query when !front => ResponseMode.Query,
            ResponseMode.Fragment => ResponseMode.Fragment,
            _ => front ? ResponseMode.Fragment : ResponseMode.Query,
        };
    }

    static void CheckMode(ReturnAddress to, string type, string? mode)
    {
        if (mode is null) return;
        if (!ResponseMode.All.Contains(mode)) throw OAuthError.InvalidRequest("There is no such response_mode here.");
        // Multiple Response Types §3: no token in a query, which ends up in logs.
        if (mode == ResponseMode.Query && type != ResponseType.Code)
            throw OAuthError.InvalidRequest("response_mode query is only for response_type code.");
        if (mode == ResponseMode.FormPost && to.IsPrivateScheme)
            throw OAuthError.InvalidRequest("response_mode form_post needs an http redirect_uri: nothing can be posted to an app's own scheme.");
    }

    static string Type(Client client, Form form)
    {
        var type = ResponseType.Known(form.Required("response_type"))
            ?? throw OAuthError.UnsupportedResponseType("There is no such response_type here.");
        var allowed = type == ResponseType.Code ? client.Grants.Contains(GrantType.AuthorizationCode)
            : client.LegacyImplicit && !client.RequireDpop; // A token that comes through the browser is bound to no key.
        return allowed ? type : throw OAuthError.UnauthorizedClient("This client may not use this response_type.");
    }

    static string? Challenge(Client client, Form form)
    {
        var (challenge, method) = (form["code_challenge"], form["code_challenge_method"]);
        if (challenge is null && method is not null) throw OAuthError.InvalidRequest("code_challenge is missing.");
        if (challenge is null && (client.IsPublic || client.RequirePkce))
            throw OAuthError.InvalidRequest("code_challenge is missing: this client must use PKCE.");
        if (challenge is null) return null;
        if (method != Pkce.Method) throw OAuthError.InvalidRequest("code_challenge_method must be S256.");
        return Pkce.IsChallenge(challenge) ? challenge : throw OAuthError.InvalidRequest("code_challenge is no S256 challenge.");
    }

    // RFC 9449 §10: the key's thumbprint, 32 bytes as base64url.
    static string? DpopJkt(string? sent) =>
        sent is null || (sent.Length == 43 && sent.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            ? sent : throw OAuthError.InvalidRequest("dpop_jkt is no thumbprint.");

    static string[] Prompts(string? sent)
    {
        var prompts = sent?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (prompts.Except(Prompt.All).Any()) throw OAuthError.InvalidRequest("There is no such prompt here.");
        return prompts.Contains(Prompt.None) && prompts.Length > 1
            ? throw OAuthError.InvalidRequest("prompt none goes with no other.") : prompts;
    }

    static int? MaxAge(string? sent)
    {
        if (sent is null) return null;
        return int.TryParse(sent, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? seconds : throw OAuthError.InvalidRequest("max_age must be a whole number of seconds.");
    }

    // OIDC Core §3.2.2.1
    static void CheckIdToken(AuthorizationRequest request)
    {
        if (!request.Scope.Has(Scopes.OpenId)) throw OAuthError.InvalidRequest("An ID token needs the scope openid.");
        if (request.Nonce is null) throw OAuthError.InvalidRequest("nonce is missing.");
    }
}
