using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Latchkey.Tests.OpenApi;

/// <summary>
/// JSON Schema 2020-12, the keywords that our document uses and no others (none of the feed's packages knows this draft). It
/// is stricter than the standard: a property that the schema does not name is a fault, as with
/// <c>unevaluatedProperties: false</c> everywhere.
/// </summary>
sealed class SchemaCheck(JsonObject root)
{
    static readonly string[] Annotations = ["description", "default", "example"];

    /// <summary>What is wrong with the value, each with where it is; empty if it is as the schema says.</summary>
    public IReadOnlyList<string> Faults(JsonNode schema, JsonElement value)
    {
        var faults = new List<string>();
        Closed(schema, value, "$", faults);
        return faults;
    }

    void Closed(JsonNode schema, JsonElement value, string at, List<string> faults)
    {
        var seen = new HashSet<string>();
        Open(schema, value, at, faults, seen);
        if (value.ValueKind != JsonValueKind.Object) return;
        faults.AddRange(value.EnumerateObject().Where(property => !seen.Contains(property.Name)).Select(property => $"{at}.{property.Name} is not documented"));
    }

    void Open(JsonNode schema, JsonElement value, string at, List<string> faults, HashSet<string> seen)
    {
        foreach (var (keyword, says) in schema.AsObject())
        {
            if (Annotations.Contains(keyword)) continue;
            if (keyword is "$ref") Open(Target((string)says!), value, at, faults, seen);
            else if (keyword is "allOf") foreach (var one in says!.AsArray()) Open(one!, value, at, faults, seen);
            else if (keyword is "oneOf") OneOf(says!.AsArray(), value, at, faults, seen);
            else if (keyword is "properties") Properties(says!.AsObject(), value, at, faults, seen);
            else if (keyword is "additionalProperties") Others(schema, says!, value, at, faults, seen);
            else if (Fault(keyword, says!, schema, value, at, faults) is { } fault) faults.Add($"{at} {fault}");
        }
        // An object of which nothing is said may hold anything.
        if ((schema["type"] as JsonValue)?.ToString() == "object" && schema["properties"] is null && schema["additionalProperties"] is null && value.ValueKind == JsonValueKind.Object)
            seen.UnionWith(value.EnumerateObject().Select(property => property.Name));
    }

    JsonNode Target(string reference) =>
        root["components"]!["schemas"]![reference.Split('/')[^1]] ?? throw new InvalidOperationException($"{reference} leads nowhere");

    void OneOf(JsonArray either, JsonElement value, string at, List<string> faults, HashSet<string> seen)
    {
        var good = 0;
        foreach (var one in either)
        {
            var (own, named) = (new List<string>(), new HashSet<string>());
            Open(one!, value, at, own, named);
            if (own.Count > 0) continue;
            good++;
            seen.UnionWith(named);
        }
        if (good != 1) faults.Add($"{at} is {good} of the {either.Count} that it may be one of");
    }

    void Properties(JsonObject properties, JsonElement value, string at, List<string> faults, HashSet<string> seen)
    {
        if (value.ValueKind != JsonValueKind.Object) return;
        foreach (var property in value.EnumerateObject().Where(property => properties.ContainsKey(property.Name)))
        {
            seen.Add(property.Name);
            // What is named again only narrows (a code's words beside Problem): it closes nothing.
            if (properties[property.Name] is JsonObject narrow && narrow.ContainsKey("enum") && !narrow.ContainsKey("type"))
                Open(narrow, property.Value, $"{at}.{property.Name}", faults, []);
            else Closed(properties[property.Name]!, property.Value, $"{at}.{property.Name}", faults);
        }
    }

    void Others(JsonNode schema, JsonNode says, JsonElement value, string at, List<string> faults, HashSet<string> seen)
    {
        if (value.ValueKind != JsonValueKind.Object) return;
        foreach (var property in value.EnumerateObject().Where(property => schema["properties"]?[property.Name] is null))
        {
            seen.Add(property.Name);
            Closed(says, property.Value, $"{at}.{property.Name}", faults);
        }
    }

    string? Fault(string keyword, JsonNode says, JsonNode schema, JsonElement value, string at, List<string> faults)
    {
        switch (keyword)
        {
            case "type":
                var types = says is JsonArray many ? many.Select(type => (string)type!).ToList() : [(string)says!];
                return types.Exists(type => Is(type, value)) ? null : $"is {value.ValueKind}, not {string.Join(" or ", types)}";
            case "enum":
                return says.AsArray().Any(word => word is null ? value.ValueKind == JsonValueKind.Null : value.ValueKind == JsonValueKind.String && value.GetString() == (string)word!)
                    ? null : $"is {value}, not one of {string.Join(", ", says.AsArray())}";
            case "format":
                return value.ValueKind != JsonValueKind.String || IsOf((string)says!, value.GetString()!) ? null : $"is {value}, no {says}";
            case "required":
                if (value.ValueKind != JsonValueKind.Object) return null;
                var missing = says.AsArray().Select(name => (string)name!).Where(name => !value.TryGetProperty(name, out _)).ToList();
                return missing.Count == 0 ? null : $"lacks {string.Join(", ", missing)}";
            case "items":
                if (value.ValueKind != JsonValueKind.Array) return null;
                foreach (var (n, item) in value.EnumerateArray().Index()) Closed(schema["items"]!, item, $"{at}[{n}]", faults);
                return null;
            case "minItems":
                return value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= (int)says ? null : $"has fewer than {says} items";
            case "maxItems":
                return value.ValueKind != JsonValueKind.Array || value.GetArrayLength() <= (int)says ? null : $"has more than {says} items";
            case "minimum":
                return value.ValueKind != JsonValueKind.Number || value.GetDecimal() >= (decimal)says ? null : $"is less than {says}";
            case "maximum":
                return value.ValueKind != JsonValueKind.Number || value.GetDecimal() <= (decimal)says ? null : $"is more than {says}";
            default:
                throw new InvalidOperationException($"{at}: SchemaCheck does not know the keyword {keyword}.");
        }
    }

    static bool Is(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => throw new InvalidOperationException($"SchemaCheck does not know the type {type}."),
    };

    static bool IsOf(string format, string text) => format switch
    {
        // RFC 3339 §5.6, in UTC: whoever reads it must not have to guess the zone.
        "date-time" => text.EndsWith('Z') && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _),
        "uri" => Uri.TryCreate(text, UriKind.Absolute, out _),
        "binary" => true,
        _ => throw new InvalidOperationException($"SchemaCheck does not know the format {format}."),
    };
}
