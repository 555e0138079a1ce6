using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Http;

/// <summary>
/// A response of JSON lines (one JSON value per line, UTF-8), of any length, sent while it is produced. The status is sent before
/// the last line is known, so a failure in the middle cuts the response off; a reader must look for the final line that the
/// endpoint documents.
/// </summary>
public sealed class JsonLines(IAsyncEnumerable<object> lines, string fileName) : IResult
{
    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, cancel) = (httpContext.Response, httpContext.RequestAborted);
        response.ContentType = "application/jsonl";
        response.Headers.ContentDisposition = $"attachment; filename=\"{fileName}\"";
        if (HttpMethods.IsHead(httpContext.Request.Method)) return; // Producing the lines is work, and may change something.
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
            httpContext.Abort(); // So that nobody takes half of it for the whole.
        }
    }

    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };
}
