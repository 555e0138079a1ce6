using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Latchkey.Files;
using Latchkey.Tests.Files.Tus;
using Xunit.Abstractions;

namespace Latchkey.Tests.Files;

/// <summary>Large files. They run alone: the memory that they watch is this process's.</summary>
[Collection(Alone.Name), Trait("Runs", Alone.Name)]
public sealed class LargeFileTests(ITestOutputHelper output)
{
    const long Size = 500_000_000;
    const int Senders = 4;
    const string Digest = "11600a9d3787851aca0301cb07cbddca1cea45ad2893f951e88b0d76478f20b7"; // SHA-256 of all the blocks.

    static readonly HttpClient Http = new();

    [LargeFact]
    public async Task Half_a_gigabyte_in_blocks_is_verified_with_memory_flat()
    {
        var data = Directory.CreateTempSubdirectory("latchkey-large").FullName;
        using var azurite = await Azurite.Start(data);
        await using var host = await TestHost.Start(azurite, settings: new() { ["Latchkey:Files:VerifyBytes"] = $"{Size}" });
        var alice = await host.As("alice");
        var (count, length) = (BlockPlan.Count(Size, BlockPlan.BlockSize(Size)), BlockPlan.BlockSize(Size));
        Assert.Equal(4 << 20, length); // The digest below is of blocks of this size.
        var begun = await alice.BeginBlocks(FilesClient.Declaration("large", Size, sha256: Convert.FromHexString(Digest)));

        var (before, watch) = (Memory(), Stopwatch.StartNew());
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(async first =>
        {
            var block = new byte[length];
            for (long n = first; n < count; n += Senders) await Send(begun.Url, n, block);
        }));
        var (sent, peak) = (watch.Elapsed, 0L);
        var complete = alice.Completed(begun.Id, count);
        while (!complete.IsCompleted)
        {
            peak = Math.Max(peak, Memory() - before);
            await Task.WhenAny(complete, Task.Delay(200));
        }
        Assert.True((await complete).Sha256Verified);
        var completed = watch.Elapsed - sent;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"sent in {sent.TotalSeconds:0} s, completed in {completed.TotalSeconds:0} s, at most {peak >> 20} MiB more than before"));
        Assert.InRange(peak, 0, 64 << 20);
        azurite.Kill();
        Directory.Delete(data, recursive: true);
    }

    [LargeFact]
    public async Task A_quarter_of_a_gigabyte_by_tus_passes_through_with_memory_flat()
    {
        const long All = 256L << 20;
        const int Piece = 8 << 20;
        var data = Directory.CreateTempSubdirectory("latchkey-large").FullName;
        using var azurite = await Azurite.Start(data);
        await using var host = await TestHost.Start(azurite);
        var tus = await TusClient.SignedIn(host);
        var path = await tus.Created(Piece, TusClient.Metadata(("filename", "warm")));
        await tus.Patch(path, 0, new Zeros(Piece)); // What the process needs for any piece is there now.

        path = await tus.Created(All, TusClient.Metadata(("filename", "large")));
        var (before, peak) = (Memory(), 0L);
        for (long offset = 0; offset < All; offset += Piece)
        {
            var patch = tus.Patch(path, offset, new Zeros(Piece));
            while (!patch.IsCompleted)
            {
                peak = Math.Max(peak, Memory() - before);
                await Task.WhenAny(patch, Task.Delay(100));
            }
            Assert.Equal(offset + Piece, TusClient.OffsetOf(await patch));
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"at most {peak >> 20} MiB more than before"));
        Assert.InRange(peak, 0, 64 << 20);
        azurite.Kill();
        Directory.Delete(data, recursive: true);
    }

    [LargeFact]
    public async Task Half_a_gigabyte_of_forms_eight_at_once_passes_through_with_memory_flat()
    {
        const long Each = 16 << 20;
        const int AtOnce = 8;
        var data = Directory.CreateTempSubdirectory("latchkey-large").FullName;
        using var azurite = await Azurite.Start(data);
        await using var host = await TestHost.Start(azurite);
        var token = (await host.Tokens()).AccessToken;
        await SendAll(); // What the process needs for so many at once is there now.

        var (before, peak) = (Memory(), 0L);
        for (var round = 0; round < 3; round++)
        {
            var sending = SendAll();
            while (!sending.IsCompleted)
            {
                peak = Math.Max(peak, Memory() - before);
                await Task.WhenAny(sending, Task.Delay(100));
            }
            await sending;
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"at most {peak >> 20} MiB more than before"));
        Assert.InRange(peak, 0, 64 << 20);
        azurite.Kill();
        Directory.Delete(data, recursive: true);

        Task SendAll() => Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async n =>
        {
            using var form = new HttpRequestMessage(HttpMethod.Post, $"{host.Origin}/demo/files/upload");
            form.Headers.Authorization = new("Bearer", token);
            form.Content = new MultipartFormDataContent { { new Zeros(Each), "file", $"{n}.bin" } };
            await Http.SendAsync(form).Is(201);
        }));
    }

    // A body that nobody ever holds as a whole.
    sealed class Zeros(long length) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var some = new byte[64 << 10];
            for (var left = length; left > 0; left -= some.Length) await stream.WriteAsync(
                some.AsMemory(0, (int)Math.Min(left, some.Length)));
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return true;
        }
    }

    // Cheap to make, and no block is like another. With an MD5, Azurite checks that and works out no CRC-64, which takes it longer.
    static async Task Send(string url, long n, byte[] block)
    {
        var length = (int)BlockPlan.SizeOf(n, Size, block.Length);
        block.AsSpan(0, length).Fill((byte)n);
        BitConverter.TryWriteBytes(block, n);
        using var content = new ByteArrayContent(block, 0, length);
        content.Headers.ContentMD5 = CryptographicOperations.HashData(HashAlgorithmName.MD5, block.AsSpan(0, length));
        var answer = await Http.PutAsync($"{url}&comp=block&blockid={Uri.EscapeDataString(BlockPlan.Id(n))}", content);
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }

    static long Memory()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    [AttributeUsage(AttributeTargets.Method)]
    sealed class LargeFactAttribute : FactAttribute
    {
        const int Gigabytes = 2; // The blocks, and the file that Azurite makes of them.

        public LargeFactAttribute()
        {
            if (new DriveInfo(Path.GetTempPath()).AvailableFreeSpace < (long)Gigabytes << 30)
                Skip = $"It needs {Gigabytes} GB of disk in {Path.GetTempPath()}.";
        }
    }
}

/// <summary>
/// Tests during which no other of their process runs: after all others, or in a process of their own, which
/// `dotnet dev.cs test` has for those with the trait.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
