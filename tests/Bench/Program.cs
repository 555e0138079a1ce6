using System.Runtime.InteropServices;
using Latchkey.Bench;
using Latchkey.Bench.Servers;
using Latchkey.Workshop;

// What `dotnet dev.cs bench` runs, from the root of the repository. The servers that are .NET are this program too, each in a process of
// its own.
const string Usage = """
    dotnet dev.cs bench [NAME]          measure Latchkey and what stands beside it; with NAME only operations whose names contain it
                        --seconds N     how long each is measured at a time (5)
                        --callers N     how many callers there are at once (8)
                        --write         put the table into docs/benchmarks.md
    dotnet dev.cs bench pure [FILTER]   measure the hot paths without HTTP and storage, by BenchmarkDotNet
    """;

switch (args)
{
    case ["local", var origin]:
        await LocalServer.Run(origin);
        return 0;
    case ["openiddict", var origin, var database]:
        await OpenIddictServer.Run(origin, database);
        return 0;
    case ["empty", var origin]:
        await EmptyServer.Run(origin);
        return 0;
    case ["row", var origin, var storage]:
        await EmptyServer.Run(origin, storage);
        return 0;
    case ["pure", ..]:
        Latchkey.Bench.Pure.PurePaths.Run(args[1..]);
        return 0;
}
if (Options.Read(args) is not { } options)
{
    Console.Error.WriteLine(Usage);
    return 2;
}
using var interrupt = Shell.StopOn(PosixSignal.SIGINT);
using var terminate = Shell.StopOn(PosixSignal.SIGTERM);
using var hangUp = Shell.StopOn(PosixSignal.SIGHUP);
try
{
    using var measurement = new Measurement(options);
    return await measurement.Run() ? 0 : 1;
}
catch (Failure failure)
{
    Console.Error.WriteLine(failure.Message);
    return 1;
}
catch (OperationCanceledException) when (Shell.Stopping.IsCancellationRequested)
{
    return 130;
}
finally
{
    await Child.StopAll();
}
