using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Latchkey.Http;
using Microsoft.Extensions.Logging;

namespace Latchkey.Messages;

/// <summary>
/// The few calls of Azure Web PubSub's REST API (2024-12-01) that messages need, over Azure.Core's pipeline with its retries and tracing
/// and the app's identity (role Web PubSub Service Owner). Every failure is a 503 <c>messages_unavailable</c>.
/// </summary>
public sealed partial class PubSubClient
{
    const string Version = "2024-12-01";
    const string Scope = "https://webpubsub.azure.com/.default";

    readonly Uri? endpoint;
    readonly HttpPipeline? pipeline;
    readonly ILogger<PubSubClient> logger;
    readonly TimeProvider clock;

    static readonly TimeSpan TellTime = TimeSpan.FromSeconds(3);
    static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);
    long silentUntil;

    /// <summary>Opens no connection yet.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="credential">The app's identity.</param>
    /// <param name="transport">What sends requests; null for the usual one.</param>
    /// <param name="logger">For failures.</param>
    /// <param name="clock">The clock.</param>
    public PubSubClient(Settings settings, TokenCredential credential, HttpPipelineTransport? transport, ILogger<PubSubClient> logger,
        TimeProvider clock)
    {
        (this.logger, this.clock) = (logger, clock);
        if (settings.Messages is not { } service) return;
        endpoint = service;
        var options = new Options
        {
            Retry =
            {
                MaxRetries = 2,
                Delay = TimeSpan.FromMilliseconds(200),
                MaxDelay = TimeSpan.FromSeconds(1),
                NetworkTimeout = TimeSpan.FromSeconds(5),
            },
            Diagnostics = { IsLoggingEnabled = false }, // Addresses name users.
        };
        if (transport is not null) options.Transport = transport;
        // Plain http is the broker on a developer's machine, which asks for no token.
        pipeline = service.Scheme == Uri.UriSchemeHttps
            ? HttpPipelineBuilder.Build(options, new BearerTokenAuthenticationPolicy(credential, Scope))
                : HttpPipelineBuilder.Build(options);
    }

    /// <summary>A URL with which an MQTT client connects.</summary>
    /// <param name="user">The user as the service knows them.</param>
    /// <param name="roles">What the connection may do.</param>
    /// <param name="groups">What the connection is in from its first moment on.</param>
    /// <param name="life">How long the URL opens connections, in whole minutes.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<string> GenerateUrl(
        string user, IEnumerable<string> roles, IEnumerable<string> groups, TimeSpan life, CancellationToken cancel)
    {
        List<(string, string)> query =
        [
            ("userId", user), ("minutesToExpire", $"{(int)life.TotalMinutes}"), ("clientType", "MQTT"),
            .. roles.Select(role => ("role", role)), .. groups.Select(group => ("group", group)),
        ];
        var answer = await Post(":generateToken", query, null, cancel);
        var token = JsonElement.Parse(answer.Content).GetProperty("token").GetString()!;
        var scheme = endpoint!.Scheme == Uri.UriSchemeHttps ? "wss" : "ws";
        return $"{scheme}://{endpoint.Authority}/clients/mqtt/hubs/{Topics.Hub}?access_token={Uri.EscapeDataString(token)}";
    }

    /// <summary>Publishes bytes on a topic, with QoS 1.</summary>
    public Task Send(string topic, byte[] payload, CancellationToken cancel) =>
        Post($"groups/{Uri.EscapeDataString(topic)}/:send", [], payload, cancel);

    /// <summary>
    /// Publishes what waits in inboxes anyway; false if that failed. Nobody waits long for it: after a failure nothing is published for ten
    /// seconds.
    /// </summary>
    public async Task<bool> TryTell(string topic, byte[] payload)
    {
        if (clock.GetUtcNow().UtcTicks < Volatile.Read(ref silentUntil)) return false;
        using var patience = new CancellationTokenSource(TellTime, clock);
        try
        {
            await Send(topic, payload, patience.Token);
            return true;
        }
        catch (Exception fault) when (fault is Problem or OperationCanceledException)
        {
            Volatile.Write(ref silentUntil, (clock.GetUtcNow() + Silence).UtcTicks);
            return false;
        }
    }

    /// <summary>Closes the connections of a user.</summary>
    public Task CloseUser(string user, CancellationToken cancel) => Close($"users/{Uri.EscapeDataString(user)}", cancel);

    /// <summary>Closes the connections that are in a group.</summary>
    public Task CloseGroup(string group, CancellationToken cancel) => Close($"groups/{Uri.EscapeDataString(group)}", cancel);

    Task<Response> Close(string whose, CancellationToken cancel) =>
        Post($"{whose}/:closeConnections", [("reason", "access ended")], null, cancel);

    async Task<Response> Post(string path, IEnumerable<(string Name, string Value)> query, byte[]? body, CancellationToken cancel)
    {
        if (pipeline is null) throw new InvalidOperationException("The deployment has no messages.");
        try
        {
            using var message = pipeline.CreateMessage();
            var request = message.Request;
            request.Method = RequestMethod.Post;
            request.Uri.Reset(new Uri(endpoint!, $"/api/hubs/{Topics.Hub}/{path}"));
            foreach (var (name, value) in query.Append(("api-version", Version)))
                request.Uri.AppendQuery(name, value, escapeValue: true);
            request.Headers.Add("Accept", "application/json");
            request.Headers.Add("Content-Type", "application/octet-stream"); // Forwarded as it is.
            request.Content = RequestContent.Create(body ?? []);
            await pipeline.SendAsync(message, cancel);
            return message.Response.IsError ? throw new RequestFailedException(message.Response) : message.Response;
        }
        catch (Exception fault) when (ErrorBoundary.IsOutage(fault) && !cancel.IsCancellationRequested)
        {
            Log.Failed(logger, (fault as RequestFailedException)?.Status ?? 0, fault.GetType().Name);
            throw Problem.Unavailable("messages_unavailable", "The service for messages does not respond. Nothing was lost.", 5);
        }
    }

    sealed class Options : ClientOptions;

    static partial class Log
    {
        [LoggerMessage(80, LogLevel.Warning, "Web PubSub failed: {Status} {Fault}")]
        public static partial void Failed(ILogger logger, int status, string fault);
    }
}
