using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Json.Schema;

namespace Latchkey.Tests.OpenApi;

/// <summary>
/// The document's schemas (JSON Schema 2020-12, by JsonSchema.Net), stricter than they are written: a property that a schema does not
/// name is a fault, as with <c>unevaluatedProperties: false</c> everywhere, and a time is in UTC. Each schema is built once.
/// </summary>
sealed partial class SchemaCheck
{
    const string Components = "#/components/schemas/";
    const string Document = "https://document.example/";

    // JSON Schema lets pass what it does not know; a misspelled word must not.
    static readonly HashSet<string> Keywords =
    [
        "$ref", "type", "enum", "format", "required", "properties", "additionalProperties", "items", "allOf", "oneOf", "anyOf",
        "minItems", "maxItems", "minimum", "maximum", "minLength", "maxLength", "pattern", "description", "default",
    ];

    // RFC 3339 §5.6, in UTC: whoever reads it must not have to guess the zone.
    static readonly Format Time = new PredicateFormat("date-time", value => value.ValueKind != JsonValueKind.String
        || (value.GetString()!.EndsWith('Z') && Formats.DateTime.Validate(value, out _)
            && DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, out _)));

    readonly ConcurrentDictionary<JsonNode, Lazy<JsonSchema>> built = [];
    readonly BuildOptions options = new() { SchemaRegistry = new SchemaRegistry(), Dialect = Dialect.Draft202012 };
    readonly EvaluationOptions evaluation = new()
    {
        OutputFormat = OutputFormat.Hierarchical,
        RequireFormatValidation = true,
        Culture = CultureInfo.InvariantCulture,
    };

    /// <summary>Takes the components of a document.</summary>
    public SchemaCheck(JsonObject root)
    {
        evaluation.FormatRegistry.Register(Time);
        evaluation.FormatRegistry.Register(new PredicateFormat("binary", _ => true)); // OpenAPI's own.
        var definitions = root["components"]!["schemas"]!.AsObject()
            .Select(schema => KeyValuePair.Create(schema.Key, (JsonNode?)Strict(schema.Value!, closed: false)));
        Build(new JsonObject { ["$id"] = Document, ["$defs"] = new JsonObject(definitions) });
    }

    /// <summary>What is wrong with the value, each with where it is; empty if it is as the schema says.</summary>
    public IReadOnlyList<string> Faults(JsonNode schema, JsonElement value)
    {
        var check = built.GetOrAdd(schema, source => new(() => Build(Strict(source, closed: true)))).Value;
        var result = check.Evaluate(value, evaluation);
        if (result.IsValid) return [];
        var (faults, unnamed) = (new List<string>(), new List<string>());
        Gather(result, faults, unnamed);
        // Where a value is wrong, the properties beside it count as not evaluated, though they are named.
        return faults.Count > 0 ? faults : unnamed.Count > 0 ? unnamed : ["$ is not one of those that it may be, or more than one"];
    }

    JsonSchema Build(JsonObject schema)
    {
        lock (options) return JsonSchema.Build(JsonSerializer.SerializeToElement(schema), options);
    }

    static JsonObject Strict(JsonNode source, bool closed)
    {
        var schema = new JsonObject();
        foreach (var (keyword, says) in source.AsObject())
        {
            if (keyword is "example") continue; // OpenAPI's own.
            if (!Keywords.Contains(keyword)) throw new InvalidOperationException($"SchemaCheck does not know the keyword {keyword}.");
            if (keyword is "format"
                && (string)says! is not ("date-time" or "uri" or "binary")) throw new InvalidOperationException(
                    $"SchemaCheck does not know the format {says}.");
            schema[keyword] = keyword switch
            {
                "$ref" when ((string)says!).StartsWith(Components, StringComparison.Ordinal) =>
                    $"{Document}#/$defs/{((string)says!)[Components.Length..]}",
                "allOf" or "oneOf" or "anyOf" => new JsonArray([.. says!.AsArray().Select(one => Strict(one!, closed: false))]),
                "properties" =>
                    new JsonObject(says!.AsObject()
                        .Select(property => KeyValuePair.Create(property.Key, (JsonNode?)Strict(property.Value!, closed: true)))),
                "items" or "additionalProperties" when says is JsonObject => Strict(says, closed: true),
                _ => says?.DeepClone(),
            };
        }
        // An object of which nothing is said may hold anything.
        if (schema["type"] is JsonValue type && (string?)type == "object" && !schema.ContainsKey("properties")
            && !schema.ContainsKey("additionalProperties"))
            schema["additionalProperties"] = true;
        if (closed) schema["unevaluatedProperties"] = false;
        return schema;
    }

    static void Gather(EvaluationResults result, List<string> faults, List<string> unnamed)
    {
        if (result.IsValid) return;
        var at = $"${result.InstanceLocation}";
        foreach (var (keyword, says) in result.Errors ?? [])
        {
            if ($"{result.EvaluationPath}".EndsWith("/unevaluatedProperties", StringComparison.Ordinal)) unnamed.Add(
                $"{at} is not documented");
            else if (keyword is not "unevaluatedProperties") faults.Add($"{at}: {says}");
        }
        var chosen = (result.Details ?? []).Where(detail => detail.IsValid).Select(Choice).OfType<string>().ToHashSet();
        foreach (var detail in result.Details ?? [])
        {
            // Of a choice that was made, what was not chosen is no fault.
            if (Choice(detail) is not { } choice || !chosen.Contains(choice)) Gather(detail, faults, unnamed);
        }
    }

    static string? Choice(EvaluationResults result) =>
        Either().Match($"{result.EvaluationPath}") is { Success: true } match ? match.Value : null;

    [GeneratedRegex(@"^.*/(oneOf|anyOf)(?=/\d+$)")]
    private static partial Regex Either();
}
