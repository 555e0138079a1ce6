using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Messaging;
using Azure.Messaging.EventGrid;

namespace Latchkey.Events;

/// <summary>
/// The deployment's topic of Azure Event Grid, if its settings name one. All events of all tenants go there, as CloudEvents 1.0, with the
/// app's identity (role EventGrid Data Sender).
/// </summary>
public sealed class EventGridTopic
{
    static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(15);

    readonly EventGridPublisherClient? client;

    /// <summary>Opens no connection yet.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="credential">The app's identity.</param>
    /// <param name="transport">What sends requests; null for the usual one.</param>
    public EventGridTopic(Settings settings, TokenCredential credential, HttpPipelineTransport? transport)
    {
        if (settings.EventGridTopic is not { } topic) return;
        // The queue tries again.
        var options = new EventGridPublisherClientOptions { Retry = { MaxRetries = 0, NetworkTimeout = MaxTime } };
        if (transport is not null) options.Transport = transport;
        client = new(topic, credential, options);
    }

    /// <summary>True if the settings name a topic.</summary>
    public bool IsThere => client is not null;

    /// <summary>Publishes an event.</summary>
    public async Task<SendResult> Send(Delivery delivery, CancellationToken cancel)
    {
        var sent = delivery.Event;
        var cloud = new CloudEvent(sent.Source, $"latchkey.{sent.Type}", BinaryData.FromString(sent.Data.GetRawText()), "application/json",
            CloudEventDataFormat.Json)
        {
            Id = sent.Id,
            Time = sent.Time,
            Subject = delivery.Tenant,
        };
        try
        {
            var response = await client!.SendEventAsync(cloud, cancel);
            return new(response.Status);
        }
        catch (RequestFailedException fault)
        {
            return fault.Status == 0 ? new(null, "no connection") : new(fault.Status == 410 ? 503 : fault.Status);
        }
        catch (AuthenticationFailedException)
        {
            return new(null, "no token");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new(null, "no answer in time");
        }
    }
}
