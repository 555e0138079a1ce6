using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Latchkey.Keys;

namespace Latchkey.Tests.Keys;

public sealed class KeyFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("latchkey-keys-").FullName;
    private readonly CancellationToken none = CancellationToken.None;

    private string KeyPath => Path.Combine(folder, "keys.json");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Eight_processes_that_start_at_once_agree_on_the_keys()
    {
        var said = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => KeysOfAnotherProcess()));

        using var file = new KeyFile(KeyPath);
        var here = await StartupHook.Describe(file);
        Assert.All(said, there => Assert.Equal(here, there));
    }

    [Fact]
    public async Task Instances_that_race_agree_and_a_reader_never_sees_half_a_file()
    {
        using var stop = new CancellationTokenSource();
        var torn = Task.Run(() => ReadUntil(stop.Token));
        var said = new ConcurrentBag<(string Tenant, string Kid)>();

        await Parallel.ForEachAsync(Enumerable.Range(0, 64), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (n, cancel) =>
        {
            using var file = new KeyFile(KeyPath);
            var tenant = $"tenant{n % 16}";
            said.Add((tenant, (await new LocalSigner(file).Current(tenant, "ES256", cancel)).Kid));
        });

        await stop.CancelAsync();
        Assert.True(await torn > 0, "The reader never read.");
        Assert.Equal(16, said.Distinct().Count());
    }

    [Fact]
    public async Task What_another_process_added_is_seen()
    {
        using var first = new KeyFile(KeyPath);
        using var second = new KeyFile(KeyPath);
        var ec = await new LocalSigner(first).Current("demo", "ES256", none);
        await new LocalSigner(second).PublicKeys("demo", none);

        var published = await new LocalSigner(first).PublicKeys("demo", none);

        Assert.Contains(published, key => key.Kid == ec.Kid);
        Assert.Equal((await new LocalSigner(second).Current("demo", "RS256", none)).Kid, published.Single(key => key.Alg == "RS256").Kid);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"version\":1,\"tenants\":{\"demo\":{\"es256\":\"MIG")]
    [InlineData("{\"version\":2,\"tenants\":{}}")]
    [InlineData("{\"version\":1,\"tenants\":null}")]
    [InlineData("{\"version\":1}")]
    [InlineData("{\"version\":1,\"tenants\":{\"demo\":null}}")]
    [InlineData("{\"version\":1,\"tenants\":{},\"more\":1}")]
    [InlineData("{\"version\":1,\"tenants\":{\"demo\":{},\"demo\":{}}}")]
    [InlineData("{\"version\":1,\"tenants\":{\"demo\":{\"es256\":\"not base64\"}}}")]
    [InlineData("{\"version\":1,\"tenants\":{\"demo\":{\"es256\":\"AAAA\"}}}")]
    [InlineData("{\"version\":1,\"tenants\":{\"demo\":{\"mac\":\"AAAA\"}}}")]
    public async Task A_damaged_file_stops_with_its_name_and_is_left_as_it_is(string content)
    {
        await File.WriteAllTextAsync(KeyPath, content);
        using var file = new KeyFile(KeyPath);

        var fault = Assert.Throws<KeyFileException>(file.Check);
        Assert.Contains(KeyPath, fault.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<KeyFileException>(() => new LocalSigner(file).PublicKeys("demo", none).AsTask());
        await Assert.ThrowsAsync<KeyFileException>(() => KeyRing.Local(file).MacKeys("demo", none).AsTask());
        Assert.Equal(content, await File.ReadAllTextAsync(KeyPath));
    }

    [Fact]
    public async Task An_rsa_key_in_the_place_of_the_ec_key_is_refused()
    {
        using (var file = new KeyFile(KeyPath)) await new LocalSigner(file).PublicKeys("demo", none);
        var text = await File.ReadAllTextAsync(KeyPath);
        await File.WriteAllTextAsync(KeyPath, text.Replace("es256", "x", StringComparison.Ordinal)
            .Replace("rs256", "es256", StringComparison.Ordinal).Replace("\"x\"", "\"rs256\"", StringComparison.Ordinal));

        using var swapped = new KeyFile(KeyPath);
        Assert.Throws<KeyFileException>(swapped.Check);
    }

    [Fact]
    public void A_folder_in_the_place_of_the_file_stops_with_a_clear_message()
    {
        Directory.CreateDirectory(KeyPath);
        using var file = new KeyFile(KeyPath);

        Assert.Contains("can't be read", Assert.Throws<KeyFileException>(file.Check).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_good() => new KeyFile(KeyPath).Check();

    [Fact]
    public async Task What_a_writer_that_died_left_behind_does_no_harm()
    {
        await File.WriteAllTextAsync(KeyPath + ".tmp", "{\"half\":");
        await File.WriteAllTextAsync(KeyPath + ".lock", "");
        using var file = new KeyFile(KeyPath);

        await new LocalSigner(file).Current("demo", "ES256", none);

        Assert.False(File.Exists(KeyPath + ".tmp"));
        file.Check();
    }

    [Fact]
    public async Task Only_the_owner_may_read_the_file()
    {
        if (OperatingSystem.IsWindows()) return; // Windows has no mode: the folder's access list decides there.
        using var file = new KeyFile(KeyPath);
        await new LocalSigner(file).Current("demo", "ES256", none);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyPath));
    }

    private int ReadUntil(CancellationToken stop)
    {
        var reads = 0;
        while (!stop.IsCancellationRequested)
        {
            if (!File.Exists(KeyPath)) continue;
            using var _ = JsonDocument.Parse(File.ReadAllText(KeyPath));
            reads++;
        }
        return reads;
    }

    private async Task<string> KeysOfAnotherProcess()
    {
        var assembly = typeof(KeyFileTests).Assembly.Location;
        var start = new ProcessStartInfo(Environment.ProcessPath!, [assembly]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_STARTUP_HOOKS"] = assembly;
        start.Environment[StartupHook.KeyFileVariable] = KeyPath;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(none);
        var said = await process.StandardOutput.ReadToEndAsync(none);
        await process.WaitForExitAsync(none);
        Assert.True(process.ExitCode == 0, await error);
        return said.Trim();
    }
}
