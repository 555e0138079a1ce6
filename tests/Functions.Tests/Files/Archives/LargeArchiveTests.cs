using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Latchkey.Files;
using Xunit.Abstractions;

namespace Latchkey.Tests.Files.Archives;

/// <summary>
/// An archive of 2 GB, sent and made by a job, from Azurite in another process. It runs when somebody asks for it, because it takes a
/// minute
/// and some gigabytes of disk; the figures are in docs/benchmarks.md.
/// </summary>
[Collection(Alone.Name), Trait("Runs", Alone.Name)]
public sealed class LargeArchiveTests(ITestOutputHelper output)
{
    const string Asked = "LATCHKEY_TEST_LARGE_ARCHIVE";
    const long MostMemory = 64 << 20;
    const int Parts = 8;
    const long PartBytes = 256_000_000;

    [AskedFact]
    public async Task Two_gigabytes_become_an_archive_within_64_MiB()
    {
        var data = Directory.CreateTempSubdirectory("latchkey-archive").FullName;
        using var azurite = await Azurite.Start(data);
        await using var host = await TestHost.Start(azurite);
        var alice = await FoldersClient.As(host);
        for (var n = 0; n < Parts; n++) await Upload(alice, n);
        await Measured("warm", async () => await Sent(host, alice, "0")); // What any archive needs.
        await Measured("sent", async () => Assert.InRange(await Sent(host, alice, ""), Parts * PartBytes, Parts * PartBytes + 10_000));
        await Measured("made", async () =>
        {
            var job = await alice.Ended(host.Send(HttpMethod.Post, "/demo/archives", alice.Token, new { folder = "" }));
            Assert.Equal(("done", (long)Parts), (job.Status, job.Done));
            var served = await FilesClient.ToStorage(HttpMethod.Head, await alice.Download(job));
            Assert.Equal(job.Bytes, served.Content.Headers.ContentLength);
        });
        azurite.Kill();
        Directory.Delete(data, recursive: true);
    }

    async Task Measured(string what, Func<Task> steps)
    {
        GC.Collect();
        var (before, peak, watch) = (Memory(), 0L, Stopwatch.StartNew());
        var work = steps();
        while (!work.IsCompleted)
        {
            peak = Math.Max(peak, Memory() - before);
            await Task.WhenAny(work, Task.Delay(50));
        }
        await work;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: {watch.Elapsed.TotalSeconds:0} s, at most {peak >> 20} MiB more than before"));
        if (what != "warm") Assert.InRange(peak, long.MinValue, MostMemory);
    }

    static async Task<long> Sent(TestHost host, FilesClient alice, string folder)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(10) };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{host.Origin}/demo/files/archive")
        {
            Headers = { Authorization = new("Bearer", alice.Token) },
            Content = JsonContent.Create(new { folder }),
        };
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        var (buffer, length) = (new byte[1 << 16], 0L);
        await using var body = await answer.Content.ReadAsStreamAsync();
        for (int read; (read = await body.ReadAsync(buffer)) > 0;) length += read;
        Assert.Equal(answer.Content.Headers.ContentLength, length);
        return length;
    }

    static async Task Upload(FilesClient alice, int n)
    {
        var length = (int)BlockPlan.BlockSize(PartBytes);
        var begun = await alice.BeginBlocks(FilesClient.Declaration($"{n}.bin", PartBytes, folder: $"{n}"));
        var (block, count) = (new byte[length], BlockPlan.Count(PartBytes, length));
        for (long at = 0; at < count; at++)
        {
            var size = (int)BlockPlan.SizeOf(at, PartBytes, length);
            block.AsSpan(0, size).Fill((byte)(n + at));
            await FilesClient.Block(begun.Url, BlockPlan.Id(at), block[..size]);
        }
        await alice.Completed(begun.Id, count);
    }

    static long Memory()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    [AttributeUsage(AttributeTargets.Method)]
    sealed class AskedFactAttribute : FactAttribute
    {
        public AskedFactAttribute()
        {
            if (Environment.GetEnvironmentVariable(Asked) is null) Skip = $"It takes a minute and 5 GB of disk. {Asked}=1 runs it.";
        }
    }
}
