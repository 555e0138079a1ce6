using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Latchkey.Cli;

/// <summary>
/// Prints what arrives for the user who is signed in: by MQTT what comes from now on, and by the inbox, which is read after each connect
/// and now and then, what was missed or is told in no other way. A connection that ends is opened again with a new key.
/// </summary>
sealed class Watching(Call call) : IDisposable
{
    const int PageSize = 200;
    const int MaxRemembered = 10_000;

    static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);

    readonly IMqttClient client = new MqttClientFactory().CreateMqttClient();
    readonly Channel<JsonNode?> heard = Channel.CreateUnbounded<JsonNode?>();
    readonly HashSet<string> seen = new(StringComparer.Ordinal);
    readonly Queue<string> order = [];
    string? cursor;

    CancellationToken Cancel => call.Connection.Cancel;

    /// <summary>Prints what waits in the inbox, and ends.</summary>
    public async Task Once()
    {
        for (var more = true; more;)
        {
            var page = await call.Ask(HttpMethod.Get, $"/messages?limit={PageSize}{(cursor is null ? "" : $"&cursor={cursor}")}");
            foreach (var message in page!["messages"] as JsonArray ?? []) Show(message);
            (cursor, more) = ((string?)page["cursor"], (bool?)page["more"] == true);
        }
    }

    /// <summary>Prints what arrives until the program is told to stop.</summary>
    public async Task Run()
    {
        client.ApplicationMessageReceivedAsync += received =>
        {
            heard.Writer.TryWrite(Read(received.ApplicationMessage.Topic, received.ApplicationMessage.ConvertPayloadToString()));
            return Task.CompletedTask;
        };
        client.DisconnectedAsync += _ =>
        {
            heard.Writer.TryWrite(null); // Whoever waits for the next message looks again whether there will be one.
            return Task.CompletedTask;
        };
        var isBegun = false;
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                if (!client.IsConnected && await TryConnect()) pause = FirstPause;
                do
                {
                    await Once();
                    isBegun = true;
                    await Hear();
                }
                while (client.IsConnected);
            }
            catch (Failure busy) when (busy.Status is 429 or >= 500 || (busy.Status == 0 && isBegun))
            {
                await call.Terminal.Error.WriteLineAsync(busy.Message);
            }
            await Task.Delay(pause, Cancel);
        }
    }

    // Shows what comes for a minute, unless the connection ends.
    async Task Hear()
    {
        using var minute = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        minute.CancelAfter(LookAgain);
        try
        {
            while (client.IsConnected)
            {
                if (await heard.Reader.ReadAsync(minute.Token) is { } message) Show(message);
            }
        }
        catch (OperationCanceledException) when (!Cancel.IsCancellationRequested)
        {
            // The inbox has its turn.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    // False if the broker does not let us in. Then there is the inbox.
    async Task<bool> TryConnect()
    {
        try
        {
            var key = (await call.Ask(HttpMethod.Post, "/messages/connect"))!;
            var options = new MqttClientOptionsBuilder().WithWebSocketServer(server => server.WithUri((string)key["url"]!))
                .WithClientId((string)key["clientId"]!).WithProtocolVersion(MqttProtocolVersion.V500).Build();
            await client.ConnectAsync(options, Cancel);
            foreach (var topic in (key["subscribe"] as JsonArray ?? []).Select(topic => (string)topic!))
            {
                // A pattern can't be subscribed to.
                if (!topic.EndsWith('*')) await client.SubscribeAsync(topic, MqttQualityOfServiceLevel.AtLeastOnce, Cancel);
            }
            return true;
        }
        catch (Exception refused) when (refused is MqttCommunicationException or MqttProtocolViolationException or Failure { Status: 503 })
        {
            await call.Terminal.Error.WriteLineAsync($"The broker can't be reached: {refused.Message}");
            if (client.IsConnected) await client.TryDisconnectAsync(); // It has not subscribed to all.
            return false;
        }
    }

    void Show(JsonNode? message)
    {
        if (message?["id"] is JsonValue name && name.TryGetValue(out string? id))
        {
            if (!seen.Add(id)) return;
            order.Enqueue(id);
            if (order.Count > MaxRemembered) seen.Remove(order.Dequeue());
        }
        call.Show(message?.DeepClone());
    }

    // On a topic whoever may publish there says what they like, so that is no message of somebody's. Elsewhere only the service does.
    static JsonObject Read(string topic, string text)
    {
        var isOfService = topic.Split('.') is [_, "inbox" or "group", ..];
        try
        {
            if (isOfService && JsonNode.Parse(text) is JsonObject message) return message;
        }
        catch (JsonException)
        {
            // Shown as it is.
        }
        return new JsonObject { ["topic"] = topic, ["body"] = text };
    }
}
