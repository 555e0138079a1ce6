using System.Net;
using System.Net.Sockets;

namespace Latchkey.Http;

/// <summary>
/// How Latchkey goes to addresses that others chose: no redirect is followed, no cookie kept, and no connection opened into private
/// networks (<see cref="PublicAddress"/>). In Development every address may be reached.
/// </summary>
public static class GuardedHandler
{
    static readonly TimeSpan MaxConnectTime = TimeSpan.FromSeconds(5);

    /// <summary>A new handler; its client disposes of it.</summary>
    public static SocketsHttpHandler New(bool development) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false, // A proxy would resolve the names, past the check.
        ConnectTimeout = MaxConnectTime,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        AutomaticDecompression = DecompressionMethods.None,
        ConnectCallback = (context, cancel) => Connect(context, development, cancel),
    };

    static async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, bool development, CancellationToken cancel)
    {
        // The check is on what is connected to, not on the name: a name may resolve to another address the next time.
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancel);
        var allowed = development ? addresses : [.. addresses.Where(PublicAddress.Is)];
        if (allowed.Length == 0) throw new HttpRequestException("The name has no public address.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
