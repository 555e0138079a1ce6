namespace Latchkey.Workshop;

/// <summary>The stand-in for Azure Web PubSub (tests/Broker).</summary>
static class Broker
{
    /// <summary>Where <c>up</c> starts it; local.settings.sample.json has the same.</summary>
    public const int Port = 7073;

    public const string Log = ".local/broker.log";

    /// <summary>Starts the built broker on a port of 127.0.0.1, and returns once it answers.</summary>
    public static async Task<Child> Start(int port, LogFile log)
    {
        if (Ports.IsBusy(port)) throw new Failure($"The broker needs port {port}, but {await Ports.Holder(port)} listens on it.");
        var broker = new Child(log.Write, "dotnet", ["tests/Broker/bin/Debug/net10.0/Broker.dll", "--port", $"{port}"]);
        await Ports.Answer("The broker", broker, log, () => Task.FromResult(Ports.IsBusy(port)));
        return broker;
    }
}
