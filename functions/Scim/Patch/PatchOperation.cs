using System.Text.Json.Nodes;
using Latchkey.Http;

namespace Latchkey.Scim;

/// <summary>An operation of a PATCH (RFC 7644 §3.5.2).</summary>
/// <param name="Verb"><c>add</c>, <c>replace</c> or <c>remove</c>; Entra ID writes them with a capital letter.</param>
/// <param name="Path">Where. An operation without a path was split into one for each member of its value.</param>
/// <param name="Value">What, or null.</param>
sealed record PatchOperation(string Verb, PatchPath Path, JsonNode? Value)
{
    /// <summary>The most operations of a request.</summary>
    public const int Max = 1000;

    /// <summary>The operations of a body, each with one path.</summary>
    /// <exception cref="Problem">400 <c>invalidSyntax</c>, <c>invalidPath</c>, <c>noTarget</c>, <c>invalidFilter</c>.</exception>
    public static IReadOnlyList<PatchOperation> Read(JsonObject body)
    {
        if (AttributePath.Get(body, "Operations") is not JsonArray list || list.Count == 0)
            throw ScimError.InvalidSyntax("A PATCH needs a list Operations.");
        if (list.Count > Max) throw ScimError.TooMany($"A PATCH has at most {Max} operations.");
        var operations = list.SelectMany(item =>
            ReadOne(item as JsonObject ?? throw ScimError.InvalidSyntax("An operation must be an object.")));
        return [.. operations];
    }

    static IEnumerable<PatchOperation> ReadOne(JsonObject json)
    {
        var verb = ScimBody.Text(AttributePath.Get(json, "op"), "op")?.ToLowerInvariant();
        if (verb is not ("add" or "replace" or "remove")) throw ScimError.InvalidSyntax("op must be add, replace or remove.");
        var value = AttributePath.Get(json, "value");
        if (ScimBody.Text(AttributePath.Get(json, "path"), "path") is { } path) return Expanded(verb, PatchPath.Parse(path), value);
        if (verb == "remove") throw ScimError.NoTarget("A remove needs a path.");
        if (value is not JsonObject members) throw ScimError.InvalidValue("Without a path, value must be an object.");
        // Okta sends whole objects, Entra ID dictionaries of paths. What nobody can change is passed over.
        return members.Where(member => member.Key.Length > 0)
            .SelectMany(member => Expanded(verb, PatchPath.Parse(member.Key), member.Value))
            .Where(operation => !operation.Path.IsReadOnly);
    }

    // The path may be a whole schema, whose members are the attributes.
    static IEnumerable<PatchOperation> Expanded(string verb, PatchPath path, JsonNode? value)
    {
        if (path.Attribute.Name.Length > 0 || value is not JsonObject members) return [new(verb, path, value)];
        var schema = path.Attribute.Schema == ScimSchemas.Enterprise ? path.Attribute.Schema : null;
        return members.Where(member => AttributePath.IsName(member.Key)).Select(member =>
            new PatchOperation(verb, new PatchPath(new AttributePath(schema, member.Key, null), null, null), member.Value));
    }
}

/// <summary>The path of an operation: <c>attribute</c>, <c>attribute.sub</c>, <c>attribute[filter]</c>,
/// <c>attribute[filter].sub</c>.</summary>
/// <param name="Attribute">The attribute; with its sub-attribute if there is no filter.</param>
/// <param name="Filter">Which of its values, or null.</param>
/// <param name="Sub">The sub-attribute of those values, or null.</param>
sealed record PatchPath(AttributePath Attribute, Filter? Filter, string? Sub)
{
    /// <summary>An attribute that the service alone writes.</summary>
    public bool IsReadOnly => Attribute.Is("id") || Attribute.Is("meta") || Attribute.Is("schemas") || Attribute.Is("groups");

    /// <summary>The path.</summary>
    /// <exception cref="Problem">400 <c>invalidPath</c>, <c>invalidFilter</c>.</exception>
    public static PatchPath Parse(string text)
    {
        var bracket = text.IndexOf('[', StringComparison.Ordinal);
        var attribute = AttributePath.TryParse(bracket < 0 ? text : text[..bracket]) ?? throw Invalid();
        if (bracket < 0) return new PatchPath(attribute with { Sub = null }, null, attribute.Sub);
        if (attribute.Sub is not null || attribute.Name.Length == 0) throw Invalid();
        var (filter, rest) = FilterParser.ParseBrackets(text[bracket..]);
        if (rest.Length == 0) return new PatchPath(attribute, filter, null);
        return rest[0] == '.' && AttributePath.IsName(rest[1..]) ? new PatchPath(attribute, filter, rest[1..]) : throw Invalid();
    }

    static Problem Invalid() => ScimError.InvalidPath("The path can't be read.");
}
