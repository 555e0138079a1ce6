using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;
using Latchkey.WorkerHost.Rpc;
using Content = Latchkey.WorkerHost.Rpc.StreamingMessage.ContentOneofCase;
using RpcException = Latchkey.WorkerHost.Rpc.RpcException;

namespace Latchkey.WorkerHost;

/// <summary>The host's end of the one stream that a worker opens (FunctionRpc): the beginning, calls, logs and the end.</summary>
sealed class WorkerChannel : FunctionRpc.FunctionRpcBase
{
    readonly Channel<StreamingMessage> sent = Channel.CreateUnbounded<StreamingMessage>();
    readonly Channel<StreamingMessage> received = Channel.CreateUnbounded<StreamingMessage>();
    readonly ConcurrentDictionary<string, TaskCompletionSource<StatusResult>> calls = new();

    /// <summary>Where the worker takes HTTP requests, once it has begun.</summary>
    public string HttpUri { get; private set; } = "";

    public override async Task EventStream(
        IAsyncStreamReader<StreamingMessage> requestStream, IServerStreamWriter<StreamingMessage> responseStream, ServerCallContext context)
    {
        var sending = Write(responseStream, context.CancellationToken);
        try
        {
            await foreach (var message in requestStream.ReadAllAsync(context.CancellationToken)) Receive(message);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // The worker has ended; whoever watches its process says why.
        }
        foreach (var call in calls.Values) call.TrySetException(new WorkerException("The worker has ended."));
        sent.Writer.TryComplete();
        await sending;
    }

    /// <summary>Brings the worker to where it answers calls; its functions.</summary>
    /// <exception cref="WorkerException">It refused something.</exception>
    public async Task<List<Function>> Begin(string folder, CancellationToken cancel)
    {
        await Next(Content.StartStream, cancel);
        Send(new() { WorkerInitRequest = new() { HostVersion = "4.1037.0.0", WorkerDirectory = folder, FunctionAppDirectory = folder } });
        var begun = (await Next(Content.WorkerInitResponse, cancel)).WorkerInitResponse;
        Demand(begun.Result, "did not initialize");
        if (!begun.Capabilities.TryGetValue("HttpUri", out var uri)) throw new WorkerException("The worker takes no HTTP requests.");
        HttpUri = uri;
        Send(new() { FunctionsMetadataRequest = new() { FunctionAppDirectory = folder } });
        var described = (await Next(Content.FunctionMetadataResponse, cancel)).FunctionMetadataResponse;
        Demand(described.Result, "did not describe its functions");
        var functions = described.FunctionMetadataResults.Select(Function.Of).ToList();
        foreach (var function in functions)
            Send(new() { FunctionLoadRequest = new() { FunctionId = function.Id, Metadata = function.Metadata } });
        foreach (var _ in functions)
        {
            var loaded = (await Next(Content.FunctionLoadResponse, cancel)).FunctionLoadResponse;
            Demand(loaded.Result, $"did not load {functions.Find(function => function.Id == loaded.FunctionId)?.Name}");
        }
        return functions;
    }

    /// <summary>Calls a function and waits until it has ended. An HTTP function gets its request from elsewhere, by the same id.</summary>
    /// <exception cref="OperationCanceledException">The caller is gone; the worker was told.</exception>
    /// <exception cref="WorkerException">The function failed.</exception>
    /// <param name="function">The function.</param>
    /// <param name="invocation">The invocation's id.</param>
    /// <param name="trigger">The value of the trigger's parameter; none for HTTP.</param>
    /// <param name="cancel">Cancels.</param>
    /// <param name="about">What else the host tells of the trigger (binding data).</param>
    public async Task Call(
        Function function, string invocation, ParameterBinding? trigger, CancellationToken cancel,
        IReadOnlyDictionary<string, TypedData>? about = null)
    {
        var ended = new TaskCompletionSource<StatusResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        calls[invocation] = ended;
        try
        {
            var request = new InvocationRequest { InvocationId = invocation, FunctionId = function.Id, TraceContext = new() };
            if (trigger is not null) request.InputData.Add(trigger);
            foreach (var (name, value) in about ?? new Dictionary<string, TypedData>()) request.TriggerMetadata[name] = value;
            Send(new() { InvocationRequest = request });
            await using var told = cancel.Register(() => Send(new() { InvocationCancel = new() { InvocationId = invocation } }));
            Demand(await ended.Task.WaitAsync(cancel), $"failed in {function.Name}");
        }
        finally
        {
            calls.TryRemove(invocation, out _);
        }
    }

    /// <summary>Tells the worker to end by itself.</summary>
    public void Terminate() => Send(new() { WorkerTerminate = new() });

    void Send(StreamingMessage message)
    {
        message.RequestId = Guid.NewGuid().ToString();
        sent.Writer.TryWrite(message);
    }

    async Task Write(IServerStreamWriter<StreamingMessage> stream, CancellationToken cancel)
    {
        try
        {
            await foreach (var message in sent.Reader.ReadAllAsync(cancel)) await stream.WriteAsync(message, cancel);
        }
        catch (Exception gone) when (gone is OperationCanceledException or InvalidOperationException or IOException)
        {
            // As above.
        }
    }

    void Receive(StreamingMessage message)
    {
        switch (message.ContentCase)
        {
            case Content.RpcLog:
                var log = message.RpcLog;
                Console.WriteLine($"{log.Level}: {log.Category}: {log.Message}{Text(log.Exception)}");
                break;
            case Content.InvocationResponse:
                var response = message.InvocationResponse;
                if (!response.ReturnValue.IsEmpty) Console.WriteLine($"Host: the worker sent {response.InvocationId}'s answer twice.");
                if (calls.TryGetValue(response.InvocationId, out var call)) call.TrySetResult(response.Result);
                break;
            default:
                received.Writer.TryWrite(message);
                break;
        }
    }

    async Task<StreamingMessage> Next(Content wanted, CancellationToken cancel)
    {
        while (true)
        {
            var message = await received.Reader.ReadAsync(cancel);
            if (message.ContentCase == wanted) return message;
        }
    }

    static void Demand(StatusResult result, string otherwise)
    {
        if (result.Status != StatusResult.Types.Status.Success) throw new WorkerException(
            $"The worker {otherwise}: {result.Result}{Text(result.Exception)}");
    }

    static string Text(RpcException? exception) => exception is null ? "" : $"\n{exception.Message}\n{exception.StackTrace}";
}
