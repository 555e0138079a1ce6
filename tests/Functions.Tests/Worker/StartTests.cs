using Latchkey.Tests.Telemetry;

namespace Latchkey.Tests.Worker;

/// <summary>A worker with no setting of the platform, which answers twice and dies.</summary>
public sealed class DeadWorker : IAsyncLifetime
{
    public WorkerProcess Worker { get; private set; } = null!;

    /// <summary>The addresses that it saw callers at, who wrote another into a header.</summary>
    public List<string> Addresses { get; } = [];

    public async Task InitializeAsync()
    {
        Worker = await WorkerProcess.Start();
        foreach (var forwarded in (string[])["203.0.113.9", "127.0.0.2, 203.0.113.9"])
            Addresses.AddRange(await WorkerTests.Seen(Worker, forwarded));
        Worker.FindWorker().Kill();
        await Worker.Ended();
    }

    public async Task DisposeAsync() => await Worker.DisposeAsync();
}

/// <summary>How host and worker begin and end, and what <c>func start</c> finds in the output folder.</summary>
[Collection(ExportedRunGroup.Name)]
public sealed class StartTests(ExportedRun run, DeadWorker dead) : IClassFixture<DeadWorker>
{
    [Fact]
    public void Told_to_end_the_worker_ends_by_itself_and_the_host_after_it()
    {
        Assert.Equal(0, run.Host.ExitCode);
        Assert.True(run.HadWorkerEnded);
        Assert.Contains(run.Host.Log, line => line.Contains("Application is shutting down", StringComparison.Ordinal));
        Assert.DoesNotContain(run.Host.Log, line => line.Contains("is killed", StringComparison.Ordinal));
    }

    [Fact]
    public void When_the_worker_dies_the_host_says_so_and_ends()
    {
        Assert.Equal(1, dead.Worker.ExitCode);
        Assert.Contains(dead.Worker.Log, line => line.StartsWith("Host: The worker has ended by itself", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_the_hosts_setting_nothing_in_a_header_is_believed() =>
        Assert.Equal(["127.0.0.1", "127.0.0.1"], dead.Addresses);

    [Fact]
    public async Task When_the_settings_are_wrong_the_host_ends_and_the_log_says_what_is()
    {
        var worker = WorkerProcess.Launch("http://127.0.0.1:1", ("AZURE_FUNCTIONS_ENVIRONMENT", "Production"));
        await worker.Ended();
        Assert.Equal(1, worker.ExitCode);
        Assert.Contains("  Latchkey__Origin is missing.", worker.Log);
        Assert.Contains("Host: The worker ended with 1 before it was ready.", worker.Log);
        Assert.DoesNotContain(worker.Log, line => line.StartsWith("   at ", StringComparison.Ordinal)); // The message says it all.
        await worker.DisposeAsync();
    }

    [Fact]
    public void The_output_folder_is_what_core_tools_start()
    {
        var built = new DirectoryInfo(AppContext.BaseDirectory);
        var folder = Repository.Path($"functions/bin/{built.Parent!.Name}/{built.Name}");
        foreach (var file in new[] { "host.json", "functions.metadata", "worker.config.json", "extensions.json",
            ".azurefunctions/function.deps.json", "Latchkey.dll" })
            Assert.True(File.Exists(Path.Combine(folder, file)), file);
        Assert.Equal(File.ReadAllText(Repository.Path("host.json")), File.ReadAllText(Path.Combine(folder, "host.json")));
        if (File.Exists(Repository.Path("local.settings.json"))) Assert.True(File.Exists(Path.Combine(folder, "local.settings.json")));
    }

    [Fact]
    public void The_packages_list_of_functions_is_the_sources()
    {
        var built = new DirectoryInfo(AppContext.BaseDirectory);
        using var metadata = System.Text.Json.JsonDocument.Parse(
            File.ReadAllText(Repository.Path($"functions/bin/{built.Parent!.Name}/{built.Name}/functions.metadata")));
        var assembly = typeof(Latchkey.OAuth.TokenEndpoint).Assembly;
        Assert.Equal(
            LocalHost.Functions.Http(assembly).Select(function => function.Name)
                .Concat(LocalHost.Functions.Timed(assembly).Select(timer => timer.Name))
                .Concat(LocalHost.Functions.Queued(assembly).Select(queue => queue.Name)).Order(StringComparer.Ordinal),
            metadata.RootElement.EnumerateArray().Select(function => function.GetProperty("name").GetString()!)
                .Order(StringComparer.Ordinal));
    }
}
