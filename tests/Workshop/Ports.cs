using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Latchkey.Workshop;

/// <summary>What is listening on this machine.</summary>
static class Ports
{
    public static bool IsBusy(int port) => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(end => end.Port == port);

    /// <summary>Ports that nothing listens on now.</summary>
    public static int[] Free(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }

    /// <summary>Who listens on a port, as far as lsof can tell.</summary>
    public static async Task<string> Holder(int port)
    {
        try
        {
            var (_, output) = await Shell.Capture("lsof", "-nP", $"-iTCP:{port}", "-sTCP:LISTEN", "-Fpc");
            var fields = output.Split('\n').ToLookup(line => line.FirstOrDefault(), line => line[Math.Min(1, line.Length)..]);
            return $"{fields['c'].First()} (process {fields['p'].First()})";
        }
        catch (Exception unknown) when (unknown is Failure or InvalidOperationException)
        {
            return "another process";
        }
    }

    /// <summary>Waits until a child answers; fails with the end of its log if it ends first or takes a minute.</summary>
    public static async Task Answer(string name, Child child, LogFile log, Func<Task<bool>> answers)
    {
        for (var clock = Stopwatch.StartNew(); !await answers(); await Task.Delay(100, Shell.Stopping))
            if (child.Exit.IsCompleted || clock.Elapsed > TimeSpan.FromMinutes(1))
                throw new Failure($"{name} did not start ({log.Path}):\n{log.Tail}");
    }
}
