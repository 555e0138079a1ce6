using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Latchkey.Tests.Worker;

/// <summary>How a request's body is framed.</summary>
enum Framing
{
    /// <summary>With its length.</summary>
    Length,

    /// <summary>In chunks.</summary>
    Chunked,

    /// <summary>With its length, and not before the server has asked for it (RFC 9110 §10.1.1).</summary>
    Expected,

    /// <summary>With a length of which only the beginning is ever sent.</summary>
    Declared,
}

/// <summary>A request, byte by byte: no client tidies up its target or its headers.</summary>
/// <param name="Label">What is special about it, which is what the table of docs/operating/functions-host.md calls it.</param>
/// <param name="Method">The method.</param>
/// <param name="Target">The target, as it goes over the line.</param>
sealed record RawRequest(string Label, string Method, string Target)
{
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public byte[]? Body { get; init; }

    public Framing Framing { get; init; }

    /// <summary>The length that is said but not sent (<see cref="Framing.Declared"/>).</summary>
    public long Declared { get; init; }

    public override string ToString() => $"{Label}: {Method} {Target}";
}

/// <summary>An answer as it came.</summary>
sealed record RawAnswer(int Status, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    public string? Header(string name) =>
        Headers.FirstOrDefault(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}

/// <summary>HTTP/1.1 by hand (RFC 9112), one request a connection.</summary>
static class RawHttp
{
    static readonly TimeSpan patience = TimeSpan.FromSeconds(60);
    static readonly byte[] headEnd = "\r\n\r\n"u8.ToArray();

    /// <exception cref="IOException">The server said nothing that is HTTP.</exception>
    public static async Task<RawAnswer> Send(Uri server, RawRequest request)
    {
        using var giveUp = new CancellationTokenSource(patience);
        using var line = new TcpClient();
        await line.ConnectAsync(server.Host, server.Port, giveUp.Token);
        var stream = line.GetStream();
        using var received = new MemoryStream();
        await stream.WriteAsync(Head(server, request), giveUp.Token);
        if (request is { Framing: Framing.Expected, Body: not null })
        {
            await ReadUntil(stream, received, () => received.ToArray().AsSpan().IndexOf(headEnd) >= 0, giveUp.Token);
            if (Encoding.ASCII.GetString(received.ToArray()).StartsWith("HTTP/1.1 100 ", StringComparison.Ordinal))
            {
                received.SetLength(0);
                await stream.WriteAsync(request.Body, giveUp.Token);
            }
        }
        else if (request.Body is { } body)
        {
            await stream.WriteAsync(request.Framing == Framing.Chunked ? Chunks(body) : body, giveUp.Token);
        }
        // What was refused before its body was asked for is answered: the server would wait five seconds for the body before it closes.
        var answer = Parse(request, received.ToArray(), ended: false);
        if (answer is null)
            await ReadUntil(stream, received, () => (answer = Parse(request, received.ToArray(), ended: false)) is not null, giveUp.Token);
        return answer ?? Parse(request, received.ToArray(), ended: true) ?? throw new IOException($"{request} got no answer.");
    }

    static byte[] Head(Uri server, RawRequest request)
    {
        var head = new StringBuilder($"{request.Method} {request.Target} HTTP/1.1\r\nHost: {server.Authority}\r\nConnection: close\r\n");
        foreach (var (name, value) in request.Headers) head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        if (request.Framing == Framing.Expected) head.Append("Expect: 100-continue\r\n");
        if (request.Framing == Framing.Chunked) head.Append("Transfer-Encoding: chunked\r\n");
        else if (request.Framing == Framing.Declared) head.Append(CultureInfo.InvariantCulture, $"Content-Length: {request.Declared}\r\n");
        else if (request.Body is { } body) head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        return Encoding.UTF8.GetBytes(head.Append("\r\n").ToString());
    }

    static byte[] Chunks(byte[] body) => body.Length == 0 ? "0\r\n\r\n"u8.ToArray()
        : [.. Encoding.ASCII.GetBytes($"{body.Length:x}\r\n"), .. body, .. "\r\n0\r\n\r\n"u8];

    static async Task ReadUntil(NetworkStream stream, MemoryStream received, Func<bool> done, CancellationToken cancel)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int length;
            while ((length = await stream.ReadAsync(buffer, cancel)) > 0)
            {
                received.Write(buffer, 0, length);
                if (!stream.DataAvailable && done()) return; // A long answer is not looked through at each of its pieces.
            }
        }
        catch (IOException)
        {
            // Reset: what came until then is the answer.
        }
    }

    // Null as long as something is missing.
    static RawAnswer? Parse(RawRequest request, byte[] bytes, bool ended)
    {
        var end = bytes.AsSpan().IndexOf(headEnd);
        if (end < 0) return null;
        var lines = Encoding.Latin1.GetString(bytes, 0, end).Split("\r\n");
        var headers = lines.Skip(1).Select(line => line.Split(':', 2)).Select(pair => (pair[0], pair[1].Trim())).ToList();
        var answer = new RawAnswer(int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture), headers,
            bytes[(end + headEnd.Length)..]);
        if (request.Method == "HEAD" && !ended) return null; // A body that must not be there would come behind this.
        if (answer.Header("Transfer-Encoding") == "chunked" && request.Method != "HEAD")
        {
            if (!ended && !bytes.AsSpan().EndsWith("0\r\n\r\n"u8)) return null;
            return answer with { Body = Joined(answer.Body) };
        }
        if (answer.Header("Content-Length") is { } length && request.Method != "HEAD")
            return ended || answer.Body.Length >= long.Parse(length, CultureInfo.InvariantCulture) ? answer : null;
        return ended || answer.Status is 204 or 304 ? answer : null;
    }

    static byte[] Joined(byte[] chunked)
    {
        using var joined = new MemoryStream();
        var at = 0;
        while (chunked.AsSpan(at).IndexOf("\r\n"u8) is > 0 and var digits)
        {
            var length = int.Parse(Encoding.ASCII.GetString(chunked, at, digits), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (length == 0 || at + digits + 2 + length > chunked.Length) break;
            joined.Write(chunked, at + digits + 2, length);
            at += digits + 2 + length + 2;
        }
        return joined.ToArray();
    }
}
