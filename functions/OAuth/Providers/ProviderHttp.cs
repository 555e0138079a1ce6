using System.Net.Http.Headers;
using System.Text;
using Latchkey.Http;

namespace Latchkey.OAuth;

/// <summary>
/// Speaks to providers. A tenant's administrator chooses their addresses, so only https to public addresses is possible (in
/// Development also http and this machine), no redirect is followed, and time and size are bounded.
/// </summary>
public sealed class ProviderHttp : IDisposable
{
    const int MaxBytes = 256 * 1024;

    static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(8);

    readonly bool development;
    readonly HttpClient http;

    /// <summary>Opens no connection yet.</summary>
    public ProviderHttp(Settings settings)
    {
        development = settings.Development;
#pragma warning disable CA2000 // The client disposes of it.
        http = new HttpClient(GuardedHandler.New(development))
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
}
