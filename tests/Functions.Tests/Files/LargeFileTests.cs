using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Latchkey.Files;
using Xunit.Abstractions;

namespace Latchkey.Tests.Files;

/// <summary>Two gigabytes. It runs alone: the memory that it watches is this process's.</summary>
[Collection("alone")]
public sealed class LargeFileTests(ITestOutputHelper output)
{
    const long Size = 2_000_000_000;

    [LargeFact]
    public async Task Two_gigabytes_in_blocks_are_verified_with_memory_flat()
    {
        var data = Directory.CreateTempSubdirectory("latchkey-large").FullName;
        using var azurite = await Azurite.Start(data);
        await using var host = await TestHost.Start(azurite, settings: new() { ["Latchkey:Files:VerifyBytes"] = $"{Size}" });
        var alice = await FilesOf.SignedIn(host);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = new byte[BlockPlan.BlockSize(Size)];
        for (long n = 0; n < BlockPlan.Count(Size, block.Length); n++) hash.AppendData(Fill(block, n));
        var begun = await alice.BeginBlocks(FilesOf.Declaration("large", Size, sha256: hash.GetHashAndReset()));

        var (before, watch) = (Memory(), Stopwatch.StartNew());
        for (long n = 0; n < BlockPlan.Count(Size, block.Length); n++)
            await FilesOf.Block(begun.Url, BlockPlan.Id(n), Fill(block, n).ToArray());
        var (sent, peak) = (watch.Elapsed, 0L);
        var complete = alice.Completed(begun.Id, BlockPlan.Count(Size, block.Length));
        while (!complete.IsCompleted)
        {
            peak = Math.Max(peak, Memory() - before);
            await Task.WhenAny(complete, Task.Delay(200));
        }
        Assert.True((await complete).GetProperty("sha256Verified").GetBoolean());
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"sent in {sent.TotalSeconds:0} s, completed in {(watch.Elapsed - sent).TotalSeconds:0} s, at most {peak >> 20} MiB more than before"));
        Assert.InRange(peak, 0, 64 << 20);
        azurite.Kill();
        Directory.Delete(data, recursive: true);
    }

    // Cheap to make, and no block is like another.
    static ReadOnlySpan<byte> Fill(byte[] block, long n)
    {
        var length = (int)BlockPlan.SizeOf(n, Size, block.Length);
        block.AsSpan(0, length).Fill((byte)n);
        BitConverter.TryWriteBytes(block, n);
        return block.AsSpan(0, length);
    }

    static long Memory()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    [AttributeUsage(AttributeTargets.Method)]
    sealed class LargeFactAttribute : FactAttribute
    {
        const int Gigabytes = 6; // The blocks, and the file that Azurite makes of them.

        public LargeFactAttribute()
        {
            if (new DriveInfo(Path.GetTempPath()).AvailableFreeSpace < (long)Gigabytes << 30)
                Skip = $"It needs {Gigabytes} GB of disk in {Path.GetTempPath()}.";
        }
    }
}

/// <summary>Tests during which no other runs.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class Alone;
