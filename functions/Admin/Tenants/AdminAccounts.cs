using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>How people come to an account of the tenant, and how they sign in to it (<see cref="AccountRules"/>).</summary>
public sealed class AdminAccounts(
    TenantPipeline pipeline, TenantStore tenants, UserStore users, PeopleIndex people, RemovalNotes notes, WaysToSignIn ways,
    Settings settings)
{
    const string Route = "{tenant}/admin/accounts";

    /// <summary><c>GET /{tenant}/admin/accounts</c> → the rules</summary>
    [Function("admin-accounts")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
            Results.Json((await tenants.FindNow(caller.Tenant.Id, caller.Cancel) ?? caller.Tenant).Accounts));

    /// <summary>
    /// <c>PATCH /{tenant}/admin/accounts</c>: an absent field stays, an empty text removes an optional value, a list replaces the
    /// whole list. It takes effect at once here, within 5 seconds on other instances. 409 <c>no_way_to_sign_in</c>, or
    /// <c>last_way_to_sign_in</c>: the administrator who changes it could not sign in any more.
    /// </summary>
    [Function("admin-accounts-change")]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var body = await JsonBody.Read<AccountsBody>(request);
            caller.Audit.Detail = string.Join(", ", JsonBody.Present(body));
            await EnsureOwnWay(caller, body);
            // What a death leaves undone, or another instance still writes, or takes longer than a request, is done by the note.
            if (body.PeopleSearch is not null)
                await notes.Add(caller.Tenant.Id, RemovalKind.User, RemovalNotes.People, purge: false, caller.Cancel);
            var changed = await OptimisticUpdate.Run(() => tenants.FindNow(caller.Tenant.Id, caller.Cancel),
                tenant => tenant with { Accounts = body.Apply(tenant, settings) }, tenant => tenants.TryReplace(tenant, caller.Cancel))
                ?? throw OperatorTenants.NotFound();
            if (body.PeopleSearch is { } search) await Fit(changed, search, caller.Cancel);
            return Results.Json(changed.Accounts);
        });

    // Users of before are found from now on, or no longer.
    async Task Fit(Tenant changed, bool search, CancellationToken cancel)
    {
        // The note stays, and the timer does it once more: another instance may still write or delete names, as the tenant wanted before.
        if (search) await people.TryFill(changed, RemovalNotes.MaxRequestTime, cancel);
        else await people.Clear(changed, cancel);
    }

    // Others can be helped by whoever still gets in.
    async Task EnsureOwnWay(Caller caller, AccountsBody body)
    {
        if (body is { Passwords: not false, MailCodes: not false, Passkeys: not false }) return;
        var (tenant, cancel) = (await tenants.FindNow(caller.Tenant.Id, caller.Cancel) ?? caller.Tenant, caller.Cancel);
        if (await users.Find(tenant, caller.Token.Subject, cancel) is not { } user) return; // An app, or an operator.
        if (!await ways.HasAny(tenant with { Accounts = body.Apply(tenant, settings) }, user, cancel)) throw WaysToSignIn.Last();
    }
}

/// <summary>A change of a tenant's account rules.</summary>
sealed record AccountsBody(
    SignUpMode? SignUp = null, IReadOnlyList<string>? SignUpDomains = null, IReadOnlyList<string>? SignUpRoles = null,
    string? TermsUri = null, string? TermsVersion = null, bool? Passwords = null, bool? MailCodes = null, bool? Passkeys = null,
    SecondFactorMode? SecondFactor = null, IReadOnlyList<string>? SecondFactorRoles = null, int? RememberDays = null,
    bool? SelfDeletion = null, int? DeletionDays = null, bool? SignInMails = null, bool? PeopleSearch = null,
    IReadOnlyList<string>? AppleApps = null, IReadOnlyList<string>? AndroidApps = null)
{
    const int MaxEntries = 50;
    const int MaxVersionChars = 40;

    /// <summary>The tenant's rules with this change.</summary>
    /// <exception cref="Problem">400 <c>invalid_field</c>; 409 <c>no_way_to_sign_in</c>.</exception>
    public AccountRules Apply(Tenant tenant, Settings settings)
    {
        var before = tenant.Accounts;
        var rules = before with
        {
            SignUp = SignUp ?? before.SignUp,
            SignUpDomains = List("signUpDomains", SignUpDomains, Tenant.IsDomain, "domains such as example.com") ?? before.SignUpDomains,
            SignUpRoles = Roles("signUpRoles", tenant, SignUpRoles) ?? before.SignUpRoles,
            TermsUri = TermsUri is null ? before.TermsUri : FieldChecks.HttpsUrl("termsUri", TermsUri),
            TermsVersion = TermsVersion switch
            {
                null => before.TermsVersion,
                "" => null,
                _ => FieldChecks.DisplayText("termsVersion", TermsVersion, MaxVersionChars),
            },
            Passwords = Passwords ?? before.Passwords,
            MailCodes = MailCodes ?? before.MailCodes,
            Passkeys = Passkeys ?? before.Passkeys,
            SecondFactor = SecondFactor ?? before.SecondFactor,
            SecondFactorRoles = Roles("secondFactorRoles", tenant, SecondFactorRoles) ?? before.SecondFactorRoles,
            RememberDays = Days("rememberDays", RememberDays, AccountRules.MaxDays) ?? before.RememberDays,
            SelfDeletion = SelfDeletion ?? before.SelfDeletion,
            DeletionDays = Days("deletionDays", DeletionDays, AccountRules.MaxDeletionDays) ?? before.DeletionDays,
            SignInMails = SignInMails ?? before.SignInMails,
            PeopleSearch = PeopleSearch ?? before.PeopleSearch,
            AppleApps = List("appleApps", AppleApps, IsAppleApp, "apps such as ABCDE12345.com.example.app") ?? before.AppleApps,
            AndroidApps = List("androidApps", AndroidApps, IsAndroidApp,
                "packages with the SHA-256 fingerprint of their certificate, such as 'com.example.app 14:6D:…'") ?? before.AndroidApps,
        };
        if ((rules.TermsUri is null) != (rules.TermsVersion is null))
            throw FieldChecks.Fault("termsVersion", "and termsUri must be set together");
        if (!rules.Passwords && !rules.Passkeys && (!rules.MailCodes || settings.Mail.Mode == MailMode.None))
        {
            throw Problem.Conflict("no_way_to_sign_in", rules.MailCodes
                ? "This deployment sends no mail, so one of passwords and passkeys must stay on."
                : "At least one of passwords, mailCodes and passkeys must stay on.");
        }
        return rules;
    }

    static IReadOnlyList<string>? Roles(string field, Tenant tenant, IReadOnlyList<string>? names) =>
        names is null ? null : [.. FieldChecks.Roles(field, tenant, names).Select(role => role.Name)];

    static IReadOnlyList<string>? List(string field, IReadOnlyList<string>? values, Func<string, bool> isValid, string what)
    {
        if (values?.Count > MaxEntries) throw FieldChecks.Fault(field, $"must have at most {MaxEntries} entries");
        return values?.All(isValid) is false ? throw FieldChecks.Fault(field, $"must contain only {what}")
            : values is null ? null : [.. values.Distinct(StringComparer.Ordinal)];
    }

    static int? Days(string field, int? days, int most) =>
        days < 0 || days > most ? throw FieldChecks.Fault(field, $"must be from 0 to {most}") : days;

    // https://developer.apple.com/documentation/xcode/supporting-associated-domains: ten characters of the team, then the bundle id.
    static bool IsAppleApp(string text) => text.Length is > 11 and <= 255 && text[10] == '.'
        && text[..10].All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c))
        && text[11..].All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-');

    // https://developers.google.com/digital-asset-links/v1/create-statement: the package, and the certificate's SHA-256 in hex.
    static bool IsAndroidApp(string text) => text.Split(' ') is [{ Length: > 0 and <= 255 } package, var print]
        && package.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_') && print.Split(':') is { Length: 32 } bytes
        && bytes.All(part => part.Length == 2 && part.All(c => char.IsAsciiDigit(c) || c is >= 'A' and <= 'F'));
}
