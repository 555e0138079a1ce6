using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Latchkey.Storage;
using Latchkey.Telemetry;

namespace Latchkey.Tests.Storage;

/// <summary>A message that nothing works on any more is counted as long as it lies there.</summary>
public sealed class PoisonQueueTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_message_that_failed_five_times_is_counted_until_somebody_removes_it()
    {
        var found = new ConcurrentQueue<(long Count, string? Queue)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument is { Meter.Name: Instruments.Name, Name: "latchkey.queues.poison" }) listener.EnableMeasurementEvents(
                    instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) => found.Enqueue((count, tags[0].Value as string)));
        listener.Start();
        var (count, queues) = (0, host.Service<WorkQueues>());
        await host.RunTimer("watch-queues");
        count = found.Count; // Of other tests' hosts at the same time.
        for (var n = 0; n < 2; n++) await queues.Send(QueueNames.Rescans, new { not = "ours" }, default);
        await host.RunQueues();
        await host.RunTimer("watch-queues");
        await host.RunTimer("watch-queues");
        Assert.Equal(2, found.Skip(count).Count(one => one == (2, "rescans")));
        await host.Service<StorageClients>().Queues.GetQueueClient(QueueNames.Rescans + QueueNames.PoisonSuffix).ClearMessagesAsync();
        count = found.Count;
        await host.RunTimer("watch-queues");
        Assert.DoesNotContain(found.Skip(count), one => one == (2, "rescans"));
    }

    [Fact]
    public void Every_queue_is_watched() => Assert.Equal(
        typeof(QueueNames).GetFields().Where(field => field.Name != nameof(QueueNames.PoisonSuffix))
            .Select(field => (string)field.GetValue(null)!)
            .Order(StringComparer.Ordinal),
        QueueNames.All.Order(StringComparer.Ordinal));
}
