using System.Globalization;
using ImageMagick;
using Latchkey.Files;
using Xunit.Abstractions;

namespace Latchkey.Tests.Files.Renditions;

/// <summary>Many pictures in turn take no more memory than a few. They run alone: the memory is this process's.</summary>
[Collection(Alone.Name), Trait("Runs", Alone.Name)]
public sealed class RenditionMemoryTests(ITestOutputHelper output)
{
    const string Number = "LATCHKEY_TEST_PICTURES"; // A thousand takes some minutes: docs/benchmarks.md.
    const int Warm = 20;
    const long Slack = 48 << 20;

    [Fact]
    public void Sixty_pictures_take_no_more_memory_than_twenty()
    {
        if (!File.Exists("/proc/self/clear_refs")) return; // Only Linux tells.
        var count = int.Parse(Environment.GetEnvironmentVariable(Number) ?? "60", CultureInfo.InvariantCulture);
        var times = count > 60 ? 4 : 1; // As a phone makes them.
        List<byte[]> pictures =
        [
            Pictures.Of(MagickFormat.Jpeg, 1000 * times, 750 * times), Pictures.Of(MagickFormat.Png, 500 * times, 400 * times),
            Pictures.Of(MagickFormat.WebP, 400 * times, 300 * times), Pictures.Of(MagickFormat.Tiff, 300 * times, 200 * times),
            Pictures.Heic,
        ];
        var bomb = Pictures.HollowPng(20_000, 20_000);
        for (var n = 0; n < Warm; n++) Make(n);
        var (warm, made) = (Peak(), 0L);
        File.WriteAllText("/proc/self/clear_refs", "5"); // The peak is forgotten.
        for (var n = 0; n < count; n++) made += Make(n);
        var grown = Peak() - warm;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{count} pictures, {made} renditions: at most {Peak() >> 20} MiB, {grown >> 20} MiB more than after {Warm}"));
        Assert.InRange(grown, long.MinValue, Slack);

        int Make(int n)
        {
            Assert.Equal(NoRenditionException.TooLarge, Assert.Throws<NoRenditionException>(() => PictureReader.Make(bomb)).Reason);
            return PictureReader.Make(pictures[n % pictures.Count]).Count;
        }
    }

    static long Peak() => 1024 * long.Parse(File.ReadLines("/proc/self/status")
        .First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2],
        CultureInfo.InvariantCulture);
}
