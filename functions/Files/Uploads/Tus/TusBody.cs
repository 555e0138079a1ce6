using Latchkey.Http;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Files;

/// <summary>Reads a request's body until it ends, breaks or takes too long. What was read by then counts.</summary>
sealed class TusBody(HttpRequest request, TimeProvider clock, DateTimeOffset until)
{
    long bytesRead;

    /// <summary>What interrupted the body, or null.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>True if the time ran out before the body ended.</summary>
    public bool TimedOut { get; private set; }

    /// <summary>Fills the buffer. It stays partly empty only if the body ends, breaks or the time runs out.</summary>
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

    /// <summary>True if the body has at least one more byte.</summary>
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
