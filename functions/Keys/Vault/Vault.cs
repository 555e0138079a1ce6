using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Keys;
using Azure.Security.KeyVault.Keys.Cryptography;
using Microsoft.Extensions.Logging;

namespace Latchkey.Keys;

/// <summary>
/// One Azure Key Vault, called through the SDK's <see cref="KeyClient"/>, with a time limit and one kind of failure. The identity
/// needs the role Key Vault Crypto User. Create one for the whole process: it caches the access token for the vault.
/// </summary>
public sealed partial class Vault
{
    // A phone is waiting: three quick attempts, in total at most 5 s with the pauses and the sign-in to Azure.
    const int Retries = 2;
    static readonly TimeSpan PerTry = TimeSpan.FromSeconds(2);
    static readonly TimeSpan PerCall = TimeSpan.FromSeconds(5);

    readonly ILogger logger;

    /// <param name="address">The vault's URL, <c>https://{name}.vault.azure.net/</c>.</param>
    /// <param name="credential">Our identity.</param>
    /// <param name="clock">The clock that measures the ages of keys.</param>
    /// <param name="logger">Records every failure with its cause.</param>
    /// <param name="transport">Sends the requests; tests use it to reach a stand-in. Null means HTTPS.</param>
    /// <exception cref="ArgumentException">The URL is not https.</exception>
    public Vault(
        Uri address, TokenCredential credential, TimeProvider clock, ILogger<Vault> logger, HttpPipelineTransport? transport = null)
    {
        if (!address.IsAbsoluteUri || address.Scheme != Uri.UriSchemeHttps)
            throw new ArgumentException($"The vault's URL {address} is not https.", nameof(address));
        this.logger = logger;
        Clock = clock;
        Client = new KeyClient(address, credential, Bounded(new KeyClientOptions(), transport));
        Resolver = new KeyResolver(credential, Bounded(new CryptographyClientOptions(), transport));
    }

    /// <summary>True if a vault allows this key name: letters, digits and hyphens, at most 127.</summary>
    public static bool IsKeyName(string name) => KeyName().IsMatch(name);

    internal KeyClient Client { get; }

    /// <summary>
    /// Creates a key's client and reads the key at once. The clients that <see cref="Client"/> creates read it at their first
    /// operation, which would be during somebody's token request.
    /// </summary>
    internal KeyResolver Resolver { get; }

    internal TimeProvider Clock { get; }

    /// <summary>Runs calls to the vault within 5 seconds.</summary>
    /// <param name="what">What the calls do, for the log.</param>
    /// <param name="call">The calls.</param>
    /// <param name="cancel">Cancels the calls.</param>
    /// <exception cref="SigningUnavailableException">Any failure; it is logged and is the inner exception.</exception>
    internal async Task<T> Call<T>(string what, Func<CancellationToken, Task<T>> call, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(PerCall, Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            return await call(either.Token);
        }
        catch (Exception fault) when (!cancel.IsCancellationRequested)
        {
            throw Unavailable(what, fault);
        }
    }

    [GeneratedRegex(@"\A[0-9A-Za-z-]{1,127}\z")]
    private static partial Regex KeyName();

    static T Bounded<T>(T options, HttpPipelineTransport? transport) where T : ClientOptions
    {
        options.RetryPolicy = new QuickRetry();
        options.Retry.NetworkTimeout = PerTry;
        if (transport is not null) options.Transport = transport;
        return options;
    }

    SigningUnavailableException Unavailable(string what, Exception fault)
    {
        var failure = fault as RequestFailedException;
        var wait = RetryAfter(failure?.GetRawResponse());
        switch (failure?.Status)
        {
            case 429: Log.Throttled(logger, what, wait); break;
            case 401 or 403: Log.Refused(logger, what, fault); break;
            case 404: Log.Missing(logger, what, fault); break;
            default: Log.Failed(logger, what, fault); break;
        }
        return new SigningUnavailableException($"The vault could not {what}.", fault, wait);
    }

    // RFC 9110 §10.2.3: seconds or a date.
    TimeSpan? RetryAfter(Response? response)
    {
        if (response is null || !response.Headers.TryGetValue("Retry-After", out var text)) return null;
        if (!RetryConditionHeaderValue.TryParse(text, out var value)) return null;
        var wait = value.Delta ?? value.Date - Clock.GetUtcNow();
        return wait > TimeSpan.Zero ? wait : null;
    }

    /// <summary>
    /// Retries short-lived failures at once. If the vault asks to wait it is not called again: the SDK would sleep for that time
    /// while the phone waits, and more calls would only prolong the throttling.
    /// </summary>
    sealed class QuickRetry() : RetryPolicy(
        Retries, DelayStrategy.CreateExponentialDelayStrategy(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(300)))
    {
        protected override ValueTask<bool> ShouldRetryAsync(HttpMessage message, Exception? exception)
        {
            var asksToWait = exception is null && message.HasResponse
                && (message.Response.Status == 429 || message.Response.Headers.Contains("Retry-After"));
            return asksToWait ? new(false) : base.ShouldRetryAsync(message, exception);
        }
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The vault throttles: it could not {What} and asks to wait {Wait}.")]
        public static partial void Throttled(ILogger logger, string what, TimeSpan? wait);

        [LoggerMessage(LogLevel.Error,
            "The vault refused to {What}: the identity lacks Key Vault Crypto User, or the key is disabled or outside its dates.")]
        public static partial void Refused(ILogger logger, string what, Exception fault);

        [LoggerMessage(LogLevel.Error, "The vault could not {What}: the key does not exist.")]
        public static partial void Missing(ILogger logger, string what, Exception fault);

        [LoggerMessage(LogLevel.Error, "The vault could not {What}.")]
        public static partial void Failed(ILogger logger, string what, Exception fault);
    }
}
