using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Latchkey.Infra.Tests;

/// <summary>The workbook and the alerts ask for figures that the app really emits, by the tags that it really sets.</summary>
public sealed partial class WorkbookTests
{
    private static readonly string Instruments = string.Concat(
        Repository.Read("functions/Telemetry/Instruments.cs"), Repository.Read("functions/Telemetry/RequestTelemetry.cs"));

    [CompilerFact]
    public void The_workbook_is_deployed_with_its_content_and_looks_into_the_workspace()
    {
        var workbook = Deployment.Least().All("Microsoft.Insights/workbooks").Single();
        Assert.Matches("^[0-9a-f-]{36}$", workbook.Name);
        Assert.Contains("/workspaces/log-latchkey-", (string)workbook.At("properties.sourceId")!, StringComparison.Ordinal);
        using var content = JsonDocument.Parse((string)workbook.At("properties.serializedData")!);
        Assert.Equal(workbook.At("properties.sourceId"), content.RootElement.GetProperty("fallbackResourceIds")[0].GetString());
        Assert.True(Queries(content).Count >= 10);
    }

    [Fact]
    public void Every_figure_and_tag_that_a_query_names_is_emitted()
    {
        using var content = JsonDocument.Parse(Repository.Read("infra/modules/workbook.json"));
        var asked = Queries(content).Append(Repository.Read("infra/modules/alerts.bicep")).ToList();
        var names = asked.SelectMany(query => Named().Matches(query)).Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.Contains("http.server.request.duration", names);
        // Log lines have their class beside them, by the exporter's own name for it.
        Assert.All(names.Where(name => name != "CategoryName"), name =>
            Assert.Contains($"\"{name}\"", Instruments, StringComparison.Ordinal));
        // The Functions host reports the same traffic under a role of its own.
        var queries = asked.SelectMany(query => Query().Matches(query)).Select(match => match.Value).ToList();
        Assert.True(queries.Count >= 14);
        Assert.All(queries, query => Assert.Contains("AppRoleName == 'latchkey'", query, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_figure_is_in_the_docs_and_all_that_tell_of_trouble_are_in_the_workbook()
    {
        var figures = Figure().Matches(Instruments).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(17, figures.Count);
        Assert.All(figures, name => Assert.Contains($"`{name}`", Repository.Read("docs/operating/telemetry.md"), StringComparison.Ordinal));
        Assert.All(figures.Where(name => name != "http.server.active_requests"),
            name => Assert.Contains($"'{name}'", Repository.Read("infra/modules/workbook.json"), StringComparison.Ordinal));
    }

    private static List<string> Queries(JsonDocument workbook) =>
        [.. workbook.RootElement.GetProperty("items").EnumerateArray().Where(item => item.GetProperty("type").GetInt32() == 3)
            .Select(item => item.GetProperty("content").GetProperty("query").GetString()!)];

    // A figure's name, or a tag's.
    [GeneratedRegex(@"(?:(?<!Role)Name == |Properties\[)'([\w.]+)'")]
    private static partial Regex Named();

    // From a table to the end of its lines.
    [GeneratedRegex(@"^App(Metrics|Requests|Traces)(\n\|.*)+", RegexOptions.Multiline)]
    private static partial Regex Query();

    [GeneratedRegex(@"Create(?:Histogram|Counter|UpDownCounter)(?:<long>)?\(\s*""([\w.]+)""")]
    private static partial Regex Figure();
}
