using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// The mails of a sign-up. They contain no text that others chose, so that nobody can use them to send their own: whoever types an
/// address also types the name.
/// </summary>
static class SignUpMessage
{
    /// <summary>The mail with the code, which works for ten minutes.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="address">The address.</param>
    /// <param name="code">The six digits.</param>
    /// <param name="requestId">The pending request that waits for it.</param>
    public static Message Code(Tenant tenant, string address, string code, string requestId)
    {
        var name = MailWriter.NameOf(tenant);
        return new Message(address, $"{name}: {code} is your code", $"""
            Somebody, probably you, is creating a {name} account with this email address.
            Enter this code within ten minutes:

            {code}

            Or open this page on the same device:

            {tenant.Issuer}/signup?request={requestId}&code={code}

            If it was not you, ignore this email. No account will be created.
            """);
    }

    /// <summary>The mail to somebody who has an account already.</summary>
    public static Message Known(Tenant tenant, string address)
    {
        var name = MailWriter.NameOf(tenant);
        return new Message(address, $"{name}: you have an account already", $"""
            Somebody, probably you, wanted to create a {name} account with this email address.
            You have an account already. Sign in with this address:

            {tenant.Issuer}/account

            If you have forgotten your password, set a new one:

            {tenant.Issuer}/reset

            If it was not you, ignore this email. Nothing has changed.
            """);
    }
}
