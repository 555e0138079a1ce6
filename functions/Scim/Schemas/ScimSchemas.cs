using System.Text.Json.Nodes;

namespace Latchkey.Scim;

/// <summary>The schemas of the resources (RFC 7643 §4, §8.7), as <c>/Schemas</c> shows them: exactly what is kept, and nothing
/// else.</summary>
static class ScimSchemas
{
    /// <summary>The schema of users.</summary>
    public const string User = "urn:ietf:params:scim:schemas:core:2.0:User";

    /// <summary>The schema of groups.</summary>
    public const string Group = "urn:ietf:params:scim:schemas:core:2.0:Group";

    /// <summary>The extension of users by companies.</summary>
    public const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    /// <summary>The schema of lists.</summary>
    public const string List = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

    static readonly (string Id, string Name, string Description, Func<JsonArray> Attributes)[] Known =
    [
        (User, "User", "A person who signs in to the tenant's apps.", UserAttributes),
        (Enterprise, "EnterpriseUser", "What a company says about a user.", EnterpriseAttributes),
        (Group, "Group", "Users who share a space of files.", GroupAttributes),
    ];

    /// <summary>All schemas.</summary>
    /// <param name="address">What all addresses begin with.</param>
    public static IEnumerable<JsonObject> All(string address) => Known.Select(one => new JsonObject
    {
        ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:Schema"),
        ["id"] = one.Id,
        ["name"] = one.Name,
        ["description"] = one.Description,
        ["attributes"] = one.Attributes(),
        ["meta"] = new JsonObject { ["resourceType"] = "Schema", ["location"] = $"{address}/Schemas/{one.Id}" },
    });

    /// <summary>The types of resources (RFC 7643 §6).</summary>
    /// <param name="address">What all addresses begin with.</param>
    public static IEnumerable<JsonObject> Types(string address) =>
    [
        Type(address, "User", "/Users", User, new JsonArray(new JsonObject { ["schema"] = Enterprise, ["required"] = false })),
        Type(address, "Group", "/Groups", Group, []),
    ];

    static JsonObject Type(string address, string name, string endpoint, string schema, JsonArray extensions) => new()
    {
        ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:ResourceType"),
        ["id"] = name,
        ["name"] = name,
        ["endpoint"] = endpoint,
        ["schema"] = schema,
        ["schemaExtensions"] = extensions,
        ["meta"] = new JsonObject { ["resourceType"] = "ResourceType", ["location"] = $"{address}/ResourceTypes/{name}" },
    };

    static JsonArray UserAttributes() =>
    [
        Text("userName", "The name to sign in with.", required: true, uniqueness: "server"),
        Complex("name", "The parts of the name.", false,
            Text("formatted", "The whole name.", mutability: "readOnly"), Text("givenName", "The given name."),
                Text("familyName", "The family name.")),
        Text("displayName", "The name that is shown."),
        Text("nickName", "What the person is called."),
        Text("title", "The title in the company."),
        Text("userType", "How the person belongs to the company."),
        Text("preferredLanguage", "The language that the person prefers."),
        Text("locale", "The language of pages and mails (BCP 47)."),
        Text("timezone", "The time zone (IANA)."),
        Of("boolean", "active", "False: the user can do nothing, and is signed out."),
        Text("password", "A new password, if the token accepts it.", "writeOnly", "never"),
        Complex("emails", "The address: one is kept, the primary one.", true,
            Text("value", "The address."), Text("type", "Always work."), Of("boolean", "primary", "Always true.")),
        Complex("phoneNumbers", "The numbers of type work and mobile.", true,
            Text("value", "The number."), Text("type", "work or mobile.")),
        Complex("roles", "The tenant's roles that the user has. Only those that the token may assign can be changed.", true,
            Text("value", "The role's name.")),
        Complex("groups", "The groups, if they are asked for.", true, "readOnly", "request",
            Text("value", "The group's id.", mutability: "readOnly"), Text("display", "The group's name.", mutability: "readOnly")),
        Text("externalId", "The id in the directory.", uniqueness: "server", caseExact: true),
    ];

    static JsonArray EnterpriseAttributes() =>
    [
        Text("employeeNumber", "The number in the company."),
        Text("costCenter", "The cost center."),
        Text("organization", "The organization."),
        Text("division", "The division."),
        Text("department", "The department."),
        Complex("manager", "Who the person reports to.", false, Text("value", "The id of the manager.")),
    ];

    static JsonArray GroupAttributes() =>
    [
        Text("displayName", "The name.", required: true, uniqueness: "server"),
        Complex("members", "The users in the group.", true,
            Text("value", "The user's id.", mutability: "immutable", caseExact: true),
            Text("type", "Always User.", mutability: "immutable")),
        Text("externalId", "The id in the directory.", uniqueness: "server", caseExact: true),
    ];

    static JsonObject Text(
        string name, string description, bool required = false, string mutability = "readWrite", string uniqueness = "none",
        bool caseExact = false) => Attribute(name, description, "string", mutability, "default",
            new() { ["required"] = required, ["caseExact"] = caseExact, ["uniqueness"] = uniqueness });

    static JsonObject Text(string name, string description, string mutability, string returned) =>
        Attribute(name, description, "string", mutability, returned,
            new() { ["required"] = false, ["caseExact"] = true, ["uniqueness"] = "none" });

    static JsonObject Of(string type, string name, string description) =>
        Attribute(name, description, type, "readWrite", "default", new() { ["required"] = false });

    static JsonObject Complex(string name, string description, bool multiValued, params JsonNode[] parts) =>
        Complex(name, description, multiValued, "readWrite", "default", parts);

    static JsonObject Complex(
        string name, string description, bool multiValued, string mutability, string returned, params JsonNode[] parts)
    {
        var attribute = Attribute(name, description, "complex", mutability, returned, new() { ["required"] = false });
        attribute["multiValued"] = multiValued;
        attribute["subAttributes"] = new JsonArray(parts);
        return attribute;
    }

    static JsonObject Attribute(
        string name, string description, string type, string mutability, string returned, JsonObject more)
    {
        var attribute = new JsonObject
        {
            ["name"] = name,
            ["type"] = type,
            ["multiValued"] = false,
            ["description"] = description,
            ["mutability"] = mutability,
            ["returned"] = returned,
        };
        foreach (var (key, value) in more) attribute[key] = value?.DeepClone();
        return attribute;
    }
}
