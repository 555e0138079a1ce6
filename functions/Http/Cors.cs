using Microsoft.AspNetCore.Http;

namespace Latchkey.Http;

/// <summary>
/// CORS headers (Fetch standard §3.2) for a tenant's origins, which are compared as they are: <c>capacitor://localhost</c> is one.
/// A foreign origin gets no header. Credentials are allowed only where the endpoint says so, for the refresh cookie, and always
/// for one origin by name, never for <c>*</c>.
/// </summary>
public static class Cors
{
    /// <summary>Seconds for which a browser may cache a preflight response.</summary>
    const string MaxAge = "600";

    // Headers that common libraries add: a preflight that does not allow one of them fails without giving a reason.
    const string Customary = "Cache-Control, X-Request-ID, X-Requested-With, traceparent, tracestate";

    // tus 1.0.0: the headers of its requests and responses. Those of unsupported extensions are included, so that a script can
    // read the refusal.
    const string TusRequests = "Tus-Resumable, Upload-Length, Upload-Offset, Upload-Metadata, Upload-Checksum, Upload-Concat, "
        + "Upload-Defer-Length, X-HTTP-Method-Override";
    const string TusAnswers = "Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Tus-Checksum-Algorithm, "
        + "Upload-Offset, Upload-Length, Upload-Metadata, Upload-Expires";

    /// <summary>Sets the headers for a public document, or for a refusal that reveals nothing about a tenant.</summary>
    public static void ApplyToAll(HttpRequest request) => Set(request, "*");

    /// <summary>Sets the headers for a script of an allowed origin.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isAllowed">Decides about the origin as it was sent.</param>
    /// <param name="credentials">True if scripts of allowed origins may send cookies.</param>
    public static void Apply(HttpRequest request, Predicate<string> isAllowed, bool credentials = false)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.Append("Vary", "Origin");
        var origin = request.Headers.Origin.ToString();
        if (origin.Length == 0 || !isAllowed(origin)) return;
        Set(request, origin);
        // A web view's private scheme is never same-site with us: no SameSite=Strict cookie comes from there.
        if (credentials && origin.StartsWith("http", StringComparison.Ordinal)) headers.AccessControlAllowCredentials = "true";
    }

    static void Set(HttpRequest request, string origin)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlExposeHeaders = $"WWW-Authenticate, Retry-After, Location, ETag, DPoP-Nonce, {TusAnswers}";
        if (!HttpMethods.IsOptions(request.Method)) return;
        headers.AccessControlAllowMethods = "GET, POST, PUT, PATCH, DELETE";
        headers.AccessControlAllowHeaders = $"Authorization, Content-Type, DPoP, If-Match, Idempotency-Key, {Customary}, {TusRequests}";
        headers.AccessControlMaxAge = MaxAge;
    }
}
