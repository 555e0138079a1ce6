using System.Text.Json.Nodes;
using Latchkey.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Scim;

/// <summary>What the service offers (RFC 7644 §4), and what it does not.</summary>
public sealed class DiscoveryEndpoints(ScimPipeline pipeline)
{
    const string Root = "{tenant}/scim/v2";

    /// <summary><c>GET /{tenant}/scim/v2/ServiceProviderConfig</c> (RFC 7643 §5, RFC 9865 §4).</summary>
    [Function("scim-config")]
    public Task<IResult> Config(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Root + "/ServiceProviderConfig")] HttpRequest request) =>
        pipeline.Run(request, call => Task.FromResult(ScimResult.Json(new JsonObject
        {
            ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"),
            ["patch"] = Supported(true),
            ["bulk"] = new JsonObject
            {
                ["supported"] = true,
                ["maxOperations"] = BulkRunner.MaxOperations,
                ["maxPayloadSize"] = ScimBody.MaxBytes,
            },
            ["filter"] = new JsonObject { ["supported"] = true, ["maxResults"] = ListQuery.MaxCount },
            ["changePassword"] = Supported(call.Token.Passwords),
            ["sort"] = Supported(false),
            ["etag"] = Supported(true),
            ["pagination"] = new JsonObject
            {
                ["cursor"] = true,
                ["index"] = true,
                ["defaultPaginationMethod"] = "index",
                ["defaultPageSize"] = ListQuery.DefaultCount,
                ["maxPageSize"] = ListQuery.MaxCount,
            },
            ["authenticationSchemes"] = new JsonArray(new JsonObject
            {
                ["type"] = "oauthbearertoken",
                ["name"] = "SCIM token",
                ["description"] = "A token that an administrator of the tenant creates for the directory.",
                ["primary"] = true,
            }),
            ["meta"] = new JsonObject
            {
                ["resourceType"] = "ServiceProviderConfig",
                ["location"] = $"{call.Base}/ServiceProviderConfig",
            },
        })));

    /// <summary><c>GET /{tenant}/scim/v2/Schemas</c></summary>
    [Function("scim-schemas")]
    public Task<IResult> Schemas(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Root + "/Schemas")] HttpRequest request) =>
        pipeline.Run(request, call => Task.FromResult(All(ScimSchemas.All(call.Base))));

    /// <summary><c>GET /{tenant}/scim/v2/Schemas/{schema}</c></summary>
    [Function("scim-schema")]
    public Task<IResult> Schema(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Root + "/Schemas/{schema}")] HttpRequest request) =>
        pipeline.Run(request, call => Task.FromResult(One(ScimSchemas.All(call.Base), request.RouteValues["schema"] as string)));

    /// <summary><c>GET /{tenant}/scim/v2/ResourceTypes</c></summary>
    [Function("scim-resource-types")]
    public Task<IResult> Types(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Root + "/ResourceTypes")] HttpRequest request) =>
        pipeline.Run(request, call => Task.FromResult(All(ScimSchemas.Types(call.Base))));

    /// <summary><c>GET /{tenant}/scim/v2/ResourceTypes/{type}</c></summary>
    [Function("scim-resource-type")]
    public Task<IResult> Type(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Root + "/ResourceTypes/{type}")] HttpRequest request) =>
        pipeline.Run(request, call => Task.FromResult(One(ScimSchemas.Types(call.Base), request.RouteValues["type"] as string)));

    /// <summary><c>/{tenant}/scim/v2/Me</c> → 501 (RFC 7644 §3.11): a directory is nobody.</summary>
    [Function("scim-me")]
    public Task<IResult> Me(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "post", "put", "patch", "delete",
            Route = Root + "/Me")] HttpRequest request) =>
        pipeline.Run(request, _ => throw NotOffered());

    /// <summary><c>POST /{tenant}/scim/v2/.search</c> → 501: users and groups are searched each by themselves.</summary>
    [Function("scim-search")]
    public Task<IResult> Search(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Root + "/.search")] HttpRequest request) =>
        pipeline.Run(request, _ => throw NotOffered());

    static Problem NotOffered() => new(501, "notImplemented", "This is not offered.");

    static JsonObject Supported(bool isSupported) => new() { ["supported"] = isSupported };

    static IResult All(IEnumerable<JsonObject> documents)
    {
        var list = documents.ToList();
        return ScimResult.Json(new JsonObject
        {
            ["schemas"] = new JsonArray(ScimSchemas.List),
            ["totalResults"] = list.Count,
            ["itemsPerPage"] = list.Count,
            ["startIndex"] = 1,
            ["Resources"] = new JsonArray([.. list]),
        });
    }

    static IResult One(IEnumerable<JsonObject> documents, string? id) =>
        documents.FirstOrDefault(one => string.Equals((string?)one["id"], id, StringComparison.OrdinalIgnoreCase)) is { } found
            ? ScimResult.Json(found) : throw ScimError.NotFound();
}
