using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Pages;

/// <summary>What was typed into the form that makes an account, and what is wrong with it.</summary>
/// <param name="Name">The display name.</param>
/// <param name="Email">The address.</param>
/// <param name="Terms">The version of the terms of use that was ticked.</param>
/// <param name="Faults">What is wrong, by the field's name.</param>
public sealed record SignUpForm(string Name, string Email, string? Terms, IReadOnlyDictionary<string, string> Faults)
{
    const int MaxNameChars = 100;

    /// <summary>A form that shows an address.</summary>
    public static SignUpForm Empty(string? email) =>
        new("", email is not null && EmailAddress.IsValid(email) ? email : "", null, new Dictionary<string, string>());

    /// <summary>Reads and checks the form. The account is null if something is wrong.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="form">The form.</param>
    /// <param name="invited">The address of an invitation, which may be of any domain; null if the form asks for the address.</param>
    public static (SignUpForm Typed, NewAccount? Account) Read(Tenant tenant, Form form, string? invited = null)
    {
        var rules = tenant.Accounts;
        var (name, email, password) = ((form["name"] ?? "").Trim(), invited ?? (form["email"] ?? "").Trim(), form["new"] ?? "");
        var faults = new Dictionary<string, string>();
        if (name.Length > MaxNameChars || !FieldRules.IsDisplayText(name)) faults["name"] = Strings.NameFault;
        if (invited is null && EmailFault(rules, email) is { } fault) faults["email"] = fault;
        // The password is compared with the address, which is normalized for that: work that grows with the square of its length.
        var named = Named(email.Length > EmailAddress.MaxChars ? "" : email);
        if (rules.Passwords && Passwords.Fault(named, password) is { } weak) faults["new"] = Strings.NewPasswordFault(weak);
        if (rules.TermsVersion is { } version && form["terms"] != version) faults["terms"] = Strings.TermsFault;
        // What is far too long is not sent back.
        var typed = new SignUpForm(
            name.Length > MaxNameChars ? "" : name, email.Length > EmailAddress.MaxChars ? "" : email, form["terms"], faults);
        return (typed, faults.Count > 0 ? null : new NewAccount(name, email, rules.Passwords ? password : null, rules.TermsVersion));
    }

    /// <summary>What is wrong with the address of somebody who signs up, or null.</summary>
    static string? EmailFault(AccountRules rules, string email)
    {
        if (EmailAddress.Domain(email) is not { } domain || !FieldRules.IsDisplayText(email)) return Strings.EmailFault;
        return rules.SignUpDomains.Count == 0 || rules.SignUpDomains.Contains(domain) ? null : Strings.DomainFault(rules.SignUpDomains);
    }

    static User Named(string name) => new() { Id = "", UserName = name, Name = name, PasswordHash = "", Roles = [] };
}
