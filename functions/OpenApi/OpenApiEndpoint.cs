using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.OpenApi;

/// <summary>The document and its page: public, of no tenant, made once, kept by whoever asks for five minutes.</summary>
public sealed class OpenApiEndpoint(Endpoint endpoint, OpenApiDocument document)
{
    /// <summary><c>GET /openapi.json</c>: OpenAPI 3.1, for tools of any origin.</summary>
    [Function("openapi-json")]
    public Task<IResult> Json(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "openapi.json")] HttpRequest request) =>
        endpoint.Run(request, () =>
        {
            request.HttpContext.Response.Headers.AccessControlAllowOrigin = "*";
            return Task.FromResult(Answer(request, document.ETag, document.Json, "application/json"));
        });

    /// <summary><c>GET /openapi</c>: the same, to read.</summary>
    [Function("openapi-page")]
    public Task<IResult> Page(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "openapi")] HttpRequest request) =>
        endpoint.Run(request, () =>
        {
            var headers = request.HttpContext.Response.Headers;
            headers.ContentSecurityPolicy = ReferencePage.Policy;
            headers["Referrer-Policy"] = "no-referrer";
            headers.XFrameOptions = "DENY"; // For browsers that do not know frame-ancestors.
            return Task.FromResult(Answer(request, document.PageETag, document.Page, "text/html; charset=utf-8"));
        });

    static IResult Answer(HttpRequest request, string etag, byte[] body, string type)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.CacheControl = "public, max-age=300";
        headers.ETag = etag;
        // RFC 9110 §13.1.2: a list, or *; proxies that compress make a tag weak.
        var known = request.Headers.IfNoneMatch.SelectMany(line => line?.Split(',', StringSplitOptions.TrimEntries) ?? []);
        return known.Any(tag => tag == "*" || tag == etag || tag == $"W/{etag}") ? Results.StatusCode(304) : Results.Bytes(body, type);
    }
}
