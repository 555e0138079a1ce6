namespace Latchkey.Protocol;

/// <summary>
/// An error response of an OAuth endpoint: RFC 6749 §5.2 JSON. <see cref="Exception.Message"/> is the
/// <c>error_description</c> for the client; <see cref="Detail"/> is only for the log.
/// </summary>
public sealed class OAuthError : Exception
{
    // RFC 6749 §4.1.2.1 and §5.2: a description is printable ASCII.
    OAuthError(string code, string description, int status = 400, string? detail = null)
        : base(description.Replace("§", "section ", StringComparison.Ordinal)) =>
        (Code, Status, Detail) = (code, status, detail);

    /// <summary>The wire code (<c>error</c>).</summary>
    public string Code { get; }

    /// <summary>The HTTP status, 400 unless the RFC says otherwise.</summary>
    public int Status { get; }

    /// <summary>The internal reason, for the operator's log; never sent.</summary>
    public string? Detail { get; }

    /// <summary>The id of the user or client concerned, if known, for the audit; never sent.</summary>
    public string? About { get; private init; }

    /// <summary>Seconds to wait before the next attempt, or null.</summary>
    public int? RetryAfter { get; private init; }

    /// <summary>True if the response has <c>WWW-Authenticate: Basic</c>: every 401 names a scheme (RFC 9110 §15.5.2).</summary>
    public bool ChallengeBasic => Status == 401 && Code == "invalid_client";

    /// <summary>RFC 6749 §5.2: a missing, repeated or malformed parameter.</summary>
    public static OAuthError InvalidRequest(string description) => new("invalid_request", description);

    /// <summary>RFC 6749 §5.2: the client is unknown or not authenticated; 401.</summary>
    /// <param name="detail">The reason, for the log.</param>
    /// <param name="about">The client's id, if known.</param>
    /// <param name="description">For the client. To an unauthenticated client it must not reveal anything about the client.</param>
    public static OAuthError InvalidClient(string detail, string? about = null, string description = "Client authentication failed.") =>
        new("invalid_client", description, 401, detail) { About = about };

    /// <summary>RFC 6749 §5.2: the code, password or refresh token is wrong, expired, revoked or another client's.</summary>
    public static OAuthError InvalidGrant(string description, string? detail = null, string? about = null) =>
        new("invalid_grant", description, detail: detail) { About = about };

    /// <summary>RFC 6749 §5.2: the client may not use this grant.</summary>
    public static OAuthError UnauthorizedClient(string description) => new("unauthorized_client", description);

    /// <summary>RFC 6749 §5.2: the grant type is not supported.</summary>
    public static OAuthError UnsupportedGrantType(string description) => new("unsupported_grant_type", description);

    /// <summary>RFC 6749 §5.2: a scope that is malformed, unknown or not allowed.</summary>
    /// <param name="description">May repeat the requested scope. That is the caller's text, so it is not logged.</param>
    public static OAuthError InvalidScope(string description) =>
        new("invalid_scope", description, detail: "malformed or not allowed");

    /// <summary>RFC 8707 §2: a resource that is malformed, unknown, or not for this client or session.</summary>
    public static OAuthError InvalidTarget(string description) => new("invalid_target", description);

    /// <summary>RFC 9449 §5 and §8: <c>invalid_dpop_proof</c> or <c>use_dpop_nonce</c>.</summary>
    public static OAuthError DPoP(string code, string description) => new(code, description);

    /// <summary>RFC 7591 §3.2.2: a metadata field that is invalid or not supported.</summary>
    public static OAuthError InvalidClientMetadata(string description) => new("invalid_client_metadata", description);

    /// <summary>RFC 7591 §3.2.2: a redirect URI that may not be registered.</summary>
    public static OAuthError InvalidRedirectUri(string description) => new("invalid_redirect_uri", description);

    /// <summary>
    /// 429 with Retry-After (RFC 6585 §4): too many wrong passwords for the account or from the address. RFC 6749 has no code for
    /// it; of the registered ones <c>temporarily_unavailable</c> (§4.1.2.1) fits best.
    /// </summary>
    public static OAuthError TooManyAttempts(int retryAfterSeconds) =>
        new("temporarily_unavailable", $"Too many failed sign-ins. Try again in {retryAfterSeconds} s.", 429)
        { RetryAfter = retryAfterSeconds };

    /// <summary>RFC 6749 §4.1.2.1: the user denied the request.</summary>
    public static OAuthError AccessDenied(string description) => new("access_denied", description);

    /// <summary>RFC 6749 §4.1.2.1: the response type is not supported.</summary>
    public static OAuthError UnsupportedResponseType(string description) => new("unsupported_response_type", description);

    /// <summary>RFC 8628 §3.5: the user has not decided yet.</summary>
    public static OAuthError AuthorizationPending() => new("authorization_pending", "The user has not decided yet. Ask again.");

    /// <summary>RFC 8628 §3.5: like <see cref="AuthorizationPending"/>, and the device must wait 5 seconds longer each time.</summary>
    public static OAuthError SlowDown() => new("slow_down", "The device polls too often. Wait 5 seconds longer each time.");

    /// <summary>RFC 8628 §3.5: the user did not decide in time.</summary>
    public static OAuthError ExpiredToken() => new("expired_token", "The device code has expired. Start again.");

    /// <summary>OIDC Core §3.1.2.6: <c>prompt=none</c>, and no user is signed in.</summary>
    public static OAuthError LoginRequired() => new("login_required", "The user must sign in.");

    /// <summary>OIDC Core §3.1.2.6: <c>prompt=none</c>, and the user has not consented to this.</summary>
    public static OAuthError ConsentRequired() => new("consent_required", "The user must consent.");

    /// <summary>OIDC Core §3.1.2.6: <c>prompt=none</c>, and the user must see a page.</summary>
    public static OAuthError InteractionRequired(string description) => new("interaction_required", description);

    /// <summary>RFC 9470 §5: the user can't sign in as strongly as <c>acr_values</c> demands.</summary>
    public static OAuthError UnmetAuthenticationRequirements() =>
        new("unmet_authentication_requirements", "The user can't sign in with more than one factor here.");

    /// <summary>OIDC Core §3.1.2.6: <c>request</c>, <c>request_uri</c> or <c>registration</c> is not supported.</summary>
    public static OAuthError NotSupported(string parameter) =>
        new($"{parameter}_not_supported", $"The parameter {parameter} is not supported.");
}
