using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Admin;

/// <summary>Checks what an administrator sends. Every fault is a 400 <c>invalid_field</c> that names the <c>field</c>.</summary>
static class FieldChecks
{
    /// <summary>Maximum length of a display name, in characters.</summary>
    public const int MaxNameChars = 100;

    /// <summary>400 <c>invalid_field</c>.</summary>
    public static Problem Fault(string field, string why) => Problem.InvalidField(field, why);

    /// <summary>A display text: not blank, and without characters that hide or reorder the text around them.</summary>
    public static string DisplayText(string field, string text, int max = MaxNameChars)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > max)
            throw Fault(field, $"must have 1 to {max} characters");
        if (!FieldRules.IsDisplayText(text)) throw Fault(field, "contains characters that cannot be displayed");
        return text.Trim();
    }

    /// <summary>An email address, as far as its form can tell; an empty text means none.</summary>
    public static string? Email(string field, string text)
    {
        if (text.Length == 0) return null;
        return EmailAddress.IsValid(text) ? text : throw Fault(field, "must be an email address");
    }

    /// <summary>A password that satisfies the rules (<see cref="Passwords.Fault"/>).</summary>
    public static string Password(string field, User user, string text) => Passwords.Fault(user, text) switch
    {
        null => text,
        PasswordFault.NotTypable => throw Fault(field, "must not contain U+0000"),
        PasswordFault.IsName => throw Fault(field, "must not be the user's name"),
        _ => throw Fault(field, $"must have {Passwords.MinChars} to {Passwords.MaxChars} characters"),
    };

    /// <summary>An https URL that may stand in a Content-Security-Policy; an empty text means none.</summary>
    public static string? HttpsUrl(string field, string text) => text.Length == 0 ? null
        : FieldRules.IsHttpsUri(text) ? text : throw Fault(field, "must be an https URL");

    /// <summary>Names of the tenant's roles.</summary>
    public static IReadOnlyList<HeldRole> Roles(string field, Tenant tenant, IReadOnlyList<string> names)
    {
        if (names.FirstOrDefault(name => !tenant.Roles.ContainsKey(name)) is not null)
            throw Fault(field, $"must contain only: {string.Join(", ", tenant.Roles.Keys.Order(StringComparer.Ordinal))}");
        return [.. names.Distinct(StringComparer.Ordinal).Select(name => tenant.Roles[name].Held)];
    }

    /// <summary>Scope tokens within an allowed scope.</summary>
    public static Scope Scope(string field, IEnumerable<string> tokens, Scope allowed)
    {
        var scope = Protocol.Scope.Of(tokens);
        return scope.Except(allowed).IsEmpty ? scope : throw Fault(field, $"must contain only: {string.Join(", ", allowed.Tokens)}");
    }

    /// <summary>A number within bounds.</summary>
    public static int Number(string field, int number, int min, int max) =>
        number >= min && number <= max ? number : throw Fault(field, $"must be from {min} to {max}");

    /// <summary>A web origin as browsers send it: scheme, <c>://</c>, host and an optional port. Private schemes are allowed.</summary>
    public static string Origin(string field, string text) => LocalOrigins.IsOrigin(text) ? text
        : throw Fault(field, "must contain lower-case origins without a path, such as https://app.example.com");
}
