using System.Globalization;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>The message that leads a user to a new password. It holds nothing that somebody else wrote, who could use us to mail it.</summary>
static class ResetMessage
{
    const int MaxName = 40;

    /// <summary>The message with a link, which is good for half an hour.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="address">The user's mail address.</param>
    /// <param name="link">What <see cref="PasswordResets"/> takes back.</param>
    /// <param name="byAdministrator">An administrator sends it, not whoever typed the user's name.</param>
    public static Message Of(Tenant tenant, string address, string link, bool byAdministrator)
    {
        var (name, url) = (Name(tenant.Name), $"{tenant.Issuer}/reset?link={link}");
        var why = byAdministrator ? $"An administrator has sent you this link, to set a new password for your {name} account."
            : $"Somebody, probably you, has asked for a new password for your {name} account.";
        return new Message(address, $"{name}: set a new password", $"""
            {why}
            Set it here within half an hour:

            {url}

            {(byAdministrator ? "As long as you do nothing," : "If it was not you, do nothing:")} your password stays as it is.
            """);
    }

    // Of the tenant's name only words, without what a mail program makes a link of; of the user's nothing.
    static string Name(string tenant)
    {
        var words = string.Concat(tenant.Select(c => char.IsLetterOrDigit(c) || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark
            or UnicodeCategory.SpacingCombiningMark || c is '-' or '\'' or '&' ? c : ' '));
        var name = string.Join(' ', words.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return name.Length <= MaxName ? name : name[..MaxName].TrimEnd();
    }
}
