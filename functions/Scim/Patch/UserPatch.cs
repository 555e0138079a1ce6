using System.Text.Json;
using System.Text.Json.Nodes;
using Latchkey.Http;

namespace Latchkey.Scim;

/// <summary>
/// Applies the operations of a PATCH to a user's resource (RFC 7644 §3.5.2), in the dialects of Entra ID and Okta. Attributes that are
/// not kept are passed over. Where a list has a value of the same type already, the new one takes its place: only one is kept.
/// </summary>
static class UserPatch
{
    const int MaxItemChars = 1024;
    const int MaxMembers = 30;

    static readonly string[] Lists = ["emails", "phoneNumbers", "roles"];

    static readonly string[] Known =
    [
        "externalId", "userName", "name", "displayName", "nickName", "locale", "timezone", "active", "password", .. UserResource.Kept,
            .. Lists,
    ];

    static readonly string[] OfCompany = [.. UserResource.KeptOfCompany, UserResource.Manager];

    /// <summary>Changes the resource.</summary>
    /// <exception cref="Problem">400 <c>mutability</c>, <c>noTarget</c>, <c>invalidValue</c>.</exception>
    public static void Apply(JsonObject resource, IEnumerable<PatchOperation> operations)
    {
        foreach (var operation in operations) Apply(resource, operation);
    }

    static void Apply(JsonObject resource, PatchOperation operation)
    {
        var path = operation.Path;
        if (path.IsReadOnly) throw ScimError.Mutability($"{path.Attribute.Name} can't be changed.");
        var known = path.Attribute.Schema is null ? Known : path.Attribute.Schema == ScimSchemas.Enterprise ? OfCompany : [];
        var name = known.FirstOrDefault(one => one.Equals(path.Attribute.Name, StringComparison.OrdinalIgnoreCase));
        if (name is null) return;
        var owner = resource;
        if (path.Attribute.Schema is { } schema)
        {
            if (resource[schema] is not JsonObject extension) resource[schema] = extension = [];
            owner = extension;
        }
        // To replace by null is to remove (RFC 7643 §2.5).
        var verb = operation.Value is null && operation.Verb == "replace" ? "remove" : operation.Verb;
        if (Lists.Contains(name)) ApplyToList(owner, name, path, verb, operation.Value);
        else if (path.Filter is not null) throw ScimError.InvalidPath($"{name} is not a list.");
        else ApplyToOne(owner, name, path.Sub, verb, operation.Value);
    }

    static void ApplyToOne(JsonObject owner, string name, string? sub, string verb, JsonNode? value)
    {
        var target = owner;
        if (sub is not null)
        {
            if (owner[name] is not JsonObject inner) owner[name] = inner = [];
            (target, name) = (inner, AttributePath.Find(inner, sub) ?? sub);
        }
        if (verb == "remove") target.Remove(name);
        else if (value is JsonObject members && target[name] is JsonObject there) Merge(there, members);
        else target[name] = value?.DeepClone();
    }

    static void ApplyToList(JsonObject owner, string name, PatchPath path, string verb, JsonNode? value)
    {
        if (owner[name] is not JsonArray list) owner[name] = list = [];
        if (verb != "remove") EnsureSmall(value, name);
        if (path.Filter is not null || path.Sub is not null) ApplyToItems(list, path, verb, value);
        else if (verb == "remove") Remove(list, value);
        else
        {
            if (verb == "replace") list.Clear();
            foreach (var item in value is JsonArray items ? items.OfType<JsonNode>() : value is null ? [] : [value]) Add(list, Whole(item));
        }
        UserMapping.EnsureFew(list, name);
    }

    // Each operation looks at each value, so many long ones would take minutes.
    static void EnsureSmall(JsonNode? value, string name)
    {
        if (value is JsonArray items) UserMapping.EnsureFew(items, name);
        if ((value is JsonArray list ? list.OfType<JsonNode>() : value is null ? [] : [value])
            .Any(item => item.ToJsonString().Length > MaxItemChars))
            throw ScimError.InvalidValue($"A value of {name} has at most {MaxItemChars} characters.");
    }

    static void ApplyToItems(JsonArray list, PatchPath path, string verb, JsonNode? value)
    {
        var found = list.OfType<JsonObject>().Where(item => path.Filter?.Matches(item) ?? true).ToList();
        if (verb == "remove")
        {
            foreach (var item in found)
            {
                if (path.Sub is null) list.Remove(item);
                else if (AttributePath.Find(item, path.Sub) is { } key) item.Remove(key);
            }
            return;
        }
        // Entra ID expects that a value of a type that is not there is made.
        if (found.Count == 0)
        {
            var made = Made(path.Filter) ?? throw ScimError.NoTarget("No value matches the path.");
            list.Add(made);
            found.Add(made);
        }
        foreach (var item in found)
        {
            if (path.Sub is { } sub) item[AttributePath.Find(item, sub) ?? sub] = value?.DeepClone();
            else if (value is JsonObject members) Merge(item, members);
            else item["value"] = value?.DeepClone();
        }
    }

    // Entra ID names the values to remove beside the path.
    static void Remove(JsonArray list, JsonNode? value)
    {
        if (value is null)
        {
            list.Clear();
            return;
        }
        var gone = (value is JsonArray items ? items.OfType<JsonNode>() : [value]).Select(item => $"{AttributePath.ValueOf(item, null)}")
            .ToHashSet();
        foreach (var item in list.OfType<JsonObject>().Where(item => gone.Contains($"{AttributePath.ValueOf(item, null)}"))
            .ToList()) list.Remove(item);
    }

    static void Add(JsonArray list, JsonObject item)
    {
        var type = AttributePath.Get(item, "type")?.ToString();
        var isPrimary = $"{AttributePath.Get(item, "primary")}".Equals("true", StringComparison.OrdinalIgnoreCase);
        var same = list.OfType<JsonObject>().FirstOrDefault(there => type is null
            ? $"{AttributePath.ValueOf(there, null)}" == $"{AttributePath.ValueOf(item, null)}"
            : type.Equals(AttributePath.Get(there, "type")?.ToString(), StringComparison.OrdinalIgnoreCase));
        if (isPrimary)
        {
            foreach (var there in list.OfType<JsonObject>()) there["primary"] = false;
        }
        if (same is null) list.Add(item);
        else Merge(same, item);
    }

    static JsonObject Whole(JsonNode item) => item switch
    {
        JsonObject json => json.DeepClone().AsObject(),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => new JsonObject { ["value"] = value.DeepClone() },
        _ => throw ScimError.InvalidValue("A value of a list must be an object or a string."),
    };

    // A new value that the filter matches; null if the filter is more than equalities joined by and.
    static JsonObject? Made(Filter? filter)
    {
        if (filter is null) return new JsonObject { ["type"] = "work" };
        var made = new JsonObject();
        foreach (var part in filter.Conjuncts)
        {
            if (part is not Filter.Compare { Operator: "eq", Path: { Schema: null, Sub: null } path, Literal: { } literal }) return null;
            made[path.Name] = literal.DeepClone();
        }
        return made;
    }

    static void Merge(JsonObject target, JsonObject members)
    {
        if (target.Count > MaxMembers || members.Count > MaxMembers)
            throw ScimError.TooMany($"A complex attribute has at most {MaxMembers} sub-attributes.");
        foreach (var (name, value) in members) target[AttributePath.Find(target, name) ?? name] = value?.DeepClone();
    }
}
