using System.Collections.Concurrent;
using System.Text.Json;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace Latchkey.Tests.Messages;

/// <summary>An MQTT client with a key that the service has issued.</summary>
sealed class Listener : IAsyncDisposable
{
    readonly IMqttClient client = new MqttClientFactory().CreateMqttClient();
    readonly ConcurrentQueue<(string Topic, string Body)> heard = [];

    Listener() => client.ApplicationMessageReceivedAsync += said =>
    {
        var text = said.ApplicationMessage.ConvertPayloadToString();
        heard.Enqueue((said.ApplicationMessage.Topic, text.StartsWith('{')
            ? JsonDocument.Parse(text).RootElement.GetProperty("body").GetString()! : text));
        return Task.CompletedTask;
    };

    /// <summary>The topics and bodies of what it has heard.</summary>
    public IReadOnlyCollection<(string Topic, string Body)> Heard => heard;

    public bool IsConnected => client.IsConnected;

    public static async Task<Listener> Start(JsonElement key, bool all = true)
    {
        var listener = new Listener();
        await listener.client.ConnectAsync(new MqttClientOptionsBuilder()
            .WithWebSocketServer(server => server.WithUri(key.GetProperty("url").GetString()))
            .WithClientId(key.GetProperty("clientId").GetString()).WithProtocolVersion(MqttProtocolVersion.V500).Build());
        foreach (var topic in all ? key.GetProperty("subscribe").EnumerateArray().Select(topic => topic.GetString()!) : [])
        {
            if (!topic.EndsWith('*')) Assert.True(await listener.Subscribe(topic), topic);
        }
        return listener;
    }

    /// <summary>False if the broker refuses.</summary>
    public async Task<bool> Subscribe(string topic)
    {
        var answer = await client.SubscribeAsync(new MqttClientSubscribeOptions
        {
            TopicFilters = { new MqttTopicFilter { Topic = topic, QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce } },
        });
        return answer.Items.Single().ResultCode == MqttClientSubscribeResultCode.GrantedQoS1;
    }

    public Task Unsubscribe(string topic) => client.UnsubscribeAsync(topic);

    /// <summary>False if the broker refuses.</summary>
    public async Task<bool> Publish(string topic, string body) => (await client.PublishAsync(new MqttApplicationMessageBuilder()
        .WithTopic(topic).WithPayload(body).WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build())).IsSuccess;

    public Task Hears(string topic, string body) => Eventually.True(() => heard.Contains((topic, body)));

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }
}
