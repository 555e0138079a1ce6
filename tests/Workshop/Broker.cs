namespace Latchkey.Workshop;

/// <summary>The stand-in for Azure Web PubSub (tests/Broker).</summary>
static class Broker
{
    /// <summary>Starts the built broker on a port of an address of this machine, and returns once it answers.</summary>
    public static async Task<Child> Start(int port, LogFile log, string address = "127.0.0.1")
    {
        if (Ports.IsBusy(port))
            throw new Failure($"The broker for messages needs port {port}, but {await Ports.Holder(port)} listens on it.");
        var broker = new Child(log.Write, "dotnet",
            ["tests/Broker/bin/Debug/net10.0/Broker.dll", "--port", $"{port}", "--address", address]);
        await Ports.Answer("The broker", broker, log, () => Task.FromResult(Ports.IsBusy(port)));
        return broker;
    }
}
