using System.Runtime.InteropServices;
using Latchkey.WorkerHost;

// WorkerHost --origin ADDRESS [--settings FILE] [FOLDER]
// A small Functions host: runs the worker that is built (or published) in FOLDER and passes HTTP requests, timers and the messages of
// queues on to it.
string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
var origin = Option("--origin") ?? "http://localhost:7071";
var here = new DirectoryInfo(AppContext.BaseDirectory); // tests/WorkerHost/bin/Debug/net10.0
var folder = Path.GetFullPath(args.Length % 2 == 1 ? args[^1]
    : Path.Combine(here.FullName, "../../../../../functions/bin", here.Parent!.Name, here.Name));
using var stopping = new CancellationTokenSource();
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stopping.Cancel();
}
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
try
{
    if (Option("--settings") is { } settings) LocalSettings.Apply(settings);
    await using var worker = await Worker.Start(folder, stopping.Token);
    var timers = new Timers(worker);
    await using var front = Front.Build(origin, folder, worker, timers);
    await front.StartAsync(stopping.Token);
    Console.WriteLine($"Host: {worker.Functions.Count} functions on {origin}");
    var running = Task.WhenAll(timers.Run(stopping.Token), new Queues(worker, folder).Run(stopping.Token));
    await Task.WhenAny(worker.Ended, running);
    await Task.Delay(500); // A terminal's Ctrl-C goes to the worker too, and may reach it first.
    if (!stopping.IsCancellationRequested) throw new WorkerException($"The worker has ended by itself, with {worker.ExitCode}.");
    await front.StopAsync();
    return 0;
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    return 0;
}
catch (Exception fault) when (fault is WorkerException or IOException or OperationCanceledException)
{
    await Console.Error.WriteLineAsync($"Host: {fault.Message}");
    return 1;
}
