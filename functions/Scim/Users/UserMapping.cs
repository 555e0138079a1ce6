using System.Text;
using System.Text.Json.Nodes;
using Latchkey.Account;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using static Latchkey.Scim.ScimBody;

namespace Latchkey.Scim;

/// <summary>Reads a user from a resource. Attributes that are not kept are ignored: directories send many.</summary>
static class UserMapping
{
    const int MaxNameChars = 100;
    const int MaxIdChars = 256;
    const int MaxItems = 100;
    const int MaxAttributes = 20;
    const int MaxAttributeBytes = 2048;

    // A PUT that omits these keeps them (RFC 7644 §3.5.1): the person may have set them, or they link the user to the directory.
    static readonly string[] Staying = ["externalId", "active", "nickName", "locale", "timezone", "roles"];

    /// <summary>The user as the resource says.</summary>
    /// <param name="call">The request.</param>
    /// <param name="user">The user before.</param>
    /// <param name="resource">The whole resource.</param>
    /// <exception cref="Problem">400 <c>invalidValue</c></exception>
    public static User Read(ScimRequest call, User user, JsonObject resource)
    {
        var name = Get(resource, "name") as JsonObject;
        var profile = user.Profile with
        {
            GivenName = Display(Get(name, "givenName"), "name.givenName"),
            FamilyName = Display(Get(name, "familyName"), "name.familyName"),
            Nickname = Display(Get(resource, "nickName"), "nickName"),
            Locale = Tag(Get(resource, "locale")),
            ZoneInfo = Zone(Get(resource, "timezone")),
        };
        var userName = Display(Get(resource, "userName"), "userName", EmailAddress.MaxChars)
            ?? throw ScimError.InvalidValue("userName is required.");
        var email = Email(resource);
        return user with
        {
            UserName = userName,
            Name = Display(Get(resource, "displayName"), "displayName") ?? Display(Get(name, "formatted"), "name.formatted")
                ?? Cut(UserResource.Formatted(profile)) ?? Cut(userName)!,
            Email = email,
            EmailVerified = email is not null && (email == user.Email ? user.EmailVerified : call.Token.TrustEmail),
            Profile = profile,
            ExternalId = Id(Get(resource, "externalId")),
            Attributes = Attributes(user, resource),
            Roles = Roles(call, user, resource),
            Disabled = Flag(Get(resource, "active"), "active") is false,
        };
    }

    /// <summary>The resource of a PUT, with what stays although it is not mentioned.</summary>
    public static JsonObject Completed(JsonObject sent, JsonObject current)
    {
        foreach (var name in Staying)
        {
            if (AttributePath.Find(sent, name) is null && current[name] is { } value) sent[name] = value.DeepClone();
        }
        return sent;
    }

    /// <summary>The password that was sent, if the token accepts one.</summary>
    /// <exception cref="Problem">400 <c>invalidValue</c></exception>
    public static string? Password(ScimRequest call, JsonObject resource) =>
        call.Token.Passwords ? Text(Get(resource, "password"), "password") : null;

    /// <summary>Refuses a list that is longer than any user's.</summary>
    /// <exception cref="Problem">400 <c>tooMany</c></exception>
    public static void EnsureFew(JsonArray list, string name)
    {
        if (list.Count > MaxItems) throw ScimError.TooMany($"{name} has at most {MaxItems} values.");
    }

    static JsonNode? Get(JsonObject? json, string name) => AttributePath.Get(json, name);

    static string? Display(JsonNode? node, string name, int max = MaxNameChars)
    {
        if (Text(node, name)?.Trim() is not { Length: > 0 } text) return null;
        return text.Length <= max && FieldRules.IsDisplayText(text) ? text
            : throw ScimError.InvalidValue($"{name} must have at most {max} characters, all of which can be displayed.");
    }

    static string? Cut(string? text) => text?[..Math.Min(text.Length, MaxNameChars)];

    static string? Id(JsonNode? node) => Text(node, "externalId") is not { } text ? null
        : text.Length <= MaxIdChars ? text : throw ScimError.InvalidValue($"externalId has at most {MaxIdChars} characters.");

    // By the rules that hold for users themselves. Some write en_US.
    static string? Tag(JsonNode? node) => Checked("locale", ProfileFields.Locale, Text(node, "locale")?.Replace('_', '-'));

    static string? Zone(JsonNode? node) => Checked("timezone", ProfileFields.ZoneInfo, Text(node, "timezone"));

    static string? Checked(string name, string field, string? value) =>
        ProfileFields.Fault(field, value) is { } fault ? throw ScimError.InvalidValue($"{name} {fault}.") : value;

    // One address is kept: the primary one, or that of type work, or the first.
    static string? Email(JsonObject resource)
    {
        var items = Items(Get(resource, "emails"), "emails");
        var chosen = items.FirstOrDefault(item => Flag(Get(item as JsonObject, "primary"), "emails.primary") is true)
            ?? items.FirstOrDefault(item => IsOfType(item, "work")) ?? (items.Count > 0 ? items[0] : null);
        if (chosen is null || Text(AttributePath.ValueOf(chosen, null), "emails.value") is not { } email) return null;
        return EmailAddress.IsValid(email) ? email : throw ScimError.InvalidValue("emails.value must be an email address.");
    }

    static List<JsonNode> Items(JsonNode? node, string name)
    {
        if (node is JsonArray many) EnsureFew(many, name);
        return node switch
        {
            null => [],
            JsonArray list => [.. list.OfType<JsonNode>().Select(item => item is JsonArray ? throw NoList(name) : item)],
            JsonObject one => [one],
            _ => throw NoList(name),
        };
    }

    static Problem NoList(string name) => ScimError.InvalidValue($"{name} must be a list.");

    static bool IsOfType(JsonNode item, string type) =>
        type.Equals(Text(Get(item as JsonObject, "type"), "type"), StringComparison.OrdinalIgnoreCase);

    static Dictionary<string, string> Attributes(User user, JsonObject resource)
    {
        var attributes = new Dictionary<string, string>(user.Attributes);
        var company = Get(resource, ScimSchemas.Enterprise) as JsonObject;
        foreach (var name in UserResource.Kept) Keep(name, Get(resource, name));
        foreach (var name in UserResource.KeptOfCompany) Keep(name, Get(company, name));
        // Entra ID sends the id alone, or a list of one.
        var manager = Get(company, UserResource.Manager) is JsonArray list ? list.FirstOrDefault() : Get(company, UserResource.Manager);
        Keep(UserResource.Manager, manager is JsonObject json ? Get(json, "value") : manager);
        var phones = Items(Get(resource, "phoneNumbers"), "phoneNumbers");
        foreach (var (type, name) in UserResource.Phones)
            Keep(name, phones.Find(phone => IsOfType(phone, type)) is { } phone ? AttributePath.ValueOf(phone, null) : null);
        if (attributes.Count > MaxAttributes
            || attributes.Sum(pair => Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value)) > MaxAttributeBytes)
            throw ScimError.InvalidValue($"The user would have more than {MaxAttributes} attributes or {MaxAttributeBytes} bytes of them.");
        return attributes;

        void Keep(string name, JsonNode? node)
        {
            if (Display(node, name, MaxIdChars) is { } text) attributes[name] = text;
            else attributes.Remove(name);
        }
    }

    // Roles that the token may not assign stay as they are.
    static IReadOnlyList<HeldRole> Roles(ScimRequest call, User user, JsonObject resource)
    {
        var assignable = Powers.Harmless(call.Tenant, call.Token.AssignableRoles);
        if (assignable.Count == 0) return user.Roles;
        var wanted = Items(Get(resource, "roles"), "roles").Select(item => Text(AttributePath.ValueOf(item, null), "roles.value"))
            .OfType<string>()
            .Distinct(StringComparer.Ordinal).ToList();
        var kept = user.Roles.Where(role => !assignable.Contains(role)).ToList();
        var others = wanted.Where(name => !assignable.Any(role => role.Name == name) && !kept.Any(role => role.Name == name));
        if (others.Any())
            throw ScimError.InvalidValue($"roles may be: {string.Join(", ", assignable.Select(role => role.Name))}.");
        var roles = kept.Concat(assignable.Where(role => wanted.Contains(role.Name))).ToList();
        return roles.SequenceEqual(user.Roles) ? user.Roles : roles;
    }
}
