using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Latchkey.Tests;

/// <summary>Holds the sources to one format: that of <c>dotnet format</c>, in lines of at most 140 characters.</summary>
public sealed partial class FormatTests
{
    const int MaxLine = 140;

    static readonly string[] Folders = ["functions", "clients", "tests"];

    [Fact]
    public void Lines_are_at_most_140_characters_long_unless_one_word_is_too_long_to_break() => Assert.Empty(
        from folder in Folders
        from file in Directory.EnumerateFiles(Repository.Path(folder), "*.*", SearchOption.AllDirectories)
        where file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".razor", StringComparison.Ordinal)
        where !Built().IsMatch(file)
        from line in File.ReadLines(file).Select((text, index) => (Text: text, Number: index + 1))
        where line.Text.Length > MaxLine && line.Text.Split(' ').All(word => word.Length < 100)
        select $"{Path.GetRelativePath(Repository.Path("."), file)}:{line.Number} has {line.Text.Length} characters");

    // What dotnet format says of style and quality, the build says too, where warnings are errors. Spaces need no solution, which it
    // would load and evaluate project by project.
    [Fact]
    public async Task Dotnet_format_would_change_nothing()
    {
        var start = new ProcessStartInfo("dotnet", ["format", "whitespace", ".", "--folder", "--verify-no-changes", "--include",
            .. Folders.Select(folder => $"{folder}/")])
        {
            WorkingDirectory = Repository.Path("."),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Its code is not compiled beforehand: what is compiled well at once takes half the time of what is compiled twice.
        start.Environment["DOTNET_TieredCompilation"] = "0";
        using var format = Process.Start(start)!;
        var said = await Task.WhenAll(format.StandardOutput.ReadToEndAsync(), format.StandardError.ReadToEndAsync());
        await format.WaitForExitAsync();
        Assert.True(format.ExitCode == 0, string.Concat(said));
    }

    [GeneratedRegex(@"[/\\](bin|obj|node_modules)[/\\]")]
    private static partial Regex Built();
}
