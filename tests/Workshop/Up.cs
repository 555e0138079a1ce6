using System.Security.Cryptography;

namespace Latchkey.Workshop;

/// <summary><c>dev.cs up</c>: Azurite and the service on their usual ports, until Ctrl-C.</summary>
static class Up
{
    /// <summary>What runs: the service, the broker, and Azurite unless another one was running.</summary>
    public sealed record Running(Child Service, Child Broker, Child? Azurite, LogFile Log) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            foreach (var child in (Child?[])[Service, Broker, Azurite])
                if (child is not null) await child.DisposeAsync();
        }
    }

    public static async Task Run(UpOptions options)
    {
        await CheckTools();
        using var data = LocalData.Open(options.Instance);
        if (options.Reset) await data.Reset();
        await CheckPort(options.Instance);
        await Shell.NpmInstall(Azurite.Folder);
        if (options.WithIdp) await Shell.NpmInstall(DemoId.Folder);
        await Feed.Restore();
        var (service, _, azurite, log) = await Start(options, Build);
        Console.WriteLine(Welcome.Text(options, startedAzurite: azurite is not null));
        log.Echo = true;
        await Task.WhenAny(service.Exit, azurite?.Exit ?? service.Exit);
        await Task.Delay(500, CancellationToken.None); // A terminal's Ctrl-C goes to the children too, and may reach them first.
        if (!Shell.Stopping.IsCancellationRequested)
            throw new Failure((service.Exit.IsCompleted ? $"The service ({log.Path})" : $"Azurite ({options.Instance.Folder}/azurite.log)")
                + " has ended by itself; everything is stopped.");
        Console.WriteLine("Stopping.");

        // And functions/ with it.
        static async Task Build()
        {
            foreach (var project in (string[])["tests/WorkerHost", "tests/Broker"])
                await Shell.Must("dotnet", "build", project, "--no-restore", "-p:Analyze=false");
        }
    }

    /// <summary>Starts everything that belongs to an instance, and returns once all of it answers.</summary>
    /// <param name="options">Where, and for whom.</param>
    /// <param name="build">Builds it meanwhile.</param>
    public static async Task<Running> Start(UpOptions options, Func<Task> build)
    {
        var its = options.Instance;
        Child? azurite = null, broker = null, service = null;
        // The usual key is known to everybody, so also to who is in the same network.
        var own = its.Host is null ? null : Convert.ToBase64String(RandomNumberGenerator.GetBytes(64));
        await Shell.Step("Building, and starting Azurite", () => Task.WhenAll(build(), StartAzurite(),
            options.WithSample ? Sample.Build($"{its.Origin}/demo") : Task.CompletedTask));
        var key = own ?? await BlobCors.UsualKey();
        await BlobCors.Allow(its.Address, its.Azurite[0], key, [.. options.AllOrigins, its.Origin]);
        await Shell.Step("Starting the broker for messages",
            async () => broker = await Broker.Start(its.Broker, new LogFile($"{its.Folder}/broker.log"), its.Address));
        var log = new LogFile($"{its.Folder}/worker.log");
        await Shell.Step("Starting the service", async () => service = await StartService(its.Origin, log, Settings(options, key)));
        if (options.WithIdp) await Shell.Step("Starting Demo Id", () => DemoId.Start(its));
        if (options.WithSample) await Shell.Step("Starting the sample app", () => Sample.Serve(its));
        return new(service!, broker!, azurite, log);

        async Task StartAzurite() => azurite = await Azurite.UseOrStart(its, own);
    }

    // At the usual place the settings' file has the last word.
    static (string, string)[] Settings(UpOptions options, string key)
    {
        var its = options.Instance;
        var named = options.AllOrigins.Except(LocalOrigins.Usual).ToList();
        (string, string)[] origins = named.Count == 0 ? [] : [("Latchkey__LocalOrigins", string.Join(' ', named))];
        if (its == new Instance()) return origins;
        var storage = Azurite.ConnectionString(its.Azurite, key, its.Address);
        return
        [
            .. origins, ("Latchkey__Storage__ConnectionString", storage), ("AzureWebJobsStorage", storage),
            ("Latchkey__Messages__Endpoint", $"http://{its.Address}:{its.Broker}"),
            ("Latchkey__Signing__KeyFile", Path.GetFullPath($"{its.Folder}/keys.json")),
            ("Latchkey__Mail__Folder", Path.GetFullPath($"{its.Folder}/mail")),
        ];
    }

    static async Task CheckPort(Instance its)
    {
        if (!Ports.IsBusy(its.Port)) return;
        throw new Failure($"The service needs port {its.Port}, but {await Ports.Holder(its.Port)} listens on it. Stop it, or take another "
            + $"port: dotnet dev.cs up --port {LocalData.Beside(its)}");
    }

    /// <summary>Says everything that is missing at once.</summary>
    public static async Task CheckTools()
    {
        var missing = new List<string>();
        var (_, runtimes) = await Shell.Capture("dotnet", "--list-runtimes");
        if (!runtimes.Contains("Microsoft.AspNetCore.App 10.", StringComparison.Ordinal))
            missing.Add("the ASP.NET Core 10 runtime, a part of the .NET 10 SDK (https://dot.net)");
        try
        {
            var (_, node) = await Shell.Capture("node", "--version");
            if (!Version.TryParse(node.TrimStart('v'), out var version) || version < new Version(20, 10))
                missing.Add($"Node 20.10 or later (https://nodejs.org); here is {node}");
            await Shell.Capture(Shell.Npm, "--version");
        }
        catch (Failure)
        {
            missing.Add("Node 20.10 or later with npm (https://nodejs.org)");
        }
        if (missing.Count > 0)
            throw new Failure($"Missing on this machine:\n  {string.Join("\n  ", missing)}");
    }

    /// <summary>Starts the built worker, under WorkerHost and with the settings of <c>func start</c>, at an origin, and returns once it is
    /// ready.</summary>
    public static async Task<Child> StartService(string origin, LogFile log, params (string, string)[] settings)
    {
        var file = File.Exists("local.settings.json") ? "local.settings.json" : "local.settings.sample.json";
        var service = new Child(log.Write, "dotnet",
            ["tests/WorkerHost/bin/Debug/net10.0/WorkerHost.dll", "--origin", origin, "--settings", file],
            [("Latchkey__Origin", origin), .. settings]);
        using var http = new HttpClient();
        await Ports.Answer("The service", service, log, async () =>
        {
            try
            {
                using var ready = await http.GetAsync($"{origin}/health/ready", Shell.Stopping);
                return ready.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        return service;
    }
}
