using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>The mails about a user's address. They contain no text that others chose.</summary>
static class AddressMessage
{
    /// <summary>The code that proves that the address is the user's.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="address">The address to prove.</param>
    /// <param name="code">The six digits.</param>
    /// <param name="codeId">The code's id.</param>
    public static Message Code(Tenant tenant, string address, string code, string codeId)
    {
        var name = MailWriter.NameOf(tenant);
        return new Message(address, $"{name}: {code} is your code", $"""
            Somebody, probably you, wants to use this email address for a {name} account.
            Enter this code within ten minutes:

            {code}

            Or open this page in the same browser:

            {tenant.Issuer}/account/email?sent={codeId}&code={code}

            If it was not you, ignore this email. Nothing will be changed.
            """);
    }

    /// <summary>The mail to somebody whose address another user wants to have.</summary>
    public static Message Taken(Tenant tenant, string address)
    {
        var name = MailWriter.NameOf(tenant);
        return new Message(address, $"{name}: this address has an account already", $"""
            Somebody, probably you, wanted to use this email address for another {name} account.
            It belongs to an account already, so it can't be used for a second one. Sign in with this address:

            {tenant.Issuer}/account

            If it was not you, ignore this email. Nothing has changed.
            """);
    }

    /// <summary>The mail to the former address.</summary>
    public static Message Changed(Tenant tenant, string address)
    {
        var name = MailWriter.NameOf(tenant);
        return new Message(address, $"{name}: your email address was changed", $"""
            Your {name} account has another email address now. This one no longer belongs to it.

            If it was not you, somebody else can use your account. Sign in with your user name, change your password, and tell the
            people who run {name}:

            {tenant.Issuer}/account
            """);
    }
}
