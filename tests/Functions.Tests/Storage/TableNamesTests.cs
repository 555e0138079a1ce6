using System.Text.RegularExpressions;
using Latchkey.Storage;

namespace Latchkey.Tests.Storage;

/// <summary>A table's name stands in one place, and SCHEMA.md describes the same tables.</summary>
public sealed partial class TableNamesTests
{
    [Fact]
    public void The_schema_describes_every_table_and_no_other()
    {
        var described = File.ReadLines(Repository.Path("functions/Storage/SCHEMA.md")).Select(line => Row().Match(line))
            .Where(row => row.Success).Select(row => row.Groups[1].Value).Distinct().Order(StringComparer.Ordinal);
        var named = TableNames.Permanent.Concat(TableNames.Expiring.Select(name => $"{name}{{yyyyMMdd}}"));
        Assert.Equal(named.Order(StringComparer.Ordinal), described);
    }

    [Fact]
    public void The_lists_hold_every_name_once()
    {
        var constants = typeof(TableNames).GetFields().Where(field => field.IsLiteral)
            .Select(field => (string)field.GetRawConstantValue()!);
        Assert.Equal(constants.Order(StringComparer.Ordinal),
            TableNames.Permanent.Concat(TableNames.Expiring).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_code_opens_a_table_by_a_literal() => Assert.Empty(
        from file in Directory.EnumerateFiles(Repository.Path("functions"), "*.cs", SearchOption.AllDirectories)
        where Literal().IsMatch(File.ReadAllText(file))
        select file);

    [GeneratedRegex(@"^\| `([A-Z][A-Za-z]+(?:\{yyyyMMdd\})?)` \|")]
    private static partial Regex Row();

    [GeneratedRegex(@"GetTableClient\(\$?""|ExpiringTables\(\S+ \$?""|storage\.Tables, \$?""")]
    private static partial Regex Literal();
}
