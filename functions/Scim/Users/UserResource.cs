using System.Globalization;
using System.Text.Json.Nodes;
using Latchkey.Tenancy;

namespace Latchkey.Scim;

/// <summary>A user as SCIM shows it (RFC 7643 §4.1, §4.3).</summary>
static class UserResource
{
    /// <summary>The attributes that are kept as they are among the tenant's own (<see cref="User.Attributes"/>), under the same
    /// name.</summary>
    public static IReadOnlyList<string> Kept { get; } = ["title", "userType", "preferredLanguage"];

    /// <summary>The same, of the extension.</summary>
    public static IReadOnlyList<string> KeptOfCompany { get; } = ["employeeNumber", "costCenter", "organization", "division", "department"];

    /// <summary>The type of a phone number, and the name under which it is kept.</summary>
    public static IReadOnlyList<(string Type, string Name)> Phones { get; } = [("work", "phoneNumber"), ("mobile", "mobilePhoneNumber")];

    /// <summary>The name under which the manager's id is kept.</summary>
    public const string Manager = "manager";

    /// <summary>The resource.</summary>
    /// <param name="call">The request.</param>
    /// <param name="user">The user, as it was read.</param>
    /// <param name="groups">The user's memberships, if they were asked for.</param>
    public static JsonObject Of(ScimRequest call, User user, IReadOnlyList<Membership>? groups = null)
    {
        var company = Company(call, user);
        var resource = new JsonObject
        {
            ["schemas"] = company.Count > 0 ? new JsonArray(ScimSchemas.User, ScimSchemas.Enterprise) : new JsonArray(ScimSchemas.User),
            ["id"] = user.Id,
        };
        Put(resource, "externalId", user.ExternalId);
        resource["meta"] = Meta("User", user.WrittenAt, $"{call.Base}/Users/{user.Id}", Versions.Of(user.ETag));
        resource["userName"] = user.UserName;
        var name = new JsonObject { ["formatted"] = Formatted(user.Profile) ?? user.Name };
        Put(name, "givenName", user.Profile.GivenName);
        Put(name, "familyName", user.Profile.FamilyName);
        resource["name"] = name;
        resource["displayName"] = user.Name;
        Put(resource, "nickName", user.Profile.Nickname);
        Put(resource, "locale", user.Profile.Locale);
        Put(resource, "timezone", user.Profile.ZoneInfo);
        foreach (var kept in Kept) Put(resource, kept, user.Attributes.GetValueOrDefault(kept));
        resource["active"] = !user.Disabled;
        if (user.Email is { } email) resource["emails"] = new JsonArray(new JsonObject
        {
            ["value"] = email,
            ["type"] = "work",
            ["primary"] = true
        });
        var phones = Phones.Where(phone => user.Attributes.ContainsKey(phone.Name))
            .Select(phone => (JsonNode)new JsonObject { ["value"] = user.Attributes[phone.Name], ["type"] = phone.Type }).ToArray();
        if (phones.Length > 0) resource["phoneNumbers"] = new JsonArray(phones);
        var roles = call.Tenant.Names(user.Roles);
        if (roles.Count > 0) resource["roles"] = new JsonArray([.. roles.Select(role => (JsonNode)new JsonObject { ["value"] = role })]);
        if (groups is not null) resource["groups"] = new JsonArray([.. groups.Select(one => Membership(call, one))]);
        if (company.Count > 0) resource[ScimSchemas.Enterprise] = company;
        return resource;
    }

    /// <summary>Given and family name together; null if there is neither.</summary>
    public static string? Formatted(UserProfile profile) =>
        string.Join(' ', new[] { profile.GivenName, profile.FamilyName }.OfType<string>()) is { Length: > 0 } text ? text : null;

    /// <summary>What every resource says about itself (RFC 7643 §3.1).</summary>
    public static JsonObject Meta(string type, DateTimeOffset? writtenAt, string location, string version)
    {
        var meta = new JsonObject { ["resourceType"] = type };
        if (writtenAt is { } time)
            meta["lastModified"] = time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        meta["location"] = location;
        meta["version"] = version;
        return meta;
    }

    static JsonObject Company(ScimRequest call, User user)
    {
        var company = new JsonObject();
        foreach (var kept in KeptOfCompany) Put(company, kept, user.Attributes.GetValueOrDefault(kept));
        if (user.Attributes.TryGetValue(Manager, out var manager))
            company[Manager] = new JsonObject { ["value"] = manager, ["$ref"] = $"{call.Base}/Users/{Uri.EscapeDataString(manager)}" };
        return company;
    }

    static JsonObject Membership(ScimRequest call, Membership one) => new()
    {
        ["value"] = one.Group.Id,
        ["$ref"] = $"{call.Base}/Groups/{one.Group.Id}",
        ["display"] = one.Group.Name,
        ["type"] = "direct",
    };

    static void Put(JsonObject json, string name, string? value)
    {
        if (value is not null) json[name] = value;
    }
}
