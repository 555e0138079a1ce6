using System.Net;
using System.Net.Sockets;
using System.Runtime;
using System.Text;

/// <summary>
/// What .NET runs before the Main of a program where DOTNET_STARTUP_HOOKS names this assembly, hence its name and place. Whoever
/// connects to its port is told what the process has used so far. So the worker is measured as it is, without a line of its own for it.
/// </summary>
static class StartupHook
{
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable("LATCHKEY_BENCH_METERS") is not { } folder) return;
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var program = Path.GetFileNameWithoutExtension(Environment.GetCommandLineArgs()[0]);
        var name = Path.Combine(folder, $"{program}-{Environment.ProcessId}");
        File.WriteAllText($"{name}.new", $"{((IPEndPoint)listener.LocalEndpoint).Port}");
        File.Move($"{name}.new", name); // Under its name it is whole.
        new Thread(() => Answer(listener)) { IsBackground = true }.Start();
    }

    static void Answer(TcpListener listener)
    {
        while (true)
        {
            using var client = listener.AcceptTcpClient();
            var (cpu, allocated) = ((long)Environment.CpuUsage.TotalTime.TotalMicroseconds, GC.GetTotalAllocatedBytes());
            var compiled = (long)JitInfo.GetCompilationTime().TotalMicroseconds;
            var used = $$"""{"cpu":{{cpu}},"allocated":{{allocated}},"compiled":{{compiled}}}""";
            client.GetStream().Write(Encoding.ASCII.GetBytes(used));
        }
    }
}
