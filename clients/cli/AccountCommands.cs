using System.CommandLine;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>How people come to an account of a tenant, and how they sign in to it.</summary>
static class AccountCommands
{
    static readonly Option<string?> SignUp = new("--sign-up") { Description = "Who may make an account: off, invited or open" };
    static readonly Option<string[]> Domains = List("--sign-up-domain", "A domain whose addresses may sign up");
    static readonly Option<string[]> SignUpRoles = List("--sign-up-role", "A role of whoever signs up");
    static readonly Option<string?> TermsUri = new("--terms") { Description = "An https address of the terms of use; empty for none" };
    static readonly Option<string?> TermsVersion =
        new("--terms-version") { Description = "Their version; users accept again once it is another; empty for none" };
    static readonly Option<string?> SecondFactor =
        new("--second-factor") { Description = "Who signs in with a second factor: off, offered or required" };
    static readonly Option<string[]> SecondFactorRoles = List("--second-factor-role", "A role that it is required of");
    static readonly Option<string[]> AppleApps = List("--apple-app", "A native app that shares passkeys: {team}.{bundle id}");
    static readonly Option<string[]> AndroidApps =
        List("--android-app", "A native app that shares passkeys: '{package} {SHA-256 fingerprint}'");

    static readonly (Option<bool?> Option, string Field)[] Switches =
    [
        (new("--passwords") { Description = "Whether users can sign in with a password" }, "passwords"),
        (new("--mail-codes") { Description = "Whether users can sign in with a code in a mail" }, "mailCodes"),
        (new("--self-deletion") { Description = "Whether users can delete their own account" }, "selfDeletion"),
        (new("--sign-in-mails") { Description = "Whether users are told by mail of sign-ins with new browsers" }, "signInMails"),
        (new("--people-search") { Description = "Whether users can look each other up to share files" }, "peopleSearch"),
        (new("--passkeys") { Description = "Whether users can sign in with passkeys" }, "passkeys"),
    ];

    static readonly (Option<int?> Option, string Field)[] Numbers =
    [
        (new("--remember-days") { Description = "For how many days a browser needs no second factor again" }, "rememberDays"),
        (new("--deletion-days") { Description = "For how many days users who delete their account can change their mind" }, "deletionDays"),
    ];

    public static Command All() =>
        CommandLine.Noun("accounts", "How people come to an account of a tenant, and how they sign in",
        CommandLine.Verb("show", "Show the rules", async call => call.Show(await call.Ask(HttpMethod.Get, "accounts")), []),
        CommandLine.Verb("set", "Change rules; 'none' empties a list", async call =>
            call.Show(await call.Ask(HttpMethod.Patch, "accounts", Rules(call))),
            [SignUp, Domains, SignUpRoles, TermsUri, TermsVersion, .. Switches.Select(one => one.Option), SecondFactor, SecondFactorRoles,
                .. Numbers.Select(one => one.Option), AppleApps, AndroidApps]));

    static JsonObject Rules(Call call)
    {
        var rules = new JsonObject();
        foreach (var (option, field) in ((Option<string?>, string)[])[(SignUp, "signUp"), (TermsUri, "termsUri"),
            (TermsVersion, "termsVersion"), (SecondFactor, "secondFactor")])
        {
            if (call.Get(option) is { } text) rules[field] = text;
        }
        foreach (var (option, field) in ((Option<string[]>, string)[])[(Domains, "signUpDomains"), (SignUpRoles, "signUpRoles"),
            (SecondFactorRoles, "secondFactorRoles"), (AppleApps, "appleApps"), (AndroidApps, "androidApps")])
        {
            if (call.Get(option) is { Length: > 0 } items)
                rules[field] = items is ["none"] ? [] : new JsonArray([.. items.Select(item => JsonValue.Create(item))]);
        }
        foreach (var (option, field) in Switches)
        {
            if (call.Get(option) is { } on) rules[field] = on;
        }
        foreach (var (option, field) in Numbers)
        {
            if (call.Get(option) is { } number) rules[field] = number;
        }
        return rules;
    }

    static Option<string[]> List(string name, string what) =>
        new(name) { Description = $"{what}; replaces the list", AllowMultipleArgumentsPerToken = true };
}
