using System.Text.Json.Nodes;

namespace Latchkey.OpenApi;

/// <summary>
/// Expands the schemas of the area files (README.md beside them) to JSON Schema 2020-12. A text is an abbreviation of a schema;
/// <c>!</c> after a property's name makes it required.
/// </summary>
static class AreaSchema
{
    static readonly string[] Simple = ["string", "integer", "number", "boolean", "object"];
    static readonly string[] OfOne = ["items", "additionalProperties"];
    static readonly string[] OfMany = ["oneOf", "anyOf", "allOf"];

    /// <summary>The expanded schema.</summary>
    /// <exception cref="FormatException">The text is not a known type.</exception>
    public static JsonNode Expand(JsonNode source)
    {
        if (source is JsonValue value) return value.TryGetValue(out string? text) ? OfText(text) : value.DeepClone();
        var schema = source.DeepClone().AsObject();
        foreach (var keyword in OfOne.Where(schema.ContainsKey)) schema[keyword] = Expand(schema[keyword]!);
        foreach (var keyword in OfMany.Where(schema.ContainsKey))
            schema[keyword] = new JsonArray([.. schema[keyword]!.AsArray().Select(one => Expand(one!))]);
        if (schema["properties"] is not JsonObject properties) return schema;
        schema.Remove("properties");
        if (!schema.ContainsKey("type")) schema.Insert(0, "type", "object");
        var required = properties.Where(property => property.Key.EndsWith('!')).Select(property => (JsonNode)property.Key[..^1]).ToArray();
        if (required.Length > 0) schema["required"] = new JsonArray(required);
        schema["properties"] = new JsonObject(properties.Select(property =>
            KeyValuePair.Create(property.Key.TrimEnd('!'), (JsonNode?)Expand(property.Value!))));
        return schema;
    }

    // `type: description`
    static JsonObject OfText(string text)
    {
        var colon = text.IndexOf(": ", StringComparison.Ordinal);
        var schema = OfType(colon < 0 ? text : text[..colon]);
        if (colon >= 0) schema["description"] = text[(colon + 2)..];
        return schema;
    }

    static JsonObject OfType(string type)
    {
        if (type.EndsWith('?')) return OrNull(OfType(type[..^1]));
        if (type is ['[', .. var item, ']']) return new() { ["type"] = "array", ["items"] = OfType(item) };
        if (type is ['=', .. var words])
            return new() { ["type"] = "string", ["enum"] = new JsonArray([.. words.Split('|').Select(word => (JsonNode)word)]) };
        if (Simple.Contains(type)) return new() { ["type"] = type };
        return type switch
        {
            "time" => new() { ["type"] = "string", ["format"] = "date-time" },
            "uri" => new() { ["type"] = "string", ["format"] = "uri" },
            [>= 'A' and <= 'Z', ..] => new() { ["$ref"] = $"#/components/schemas/{type}" },
            _ => throw new FormatException($"{type} is not a known type"),
        };
    }

    static JsonObject OrNull(JsonObject schema)
    {
        if (schema["type"] is not { } type) return new() { ["oneOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };
        schema["type"] = new JsonArray(type.DeepClone(), "null");
        if (schema["enum"] is JsonArray words) words.Add(null);
        return schema;
    }
}
