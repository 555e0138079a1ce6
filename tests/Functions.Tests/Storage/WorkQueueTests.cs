using System.Collections.Concurrent;
using Azure.Storage.Queues;
using Latchkey.Storage;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey.Tests.Storage;

/// <summary>What the probe's function was given, and what it does then.</summary>
public sealed class ProbeLog
{
    public ConcurrentQueue<string> Given { get; } = [];

    public Func<string, bool> Fails { get; set; } = _ => false;
}

/// <summary>A queue trigger of the tests' own.</summary>
public sealed class Probe(ProbeLog log)
{
    public const string Queue = "probe";

    [Function("probe")]
    public Task Run([QueueTrigger(Queue)] string message, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        log.Given.Enqueue(message);
        return log.Fails(message) ? throw new UnknownMessageException() : Task.CompletedTask;
    }
}

/// <summary>Messages are sent, worked on, tried again and put aside as the Functions host does it (decision 0065).</summary>
public sealed class WorkQueueTests
{
    [Fact]
    public async Task A_message_is_worked_on_once_and_one_that_fails_five_times_is_put_aside_unchanged()
    {
        var log = new ProbeLog();
        await using var host = await TestHost.Start(services: added => added.AddSingleton(log));
        var queues = host.Service<WorkQueues>();
        Assert.Equal(0, await host.RunQueues(typeof(Probe).Assembly)); // The queue is not there yet.
        await queues.Send(Probe.Queue, new Ids("good"), default);
        Assert.Equal(1, await host.Trips(() => queues.Send(Probe.Queue, new Ids("bad"), default)));
        // As anybody could who may write to the queue, and as no sender of ours does.
        var raw = new QueueClient(host.Service<Settings>().ConnectionString, Probe.Queue);
        await raw.SendMessageAsync("*not base64*");

        log.Fails = message => message.Contains("bad", StringComparison.Ordinal);
        Assert.Equal(6, await host.RunQueues(typeof(Probe).Assembly)); // What is not base64 is put aside before anybody sees it.
        Assert.Equal(5, log.Given.Count(message => message == """{"v":1,"id":"bad"}"""));
        Assert.Single(log.Given, """{"v":1,"id":"good"}""");
        Assert.Equal(0, await host.RunQueues(typeof(Probe).Assembly));

        var poison = host.Service<StorageClients>().Queues.GetQueueClient(Probe.Queue + QueueNames.PoisonSuffix);
        var aside = (await poison.ReceiveMessagesAsync(10)).Value.Select(message => message.Body.ToString());
        Assert.Equal(["""{"v":1,"id":"bad"}""", "*not base64*"], aside.OrderDescending(StringComparer.Ordinal));
    }

    [Fact]
    public void A_message_is_read_as_it_was_written() =>
        Assert.Equal(new Ids("x"), WorkQueues.Read<Ids>("""{"v":1,"id":"x"}"""));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("""{"id":"x"}""")]
    [InlineData("""{"v":2,"id":"x"}""")]
    [InlineData("""{"v":"1","id":"x"}""")]
    [InlineData("""{"v":1}""")]
    [InlineData("""{"v":1,"id":null}""")]
    [InlineData("""{"v":1,"id":7}""")]
    [InlineData("""{"v":1,"id":"x","more":1}""")]
    [InlineData("""{"v":1,"id":"x","id":"y"}""")]
    [InlineData("""{"v":1,"v":1,"id":"x"}""")]
    [InlineData("""{"v":1,"id":[[[[[[[[["x"]]]]]]]]]}""")]
    public void A_message_that_is_not_exactly_of_its_kind_is_refused(string text) =>
        Assert.Throws<UnknownMessageException>(() => WorkQueues.Read<Ids>(text));

    sealed record Ids(string Id);
}
