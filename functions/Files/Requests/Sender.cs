using Latchkey.Http;
using Latchkey.Protocol;

namespace Latchkey.Files;

/// <summary>Who hands a file in, as they say: nobody has checked it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Email">The address, or null.</param>
public sealed record Sender(string Name, string? Email = null)
{
    const int MaxNameChars = 100;

    /// <summary>The sender, whose fields are what people can read.</summary>
    /// <exception cref="Problem">400 <c>invalid_field</c></exception>
    public static Sender Read(string? name, string? email)
    {
        name = name?.Trim() ?? "";
        if (name.Length > MaxNameChars || !FieldRules.IsDisplayText(name))
            throw Problem.InvalidField("sender.name", $"must have 1 to {MaxNameChars} characters that people can read");
        if (string.IsNullOrWhiteSpace(email)) return new(name);
        email = email.Trim();
        return EmailAddress.IsValid(email) && FieldRules.IsDisplayText(email) ? new(name, email)
            : throw Problem.InvalidField("sender.email", "must be an email address, or be left out");
    }
}
