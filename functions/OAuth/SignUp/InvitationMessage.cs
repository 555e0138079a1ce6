using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>The mail with which somebody who was invited makes an account. It contains no text that others chose.</summary>
static class InvitationMessage
{
    /// <summary>Writes the mail. Its link works for a week.</summary>
    public static Message Of(Tenant tenant, string address, string link)
    {
        var name = MailWriter.NameOf(tenant);
        return new Message(address, $"{name}: you are invited", $"""
            You are invited to create a {name} account. Do it here within a week:

            {tenant.Issuer}/signup?invitation={link}

            If you don't know what this is about, ignore this email.
            """);
    }
}
