using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Latchkey.OAuth;

/// <summary>
/// Speaks to providers. A tenant's administrator chooses their addresses, so only https to public addresses is possible (in
/// Development also http and this machine), no redirect is followed, and time and size are bounded.
/// </summary>
public sealed class ProviderHttp : IDisposable
{
    const int MaxBytes = 256 * 1024;

    static readonly TimeSpan MaxConnectTime = TimeSpan.FromSeconds(5);
    static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(8);

    readonly bool development;
    readonly HttpClient http;

    /// <summary>Opens no connection yet.</summary>
    public ProviderHttp(Settings settings)
    {
        development = settings.Development;
#pragma warning disable CA2000 // The client disposes of it.
        http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false, // A proxy would resolve the names, past the check.
            ConnectTimeout = MaxConnectTime,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            AutomaticDecompression = DecompressionMethods.None,
            ConnectCallback = Connect,
        })
        {
            Timeout = MaxTime,
            MaxResponseContentBufferSize = MaxBytes,
        };
#pragma warning restore CA2000
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Latchkey", null)); // GitHub demands one.
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
    }

    /// <summary>True if a provider may have this address.</summary>
    public static bool IsAllowed(string url, bool development) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0
        && (uri.Scheme == Uri.UriSchemeHttps || (development && uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));

    /// <summary>The address, if a provider may have it.</summary>
    /// <exception cref="ProviderException"></exception>
    public Uri Checked(string url) =>
        IsAllowed(url, development) ? new Uri(url) : throw ProviderException.Invalid("an address that is not https");

    /// <summary>GET; the body of a 2xx.</summary>
    /// <exception cref="ProviderException"></exception>
    public async Task<string> Get(string url, string? bearer, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Checked(url));
        if (bearer is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        var (status, body) = await Send(request, cancel);
        return status is >= 200 and < 300 ? body : throw ProviderException.Invalid($"status {status}");
    }

    /// <summary>POST of a form; status and body.</summary>
    /// <exception cref="ProviderException"></exception>
    public async Task<(int Status, string Body)> Post(
        string url, IEnumerable<KeyValuePair<string, string>> form, string? basic, CancellationToken cancel)
    {
        using var content = new FormUrlEncodedContent(form);
        using var request = new HttpRequestMessage(HttpMethod.Post, Checked(url)) { Content = content };
        if (basic is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Basic", basic);
        return await Send(request, cancel);
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    async Task<(int Status, string Body)> Send(HttpRequestMessage request, CancellationToken cancel)
    {
        try
        {
            using var response = await http.SendAsync(request, cancel);
            if ((int)response.StatusCode >= 500) throw ProviderException.Unavailable($"status {(int)response.StatusCode}");
            // Only UTF-8 (RFC 8259 §8.1), so that no charset in a header can make the reading fail.
            return ((int)response.StatusCode, Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(cancel)));
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException
            || (fault is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw ProviderException.Unavailable(fault is OperationCanceledException ? "no answer in time"
                : fault is HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } ? "answer too long"
                : "no connection");
        }
    }

    async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancel)
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
