#!/usr/bin/env dotnet
#:property PublishAot=false
#:project tests/Workshop/Workshop.csproj

// The workshop runs, shows and tests Latchkey on this machine. Outside this folder it installs only packages in the caches of
// NuGet and npm, and with `test` Debian's Chromium shell, clamd, Kotlin and a few modules for Python if they are missing. Git ignores
// everything that it writes: .feed/, .local/, node_modules/, bin/, obj/, dist/.
using System.Runtime.InteropServices;
using Latchkey.Workshop;

const string Usage = """
    dotnet dev.cs up            run the service on http://localhost:7071, with Azurite; Ctrl-C stops what it started;
                                --origin URL (several) allows a web app's origin beside the usual ones of this machine;
                                --host ADDRESS, or --host auto, lets phones in the same network reach it;
                                --port N is a second one beside the first, with data of its own;
                                --reset deletes its data first;
                                --with-idp runs an OpenID provider too: "Sign in with Demo Id" in tenant demo;
                                --sample builds the sample app (clients/ionic-sample), and serves it on http://localhost:8100
    dotnet dev.cs demo [FILE]   sign in, upload, list, download and compare, against the running service;
                                --password signs in with the legacy password grant instead of the browser's forms
    dotnet dev.cs admin ...     administer a deployment, by default the running service as the demo's operator;
                                `dotnet dev.cs admin help [NOUN [VERB]]` lists the commands;
                                demo and admin find another service by --host and --port as `up` has them
    dotnet dev.cs test [NAME]   build everything and run all tests, or only those whose names contain NAME
    dotnet dev.cs bench [NAME]  measure the service beside others and print the table of docs/benchmarks.md: all operations, or only
                                those whose names contain NAME; --seconds N a window, --callers N at once, --write puts the table there;
                                `bench pure` measures hot paths by BenchmarkDotNet
    dotnet dev.cs reference     make docs/reference/errors.md and clients/bruno of the API's description
    dotnet dev.cs help          print this; `dotnet` takes --help for itself unless it comes after --
    """;

var started = Directory.GetCurrentDirectory();
Directory.SetCurrentDirectory((string)AppContext.GetData("EntryPointFileDirectoryPath")!);
using var interrupt = Shell.StopOn(PosixSignal.SIGINT);
using var terminate = Shell.StopOn(PosixSignal.SIGTERM);
using var hangUp = Shell.StopOn(PosixSignal.SIGHUP);
try
{
    switch (args)
    {
        case ["up", ..]:
            await Up.Run(UpOptions.Parse(args[1..]));
            return 0;
        case ["demo", ..]:
            await Demo.Run(args[1..], started);
            return 0;
        case ["admin", ..]:
            return await Admin.Run(args[1..]);
        case ["test"] or ["test", _]:
            return await Tests.Run(args.ElementAtOrDefault(1));
        case ["reference"]:
            return await Reference.Run();
        case ["bench", ..]:
            return await Benchmarks.Run(args[1..]);
        case ["help" or "--help" or "-h"]:
            Console.WriteLine(Usage);
            return 0;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
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
