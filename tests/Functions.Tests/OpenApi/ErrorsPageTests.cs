using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Latchkey.Tests.OpenApi;

/// <summary>docs/reference/errors.md against the OpenAPI document: every code with every status, and nothing that no endpoint
/// says.</summary>
public sealed partial class ErrorsPageTests
{
    const string Page = "docs/reference/errors.md";
    const string PagesHeading = "## Pages";

    static readonly string Text = File.ReadAllText(Repository.Path(Page));

    [Fact]
    public void The_page_has_every_code_of_the_api_with_its_status_and_no_other()
    {
        var said = Rows(Text[..Text.IndexOf(PagesHeading, StringComparison.Ordinal)]);
        var documented = Documented();
        Assert.True(documented.Count > 120);
        Assert.True(documented.SetEquals(said),
            $"Add to {Page}: {string.Join(", ", documented.Except(said).Order())}. Remove: "
                + $"{string.Join(", ", said.Except(documented).Order())}.");
    }

    [Fact]
    public void The_page_has_every_code_that_only_pages_say() => Assert.Equal(
        DocumentTests.OfPages.Order(StringComparer.Ordinal),
        Rows(Text[Text.IndexOf(PagesHeading, StringComparison.Ordinal)..]).Select(row => row.Code).Order(StringComparer.Ordinal));

    static HashSet<(string Code, string Status)> Rows(string text) =>
    [
        .. from Match row in Row().Matches(text)
           from Match code in Code().Matches(row.Groups["codes"].Value)
           select (code.Groups["code"].Value, row.Groups["status"].Value),
    ];

    static HashSet<(string Code, string Status)> Documented() =>
    [
        .. from operation in Contract.Operations
           from response in operation.Says["responses"]!.AsObject()
           from content in response.Value!["content"]?.AsObject() ?? []
           from member in (string[])["code", "error"]
           let codes = content.Value!["schema"]!["allOf"]?[1]?["properties"]?[member]?["enum"] as JsonArray
           where codes is not null
           from code in codes
           select ((string)code!, response.Key),
    ];

    [GeneratedRegex(@"^\| (?<status>\d{3}) \| (?<codes>`[^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`(?<code>[a-z0-9_]+)`")]
    private static partial Regex Code();
}
