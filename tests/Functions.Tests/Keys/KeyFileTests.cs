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

        var here = await new ManagedKeysOf(new KeyFile(KeyPath)).Describe();
        Assert.All(said, there => Assert.Equal(here, there));
    }

    [Fact]
    public async Task Instances_that_race_agree_and_a_reader_never_sees_half_a_file()
    {
        using var stop = new CancellationTokenSource();
        var torn = Task.Run(() => ReadUntil(stop.Token));
        var said = new ConcurrentBag<(string Tenant, string Kid)>();

        await Parallel.ForEachAsync(Enumerable.Range(0, 32), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (n, cancel) =>
        {
            var tenant = $"tenant{n % 4}";
            said.Add((tenant, (await new ManagedKeysOf(new KeyFile(KeyPath)).Signer.Current(tenant, "ES256", cancel)).Kid));
        });

        await stop.CancelAsync();
        Assert.True(await torn > 0, "The reader never read.");
        Assert.Equal(4, said.Distinct().Count());
    }

    [Fact]
    public async Task What_another_process_added_is_seen_when_a_verifier_asks_for_an_unknown_kid()
    {
        var clock = new TestClock();
        var first = new ManagedKeysOf(new KeyFile(KeyPath), clock);
        var second = new ManagedKeysOf(new KeyFile(KeyPath), clock);
        await first.Signer.PublicKeys("demo", none);
        Assert.Equal(3, await second.Keys.Rotate("demo", _ => true, none));
        clock.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(2, (await first.Signer.PublicKeys("demo", none)).Count);
        Assert.Equal(4, (await first.Signer.RenewedPublicKeys("demo", none)).Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"version\":2,\"tenants\":{\"demo\":[{\"algorithm\":\"ES256\",\"key\":\"MIG")]
    [InlineData("{\"version\":1,\"tenants\":{}}")]
    [InlineData("{\"version\":3,\"tenants\":{}}")]
    [InlineData("{\"version\":2,\"tenants\":null}")]
    [InlineData("{\"version\":2}")]
    [InlineData("{\"version\":2,\"tenants\":{\"demo\":null}}")]
    [InlineData("{\"version\":2,\"tenants\":{\"demo\":[null]}}")]
    [InlineData("{\"version\":2,\"tenants\":{\"demo\":[{}]}}")]
    [InlineData("{\"version\":2,\"tenants\":{},\"more\":1}")]
    [InlineData("{\"version\":2,\"tenants\":{\"demo\":[],\"demo\":[]}}")]
    [InlineData("{\"version\":2,\"tenants\":{\"demo\":[{\"algorithm\":\"ES256\",\"number\":1,\"created\":\"2026-01-01T00:00:00Z\",\"signsFrom\":\"2026-01-01T00:00:00Z\",\"key\":\"not base64\"}]}}")]
    [InlineData("{\"version\":2,\"tenants\":{\"demo\":[{\"algorithm\":\"ES256\",\"number\":1,\"created\":\"2026-01-01T00:00:00Z\",\"signsFrom\":\"2026-01-01T00:00:00Z\",\"key\":\"AAAA\"}]}}")]
    [InlineData("{\"version\":2,\"tenants\":{\"demo\":[{\"algorithm\":\"HS256\",\"number\":1,\"created\":\"2026-01-01T00:00:00Z\",\"signsFrom\":\"2026-01-01T00:00:00Z\",\"key\":\"AAAA\"}]}}")]
    [InlineData("{\"version\":2,\"tenants\":{\"demo\":[{\"algorithm\":\"none\",\"number\":1,\"created\":\"2026-01-01T00:00:00Z\",\"signsFrom\":\"2026-01-01T00:00:00Z\",\"key\":\"K\"}]}}")]
    [InlineData("{\"version\":2,\"tenants\":{\"demo\":[{\"algorithm\":\"HS256\",\"number\":0,\"created\":\"2026-01-01T00:00:00Z\",\"signsFrom\":\"2026-01-01T00:00:00Z\",\"key\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}]}}")]
    [InlineData("{\"version\":2,\"tenants\":{\"demo\":[{\"algorithm\":\"HS256\",\"number\":1,\"created\":\"2026-01-01T00:00:00Z\",\"signsFrom\":\"2026-01-01T00:00:00Z\",\"key\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"},{\"algorithm\":\"HS256\",\"number\":1,\"created\":\"2026-01-01T00:00:00Z\",\"signsFrom\":\"2026-01-01T00:00:00Z\",\"key\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}]}}")]
    public async Task A_damaged_file_stops_with_its_name_and_is_left_as_it_is(string content)
    {
        await File.WriteAllTextAsync(KeyPath, content);
        var file = new KeyFile(KeyPath);

        var fault = Assert.Throws<KeyFileException>(file.Check);
        Assert.Contains(KeyPath, fault.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<KeyFileException>(() => new ManagedKeysOf(file).Signer.PublicKeys("demo", none).AsTask());
        await Assert.ThrowsAsync<KeyFileException>(() => new ManagedKeysOf(file).Ring.MacKeys("demo", none).AsTask());
        Assert.Equal(content, await File.ReadAllTextAsync(KeyPath));
    }

    [Fact]
    public async Task An_rsa_key_in_the_place_of_the_ec_key_is_refused()
    {
        await new ManagedKeysOf(new KeyFile(KeyPath)).Signer.PublicKeys("demo", none);
        var text = await File.ReadAllTextAsync(KeyPath);
        await File.WriteAllTextAsync(KeyPath, text.Replace("ES256", "x", StringComparison.Ordinal)
            .Replace("RS256", "ES256", StringComparison.Ordinal).Replace("\"x\"", "\"RS256\"", StringComparison.Ordinal));

        Assert.Throws<KeyFileException>(new KeyFile(KeyPath).Check);
    }

    [Fact]
    public void A_folder_in_the_place_of_the_file_stops_with_a_clear_message()
    {
        Directory.CreateDirectory(KeyPath);
        var file = new KeyFile(KeyPath);

        Assert.Contains("cannot be read", Assert.Throws<KeyFileException>(file.Check).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_good() => new KeyFile(KeyPath).Check();

    [Fact]
    public async Task What_a_writer_that_died_left_behind_does_no_harm()
    {
        await File.WriteAllTextAsync(KeyPath + ".tmp", "{\"half\":");
        await File.WriteAllTextAsync(KeyPath + ".lock", "");
        var file = new KeyFile(KeyPath);

        await new ManagedKeysOf(file).Signer.Current("demo", "ES256", none);

        Assert.False(File.Exists(KeyPath + ".tmp"));
        file.Check();
    }

    [Fact]
    public async Task Only_the_owner_may_read_the_file()
    {
        if (OperatingSystem.IsWindows()) return; // Windows has no mode: the folder's access list decides there.
        var file = new KeyFile(KeyPath);
        await new ManagedKeysOf(file).Signer.Current("demo", "ES256", none);

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
