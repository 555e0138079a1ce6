using System.Reflection;
using System.Text.RegularExpressions;

namespace Latchkey.Tests;

/// <summary>The tables in tests/conformance name tests: they exist, and no item is without one or a reason.</summary>
public sealed partial class ConformanceTests
{
    static readonly HashSet<string> Tests =
    [
        .. from type in typeof(ConformanceTests).Assembly.GetTypes()
           from method in type.GetMethods()
           where method.GetCustomAttributes<FactAttribute>().Any()
           from name in (string[])[$"{type.Name}.{method.Name}", type.Name]
           select name,
    ];

    public static TheoryData<string> Tables() =>
        [.. Directory.EnumerateFiles(Repository.Path("tests/conformance"), "*.md").Select(file => Path.GetFileName(file)!)];

    [Theory]
    [MemberData(nameof(Tables))]
    public void Every_test_that_is_named_exists(string table)
    {
        var named = TestName().Matches(Read(table)).Select(match => match.Groups[1].Value);
        Assert.Empty(named.Except(Tests));
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void Every_item_has_a_test_or_a_reason_why_not(string table)
    {
        var lines = Read(table).Split('\n');
        var rows = lines.Index().Where(line => IsRow(line.Item) && !IsRule(line.Item) && !IsRule(lines[line.Index + 1])).ToList();
        Assert.All(rows, row => Assert.True(HasTestOrReason(row.Item.TrimEnd(' ', '|')), row.Item));

        static bool IsRow(string line) => line.StartsWith("| ", StringComparison.Ordinal);
        static bool IsRule(string line) => line.StartsWith("| ---", StringComparison.Ordinal);
        static bool HasTestOrReason(string row) =>
            row[row.LastIndexOf('|')..] is var cell && (TestName().IsMatch(cell) || cell.StartsWith("| – ", StringComparison.Ordinal));
    }

    [Fact]
    public void The_Basic_OP_plan_has_38_modules() => Assert.Equal(38, Module().Count(Read("oidc-basic-op.md")));

    [Fact]
    public void Every_module_that_applies_has_the_test_of_its_name()
    {
        var named = Module().Matches(Read("oidc-basic-op.md").Split("## Does not apply")[0]).Select(row => row.Groups[1].Value);
        Assert.Equal(named.Select(name => "O" + name[1..].Replace('-', '_')).Order(StringComparer.Ordinal),
            typeof(OAuth.OidcBasicOpTests).GetMethods().Where(method => method.GetCustomAttributes<FactAttribute>().Any())
                .Select(method => method.Name).Order(StringComparer.Ordinal));
    }

    static string Read(string table) => File.ReadAllText(Repository.Path($"tests/conformance/{table}"));

    [GeneratedRegex(@"`([A-Z]\w*Tests(?:\.\w+)?)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"^\| (oidcc-[a-z0-9-]+) ", RegexOptions.Multiline)]
    private static partial Regex Module();
}
