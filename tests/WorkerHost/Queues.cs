using System.Globalization;
using System.Text.Json;
using Azure.Storage.Queues.Models;
using Latchkey.WorkerHost.Rpc;

namespace Latchkey.WorkerHost;

/// <summary>
/// Polls the queues of the worker's queue functions, in the account that <c>AzureWebJobsStorage</c> names (a connection string), and calls
/// them as the Functions host does.
/// </summary>
sealed class Queues(Worker worker, string folder)
{
    /// <summary>Runs until it is cancelled.</summary>
    public async Task Run(CancellationToken cancel)
    {
        var functions = worker.Functions.Where(function => function.IsQueue).ToList();
        if (Environment.GetEnvironmentVariable("AzureWebJobsStorage") is { Length: > 0 } connection)
        {
            var options = Options();
            await Task.WhenAll(functions.Select(function => new HostQueue(connection, function.Queue, options,
                (message, stop) => Call(function, message, stop)).Run(cancel)));
            return;
        }
        Console.WriteLine("Host: AzureWebJobsStorage is no connection string, so no queue is polled.");
        await Task.Delay(Timeout.Infinite, cancel);
    }

    async Task<bool> Call(Function function, QueueMessage message, CancellationToken cancel)
    {
        try
        {
            var text = new TypedData { String = message.Body.ToString() };
            var about = new Dictionary<string, TypedData>
            {
                ["QueueTrigger"] = text,
                ["DequeueCount"] = Json(message.DequeueCount),
                ["ExpirationTime"] = Json(message.ExpiresOn),
                ["Id"] = new() { String = message.MessageId },
                ["InsertionTime"] = Json(message.InsertedOn),
                ["NextVisibleTime"] = Json(message.NextVisibleOn),
                ["PopReceipt"] = new() { String = message.PopReceipt },
            };
            await worker.Channel.Call(function, Guid.NewGuid().ToString(), new() { Name = function.Parameter, Data = text }, cancel, about);
            Console.WriteLine($"Host: queue {function.Queue}: {function.Name} has run.");
            return true;
        }
        catch (WorkerException fault)
        {
            await Console.Error.WriteLineAsync($"Host: queue {function.Queue}: {fault.Message}");
            return false;
        }
    }

    // host.json, and the environment over it, as in the real host.
    QueueOptions Options()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "host.json")));
        var said = document.RootElement.TryGetProperty("extensions", out var extensions)
            && extensions.TryGetProperty("queues", out var queues) ? queues : default;
        string? Text(string name) => Environment.GetEnvironmentVariable($"AzureFunctionsJobHost__extensions__queues__{name}")
            ?? (said.ValueKind == JsonValueKind.Object && said.TryGetProperty(name, out var value) ? value.ToString() : null);
        int Number(string name, int otherwise) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
        TimeSpan Time(string name, TimeSpan otherwise) =>
            Text(name) is { } text ? TimeSpan.Parse(text, CultureInfo.InvariantCulture) : otherwise;
        var own = new QueueOptions();
        return new QueueOptions
        {
            BatchSize = Number("batchSize", own.BatchSize),
            MaxDequeueCount = Number("maxDequeueCount", own.MaxDequeueCount),
            VisibilityTimeout = Time("visibilityTimeout", own.VisibilityTimeout),
            MaxPollingInterval = Time("maxPollingInterval", own.MaxPollingInterval),
        };
    }

    static TypedData Json<T>(T value) => new() { Json = JsonSerializer.Serialize(value) };
}
