using System.Text.Json;
using Latchkey.WorkerHost.Rpc;

namespace Latchkey.WorkerHost;

/// <summary>A function as the worker describes it: by its trigger, which is one of its bindings in JSON (function.json).</summary>
sealed record Function(RpcFunctionMetadata Metadata, string Trigger, JsonElement Binding)
{
    public string Id => Metadata.FunctionId;

    public string Name => Metadata.Name;

    public bool IsHttp => Trigger == "httpTrigger";

    public bool IsTimer => Trigger == "timerTrigger";

    public bool IsQueue => Trigger == "queueTrigger";

    /// <summary>The route without the prefix (<see cref="IsHttp"/>).</summary>
    public string Route => Binding.TryGetProperty("route", out var route) ? route.GetString()! : Name;

    /// <summary>The methods, in capitals (<see cref="IsHttp"/>).</summary>
    public IEnumerable<string> Methods =>
        Binding.GetProperty("methods").EnumerateArray().Select(method => method.GetString()!.ToUpperInvariant());

    /// <summary>NCRONTAB with seconds, UTC (<see cref="IsTimer"/>).</summary>
    public string Schedule => Binding.GetProperty("schedule").GetString()!;

    /// <summary>The queue (<see cref="IsQueue"/>).</summary>
    public string Queue => Binding.GetProperty("queueName").GetString()!;

    /// <summary>The name of the parameter that gets the trigger.</summary>
    public string Parameter => Binding.GetProperty("name").GetString()!;

    /// <exception cref="WorkerException">It has no trigger.</exception>
    public static Function Of(RpcFunctionMetadata metadata)
    {
        foreach (var raw in metadata.RawBindings)
        {
            var binding = JsonDocument.Parse(raw).RootElement;
            var type = binding.GetProperty("type").GetString()!;
            if (type.EndsWith("Trigger", StringComparison.Ordinal)) return new(metadata, type, binding);
        }
        throw new WorkerException($"Function {metadata.Name} has no trigger.");
    }
}
