using System.Diagnostics;
using Latchkey.Files;
using Latchkey.Http;

namespace Latchkey.Tests.Files.Archives;

/// <summary>The paths of an archive stay different and bounded, however many there are.</summary>
public sealed class ArchiveNamesTests
{
    [Fact]
    public void Thousands_of_files_of_one_name_get_their_numbers_at_once()
    {
        var (names, watch) = (new ArchiveNames(), Stopwatch.StartNew());
        Assert.Equal(["a.txt", "A (3).txt", "a (2).txt", "a (4).txt"],
            ((string[])["a.txt", "A (3).txt", "a.txt", "a.txt"]).Select(name => names.File("", name)));
        var last = "";
        for (var n = 0; n < 20_000; n++) last = names.File("", "a.txt");
        Assert.Equal("a (20004).txt", last);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Equal("_COM¹.txt", names.File("", "COM¹.txt"));
    }

    [Fact]
    public void Paths_and_the_plan_of_them_are_bounded()
    {
        var (names, folder) = (new ArchiveNames(), new string('文', 400) + "/");
        var full = Assert.Throws<Problem>(() =>
        {
            for (var n = 0; n < 20_000; n++) names.File(folder, $"{n}");
        });
        Assert.Equal((413, "archive_too_large"), (full.Status, full.Code));
        var plan = new ArchivePlan([new("id", "id", 0, folder, DateTimeOffset.UnixEpoch)], 0, "");
        Assert.InRange(ArchivePlans.ToJson(plan).Length, folder.Length * 3, (folder.Length * 3) + 300);
    }
}
