using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Latchkey.Http;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Scim;

/// <summary>Answers in <c>application/scim+json</c> (RFC 7644 §3.1, §8.1).</summary>
static class ScimResult
{
    /// <summary>The media type of requests and answers.</summary>
    public const string MediaType = "application/scim+json";

    static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A document.</summary>
    public static IResult Json(JsonNode json, int status = 200) =>
        Results.Text(json.ToJsonString(Readable), MediaType, System.Text.Encoding.UTF8, status);

    /// <summary>A resource with its version and, if it is new, its address.</summary>
    public static IResult Resource(HttpResponse response, JsonObject resource, Projection projection, int status = 200)
    {
        response.Headers.ETag = (string)resource["meta"]!["version"]!;
        if (status == 201) response.Headers.Location = (string)resource["meta"]!["location"]!;
        return Json(projection.Of(resource), status);
    }

    /// <summary>304 if the caller knows this version (RFC 7644 §3.14, RFC 9110 §13.1.2), or null.</summary>
    public static IResult? NotModified(ScimRequest call, string version)
    {
        if (!Versions.Has(EntityTag.Tags(call.Http.Headers.IfNoneMatch), version)) return null;
        call.Response.Headers.ETag = version;
        return Results.StatusCode(304);
    }

    /// <summary>A refusal (RFC 7644 §3.12).</summary>
    public static JsonObject Error(Problem problem)
    {
        var error = new JsonObject { ["schemas"] = new JsonArray(ScimError.Schema) };
        if (ScimError.TypeOf(problem) is { } type) error["scimType"] = type;
        error["status"] = problem.Status.ToString(CultureInfo.InvariantCulture);
        error["detail"] = problem.Message.Length > 0 ? problem.Message : problem.Status switch
        {
            503 => "Storage is not available at the moment. Nothing was lost.",
            413 => "The request body is too large.",
            < 500 => "The request could not be read.",
            _ => "An internal error occurred.",
        };
        return error;
    }
}
