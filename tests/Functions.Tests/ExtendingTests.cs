using System.Reflection;
using System.Text.RegularExpressions;
using Latchkey.Admin;
using Latchkey.OAuth;
using Latchkey.Protocol;

namespace Latchkey.Tests;

/// <summary>
/// Follows docs/extending.md: its paths exist, and what the recipes for a grant and for a table say of a new one is true of each
/// that is there. A recipe's table has a place, what to do there, and for which cases; "always" is held for all.
/// </summary>
public sealed partial class ExtendingTests
{
    const string Page = "docs/extending.md";
    const string Always = "always";

    static readonly string Text = File.ReadAllText(Repository.Path(Page));

    // A grant's type and its word, by the names of the constants.
    static readonly Dictionary<string, string> Words = typeof(GrantType).GetFields(BindingFlags.Public | BindingFlags.Static)
        .ToDictionary(field => field.Name, field => (string)field.GetRawConstantValue()!);

    static readonly List<string> Classes =
        [.. typeof(IGrant).Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(typeof(IGrant)))
            .Select(type => type.Name)];

    public static TheoryData<string> Grants() => [.. Classes];

    public static TheoryData<string> Tables() => [.. TenantData.Exported.Concat(TenantData.NotExported)];

    [Theory]
    [InlineData(Page, 50)]
    [InlineData("docs/architecture.md", 20)]
    [InlineData(".github/CONTRIBUTING.md", 4)]
    [InlineData("clients/README.md", 2)]
    public void Every_path_that_a_page_names_exists(string page, int atLeast)
    {
        var paths = Code().Matches(File.ReadAllText(Repository.Path(page))).Select(match => match.Groups[1].Value)
            .Where(text => Root().IsMatch(text)).Distinct().ToList();
        Assert.True(paths.Count >= atLeast, $"{paths.Count} paths");
        Assert.DoesNotContain(paths, path => !Path.Exists(Repository.Path(path)));
    }

    [Theory]
    [MemberData(nameof(Grants))]
    public void A_grant_is_in_every_place_that_the_recipe_calls_always(string grant)
    {
        // The class is named after the constant.
        var constant = grant[..^"Grant".Length];
        Assert.True(Words.TryGetValue(constant, out var word), $"GrantType has no constant {constant}");
        string[] names = [grant, word, word.Split(':')[^1], $"GrantType.{constant}"]; // On the command line a URN's end is enough.
        AssertHeld(grant, names, Places("Add a grant", Always));
    }

    [Fact]
    public void Each_grant_type_has_a_grant() => Assert.Equal(Words.Keys.Select(word => $"{word}Grant").Order(), Classes.Order());

    [Theory]
    [MemberData(nameof(Tables))]
    public void A_table_is_in_every_place_that_the_recipe_calls_always(string table)
    {
        // In code by its constant, in the schema by its name.
        var constant = Constant().Matches(string.Concat(FilesClient("functions/Storage").Select(File.ReadAllText)))
            .FirstOrDefault(match => match.Groups["name"].Value == table)?.Groups["constant"].Value;
        string[] names = [$"\"{table}\"", $"`{table}`", $"`{table}{{yyyyMMdd}}`"];
        AssertHeld(table, constant is null ? names : [.. names, $"TableNames.{constant}"], Places("Add a table", Always));
    }

    static void AssertHeld(string what, string[] names, List<string> places)
    {
        Assert.True(places.Count >= 3, "The page has no such recipe.");
        Assert.All(places, place => Assert.True(
            FilesClient(place).Any(file => names.Any(name => File.ReadAllText(file).Contains(name, StringComparison.Ordinal))),
            $"{what} is not in {place}. Put it there, or say in {Page} what is true."));
    }

    /// <summary>The places of a recipe's rows for a case.</summary>
    static List<string> Places(string recipe, string when) =>
    [
        .. from Match row in Row().Matches(Section(recipe))
           where row.Groups["when"].Value == when
           from Match place in Code().Matches(row.Groups["places"].Value)
           select place.Groups[1].Value,
    ];

    static string Section(string heading)
    {
        var from = Text.IndexOf($"## {heading}\n", StringComparison.Ordinal);
        var to = Text.IndexOf("\n## ", from + 1, StringComparison.Ordinal);
        return to < 0 ? Text[from..] : Text[from..to];
    }

    static IEnumerable<string> FilesClient(string place)
    {
        var path = Repository.Path(place);
        return File.Exists(path) ? [path] : Directory.EnumerateFiles(path, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(path, file).Split(Path.DirectorySeparatorChar).Intersect(["bin", "obj"]).Any());
    }

    [GeneratedRegex("`([^`\\n]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"const string (?<constant>\w+) = ""(?<name>\w+)"";")]
    private static partial Regex Constant();

    [GeneratedRegex(@"^(functions|tests|docs|clients|infra|\.github)(/|$)|^[\w.]+\.(md|json)$")]
    private static partial Regex Root();

    [GeneratedRegex(@"^\| (?<places>`[^|]+?) \| [^|]+ \| (?<when>[^|]+?) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
