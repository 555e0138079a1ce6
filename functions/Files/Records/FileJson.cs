using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Files;

/// <summary>Writes the responses of the file endpoints. Null fields are left out.</summary>
static class FileJson
{
    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static IResult Ok<T>(T answer, int status = 200) => Results.Json(answer, Options, statusCode: status);

    public static IResult Accepted<T>(HttpRequest request, string location, T answer)
    {
        request.HttpContext.Response.Headers.Location = location;
        return Results.Json(answer, Options, statusCode: 202);
    }

    public static IResult Created<T>(HttpRequest request, string location, T answer)
    {
        request.HttpContext.Response.Headers.Location = location;
        return Results.Json(answer, Options, statusCode: 201);
    }
}
