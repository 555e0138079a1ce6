using Latchkey.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.OpenApi;

/// <summary>The API's description and its reference page: public, independent of tenants, built once, cacheable for five minutes.</summary>
public sealed class OpenApiEndpoint(ErrorBoundary boundary, OpenApiDocument document, ReferencePage page)
{
    /// <summary><c>GET /openapi.json</c>: OpenAPI 3.1, readable from any origin.</summary>
    [Function("openapi-json")]
    public Task<IResult> Json(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "openapi.json")] HttpRequest request) =>
        boundary.Run(request, () =>
        {
            request.HttpContext.Response.Headers.AccessControlAllowOrigin = "*";
            return Task.FromResult(Answer(request, document.ETag, document.Json, "application/json"));
        });

    /// <summary><c>GET /openapi</c>: the reference page, to read, search and try the API.</summary>
    [Function("openapi-page")]
    public Task<IResult> Page(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "openapi")] HttpRequest request) =>
        boundary.Run(request, async () =>
        {
            var headers = request.HttpContext.Response.Headers;
            headers.ContentSecurityPolicy = ReferencePage.Policy;
            headers["Referrer-Policy"] = "no-referrer";
            headers.XFrameOptions = "DENY"; // For browsers that do not support frame-ancestors.
            var html = await page.Html();
            return Answer(request, EntityTag.Of(html), html, "text/html; charset=utf-8");
        });

    /// <summary>
    /// <c>GET /openapi/{file}</c>: a script or style sheet of the page. It never changes under its name, which contains its hash, so
    /// browsers may keep it for good (RFC 8246).
    /// </summary>
    [Function("openapi-page-part")]
    public Task<IResult> File(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "openapi/{file}")] HttpRequest request) =>
        boundary.Run(request, () =>
        {
            var file = ViewerFile.Find(request.RouteValues["file"] as string)
                ?? throw Problem.NotFound("part_not_found", "The file was not found.");
            var headers = request.HttpContext.Response.Headers;
            headers.CacheControl = "public, max-age=31536000, immutable";
            headers.Vary = "Accept-Encoding";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            var packed = request.GetTypedHeaders().AcceptEncoding
                .Any(coding => coding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && coding.Quality is not 0);
            if (packed) headers.ContentEncoding = "gzip";
            return Task.FromResult(Results.Bytes(packed ? file.Packed : file.Unpacked(), file.ContentType));
        });

    static IResult Answer(HttpRequest request, string etag, byte[] body, string type)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.CacheControl = "public, max-age=300";
        headers.ETag = etag;
        return EntityTag.IsKnown(request, etag) ? Results.StatusCode(304) : Results.Bytes(body, type);
    }
}
