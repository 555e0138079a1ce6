using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Latchkey.Http;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Account;

/// <summary>
/// One JSON object as a file to keep, sent while it is written. Of a long one the status is sent before the end is known, so a failure in
/// the middle cuts the response off, and what arrived is no valid JSON.
/// </summary>
/// <param name="write">Writes the object's members.</param>
public sealed class JsonDownload(Func<JsonDownload.Writer, Task> write) : StreamedResult
{
    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <inheritdoc/>
    protected override async Task Send(HttpContext http)
    {
        if (HttpMethods.IsHead(http.Request.Method))
        {
            Describe(http.Response);
            return;
        }
        var buffer = new ArrayBufferWriter<byte>();
        await using var json = new Utf8JsonWriter(buffer);
        var writer = new Writer(json, buffer, http);
        json.WriteStartObject();
        await write(writer);
        json.WriteEndObject();
        await writer.Send();
    }

    static void Describe(HttpResponse response)
    {
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.ContentDisposition = "attachment; filename=\"my-data.json\"";
    }

    /// <summary>Writes the members.</summary>
    public sealed class Writer(Utf8JsonWriter json, ArrayBufferWriter<byte> buffer, HttpContext http)
    {
        const int MaxPending = 32 * 1024;

        /// <summary>A member.</summary>
        public void Write<T>(string name, T value)
        {
            json.WritePropertyName(name);
            JsonSerializer.Serialize(json, value, Options);
        }

        /// <summary>A list of any length, which is sent while it is read; returns how long it was.</summary>
        public async Task<int> Write<T>(string name, IAsyncEnumerable<T> items)
        {
            var count = 0;
            json.WriteStartArray(name);
            await foreach (var item in items)
            {
                JsonSerializer.Serialize(json, item, Options);
                count++;
                if (json.BytesPending + buffer.WrittenCount >= MaxPending) await Send();
            }
            json.WriteEndArray();
            return count;
        }

        internal async Task Send()
        {
            if (!http.Response.HasStarted) Describe(http.Response);
            await json.FlushAsync(http.RequestAborted);
            await http.Response.Body.WriteAsync(buffer.WrittenMemory, http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            buffer.ResetWrittenCount();
        }
    }
}
