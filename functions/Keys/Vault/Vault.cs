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
/// One Azure Key Vault, reached through the genuine <see cref="KeyClient"/>, with a bound on time and one way of failing.
/// The identity needs the role Key Vault Crypto User. Make one for the whole process: it holds the vault's access token.
/// </summary>
public sealed partial class Vault
{
    // A phone waits for the answer: three quick tries, never more than 5 s with the pauses and the sign-in to Azure.
    private const int Retries = 2;
    private static readonly TimeSpan perTry = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan perCall = TimeSpan.FromSeconds(5);

    private readonly ILogger log;

    /// <param name="address">The vault, <c>https://{name}.vault.azure.net/</c>.</param>
    /// <param name="credential">Who we are to the vault.</param>
    /// <param name="clock">The clock that the ages of keys are measured with.</param>
    /// <param name="log">Gets every failure with its cause.</param>
    /// <param name="transport">How bytes reach the vault; the tests lead it to a stand-in. Null means HTTPS.</param>
    /// <exception cref="ArgumentException">The address isn't https.</exception>
    public Vault(Uri address, TokenCredential credential, TimeProvider clock, ILogger<Vault> log, HttpPipelineTransport? transport = null)
    {
        if (!address.IsAbsoluteUri || address.Scheme != Uri.UriSchemeHttps)
            throw new ArgumentException($"The vault's address {address} isn't https.", nameof(address));
        this.log = log;
        Clock = clock;
        Client = new KeyClient(address, credential, Bounded(new KeyClientOptions(), transport));
        Resolver = new KeyResolver(credential, Bounded(new CryptographyClientOptions(), transport));
    }

    /// <summary>Whether a vault allows this name for a key: letters, digits and hyphens, at most 127.</summary>
    public static bool IsKeyName(string name) => KeyName().IsMatch(name);

    internal KeyClient Client { get; }

    /// <summary>
    /// Makes a key's client after reading the key. Those that <see cref="Client"/> makes read it at their first
    /// operation, so within somebody's token request.
    /// </summary>
    internal KeyResolver Resolver { get; }

    internal TimeProvider Clock { get; }

    /// <summary>Runs calls to the vault within 5 seconds.</summary>
    /// <param name="what">What is tried, for the log.</param>
    /// <param name="call">The calls.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="SigningUnavailableException">Whatever went wrong; it is logged and is the inner exception.</exception>
    internal async Task<T> Call<T>(string what, Func<CancellationToken, Task<T>> call, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(perCall, Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            return await call(either.Token);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            throw Unavailable(what, e);
        }
    }

    [GeneratedRegex(@"\A[0-9A-Za-z-]{1,127}\z")]
    private static partial Regex KeyName();

    private static T Bounded<T>(T options, HttpPipelineTransport? transport) where T : ClientOptions
    {
        options.RetryPolicy = new QuickRetry();
        options.Retry.NetworkTimeout = perTry;
        if (transport is not null) options.Transport = transport;
        return options;
    }

    private SigningUnavailableException Unavailable(string what, Exception e)
    {
        var failure = e as RequestFailedException;
        var wait = RetryAfter(failure?.GetRawResponse());
        switch (failure?.Status)
        {
            case 429: Log.Throttled(log, what, wait); break;
            case 401 or 403: Log.Refused(log, what, e); break;
            case 404: Log.Missing(log, what, e); break;
            default: Log.Failed(log, what, e); break;
        }
        return new SigningUnavailableException($"The vault could not {what}.", e, wait);
    }

    // RFC 9110 section 10.2.3: seconds or a date.
    private TimeSpan? RetryAfter(Response? response)
    {
        if (response is null || !response.Headers.TryGetValue("Retry-After", out var text)) return null;
        if (!RetryConditionHeaderValue.TryParse(text, out var value)) return null;
        var wait = value.Delta ?? value.Date - Clock.GetUtcNow();
        return wait > TimeSpan.Zero ? wait : null;
    }

    /// <summary>
    /// Retries at once what a moment may mend. A vault that names a time to wait is not asked again: the SDK would
    /// sleep that long while the phone waits, and more calls only prolong the throttling.
    /// </summary>
    private sealed class QuickRetry() : RetryPolicy(
        Retries, DelayStrategy.CreateExponentialDelayStrategy(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(300)))
    {
        protected override ValueTask<bool> ShouldRetryAsync(HttpMessage message, Exception? exception)
        {
            var asksToWait = exception is null && message.HasResponse
                && (message.Response.Status == 429 || message.Response.Headers.Contains("Retry-After"));
            return asksToWait ? new(false) : base.ShouldRetryAsync(message, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The vault throttles: it could not {What} and asks to wait {Wait}.")]
        public static partial void Throttled(ILogger log, string what, TimeSpan? wait);

        [LoggerMessage(LogLevel.Error, "The vault refused to {What}: the identity lacks Key Vault Crypto User, or the key is disabled or outside its dates.")]
        public static partial void Refused(ILogger log, string what, Exception e);

        [LoggerMessage(LogLevel.Error, "The vault could not {What}: there is no such key.")]
        public static partial void Missing(ILogger log, string what, Exception e);

        [LoggerMessage(LogLevel.Error, "The vault could not {What}.")]
        public static partial void Failed(ILogger log, string what, Exception e);
    }
}
