using System.Net;
using System.Net.Http.Headers;

namespace Latchkey.Http;

/// <summary>A JSON document that was fetched.</summary>
/// <param name="Bytes">Its bytes.</param>
/// <param name="MaxAge">For how long it may be used, as its server says (RFC 9111 §5.2); null if it does not say.</param>
public sealed record FetchedDocument(byte[] Bytes, TimeSpan? MaxAge);

/// <summary>Why a document could not be fetched, in words for whoever publishes it.</summary>
public sealed class DocumentException(string why) : Exception(why);

/// <summary>
/// Fetches small JSON documents from addresses that strangers name. Size and time are bounded, and so is how many are fetched at the same
/// time, so that nobody can make Latchkey wait for them or attack others through it.
/// </summary>
public sealed class DocumentHttp : IDisposable
{
    static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(5);

    readonly HttpClient http;

    /// <summary>Opens no connection yet.</summary>
    public DocumentHttp(Settings settings)
    {
#pragma warning disable CA2000 // The client disposes of it.
        http = new HttpClient(GuardedHandler.New(settings.Development)) { Timeout = MaxTime };
#pragma warning restore CA2000
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Latchkey", null));
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
    }

    /// <summary>Places for one use, by host.</summary>
    public static Places NewPlaces(int total, int perHost) =>
        new(total, perHost, "Too many documents are being fetched at the same time. Try again.");

    /// <summary>The document at the address.</summary>
    /// <param name="url">The address.</param>
    /// <param name="maxBytes">How long it may be.</param>
    /// <param name="places">Those of the caller.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    /// <exception cref="DocumentException">It can't be fetched, or is too long, or not JSON by its type.</exception>
    /// <exception cref="Problem">503 <c>server_busy</c>: the address was not asked.</exception>
    public async Task<FetchedDocument> Get(string url, int maxBytes, Places places, CancellationToken cancel)
    {
        var address = new Uri(url);
        places.Take(address.Authority);
        try
        {
            using var response = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancel);
            if (response.StatusCode != HttpStatusCode.OK) throw new DocumentException($"its status is {(int)response.StatusCode}, not 200");
            if (!IsJson(response.Content.Headers.ContentType?.MediaType)) throw new DocumentException("its content type is not JSON");
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            timeout.CancelAfter(MaxTime); // The client's own timeout ends with the headers.
            return new FetchedDocument(await Read(response, maxBytes, timeout.Token), MaxAge(response));
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException
            || (fault is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new DocumentException(fault is OperationCanceledException ? "there was no answer in time" : "there was no connection");
        }
        finally
        {
            places.Release(address.Authority);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    static async Task<byte[]> Read(HttpResponseMessage response, int maxBytes, CancellationToken cancel)
    {
        var buffer = new byte[maxBytes + 1];
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
        return length <= maxBytes ? buffer[..length] : throw new DocumentException($"it has more than {maxBytes} bytes");
    }

    static bool IsJson(string? type) => type?.ToLowerInvariant() is { } known && (known == "application/json"
        || (known.StartsWith("application/", StringComparison.Ordinal) && known.EndsWith("+json", StringComparison.Ordinal)));

    static TimeSpan? MaxAge(HttpResponseMessage response) => response.Headers.CacheControl switch
    {
        { NoStore: true } or { NoCache: true } => TimeSpan.Zero,
        { MaxAge: { } age } => age,
        _ => null,
    };
}
