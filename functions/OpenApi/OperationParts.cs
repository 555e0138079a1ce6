using System.Text.Json.Nodes;

namespace Latchkey.OpenApi;

/// <summary>Builds the parts of an Operation Object (OpenAPI 3.1 §4.8.10) that responses share.</summary>
static class OperationParts
{
    /// <summary>The schema of an error response whose member has one of these codes.</summary>
    public static JsonObject Coded(string schema, string member, IEnumerable<string> codes) => new()
    {
        ["allOf"] = new JsonArray(new JsonObject { ["$ref"] = $"#/components/schemas/{schema}" }, new JsonObject
        {
            ["properties"] = new JsonObject
            {
                [member] = new JsonObject { ["enum"] = new JsonArray([.. codes.Select(code => (JsonNode)code)]) },
            },
        }),
    };

    /// <summary>A Media Type Object (§4.8.14).</summary>
    public static JsonObject Content(JsonNode schema, JsonNode? example)
    {
        var content = new JsonObject { ["schema"] = AreaSchema.Expand(schema) };
        if (example is not null) content["example"] = example.DeepClone();
        return content;
    }

    /// <summary>References to shared headers, by name.</summary>
    public static JsonObject Headers(IEnumerable<string> names) =>
        new(names.Select(name => KeyValuePair.Create(name, (JsonNode?)Header(name))));

    /// <summary>A reference to a shared header.</summary>
    public static JsonObject Header(string name) => new() { ["$ref"] = $"#/components/headers/{name}" };

    /// <summary>The headers of a Response Object, added if it has none.</summary>
    public static JsonObject HeadersOf(JsonObject response)
    {
        if (response["headers"] is not JsonObject headers) response["headers"] = headers = [];
        return headers;
    }
}
