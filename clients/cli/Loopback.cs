using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Latchkey.Cli;

/// <summary>
/// Waits on this machine for the browser to bring the answer of a sign-in (RFC 8252 §7.3). A request without the state of
/// this sign-in is refused and changes nothing.
/// </summary>
sealed class Loopback : IDisposable
{
    const int MostBytes = 16 * 1024;

    readonly TcpListener listener = new(IPAddress.Loopback, 0);

    public Loopback() => listener.Start();

    /// <summary>The redirect URI; the registered one has no port.</summary>
    public string Address => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/callback";

    public void Dispose() => listener.Dispose();

    /// <summary>The parameters of the answer.</summary>
    /// <param name="state">What the answer must bring back.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Dictionary<string, string>> Answer(string state, CancellationToken cancel)
    {
        var answer = new TaskCompletionSource<Dictionary<string, string>>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await using var stopped = cancel.Register(() => answer.TrySetCanceled(cancel));
        var accepting = Accept(state, answer, stop.Token);
        try
        {
            return await answer.Task;
        }
        finally
        {
            await stop.CancelAsync();
            await accepting;
        }
    }

    // Each connection by itself: a browser opens some that it never uses.
    async Task Accept(string state, TaskCompletionSource<Dictionary<string, string>> answer, CancellationToken cancel)
    {
        var connections = new List<Task>();
        try
        {
            while (true) connections.Add(Serve(await listener.AcceptTcpClientAsync(cancel), state, answer, cancel));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    static async Task Serve(TcpClient connection, string state, TaskCompletionSource<Dictionary<string, string>> answer,
        CancellationToken cancel)
    {
        using (connection)
        {
            try
            {
                var stream = connection.GetStream();
                var parameters = Parameters(await Head(stream, cancel));
                var ours = parameters is not null && parameters.GetValueOrDefault("state") == state;
                var text = ours ? "You can close this window and go back to the terminal."
                    : "This is not the answer that the command line is waiting for.";
                await stream.WriteAsync(
                    Encoding.UTF8.GetBytes(
                        $"HTTP/1.1 {(ours ? "200 OK" : "400 Bad Request")}\r\nContent-Type: text/plain; charset=utf-8\r\n"
                    + $"Cache-Control: no-store\r\nConnection: close\r\nContent-Length: {Encoding.UTF8.GetByteCount(text)}\r\n\r\n{text}"),
                    cancel);
                if (ours) answer.TrySetResult(parameters!);
            }
            catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException)
            {
                // Whoever it was hung up, or the sign-in is over.
            }
        }
    }

    static async Task<string> Head(NetworkStream stream, CancellationToken cancel)
    {
        var buffer = new byte[MostBytes];
        var length = 0;
        while (length < buffer.Length && buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancel);
            if (read == 0) break;
            length += read;
        }
        return Encoding.ASCII.GetString(buffer, 0, length);
    }

    static Dictionary<string, string>? Parameters(string head)
    {
        if (head.Split('\n')[0].Split(' ') is not ["GET", var target, ..]
            || !target.StartsWith("/callback?", StringComparison.Ordinal)) return null;
        var parameters = new Dictionary<string, string>();
        foreach (var pair in target[(target.IndexOf('?', StringComparison.Ordinal) + 1)..].Split('&').Select(pair => pair.Split('=', 2)))
            if (!parameters.TryAdd(Decode(pair[0]), pair.Length == 2 ? Decode(pair[1]) : "")) return null;
        return parameters;

        static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
    }
}
