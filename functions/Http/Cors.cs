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

    // What stock libraries send beside what is needed: a preflight that lacks one of them fails without a reason.
    const string Customary = "Cache-Control, X-Request-ID, X-Requested-With, traceparent, tracestate";

    // tus 1.0.0: what its requests and its answers have beyond HTTP's own headers. Those of extensions that are refused
    // are here too, so that the script reads the refusal.
    const string TusRequests = "Tus-Resumable, Upload-Length, Upload-Offset, Upload-Metadata, Upload-Checksum, Upload-Concat, "
        + "Upload-Defer-Length, X-HTTP-Method-Override";
    const string TusAnswers = "Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Tus-Checksum-Algorithm, "
        + "Upload-Offset, Upload-Length, Upload-Metadata, Upload-Expires";

    /// <summary>Sets the headers for a document that is everybody's, or a refusal that holds nothing of any tenant.</summary>
    public static void ApplyToAll(HttpRequest request) => Set(request, "*");

    /// <summary>Sets the headers for a tenant's origins.</summary>
    public static void Apply(HttpRequest request, IEnumerable<string> origins, bool credentials = false)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.Append("Vary", "Origin");
        var origin = request.Headers.Origin.ToString();
        if (origin.Length == 0 || !origins.Contains(origin, StringComparer.Ordinal)) return;
        Set(request, origin);
        // A web view's own scheme is never one site with us: a SameSite=Strict cookie does not come from there.
        if (credentials && origin.StartsWith("http", StringComparison.Ordinal)) headers.AccessControlAllowCredentials = "true";
    }

    static void Set(HttpRequest request, string origin)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlExposeHeaders = $"WWW-Authenticate, Retry-After, Location, DPoP-Nonce, {TusAnswers}";
        if (!HttpMethods.IsOptions(request.Method)) return;
        headers.AccessControlAllowMethods = "GET, POST, PUT, PATCH, DELETE";
        headers.AccessControlAllowHeaders = $"Authorization, Content-Type, DPoP, {Customary}, {TusRequests}";
        headers.AccessControlMaxAge = MaxAge;
    }
}
