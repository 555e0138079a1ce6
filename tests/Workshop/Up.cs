namespace Latchkey.Workshop;

/// <summary><c>dev.cs up</c>: Azurite and the service on their usual ports, until Ctrl-C.</summary>
static class Up
{
    public const string Origin = "http://localhost:7071";

    /// <param name="withIdp">Demo Id runs too, and tenant demo signs in with it.</param>
    /// <param name="sample">The sample app is built and served, too.</param>
    public static async Task Run(bool withIdp = false, bool sample = false)
    {
        await CheckTools();
        var port = new Uri(Origin).Port;
        if (Ports.IsBusy(port))
            throw new Failure($"The service needs port {port}, but {await Ports.Holder(port)} listens on it. Stop it and try again.");
        await Shell.NpmInstall(Azurite.Folder);
        if (withIdp) await Shell.NpmInstall(DemoId.Folder);
        await Feed.Restore();
        Child? azurite = null;
        await Shell.Step("Building, and starting Azurite", () => Task.WhenAll(Build(), StartAzurite(),
            sample ? Sample.Build($"{Origin}/demo") : Task.CompletedTask));
        await BlobCors.Allow(10000, await BlobCors.UsualKey(), Origin);
        await Shell.Step("Starting the broker for messages", () => Broker.Start(Broker.Port, new LogFile(Broker.Log)));
        var log = new LogFile(".local/worker.log");
        Child? service = null;
        await Shell.Step("Starting the service", async () => service = await StartService(Origin, log));
        if (withIdp) await Shell.Step("Starting Demo Id", () => DemoId.Start(Origin));
        if (sample) await Shell.Step("Starting the sample app", () => Sample.Serve(Origin));
        Console.WriteLine(Welcome(azurite is null ? "was already running" : "data in .local/azurite"));
        log.Echo = true;
        await Task.WhenAny(service!.Exit, azurite?.Exit ?? service.Exit);
        await Task.Delay(500, CancellationToken.None); // A terminal's Ctrl-C goes to the children too, and may reach them first.
        if (!Shell.Stopping.IsCancellationRequested)
            throw new Failure((service.Exit.IsCompleted ? $"The service ({log.Path})" : $"Azurite ({Azurite.Log})")
                + " has ended by itself; everything is stopped.");
        Console.WriteLine("Stopping.");

        // And functions/ with it.
        static async Task Build()
        {
            foreach (var project in (string[])["tests/WorkerHost", "tests/Broker"])
                await Shell.Must("dotnet", "build", project, "--no-restore", "-p:Analyze=false");
        }

        async Task StartAzurite() => azurite = await Azurite.UseOrStart();
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

    static string Welcome(string storage) => $$"""

        Latchkey   {{Origin}}   tenants demo and acme; users alice / alice-password, bob / bob-password, admin / admin-password
        Files      {{Origin}}/demo/my-files   in a browser
        Sign-up    {{Origin}}/demo/signup   the mail with the code is a file in .local/mail
        Passkeys   {{Origin}}/acme/account/passkeys   at localhost a browser makes them without https
        Discovery  {{Origin}}/demo/.well-known/openid-configuration
        Messages   a broker at 127.0.0.1:7073, for apps with the scope messages (docs/apps/messages.md)
        Storage    Azurite at 127.0.0.1:10000 (blobs) and :10002 (tables), {{storage}}

        In another terminal: `dotnet dev.cs demo [FILE]`, or paste

          at={{Origin}}/demo; field() { node -p "JSON.parse(require('fs').readFileSync(0)).$1"; }
          secret=service-secret-for-local-runs-only
          token=$(curl -s $at/oauth/token -u service:$secret -d grant_type=client_credentials | field access_token)
          auth="Authorization: Bearer $token"; json='Content-Type: application/json'
          begun=$(curl -s $at/files -H "$auth" -H "$json" -d '{"name":"hello.txt","contentType":"text/plain","size":6}')
          id=$(field id <<< "$begun"); put=$(field upload.url <<< "$begun")
          printf 'hello\n' | curl -sX PUT "$put" -H 'x-ms-blob-type: BlockBlob' -H 'Content-Type: text/plain' --data-binary @-
          curl -sX POST $at/files/$id/complete -H "$auth"; echo
          curl -s $at/files -H "$auth"; echo
          curl -sL $at/files/$id/content -H "$auth"

        Ctrl-C stops {{(storage.StartsWith("data", StringComparison.Ordinal) ? "both" : "the service")}}. The service's log:

        """;
}
