using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Latchkey.Workshop;

namespace Latchkey.Bench.Load;

/// <summary>What a process has used since its start, by its own account.</summary>
/// <param name="Cpu">User and system time of all its threads, in microseconds.</param>
/// <param name="Allocated">Bytes that it has allocated on the managed heap; null where Node runs it.</param>
/// <param name="Compiled">For how long it has compiled, in microseconds; null where Node runs it.</param>
/// <param name="Calls">Azurite: how many requests it has had, by port and account.</param>
sealed record Reading(long Cpu, long? Allocated = null, long? Compiled = null, Dictionary<string, long>? Calls = null);

/// <summary>Reads what StartupHook.cs, and peers/meter.cjs in Node, tell of a process that was started with
/// <see cref="Environment"/>.</summary>
sealed class Meter
{
    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    readonly int port;

    Meter(int port) => this.port = port;

    /// <summary>What a process must be started with; its children have it too.</summary>
    /// <param name="folder">Where it says its port.</param>
    public static (string Name, string Value)[] Environment(string folder)
    {
        Directory.CreateDirectory(folder);
        return
        [
            ("LATCHKEY_BENCH_METERS", Path.GetFullPath(folder)),
            ("DOTNET_STARTUP_HOOKS", typeof(Meter).Assembly.Location),
            ("NODE_OPTIONS", $"--require {Path.GetFullPath($"{Peers.Folder}/meter.cjs")}"),
        ];
    }

    /// <summary>The meter of a program, once it has started.</summary>
    /// <exception cref="Failure">It says no port.</exception>
    public static async Task<Meter> Of(string program, string folder)
    {
        for (var tries = 0; tries < 100; tries++)
        {
            if (Directory.GetFiles(folder, $"{program}-*")
                .FirstOrDefault(file => !file.EndsWith(".new", StringComparison.Ordinal)) is { } file)
                return new Meter(int.Parse(await File.ReadAllTextAsync(file), null));
            await Task.Delay(50, Shell.Stopping);
        }
        throw new Failure($"{program} has no meter.");
    }

    public async Task<Reading> Read()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Shell.Stopping);
        return await JsonSerializer.DeserializeAsync<Reading>(client.GetStream(), Json, Shell.Stopping)
            ?? throw new Failure("A meter has no answer.");
    }
}
