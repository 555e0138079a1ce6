using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Latchkey.Http;
using Latchkey.Keys;
using Latchkey.Tenancy;
using StandardWebhooks;

namespace Latchkey.Events;

/// <summary>What one try to tell a receiver gave.</summary>
/// <param name="Status">The status; null if there was no answer.</param>
/// <param name="Fault">Why there was no answer, in a few words.</param>
/// <param name="RetryAfter">When the receiver wants to be asked again (RFC 9110 §10.2.3), or null.</param>
public sealed record SendResult(int? Status, string? Fault = null, TimeSpan? RetryAfter = null)
{
    /// <summary>The receiver accepted the event.</summary>
    public bool IsAccepted => Status is >= 200 and < 300;

    /// <summary>It failed in a way that other events would fail as well: the receiver is away, or has too much to do.</summary>
    public bool IsOfReceiver => Status is null or 429 or >= 500;

    /// <summary>For people.</summary>
    public string Text => Fault ?? Status!.Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>
/// Sends events to webhooks as Standard Webhooks says: signed, never into private networks, following no redirect, in bounded time, and
/// without reading what the receiver answers.
/// </summary>
public sealed class WebhookHttp : IDisposable
{
    /// <summary>How long a receiver has to answer.</summary>
    public static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(15);

    const int MaxDrainBytes = 16 * 1024;
    static readonly TimeSpan MaxRetryAfter = TimeSpan.FromHours(4);
    static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly HttpClient http;
    readonly SecretEncryption encryption;
    readonly TimeProvider clock;

    /// <summary>Opens no connection yet.</summary>
    public WebhookHttp(Settings settings, SecretEncryption encryption, TimeProvider clock)
    {
        (this.encryption, this.clock) = (encryption, clock);
        var handler = GuardedHandler.New(settings.Development);
        // The answer is thrown away. A short one leaves the connection usable.
        (handler.MaxResponseDrainSize, handler.ResponseDrainTimeout) = (MaxDrainBytes, TimeSpan.FromSeconds(1));
        http = new HttpClient(handler) { Timeout = MaxTime };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Latchkey", null));
    }

    /// <summary>Sends an event to a webhook.</summary>
    public async Task<SendResult> Send(string tenant, Webhook webhook, StoredEvent sent, CancellationToken cancel)
    {
        var (now, body) = (clock.GetUtcNow(), Body(sent));
        if (await Signatures(tenant, webhook, sent.Id, now, body, cancel) is not { } signatures) return new(null, "no secret to sign with");
        using var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Add("webhook-id", sent.Id);
        request.Headers.Add("webhook-timestamp", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", string.Join(' ', signatures));
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            return new((int)response.StatusCode, RetryAfter: RetryAfter(response, now));
        }
        catch (HttpRequestException)
        {
            return new(null, "no connection");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new(null, "no answer in time");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    /// <summary>What is sent: Standard Webhooks, "Payload structure".</summary>
    public static string Body(StoredEvent sent) =>
        JsonSerializer.Serialize(new { type = sent.Type, timestamp = sent.Time, data = sent.Data }, Compact);

    // Null if a secret cannot be decrypted: never, or because the vault is away.
    async Task<IReadOnlyList<string>?> Signatures(
        string tenant, Webhook webhook, string id, DateTimeOffset now, string body, CancellationToken cancel)
    {
        List<byte[]> secrets = [webhook.Secret];
        // The newest first: some libraries look at the first signature only.
        if (webhook.FormerSecret is { } former && now < webhook.FormerUntil) secrets.Add(former);
        var signatures = new List<string>();
        foreach (var secret in secrets)
        {
            if (await TryDecrypt(tenant, webhook, secret, cancel) is not { } key) return null;
            signatures.Add(new StandardWebhook(key).Sign(id, now, body));
        }
        return signatures;
    }

    async Task<byte[]?> TryDecrypt(string tenant, Webhook webhook, byte[] secret, CancellationToken cancel)
    {
        try
        {
            return await encryption.TryDecrypt(tenant, webhook.Purpose, secret, cancel);
        }
        catch (SigningUnavailableException)
        {
            return null;
        }
    }

    static TimeSpan? RetryAfter(HttpResponseMessage response, DateTimeOffset now)
    {
        var header = response.Headers.RetryAfter;
        var asked = header?.Delta ?? (header?.Date is { } date ? date - now : null);
        return asked > MaxRetryAfter ? MaxRetryAfter : asked;
    }
}
