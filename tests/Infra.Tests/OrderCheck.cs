using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Latchkey.Infra.Tests;

/// <summary>
/// A module that is given the name of something must come after the module that makes it. Neither the compiler nor
/// what-if sees this when names are passed rather than outputs: the first deployment into an empty group would.
/// It reads compiled ARM JSON.
/// </summary>
internal static partial class OrderCheck
{
    /// <summary>One sentence for each module that does not wait.</summary>
    public static IEnumerable<string> Faults(JsonNode template)
    {
        var modules = template["resources"]!.AsArray().Where(resource => (string?)resource!["type"] == "Microsoft.Resources/deployments")
            .ToDictionary(resource => (string)resource!["name"]!, resource => resource!, StringComparer.Ordinal);
        foreach (var (name, module) in modules)
        {
            var own = Makes(module);
            var before = Before(name, modules);
            foreach (var used in Passed(module).SelectMany(passed => passed.Names).Where(used => !own.Contains(used)).Distinct())
            {
                var makers = modules.Where(other => Makes(other.Value).Contains(used)).Select(other => other.Key).ToList();
                if (makers.Count > 0 && !makers.Any(before.Contains))
                    yield return $"module '{name}' uses {used}, which module '{makers[0]}' makes: it must depend on it";
            }
        }
    }

    // The names that a module gives to resources of its own: the parameter that ends a resource's name.
    private static HashSet<string> Makes(JsonNode module)
    {
        var parameters = module["properties"]!["template"]!["resources"]!.AsArray()
            .Select(resource => EndOfName().Match((string)resource!["name"]!)).Where(match => match.Success)
            .Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        return [.. Passed(module).Where(passed => parameters.Contains(passed.Parameter)).SelectMany(passed => passed.Names)];
    }

    private static IEnumerable<(string Parameter, IEnumerable<string> Names)> Passed(JsonNode module) =>
        (module["properties"]!["parameters"]?.AsObject() ?? []).Select(passed =>
            (passed.Key,
                NameOf().Matches(passed.Value!.ToJsonString().Replace("\\u0027", "'", StringComparison.Ordinal))
                    .Select(match => match.Groups[1].Value)));

    private static HashSet<string> Before(string name, Dictionary<string, JsonNode> modules)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var next = new Queue<string>([name]);
        while (next.TryDequeue(out var at))
        {
            var waits = modules[at]["dependsOn"]?.AsArray().Select(on => Module().Match((string)on!)) ?? [];
            foreach (var match in waits.Where(match => match.Success && found.Add(match.Groups[1].Value))) next.Enqueue(
                match.Groups[1].Value);
        }
        return found;
    }

    [GeneratedRegex(@"parameters\('(\w+)'\)\)?\]$")]
    private static partial Regex EndOfName();

    [GeneratedRegex(@"variables\('names'\)\.(\w+)")]
    private static partial Regex NameOf();

    [GeneratedRegex(@"'Microsoft\.Resources/deployments', '([^']+)'\)\]$")]
    private static partial Regex Module();
}
