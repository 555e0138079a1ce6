using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Latchkey.Tests;

namespace Latchkey.Workshop;

/// <summary><c>dev.cs test</c>: the .NET tests, then npm's clients and the demo against a service of their own.</summary>
static class Tests
{
    const string Clients = "tests/clients";
    const string Results = ".local/test-results";
    const string Beside = "Runs!=alone";
    static readonly string[] Assemblies = ["Functions.Tests", "Infra.Tests"];
    static readonly List<string> Skipped = [];
    static readonly Dictionary<string, TimeSpan> Times = [];
    static int passed, failed;

    // Done as soon as the build says that its project is built, so that no part waits for what it does not need.
    static readonly string[] ForClients =
        ["WorkerHost", "Broker", "Latchkey.Cli", "Quickstarts.WebApp", "Quickstarts.Api", "Quickstarts.Maui"];

    static readonly Dictionary<string, TaskCompletionSource> Built = Assemblies.Concat(ForClients)
        .ToDictionary(project => project, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    static readonly Stopwatch Clock = Stopwatch.StartNew();

    // For every .NET process that is started from here. What runs for seconds or some minutes does not earn back what it costs to watch
    // it, to compile it again (the number is hexadecimal), and to keep memory from being written and run; and it shares the processors.
    // Hosts and workers would watch every folder of the repository for settings that change.
    static readonly (string Name, string Value)[] Runtime =
    [
        ("DOTNET_TieredPGO", "0"), ("DOTNET_TC_CallCountThreshold", "300"), ("DOTNET_EnableWriteXorExecute", "0"), ("DOTNET_gcServer", "0"),
        ("DOTNET_hostBuilder__reloadConfigOnChange", "false"),
    ];

    public static async Task<int> Run(string? name)
    {
        foreach (var (variable, value) in Runtime)
            Environment.SetEnvironmentVariable(variable, value);
        try
        {
            if (Directory.Exists(Results))
                Directory.Delete(Results, recursive: true);
            Directory.CreateDirectory(Results);
            // Side by side: all of them wait much, and the clients and the .NET tests have each an Azurite of their own.
            var installed = Task.WhenAll(Up.CheckTools(), Install(name));
            // The test puts the service's address in place of this one.
            var sample = AnyClientTestSays($"{Sample.Folder}/dist", name)
                ? Count(() => Sample.Build("https://login.example.com/demo"))
                : Task.CompletedTask;
            var clients = After(Task.WhenAll([installed, sample, .. ForClients.Select(project => Built[project].Task)]), () =>
                Count(() => AgainstAService(name)));
            var tests = DotnetTest(installed, name);
            await Task.WhenAll(installed, Build());
            await clients;
            await Count(async () => ReadResults(await tests));
            SearchLog($"{Results}/worker.log");
        }
        catch (Failure failure)
        {
            Fail(failure);
        }
        Skipped.ForEach(Console.WriteLine);
        PrintSlowest();
        if (passed + failed == 0)
            Console.WriteLine(name is null ? "No test ran." : $"No test's name contains \"{name}\".");
        Console.WriteLine($"{passed} passed, {failed} failed");
        return passed > 0 && failed == 0 ? 0 : 1;
    }

    static bool IsWanted(string text, string? name) => name is null || text.Contains(name, StringComparison.OrdinalIgnoreCase);

    static string[] ClientTests(string? name) =>
        [.. Directory.GetFiles(Clients, "*.test.js").Where(file => IsWanted(file + File.ReadAllText(file), name))];

    static Task Install(string? name) => Task.WhenAll(Shell.NpmInstall(Azurite.Folder), Shell.NpmInstall(Clients),
        Shell.NpmInstall(DemoId.Folder),
        AnyClientTestSays("js-client.js", name) ? ClientLibrary.Ensure() : Task.CompletedTask,
        MayHold("Functions.Tests", name) ? Debian.EnsureClamd() : Task.CompletedTask,
        AnyClientTestSays("kotlinc", name) ? Debian.EnsureKotlin() : Task.CompletedTask,
        AnyClientTestSays("chromium.js", name) ? Chromium.Ensure() : Task.CompletedTask,
        AnyClientTestSays("python3", name) ? Debian.EnsurePython() : Task.CompletedTask);

    static bool AnyClientTestSays(string what, string? name) =>
        ClientTests(name).Any(file => File.ReadAllText(file).Contains(what, StringComparison.Ordinal));

    static async Task After(Task before, Func<Task> part)
    {
        await before;
        await part();
    }

    static async Task Build()
    {
        await using var compiler = await Compiler.Start();
        await Feed.Restore();
        // Directory.Build.props says which warnings are the feed's; any other is an error.
        // No spinner: what is built already is tested meanwhile, and prints.
        Console.WriteLine("Building ...");
        var start = Clock.Elapsed;
        var lines = new List<string>();
        await using var build = new Child(line => { lines.Add(line); Note(line); }, "dotnet",
            ["build", "Functions.sln", "--no-restore", "-p:Analyze=false", "-warnaserror",
                "-warnnotaserror:NU1603,NU1900,NU1901,NU1902,NU1903,NU1904,NU1905", .. compiler is null ? [] : Compiler.Options]);
        if (await build.Exit != 0)
            throw new Failure($"The build failed:\n{Shell.Errors(string.Join('\n', lines))}");
        Time("Building", start);
        foreach (var project in Built.Values)
            project.TrySetResult();
    }

    // MSBuild writes `  NAME -> PATH` when the project NAME is built.
    static void Note(string line)
    {
        if (line.Split(" -> ") is [var project, _] && Built.TryGetValue(project.Trim(), out var built))
            built.TrySetResult();
    }

    static async Task Count(Func<Task> part)
    {
        try
        {
            await part();
        }
        catch (Failure failure)
        {
            Fail(failure);
        }
    }

    static void Fail(Failure failure)
    {
        Console.WriteLine(failure.Message);
        failed++;
    }

    static async Task<int> DotnetTest(Task installed, string? name)
    {
        // Those that no other test may run beside have a process of their own: at the end of the others' they would leave a processor idle.
        (string Assembly, string Results, string? Filter)[] all = name is null
            ? [("Functions.Tests", "Functions.Tests.alone", "Runs=alone"), ("Functions.Tests", "Functions.Tests", Beside),
                ("Infra.Tests", "Infra.Tests", null)]
            : [.. Assemblies.Where(assembly => MayHold(assembly, name))
                .Select(assembly => (assembly, assembly, (string?)$"FullyQualifiedName~{name}"))];
        var runs = all.Select(async run =>
        {
            await Task.WhenAll(installed, Built[run.Assembly].Task);
            var start = Clock.Elapsed;
            // A larger nursery, so that less is looked through again and again; not where a test watches the memory.
            (string, string)[] memory = run.Filter == Beside ? [("DOTNET_GCgen0size", "10000000")] : [];
            string[] filter = run.Filter is null ? [] : ["--filter", run.Filter];
            await using var tests = new Child(Console.WriteLine, "dotnet",
                ["test", $"tests/{run.Assembly}/bin/Debug/net10.0/{run.Assembly}.dll",
                "--logger", $"trx;LogFileName={run.Results}.trx", "--logger", "console;verbosity=minimal", "--results-directory", Results,
                .. filter], memory);
            var code = await tests.Exit;
            Time(run.Results, start);
            return code;
        });
        return (await Task.WhenAll(runs)).FirstOrDefault(code => code != 0);
    }

    static void Time(string part, TimeSpan start) =>
        Console.WriteLine($"{part}: from {start.TotalSeconds:0} s to {Clock.Elapsed.TotalSeconds:0} s");

    /// <summary>False if no test of the assembly can have the name: the last part of it stands nowhere in the sources.</summary>
    static bool MayHold(string assembly, string? name)
    {
        var part = name?.Split('(')[0].Split('.')[^1];
        return Directory.EnumerateFiles($"tests/{assembly}", "*.cs", SearchOption.AllDirectories)
            .Any(file => IsWanted(file + File.ReadAllText(file), part));
    }

    static void ReadResults(int code)
    {
        var before = failed;
        foreach (var trx in Directory.GetFiles(Results, "*.trx")
            .Select(file => XDocument.Load(file).Descendants().ToLookup(node => node.Name.LocalName)))
        {
            var classes = trx["UnitTest"].ToDictionary(test => (string)test.Attribute("id")!, test =>
                (string)test.Descendants().Last().Attribute("className")!);
            foreach (var result in trx["UnitTestResult"])
            {
                if ((string?)result.Attribute("outcome") == "Passed")
                    passed++;
                else if ((string?)result.Attribute("outcome") == "NotExecuted")
                    Skipped.Add($"Skipped: {(string?)result.Attribute("testName")}: {result.Value.Trim()}");
                else
                    failed++;
                // From start to end: a host that is started for the test belongs to its time.
                var time = (DateTimeOffset)result.Attribute("endTime")! - (DateTimeOffset)result.Attribute("startTime")!;
                var its = classes[(string)result.Attribute("testId")!];
                Times[its] = Times.GetValueOrDefault(its) + time;
            }
        }
        if (code != 0 && failed == before)
            throw new Failure($"dotnet test ended with {code}, though no test failed.");
    }

    static void PrintSlowest()
    {
        if (Times.Count == 0)
            return;
        Console.WriteLine("The slowest classes:");
        foreach (var (its, time) in Times.OrderByDescending(pair => pair.Value).Take(10))
            Console.WriteLine($"{time.TotalSeconds,7:0.0} s  {its}");
    }

    static async Task AgainstAService(string? name)
    {
        var files = ClientTests(name);
        var (demo, admin) = (IsWanted("demo", name), IsWanted("admin", name));
        if (files.Length == 0 && !demo && !admin)
            return;
        var start = Clock.Elapsed;
        var ports = Ports.Free(5);
        var origin = $"http://localhost:{ports[3]}";
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(64));
        await using var azurite = await Azurite.Start(ports[..3], new LogFile($"{Results}/azurite.log"), ["--inMemoryPersistence"],
            ("AZURITE_ACCOUNTS", $"{Azurite.Account}:{key}"));
        await BlobCors.Allow("127.0.0.1", ports[0], key, [.. LocalOrigins.Usual, origin]);
        await using var broker = await Broker.Start(ports[4], new LogFile($"{Results}/broker.log"));
        await using var service = await Up.StartService(origin, new LogFile($"{Results}/worker.log"),
            ("Latchkey__Storage__ConnectionString", Azurite.ConnectionString(ports, key)),
            ("AzureWebJobsStorage", Azurite.ConnectionString(ports, key)), // Where the host looks for work, thumbnails for example.
            ("Latchkey__Messages__Endpoint", $"http://localhost:{ports[4]}"),
            ("Latchkey__PasswordIterations", "1"), // Hundreds sign in; ProductionTests hash as a deployment does.
            ("Latchkey__Signing__KeyFile", Path.GetFullPath($"{Results}/keys.json")));
        await using var second = files.Any(file => file.EndsWith(SecondInstance.Test, StringComparison.Ordinal))
            ? await SecondInstance.Start() : null;
        if (files.Length > 0)
            await NodeTest(files, name, [("LATCHKEY_ORIGIN", origin), .. second?.Environment ?? []]);
        if (demo)
        {
            await Demo.Run(origin, null, password: false);
            passed++;
        }
        if (admin)
        {
            await Administer(origin);
            passed++;
        }
        Time("The clients, the demo and the command line", start);
    }

    /// <summary>Searches what the service logged while the clients ran; the .NET tests search their own hosts' logs.</summary>
    static void SearchLog(string path)
    {
        if (!File.Exists(path))
            return;
        try
        {
            var lines = File.ReadAllLines(path);
            LeakSearch.Search(lines, []);
            Console.WriteLine($"The service logged {lines.Length} lines; none holds a secret.");
            passed++;
        }
        catch (LeakException leak)
        {
            throw new Failure($"{path}: {leak.Message}");
        }
    }

    /// <summary>Creates a tenant, a user and clients with the command line, and signs in.</summary>
    static async Task Administer(string origin)
    {
        const string Password = "only-for-this-test";
        await Admin.Run(origin, "", "tenant", "create", "acme2", "--name", "Acme Two");
        await Admin.Run(origin, Password, "user", "create", "carol", "--role", "member", "--tenant", "acme2");
        await Admin.Run(origin, "", "client", "create", "app", "-t", "acme2", "--auth", "none", "--native", "true",
            "--grant", "password", "refresh_token", "--scope", "files.read", "files.write");
        var made = await Admin.Run(origin, "", "client", "create", "robot", "-t", "acme2", "--grant", "client_credentials", "--scope",
            "files.read", "--json");
        var secret = (string?)System.Text.Json.Nodes.JsonNode.Parse(made)!["secret"] ?? throw new Failure("No secret was printed.");
        using var http = new HttpClient();
        foreach (var form in new Dictionary<string, string>[]
        {
            new() { ["grant_type"] = "password", ["client_id"] = "app", ["username"] = "carol", ["password"] = Password },
            new() { ["grant_type"] = "client_credentials", ["client_id"] = "robot", ["client_secret"] = secret },
        })
        {
            using var answer = await http.PostAsync($"{origin}/acme2/oauth/token", new FormUrlEncodedContent(form), Shell.Stopping);
            Console.WriteLine($"admin: {form["client_id"]} of acme2 -> {(int)answer.StatusCode}");
            if (!answer.IsSuccessStatusCode)
                throw new Failure(
                    $"A client that the command line created can't sign in: {await answer.Content.ReadAsStringAsync(Shell.Stopping)}");
        }
    }

    // Two processes for all files. Each takes the next file that is left: the claims' folder holds what is taken.
    static async Task NodeTest(string[] files, string? name, (string, string)[] environment)
    {
        string[] filter = name is null ? [] : [$"--test-name-pattern=/{Regex.Escape(name)}/i"];
        var claims = Directory.CreateDirectory($"{Results}/claims").FullName;
        var results = await Task.WhenAll(Enumerable.Range(1, Math.Min(2, files.Length)).Select(async number =>
        {
            var tap = $"{Results}/clients.{number}.tap";
            await using var node = new Child(Console.WriteLine, "node",
                [.. filter, "--test-reporter=spec", "--test-reporter-destination=stdout", "--test-reporter=tap",
                    $"--test-reporter-destination={tap}", $"{Clients}/together.js", .. files],
                [.. environment, ("LATCHKEY_CLAIMS", claims)]);
            return (Code: await node.Exit, Tap: await File.ReadAllLinesAsync(tap));
        }));
        foreach (var (code, lines) in results)
            await Count(() => { ReadTap(code, lines); return Task.CompletedTask; });
        var claimed = Directory.GetFileSystemEntries(claims).Length;
        if (claimed != files.Length)
            throw new Failure($"Of {files.Length} files {claimed} ran.");
    }

    static void ReadTap(int code, string[] lines)
    {
        int Count(string what) => lines.Select(line => Regex.Match(line, $@"^# {what} (\d+)$")).Where(match => match.Success)
            .Sum(match => int.Parse(match.Groups[1].Value, null));
        var bad = Count("fail") + Count("cancelled");
        passed += Count("pass");
        failed += bad;
        // Node 20 calls a test that the filter leaves out skipped.
        Skipped.AddRange(lines.Where(line => Regex.IsMatch(line, "# SKIP(?! test name does not match pattern)"))
            .Select(line => $"Skipped: {line.Trim()}"));
        if (code != 0 && bad == 0)
            throw new Failure($"node ended with {code}, though no test failed.");
    }
}
