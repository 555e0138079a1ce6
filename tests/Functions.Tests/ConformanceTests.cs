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
        var rows = Read(table).Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(2);
        Assert.All(rows, row => Assert.True(HasTestOrReason(row.TrimEnd(' ', '|')[row.TrimEnd(' ', '|').LastIndexOf('|')..]), row));

        // "open" is for an item that somebody still has to show.
        static bool HasTestOrReason(string cell) => TestName().IsMatch(cell) || cell.StartsWith("| – ", StringComparison.Ordinal) || cell == "| open";
    }

    [Fact]
    public void The_Basic_OP_plan_has_38_modules() => Assert.Equal(38, Module().Count(Read("oidc-basic-op.md")));

    static string Read(string table) => File.ReadAllText(Repository.Path($"tests/conformance/{table}"));

    [GeneratedRegex(@"`([A-Z]\w*Tests(?:\.\w+)?)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"^\| oidcc-", RegexOptions.Multiline)]
    private static partial Regex Module();
}
