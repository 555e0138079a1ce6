namespace Latchkey.Protocol;

/// <summary>
/// An error that an OAuth endpoint answers as RFC 6749 §5.2 JSON. <see cref="Exception.Message"/> is what the client
/// reads as <c>error_description</c>; <see cref="Detail"/> is for the log only.
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

    /// <summary>The inner reason, for the operator's log; never sent.</summary>
    public string? Detail { get; }

    /// <summary>The id of the user or client that it is about, if that is known, for the audit; never sent.</summary>
    public string? About { get; private init; }

    /// <summary>Seconds to wait before the next try, or null.</summary>
    public int? RetryAfter { get; private init; }

    /// <summary>True if the answer carries <c>WWW-Authenticate: Basic</c>: every 401 names a scheme (RFC 9110 §15.5.2).</summary>
    public bool ChallengeBasic => Status == 401 && Code == "invalid_client";

    /// <summary>RFC 6749 §5.2: missing, repeated or malformed parameter.</summary>
    public static OAuthError InvalidRequest(string description) => new("invalid_request", description);

    /// <summary>RFC 6749 §5.2: client unknown or not authenticated; 401.</summary>
    /// <param name="detail">Why, for the log.</param>
    /// <param name="about">The client's id, if it is known.</param>
    /// <param name="description">What the client is told; nothing that only the client itself may know, unless it has proven who it is.</param>
    public static OAuthError InvalidClient(string detail, string? about = null, string description = "Client authentication failed.") =>
        new("invalid_client", description, 401, detail) { About = about };

    /// <summary>RFC 6749 §5.2: the code, password or refresh token is wrong, expired, revoked or another client's.</summary>
    public static OAuthError InvalidGrant(string description, string? detail = null, string? about = null) =>
        new("invalid_grant", description, detail: detail) { About = about };

    /// <summary>RFC 6749 §5.2: this client may not use this grant.</summary>
    public static OAuthError UnauthorizedClient(string description) => new("unauthorized_client", description);

    /// <summary>RFC 6749 §5.2: no such grant here.</summary>
    public static OAuthError UnsupportedGrantType(string description) => new("unsupported_grant_type", description);

    /// <summary>RFC 6749 §5.2: a scope that is malformed, unknown or beyond what may be had.</summary>
    /// <param name="description">May repeat what was asked for: it is the caller's text, so the log doesn't.</param>
    public static OAuthError InvalidScope(string description) =>
        new("invalid_scope", description, detail: "malformed, or beyond what may be had");

    /// <summary>RFC 9449 §5 and §8: <c>invalid_dpop_proof</c> or <c>use_dpop_nonce</c>.</summary>
    public static OAuthError DPoP(string code, string description) => new(code, description);

    /// <summary>RFC 7591 §3.2.2: a metadata field that is wrong or not offered.</summary>
    public static OAuthError InvalidClientMetadata(string description) => new("invalid_client_metadata", description);

    /// <summary>RFC 7591 §3.2.2: a redirect URI that may not be registered.</summary>
    public static OAuthError InvalidRedirectUri(string description) => new("invalid_redirect_uri", description);

    /// <summary>
    /// 429 with Retry-After (RFC 6585 §4): too many wrong passwords for the account or from the address. RFC 6749 has
    /// no code for it; <c>temporarily_unavailable</c> (§4.1.2.1) is the registered one that says "later".
    /// </summary>
    public static OAuthError TooManyAttempts(int retryAfterSeconds) =>
        new("temporarily_unavailable", $"Too many failed sign-ins. Try again in {retryAfterSeconds} s.", 429)
        { RetryAfter = retryAfterSeconds };

    /// <summary>RFC 6749 §4.1.2.1: the user said no.</summary>
    public static OAuthError AccessDenied(string description) => new("access_denied", description);

    /// <summary>RFC 6749 §4.1.2.1: no such response type here.</summary>
    public static OAuthError UnsupportedResponseType(string description) => new("unsupported_response_type", description);

    /// <summary>RFC 8628 §3.5: the user has not answered yet.</summary>
    public static OAuthError AuthorizationPending() => new("authorization_pending", "The user has not answered yet. Ask again.");

    /// <summary>RFC 8628 §3.5: as <see cref="AuthorizationPending"/>, and the device must wait 5 seconds more each time.</summary>
    public static OAuthError SlowDown() => new("slow_down", "The device asks too often. Wait 5 seconds longer each time.");

    /// <summary>RFC 8628 §3.5: the user did not answer in time.</summary>
    public static OAuthError ExpiredToken() => new("expired_token", "The device code has expired. Start again.");

    /// <summary>OIDC Core §3.1.2.6: <c>prompt=none</c>, and nobody is signed in.</summary>
    public static OAuthError LoginRequired() => new("login_required", "The user has to sign in.");

    /// <summary>OIDC Core §3.1.2.6: <c>prompt=none</c>, and the user has not approved this.</summary>
    public static OAuthError ConsentRequired() => new("consent_required", "The user has to consent.");

    /// <summary>OIDC Core §3.1.2.6: <c>prompt=none</c>, and the user has to see something.</summary>
    public static OAuthError InteractionRequired(string description) => new("interaction_required", description);

    /// <summary>OIDC Core §3.1.2.6: <c>request</c>, <c>request_uri</c> or <c>registration</c> is not supported.</summary>
    public static OAuthError NotSupported(string parameter) =>
        new($"{parameter}_not_supported", $"The parameter {parameter} is not supported.");
}
