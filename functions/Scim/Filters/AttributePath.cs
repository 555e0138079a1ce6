using System.Text.Json.Nodes;

namespace Latchkey.Scim;

/// <summary>An attribute's name as requests write it (RFC 7644 §3.10): <c>[urn:]name[.sub]</c>, in any case.</summary>
/// <param name="Schema">The extension's URN, or null for the resource itself.</param>
/// <param name="Name">The attribute; empty for the whole extension.</param>
/// <param name="Sub">The sub-attribute, or null.</param>
sealed record AttributePath(string? Schema, string Name, string? Sub)
{
    const int MaxChars = 256;

    /// <summary>The path, or null if it can't be read. An unknown URN is a schema that no resource has.</summary>
    public static AttributePath? TryParse(string text)
    {
        if (text.Length is 0 or > MaxChars) return null;
        if (!text.StartsWith("urn:", StringComparison.OrdinalIgnoreCase)) return OfName(null, text);
        foreach (var schema in (string[])[ScimSchemas.User, ScimSchemas.Group, ScimSchemas.Enterprise])
        {
            if (!text.StartsWith(schema, StringComparison.OrdinalIgnoreCase)) continue;
            var own = schema == ScimSchemas.Enterprise ? schema : null;
            if (text.Length == schema.Length) return new AttributePath(schema, "", null);
            if (text[schema.Length] is ':' or '.') return OfName(own, text[(schema.Length + 1)..]);
        }
        return new AttributePath(text, "", null);
    }

    /// <summary>True if a name has only the characters that attributes have (RFC 7643 §2.1).</summary>
    public static bool IsName(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '$' or '_' or '-');

    /// <summary>True if the path is this attribute of the resource itself.</summary>
    public bool Is(string name) => Schema is null && Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>What filters and lists know the path by: the whole path in lower case.</summary>
    public string Key => $"{(Schema is null ? "" : Schema + ":")}{Name}{(Sub is null ? "" : "." + Sub)}".ToLowerInvariant();

    /// <summary>Differences of case matter (RFC 7643 §2.2): in ids.</summary>
    public bool IsCaseExact => Is("id") || Is("externalId") || Is("members");

    /// <summary>The member of an object with this name in any case, or null.</summary>
    public static string? Find(JsonObject json, string name) => json.ContainsKey(name) ? name
        : json.Select(member => member.Key).FirstOrDefault(key => key.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The member's value, or null.</summary>
    public static JsonNode? Get(JsonObject? json, string name) => json is not null && Find(json, name) is { } key ? json[key] : null;

    /// <summary>The attribute's values in a resource: those of a list one by one, without null.</summary>
    public IEnumerable<JsonNode> Items(JsonObject resource)
    {
        var owner = Schema is null ? resource : Get(resource, Schema) as JsonObject;
        var node = Name.Length == 0 ? owner : Get(owner, Name);
        return node is JsonArray list ? list.OfType<JsonNode>() : node is null ? [] : [node];
    }

    /// <summary>The values to compare: the sub-attribute's, or <c>value</c> of what is complex.</summary>
    public IEnumerable<JsonValue> Values(JsonObject resource) =>
        Items(resource).Select(item => ValueOf(item, Sub)).OfType<JsonValue>();

    /// <summary>A value's sub-attribute; without a name <c>value</c> of what is complex, or itself.</summary>
    public static JsonNode? ValueOf(JsonNode item, string? sub) =>
        item is JsonObject json ? Get(json, sub ?? "value") : sub is null or "value" ? item : null;

    static AttributePath? OfName(string? schema, string text) => text.Split('.') switch
    {
        [var name] when IsName(name) => new(schema, name, null),
        [var name, var sub] when IsName(name) && IsName(sub) => new(schema, name, sub),
        _ => null,
    };
}
