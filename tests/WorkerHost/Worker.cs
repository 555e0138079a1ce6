using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Latchkey.WorkerHost;

/// <summary>The worker's process, started as the Functions host starts it, and the gRPC server that it speaks to.</summary>
sealed class Worker : IAsyncDisposable
{
    static readonly TimeSpan startPatience = TimeSpan.FromMinutes(1);
    static readonly TimeSpan endPatience = TimeSpan.FromSeconds(15);

    readonly WebApplication server;
    readonly Process process;

    Worker(WebApplication server, WorkerChannel channel, Process process) =>
        (this.server, Channel, this.process) = (server, channel, process);

    public WorkerChannel Channel { get; }

    public List<Function> Functions { get; private set; } = [];

    /// <summary>Completes when the process has ended and all that it said was passed on.</summary>
    public Task Ended => process.WaitForExitAsync();

    public int ExitCode => process.ExitCode;

    /// <summary>Starts Latchkey.dll in a folder (build output or package) and returns once it answers calls.</summary>
    /// <exception cref="WorkerException">It did not come so far.</exception>
    public static async Task<Worker> Start(string folder, CancellationToken cancel)
    {
        var assembly = Path.Combine(folder, "Latchkey.dll");
        if (!File.Exists(assembly)) throw new WorkerException($"{assembly} is missing: build or publish functions/ first.");
        var channel = new WorkerChannel();
        var server = await Serve(channel, cancel);
        var worker = new Worker(server, channel, Launch(assembly, folder, server.Urls.Single()));
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(startPatience);
            var begun = channel.Begin(folder, patience.Token);
            if (await Task.WhenAny(begun, worker.Ended) != begun) throw new WorkerException(
                $"The worker ended with {worker.ExitCode} before it was ready.");
            worker.Functions = await begun;
            return worker;
        }
        catch
        {
            await worker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks it to end; kills it, by its id, if it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        Channel.Terminate();
        try
        {
            await Ended.WaitAsync(endPatience);
        }
        catch (TimeoutException)
        {
            await Console.Error.WriteLineAsync(
                $"The worker did not end within {endPatience.TotalSeconds} s of WorkerTerminate and is killed.");
            process.Kill(entireProcessTree: true);
            await Ended;
        }
        await server.DisposeAsync();
        process.Dispose();
    }

    static async Task<WebApplication> Serve(WorkerChannel channel, CancellationToken cancel)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc(grpc => (grpc.MaxReceiveMessageSize, grpc.MaxSendMessageSize) = (null, null));
        builder.Services.AddSingleton(channel);
        var server = builder.Build();
        server.MapGrpcService<WorkerChannel>();
        await server.StartAsync(cancel);
        return server;
    }

    static Process Launch(string assembly, string folder, string uri)
    {
        var (worker, request, bytes) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString(), $"{int.MaxValue}");
        var start = new ProcessStartInfo("dotnet", [
            assembly,
            "--host", "127.0.0.1", "--port", $"{new Uri(uri).Port}", "--workerId", worker, "--requestId", request, "--grpcMaxMessageLength",
            bytes,
            "--functions-uri", $"{uri.TrimEnd('/')}/", "--functions-worker-id", worker, "--functions-request-id", request,
            "--functions-grpc-max-message-length", bytes])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["FUNCTIONS_APPLICATION_DIRECTORY"] = folder;
        start.Environment.Remove("ASPNETCORE_URLS"); // It names the host's address, not the worker's.
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => { if (line.Data is not null) Console.WriteLine(line.Data); };
        process.ErrorDataReceived += (_, line) => { if (line.Data is not null) Console.Error.WriteLine(line.Data); };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
