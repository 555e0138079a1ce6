using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Account;

/// <summary>
/// One JSON object as a file to keep, sent while it is written. The status is sent before the end is known, so a failure in the middle
/// cuts the response off, and what arrived is no valid JSON.
/// </summary>
/// <param name="write">Writes the object's members.</param>
public sealed class JsonDownload(Func<JsonDownload.Writer, Task> write) : IResult
{
    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.ContentDisposition = "attachment; filename=\"my-data.json\"";
        if (HttpMethods.IsHead(httpContext.Request.Method)) return;
        try
        {
            await using var json = new Utf8JsonWriter(response.BodyWriter);
            json.WriteStartObject();
            await write(new Writer(json, response));
            json.WriteEndObject();
            await json.FlushAsync(httpContext.RequestAborted);
        }
        catch (Exception)
        {
            httpContext.Abort(); // So that nobody takes half of it for the whole.
        }
    }

    /// <summary>Writes the members.</summary>
    public sealed class Writer(Utf8JsonWriter json, HttpResponse response)
    {
        const int MaxPending = 32 * 1024;

        /// <summary>A member.</summary>
        public void Write<T>(string name, T value)
        {
            json.WritePropertyName(name);
            JsonSerializer.Serialize(json, value, Options);
        }

        /// <summary>A list of any length, which is sent while it is read.</summary>
        public async Task Write<T>(string name, IAsyncEnumerable<T> items)
        {
            json.WriteStartArray(name);
            await foreach (var item in items)
            {
                JsonSerializer.Serialize(json, item, Options);
                if (json.BytesPending + json.BytesCommitted - sent < MaxPending) continue;
                await json.FlushAsync(response.HttpContext.RequestAborted);
                await response.BodyWriter.FlushAsync(response.HttpContext.RequestAborted);
                sent = json.BytesCommitted;
            }
            json.WriteEndArray();
        }

        long sent;
    }
}
