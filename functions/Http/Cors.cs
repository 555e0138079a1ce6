using Microsoft.AspNetCore.Http;

namespace Latchkey.Http;

/// <summary>
/// Cross-origin answers (Fetch standard §3.2) for a tenant's origins. The list holds raw origins, compared as they are:
/// <c>capacitor://localhost</c> is one. A foreign origin simply gets no header. Credentials are allowed where the endpoint
/// says so, which is where a refresh cookie may come: always for one origin by name, never for <c>*</c>.
/// </summary>
public static class Cors
{
    /// <summary>Seconds for which a browser may keep a preflight's answer.</summary>
    const string MaxAge = "600";

    // tus 1.0.0: what its requests and its answers have beyond HTTP's own headers.
    const string TusRequests = "Tus-Resumable, Upload-Length, Upload-Offset, Upload-Metadata, Upload-Checksum, X-HTTP-Method-Override, X-Requested-With";
    const string TusAnswers = "Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Tus-Checksum-Algorithm, "
        + "Upload-Offset, Upload-Length, Upload-Metadata, Upload-Expires";

    /// <summary>Sets the headers; true if the request is a preflight, which needs no further answer.</summary>
    public static bool Apply(HttpRequest request, IEnumerable<string> origins, bool credentials = false)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.Append("Vary", "Origin");
        var origin = request.Headers.Origin.ToString();
        var preflight = HttpMethods.IsOptions(request.Method);
        if (origin.Length == 0 || !origins.Contains(origin, StringComparer.Ordinal)) return preflight;
        headers.AccessControlAllowOrigin = origin;
        // A web view's own scheme is never one site with us: a SameSite=Strict cookie does not come from there.
        if (credentials && origin.StartsWith("http", StringComparison.Ordinal)) headers.AccessControlAllowCredentials = "true";
        headers.AccessControlExposeHeaders = $"WWW-Authenticate, Retry-After, Location, DPoP-Nonce, {TusAnswers}";
        if (!preflight) return false;
        headers.AccessControlAllowMethods = "GET, POST, PUT, PATCH, DELETE";
        headers.AccessControlAllowHeaders = $"Authorization, Content-Type, DPoP, {TusRequests}";
        headers.AccessControlMaxAge = MaxAge;
        return true;
    }
}
