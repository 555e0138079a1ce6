using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace Latchkey.WorkerHost;

/// <summary>host.json's <c>extensions.queues</c>, with the Functions host's own defaults.</summary>
sealed record QueueOptions
{
    public int BatchSize { get; init; } = 16;

    /// <summary>How often a message is tried before it is put aside.</summary>
    public int MaxDequeueCount { get; init; } = 5;

    /// <summary>How long a message that failed is hidden before the next try.</summary>
    public TimeSpan VisibilityTimeout { get; init; }

    /// <summary>The longest wait between two looks at an empty queue.</summary>
    public TimeSpan MaxPollingInterval { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>
/// One queue as the Functions host's queue trigger works on it: a message is hidden while its function runs, deleted once that has
/// succeeded, shown again if it fails, and in the end put into <c>{queue}-poison</c>. Both local hosts use it.
/// </summary>
sealed class HostQueue
{
    static readonly TimeSpan Hidden = TimeSpan.FromMinutes(10); // The Functions host's; renewed at half of it.
    static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(100);

    readonly QueueClient queue;
    readonly QueueClient poison;
    readonly QueueOptions options;
    readonly Func<QueueMessage, CancellationToken, Task<bool>> call;

    /// <param name="connection">A storage account's connection string.</param>
    /// <param name="name">The queue.</param>
    /// <param name="options">What host.json says.</param>
    /// <param name="call">Calls the function; false if it fails.</param>
    public HostQueue(string connection, string name, QueueOptions options, Func<QueueMessage, CancellationToken, Task<bool>> call)
    {
        (this.options, this.call) = (options, call);
        poison = new QueueClient(connection, $"{name}-poison", new() { MessageEncoding = QueueMessageEncoding.Base64 });
        var encoding = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 };
        encoding.MessageDecodingFailed += async wrong => // What is not base64 is not tried at all.
        {
            if (wrong.ReceivedMessage is not { } message) return;
            await PutAside(message.Body, wrong.CancellationToken);
            await queue!.DeleteMessageAsync(message.MessageId, message.PopReceipt, wrong.CancellationToken);
        };
        queue = new QueueClient(connection, name, encoding);
    }

    /// <summary>Works until it is cancelled; looks at an empty queue ever less often.</summary>
    public async Task Run(CancellationToken cancel)
    {
        for (var wait = ShortestWait; ; await Task.Delay(wait, TimeProvider.System, cancel))
        {
            var longer = wait * 2 < options.MaxPollingInterval ? wait * 2 : options.MaxPollingInterval;
            wait = await TryBatch(cancel) is > 0 ? ShortestWait : longer;
        }
    }

    /// <summary>Works on the next messages, at once; how many there were. A queue that is not there is empty.</summary>
    public async Task<int> Batch(CancellationToken cancel)
    {
        try
        {
            QueueMessage[] messages = await queue.ReceiveMessagesAsync(options.BatchSize, Hidden, cancel);
            await Task.WhenAll(messages.Select(message => Process(message, cancel)));
            return messages.Length;
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            return 0;
        }
    }

    async Task<int> TryBatch(CancellationToken cancel)
    {
        try
        {
            return await Batch(cancel);
        }
        catch (Exception fault) when (fault is RequestFailedException or AggregateException) // Storage is not there, or starts again.
        {
            await Console.Error.WriteLineAsync($"Host: queue {queue.Name}: {fault.Message}");
            return 0;
        }
    }

    async Task Process(QueueMessage message, CancellationToken cancel)
    {
        var receipt = message.PopReceipt;
        var running = message.DequeueCount > options.MaxDequeueCount ? Task.FromResult(false) : call(message, cancel);
        while (await Task.WhenAny(running, Task.Delay(Hidden / 2, TimeProvider.System, cancel)) != running)
            receipt = (await queue.UpdateMessageAsync(message.MessageId, receipt, message.Body, Hidden, cancel)).Value.PopReceipt;
        if (await running)
        {
            await queue.DeleteMessageAsync(message.MessageId, receipt, cancel);
        }
        else if (message.DequeueCount >= options.MaxDequeueCount)
        {
            await PutAside(message.Body, cancel);
            await queue.DeleteMessageAsync(message.MessageId, receipt, cancel);
        }
        else
        {
            await queue.UpdateMessageAsync(message.MessageId, receipt, message.Body, options.VisibilityTimeout, cancel);
        }
    }

    async Task PutAside(BinaryData body, CancellationToken cancel)
    {
        await poison.CreateIfNotExistsAsync(cancellationToken: cancel);
        await poison.SendMessageAsync(body, cancellationToken: cancel);
        await Console.Error.WriteLineAsync($"Host: a message was put into {poison.Name}.");
    }
}
