using System.Text.RegularExpressions;
using Xunit;

namespace Latchkey.Infra.Tests;

/// <summary>
/// The table of docs/operating/settings.md, what the code reads and what a deployment sets, held against each other: a new setting
/// stands in the table and is a parameter of main.bicep, or it is for a developer's machine.
/// </summary>
public sealed partial class SettingsTests
{
    // These make no sense on Azure, and the table says so.
    private static readonly string[] OnAMachineOnly =
        ["AZURE_FUNCTIONS_ENVIRONMENT", "Latchkey__LocalOrigins", "Latchkey__Mail__Folder", "Latchkey__Signing__KeyFile",
            "Latchkey__Storage__ConnectionString"];

    private static readonly List<Row> Table = [.. Rows()];

    [Fact]
    public void The_table_has_each_setting_that_the_code_reads_and_no_other()
    {
        var read = Directory.EnumerateFiles(Repository.At("functions/Configuration"), "*Settings.cs").Select(File.ReadAllText)
            .SelectMany(text => Read().Matches(text))
                .Select(match => $"Latchkey__{match.Groups[1].Value.Replace(":", "__", StringComparison.Ordinal)}");
        Assert.Equal(read.Distinct().Order(StringComparer.Ordinal),
            Table.Select(row => row.Name).Where(name => name.StartsWith("Latchkey__", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal));
    }

    [CompilerFact]
    public void A_deployment_sets_each_setting_of_the_table_that_makes_sense_there()
    {
        var mutualTls = Deployment.MutualTls().All("Microsoft.Web/sites").SelectMany(app => Deployment.SettingsOf(app).Keys);
        var set = Deployment.Full().Settings.Keys.Concat(Deployment.Smtp().Settings.Keys)
            .Concat(Deployment.Least("param frontDoorId = '3b1f7c5e-8a4d-4f0e-9c55-0d6f2f6f1a10'").Settings.Keys)
            .Concat(Deployment.Least("param clamAvAddress = 'clamav.internal:3310'", "param malwareScanMaxBytes = 100000000").Settings.Keys)
            .Concat(mutualTls).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(Table.Select(row => row.Name).Except(OnAMachineOnly).Order(StringComparer.Ordinal),
            set.Where(name => Table.Any(row => row.Name == name) || name.StartsWith("Latchkey__", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal));
        Assert.All(Table.Where(row => OnAMachineOnly.Contains(row.Name)), row => Assert.Matches("Development|`Local`|`File`", row.What));
    }

    // Otherwise a deployment would not be what the table says it is.
    [CompilerFact]
    public void Where_nothing_is_chosen_a_deployment_sets_what_the_table_calls_the_default()
    {
        var numbers = Table.Where(row => Number().IsMatch(row.Default)).ToList();
        Assert.True(numbers.Count >= 12);
        var settings = Deployment.Least().Settings;
        Assert.All(numbers.Where(row => !row.Name.StartsWith("Latchkey__Mail__", StringComparison.Ordinal)),
            row => Assert.Equal(Number().Match(row.Default).Value, settings[row.Name]));
        Assert.Equal(Table.Single(row => row.Name == "Latchkey__Mail__SmtpPort").Default,
            Deployment.Smtp().Settings["Latchkey__Mail__SmtpPort"]);
    }

    private static IEnumerable<Row> Rows()
    {
        var page = Repository.Read("docs/operating/settings.md");
        foreach (Match line in Line().Matches(page))
        {
            // `…__SmtpPort` stands for a name that differs in its last part.
            var (before, defaults) = ("", line.Groups[2].Value.Split(','));
            foreach (var (i, name) in Quoted().Matches(line.Groups[1].Value).Select(match => match.Groups[1].Value).Index())
            {
                before = name.StartsWith('…') ? before[..before.LastIndexOf("__", StringComparison.Ordinal)] + name[1..] : name;
                yield return new Row(before, defaults[Math.Min(i, defaults.Length - 1)].Trim(), line.Groups[3].Value);
            }
        }
        // Its row is the collector's.
        if (page.Contains("`OTEL_EXPORTER_OTLP_PROTOCOL`", StringComparison.Ordinal))
            yield return new Row("OTEL_EXPORTER_OTLP_PROTOCOL", "–", "");
    }

    private sealed record Row(string Name, string Default, string What);

    [GeneratedRegex(@"read\.(?!MustBeTrue)\w+(?:<\w+>)?\(""([A-Z][\w:]*)""")]
    private static partial Regex Read();

    [GeneratedRegex(@"^\| (`.+?) \| (.+?) \| (.+) \|$", RegexOptions.Multiline)]
    private static partial Regex Line();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^\d+")]
    private static partial Regex Number();
}
