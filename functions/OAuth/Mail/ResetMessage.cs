using System.Globalization;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// The mail with which a user sets a new password. It contains no text that others chose, so that nobody can use it to send
/// their own.
/// </summary>
static class ResetMessage
{
    const int MaxName = 40;

    /// <summary>Writes the mail. Its link works for half an hour.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="address">The user's email address.</param>
    /// <param name="link">The link's secret part, which <see cref="PasswordResets"/> checks.</param>
    /// <param name="byAdministrator">True if an administrator sends it, false if somebody entered the user's name.</param>
    public static Message Of(Tenant tenant, string address, string link, bool byAdministrator)
    {
        var (name, url) = (Name(tenant.Name), $"{tenant.Issuer}/reset?link={link}");
        var reason = byAdministrator ? $"An administrator has sent you this link to set a new password for your {name} account."
            : $"Somebody, probably you, has asked for a new password for your {name} account.";
        var ending = byAdministrator ? "Until you use it, your password stays the same."
            : "If it was not you, ignore this email. Your password stays the same.";
        return new Message(address, $"{name}: set a new password", $"""
            {reason}
            Set it here within half an hour:

            {url}

            {ending}
            """);
    }

    // Only words of the tenant's name, without characters that a mail program would turn into a link, and no user's name.
    internal static string Name(string tenant)
    {
        var words = string.Concat(tenant.Select(c => char.IsLetterOrDigit(c) || c is '-' or '\'' or '&'
            || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark ? c : ' '));
        var name = string.Join(' ', words.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return name.Length <= MaxName ? name : name[..MaxName].TrimEnd();
    }
}
