using System.Text.Json.Nodes;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;

namespace Latchkey.Scim;

/// <summary>
/// What a POST, PUT or PATCH says of a group. The members are not read for it: a group may have thousands, and a directory adds and
/// removes a few.
/// </summary>
sealed class GroupPlan
{
    /// <summary>The most users that one request may name.</summary>
    public const int MaxUsers = 5000;

    const int MaxNameChars = 100;
    const int MaxIdChars = 256;

    readonly HashSet<string> added = new(StringComparer.Ordinal);
    readonly HashSet<string> removed = new(StringComparer.Ordinal);

    GroupPlan()
    {
    }

    /// <summary>The new name, or null for the one that it has.</summary>
    public string? Name { get; private set; }

    /// <summary>The id in the directory is set or removed.</summary>
    public bool SetsExternalId { get; private set; }

    /// <summary>That id, or null to remove it.</summary>
    public string? ExternalId { get; private set; }

    /// <summary>Whoever is not in <see cref="Added"/> is no longer a member.</summary>
    public bool ReplacesMembers { get; private set; }

    /// <summary>Users to add.</summary>
    public IReadOnlyCollection<string> Added => added;

    /// <summary>Users to remove.</summary>
    public IReadOnlyCollection<string> Removed => removed;

    /// <summary>The plan of a POST or PUT. Without <c>members</c> a PUT leaves them as they are.</summary>
    /// <exception cref="Problem">400</exception>
    public static GroupPlan OfResource(JsonObject resource)
    {
        var plan = new GroupPlan();
        plan.Rename(AttributePath.Get(resource, "displayName"));
        if (AttributePath.Find(resource, "externalId") is { } key) plan.SetExternalId(resource[key]);
        if (AttributePath.Get(resource, "members") is { } members)
        {
            plan.ReplacesMembers = true;
            plan.Add(members);
        }
        return plan;
    }

    /// <summary>The plan of a PATCH. Attributes that are not kept are passed over.</summary>
    /// <exception cref="Problem">400</exception>
    public static GroupPlan OfPatch(JsonObject body)
    {
        var plan = new GroupPlan();
        foreach (var operation in PatchOperation.Read(body))
        {
            var path = operation.Path;
            if (path.IsReadOnly) throw ScimError.Mutability($"{path.Attribute.Name} can't be changed.");
            var isRemoval = operation.Verb == "remove";
            if (path.Attribute.Is("displayName")) plan.Rename(isRemoval ? null : operation.Value);
            else if (path.Attribute.Is("externalId")) plan.SetExternalId(isRemoval ? null : operation.Value);
            else if (path.Attribute.Is("members")) plan.Members(operation);
        }
        return plan;
    }

    void Rename(JsonNode? node)
    {
        var name = ScimBody.Text(node, "displayName")?.Trim();
        Name = name is { Length: > 0 and <= MaxNameChars } && FieldRules.IsDisplayText(name) ? name
            : throw ScimError.InvalidValue($"displayName must have 1 to {MaxNameChars} characters, all of which can be displayed.");
    }

    void SetExternalId(JsonNode? node)
    {
        (SetsExternalId, ExternalId) = (true, ScimBody.Text(node, "externalId"));
        if (ExternalId?.Length > MaxIdChars) throw ScimError.InvalidValue($"externalId has at most {MaxIdChars} characters.");
    }

    void Members(PatchOperation operation)
    {
        var path = operation.Path;
        if (path.Sub is not null) throw ScimError.InvalidPath("A member is added or removed as a whole.");
        var named = path.Filter is null ? operation.Value is null ? null : Users(operation.Value) : [.. Users(path.Filter)];
        switch (operation.Verb)
        {
            case "remove" when named is not null: // Entra ID names them beside the path, Okta in it.
                Remove(named);
                break;
            case "remove":
            case "replace" when path.Filter is null:
                ReplacesMembers = true;
                added.Clear();
                removed.Clear();
                if (operation.Verb == "replace") Add(named ?? []);
                break;
            case "add":
                Add(named ?? []);
                break;
            default:
                throw ScimError.InvalidPath("A member is added or removed, but not replaced.");
        }
    }

    void Add(JsonNode members) => Add(Users(members));

    void Add(List<string> users)
    {
        removed.ExceptWith(users);
        added.UnionWith(users);
        if (added.Count + removed.Count > MaxUsers) throw ScimError.TooMany($"A request names at most {MaxUsers} members.");
    }

    void Remove(List<string> users)
    {
        added.ExceptWith(users);
        if (!ReplacesMembers) removed.UnionWith(users);
        if (added.Count + removed.Count > MaxUsers) throw ScimError.TooMany($"A request names at most {MaxUsers} members.");
    }

    static List<string> Users(JsonNode members) =>
        [.. (members is JsonArray list ? list.OfType<JsonNode>() : [members]).Select(item =>
            ScimBody.Text(item is JsonArray ? null : AttributePath.ValueOf(item, null), "members.value") is { } id && Ids.IsId(id) ? id
                : throw ScimError.InvalidValue("A member's value must be the id of a user."))];

    static IEnumerable<string> Users(Filter filter) => filter switch
    {
        Filter.Or either => Users(either.Left).Concat(Users(either.Right)),
        Filter.Compare compare when compare.TextOf(compare.Path) is ("value", var id) => [id],
        _ => throw ScimError.InvalidFilter("A path of members supports only value eq, joined by or."),
    };
}
