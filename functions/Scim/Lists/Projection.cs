using System.Text.Json.Nodes;
using Latchkey.Http;

namespace Latchkey.Scim;

/// <summary>Which attributes an answer has (RFC 7644 §3.9): <c>attributes</c> or <c>excludedAttributes</c>.</summary>
sealed class Projection(IReadOnlyList<AttributePath> only, IReadOnlyList<AttributePath> without)
{
    const int Max = 50;

    // Returned always (RFC 7643 §3.1).
    static readonly string[] Always = ["schemas", "id"];

    /// <summary>All that is returned by default.</summary>
    public static Projection All { get; } = new([], []);

    /// <summary>What these two lists of names say, separated by commas.</summary>
    /// <exception cref="Problem">400 <c>invalidValue</c></exception>
    public static Projection Of(string? attributes, string? excluded) => new(Read(attributes), Read(excluded));

    /// <summary>True if the attribute is wanted.</summary>
    public bool Wants(string name, bool byDefault) =>
        only.Count > 0 ? only.Any(path => path.Is(name)) : byDefault && !without.Any(path => path.Is(name) && path.Sub is null);

    /// <summary>The resource with what is wanted of it.</summary>
    public JsonObject Of(JsonObject resource)
    {
        if (only.Count > 0)
        {
            var chosen = new JsonObject();
            foreach (var name in Always) chosen[name] = resource[name]?.DeepClone();
            foreach (var path in only.Where(path => !Always.Any(path.Is))) Copy(resource, chosen, path);
            resource = chosen;
        }
        foreach (var path in without.Where(path => !Always.Any(path.Is))) Remove(resource, path);
        return resource;
    }

    static void Copy(JsonObject from, JsonObject to, AttributePath path)
    {
        if (path.Schema is { } schema)
        {
            if (from[schema] is not JsonObject owner) return;
            if (to[schema] is not JsonObject own) to[schema] = own = [];
            (from, to) = (owner, own);
        }
        if (path.Name.Length == 0)
        {
            foreach (var (key, value) in from) to[key] = value?.DeepClone();
        }
        else if (AttributePath.Find(from, path.Name) is { } name && from[name] is { } node) Copy(node, to, name, path.Sub);
    }

    static void Copy(JsonNode node, JsonObject to, string name, string? sub)
    {
        if (sub is null) to[name] = node.DeepClone();
        else if (node is JsonArray list)
        {
            // Sub-attributes that were asked for one by one come together.
            var items = to[name] as JsonArray ?? [.. list.Select(_ => (JsonNode)new JsonObject())];
            for (var at = 0; at < list.Count; at++)
            {
                if (list[at] is JsonObject one
                    && AttributePath.Find(one, sub) is { } key) items[at]!.AsObject()[key] = one[key]?.DeepClone();
            }
            to[name] = items;
        }
        else if (node is JsonObject json && AttributePath.Find(json, sub) is { } key)
        {
            if (to[name] is not JsonObject part) to[name] = part = [];
            part[key] = json[key]?.DeepClone();
        }
    }

    static void Remove(JsonObject resource, AttributePath path)
    {
        var owner = path.Schema is null ? resource : resource[path.Schema] as JsonObject;
        if (path.Name.Length == 0 && path.Schema is { } schema) resource.Remove(schema);
        else if (owner is not null && AttributePath.Find(owner, path.Name) is { } name)
        {
            if (path.Sub is null) owner.Remove(name);
            else
            {
                foreach (var json in (owner[name] is JsonArray list ? list.OfType<JsonNode>() : [owner[name]!]).OfType<JsonObject>())
                    if (AttributePath.Find(json, path.Sub) is { } key) json.Remove(key);
            }
        }
    }

    static IReadOnlyList<AttributePath> Read(string? names)
    {
        var list = (names ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (list.Length > Max) throw ScimError.InvalidValue($"At most {Max} attributes can be named.");
        return [.. list.Select(name => AttributePath.TryParse(name)
            ?? throw ScimError.InvalidValue("The name of an attribute can't be read."))];
    }
}
