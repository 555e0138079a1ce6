using System.Globalization;
using Latchkey.Keys;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Http;

/// <summary>
/// An error response outside OAuth: RFC 9457 problem+json with a stable <c>code</c>. It can be thrown anywhere below
/// <see cref="ErrorBoundary"/>.
/// </summary>
public sealed class Problem(int status, string code, string detail) : Exception(detail)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>The stable code for programs, such as <c>file_not_found</c>.</summary>
    public string Code { get; } = code;

    /// <summary>Seconds to wait before the next attempt (RFC 9110 §10.2.3), or null.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>The <c>WWW-Authenticate</c> challenge (RFC 6750 §3), or null.</summary>
    public string? Challenge { get; init; }

    /// <summary>The failed authorization request, if known: the error page leads back to its app. Not part of the response.</summary>
    public Form? Waiting { get; init; }

    /// <summary>Where the user can try again, a path of ours, or null: the error page leads there. Not part of the response.</summary>
    public string? TryAgain { get; init; }

    /// <summary>Further members of the response, such as the numbers of a limit.</summary>
    public IReadOnlyDictionary<string, object?>? Extensions { get; init; }

    /// <summary>400: the request is malformed.</summary>
    public static Problem BadRequest(string code, string detail) => new(400, code, detail);

    /// <summary>404: it does not exist, or the caller may not know of it.</summary>
    public static Problem NotFound(string code, string detail) => new(404, code, detail);

    /// <summary>400 <c>unknown_action</c>: a form's button is none of this page.</summary>
    public static Problem UnknownAction() => BadRequest("unknown_action", "The action is not supported.");

    /// <summary>401 <c>invalid_token</c>: the token is right, but its user is gone.</summary>
    public static Problem UserGone() => Unauthorized("The access token's user is disabled or was deleted.");

    /// <summary>409: the current state does not allow this.</summary>
    public static Problem Conflict(string code, string detail) => new(409, code, detail);

    /// <summary>503: storage or the vault does not respond; nothing that was acknowledged is lost.</summary>
    public static Problem Unavailable(string code, string detail, int retryAfterSeconds) =>
        new(503, code, detail) { RetryAfter = retryAfterSeconds };

    /// <summary>RFC 6750 §3.1: 401 <c>invalid_token</c>, or a bare challenge if no token was sent.</summary>
    public static Problem Unauthorized(string detail, bool tokenSent = true) => new(401, "invalid_token", detail)
    {
        Challenge = tokenSent ? $"Bearer error=\"invalid_token\", error_description=\"{Quote(detail)}\"" : $"Bearer, DPoP {DPoPAlgorithms}",
    };

    /// <summary>RFC 9449 §7.1 and §9: 401 <c>invalid_dpop_proof</c>, <c>use_dpop_nonce</c> or <c>invalid_token</c>.</summary>
    public static Problem DPoP(string code, string detail) => new(401, code, detail)
    {
        Challenge = $"DPoP error=\"{code}\", error_description=\"{Quote(detail)}\", {DPoPAlgorithms}",
    };

    /// <summary>RFC 6750 §3.1: 403 <c>insufficient_scope</c>, with the missing scope.</summary>
    public static Problem InsufficientScope(string scope) =>
        new(403, "insufficient_scope", $"The access token lacks the scope {scope}.")
        {
            Challenge = $"Bearer error=\"insufficient_scope\", scope=\"{scope}\"",
            Extensions = new Dictionary<string, object?> { ["scope"] = scope },
        };

    /// <summary>RFC 9470 §3: 401 <c>insufficient_user_authentication</c>: the user has to sign in again before this.</summary>
    /// <param name="detail">Why.</param>
    /// <param name="maxAge">How old the sign-in may be.</param>
    /// <param name="acr">The authentication context that is needed, or null.</param>
    public static Problem InsufficientAuthentication(string detail, TimeSpan maxAge, string? acr) =>
        new(401, "insufficient_user_authentication", detail)
        {
            Challenge = $"Bearer error=\"insufficient_user_authentication\", error_description=\"{Quote(detail)}\""
                + $"{(acr is null ? "" : $", acr_values=\"{acr}\"")}, max_age=\"{(int)maxAge.TotalSeconds}\"",
        };

    /// <summary>400 <c>invalid_field</c>: a field of the body is not as it must be.</summary>
    /// <param name="field">Its name.</param>
    /// <param name="why">What it must be, as the rest of a sentence.</param>
    public static Problem InvalidField(string field, string why) =>
        new(400, "invalid_field", $"{field} {why}.") { Extensions = new Dictionary<string, object?> { ["field"] = field } };

    /// <summary>The response.</summary>
    public IResult ToResult(HttpResponse response)
    {
        if (RetryAfter is { } seconds) response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        var request = response.HttpContext.Request;
        if (Challenge is { } challenge) response.Headers.WWWAuthenticate = ResourceMetadata.AddTo(request, InSchemeOf(request, challenge));
        var members = new Dictionary<string, object?>(Extensions ?? new Dictionary<string, object?>()) { ["code"] = Code };
        return Results.Problem(Message, statusCode: Status, title: Title(Status), type: "about:blank", extensions: members);
    }

    static string DPoPAlgorithms => $"algs=\"{string.Join(' ', ForeignJwt.Algorithms)}\"";

    // RFC 9449 §7.1: a caller that used DPoP gets a DPoP challenge.
    static string InSchemeOf(HttpRequest request, string challenge) =>
        challenge.StartsWith("Bearer error", StringComparison.Ordinal)
        && request.Headers.Authorization.ToString().StartsWith("DPoP ", StringComparison.OrdinalIgnoreCase)
            ? $"DPoP{challenge["Bearer".Length..]}, {DPoPAlgorithms}" : challenge;

    // RFC 6750 §3: error_description contains only %x20-21 / %x23-5B / %x5D-7E.
    static string Quote(string text) =>
        string.Concat(text.Select(c => c is < ' ' or > '~' ? '?' : c is '"' or '\\' ? '\'' : c));

    static string Title(int status) => status switch
    {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        460 => "Checksum Mismatch",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Error",
    };
}
