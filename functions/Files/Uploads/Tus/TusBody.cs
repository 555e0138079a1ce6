using Latchkey.Http;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Files;

/// <summary>A request's body, read until it ends, breaks or takes too long; what was read by then counts.</summary>
sealed class TusBody(HttpRequest request, TimeProvider clock, DateTimeOffset until)
{
    long bytesRead;

    /// <summary>What broke the line, or null.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>True if the time was over before the body was.</summary>
    public bool TimedOut { get; private set; }

    /// <summary>Fills the buffer; less than all of it only at the end, of the body or of the patience.</summary>
    public async Task<int> Fill(Memory<byte> buffer)
    {
        var filled = 0;
        while (filled < buffer.Length && !TimedOut)
        {
            var length = await Read(buffer[filled..]);
            if (length == 0) break;
            filled += length;
            TimedOut = clock.GetUtcNow() >= until;
        }
        return filled;
    }

    /// <summary>True if there is at least another byte.</summary>
    public async Task<bool> HasMore() => await Read(new byte[1]) > 0;

    async Task<int> Read(Memory<byte> buffer)
    {
        try
        {
            var length = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted);
            bytesRead += length;
            if (length == 0 && buffer.Length > 0 && request.ContentLength is { } declared && declared != bytesRead) Fault = Truncated();
            return length;
        }
        catch (BadHttpRequestException bad)
        {
            Fault = bad;
        }
        catch (Exception broken) when (broken is IOException or OperationCanceledException)
        {
            Fault = Truncated();
        }
        return 0;
    }

    static Problem Truncated() => Problem.BadRequest("truncated_body", "The request's body ended before its declared length.");
}
