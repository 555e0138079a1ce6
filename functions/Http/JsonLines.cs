using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Http;

/// <summary>
/// An answer of JSON lines (one JSON value a line, UTF-8), sent while it is made, so that it may be of any length. The
/// status is on its way before the last line is known: what breaks off in the middle is cut off, and whoever reads must
/// look for the end that the lines themselves promise.
/// </summary>
public sealed class JsonLines(IAsyncEnumerable<object> lines, string fileName) : IResult
{
    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, cancel) = (httpContext.Response, httpContext.RequestAborted);
        response.ContentType = "application/jsonl";
        response.Headers.ContentDisposition = $"attachment; filename=\"{fileName}\"";
        if (HttpMethods.IsHead(httpContext.Request.Method)) return; // Making the lines is work, and may change something.
        try
        {
            await foreach (var line in lines.WithCancellation(cancel))
            {
                await JsonSerializer.SerializeAsync(response.Body, line, line.GetType(), Options, cancel);
                await response.WriteAsync("\n", cancel);
            }
        }
        catch (Exception)
        {
            httpContext.Abort(); // Nobody must take half of it for the whole.
        }
    }

    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };
}
