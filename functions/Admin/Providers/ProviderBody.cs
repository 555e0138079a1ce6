using System.Security.Cryptography;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Admin;

/// <summary>
/// A provider, or a change of one: an absent field stays, an empty text removes an optional value, a list replaces the list.
/// </summary>
sealed record ProviderBody(
    string? Id = null, ProviderKind? Kind = null, string? Name = null, string? Issuer = null, string? ClientId = null,
    string? ClientSecret = null, IReadOnlyList<string>? Scopes = null, IReadOnlyList<string>? Domains = null, bool? SignUp = null,
    bool? TrustEmail = null, bool? TrustMfa = null, IReadOnlyList<ClaimRole>? Roles = null, IReadOnlyList<ClaimGroup>? Groups = null,
    string? TeamId = null, string? KeyId = null)
{
    const int MaxEntries = 50;
    const int MaxIdChars = 255;
    const int MaxSecretChars = 4000;

    /// <summary>A new provider, without its secret.</summary>
    /// <exception cref="Problem">400 <c>invalid_field</c></exception>
    public IdentityProvider New(Tenant tenant, bool development)
    {
        if (Id is null || !IdentityProvider.IsId(Id)) throw FieldChecks.Fault("id", "must have 1 to 40 characters of a-z, 0-9 and '-'");
        var kind = Kind ?? throw FieldChecks.Fault("kind", "is missing");
        return Apply(tenant, development, new IdentityProvider
        {
            Id = Id,
            Kind = kind,
            Name = Name ?? DefaultName(kind) ?? throw FieldChecks.Fault("name", "is missing"),
            Issuer = Issuer ?? DefaultIssuer(kind) ?? throw FieldChecks.Fault("issuer", "is missing"),
            ClientId = ClientId ?? throw FieldChecks.Fault("clientId", "is missing"),
            Scopes = kind switch
            {
                ProviderKind.GitHub => ["read:user", "user:email"],
                ProviderKind.Apple => ["openid", "name", "email"],
                _ => ["openid", "profile", "email"],
            },
            TrustEmail = ProvesAddresses(kind, Issuer?.TrimEnd('/') ?? DefaultIssuer(kind)!),
        });
    }

    /// <summary>A provider with this change, without its secret.</summary>
    /// <exception cref="Problem">400 <c>invalid_field</c></exception>
    public IdentityProvider Apply(Tenant tenant, bool development, IdentityProvider before)
    {
        if (Kind is { } kind && kind != before.Kind) throw FieldChecks.Fault("kind", "cannot be changed");
        var issuer = Issuer is null ? before.Issuer : CheckedIssuer(Issuer, development);
        var after = before with
        {
            Name = Name is null ? before.Name : FieldChecks.DisplayText("name", Name),
            Issuer = issuer,
            ClientId = ClientId is null ? before.ClientId : Printable("clientId", ClientId),
            Scopes = Scopes is null ? before.Scopes : List("scopes", Scopes, IsScope, "scopes without spaces"),
            Domains = Domains is null ? before.Domains : List("domains", Domains, Tenant.IsDomain, "domains such as example.com"),
            SignUp = SignUp ?? before.SignUp,
            // What was believed of one issuer is not believed of another.
            TrustEmail = TrustEmail ?? (issuer == before.Issuer.TrimEnd('/') ? before.TrustEmail : ProvesAddresses(before.Kind, issuer)),
            TrustMfa = TrustMfa ?? before.TrustMfa,
            Roles = Roles is null ? before.Roles : CheckedRoles(tenant, Roles),
            Groups = Groups is null ? before.Groups : CheckedGroups(Groups),
            TeamId = TeamId is null ? before.TeamId : Optional("teamId", TeamId),
            KeyId = KeyId is null ? before.KeyId : Optional("keyId", KeyId),
        };
        if (tenant.Providers.Values.Any(other => other.Id != after.Id && other.Domains.Intersect(after.Domains).Any()))
            throw FieldChecks.Fault("domains", "must not contain a domain of another provider");
        if (after.StandsForMany) CheckCommon(after);
        if (after.Kind == ProviderKind.Apple) CheckApple(after);
        else if (ClientSecret is not null) CheckSecret(ClientSecret);
        return after;
    }

    void CheckApple(IdentityProvider provider)
    {
        if (provider.TeamId is null) throw FieldChecks.Fault("teamId", "is missing");
        if (provider.KeyId is null) throw FieldChecks.Fault("keyId", "is missing");
        if (ClientSecret is null && provider.Secret is not null) return;
        try
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(ClientSecret);
        }
        catch (Exception fault) when (fault is ArgumentException or CryptographicException)
        {
            throw FieldChecks.Fault("clientSecret", "must be the text of the .p8 file from Apple");
        }
    }

    static void CheckSecret(string secret)
    {
        if (secret.Length > MaxSecretChars || secret.Any(c => c is < ' ' or > '~'))
            throw FieldChecks.Fault("clientSecret", $"must have at most {MaxSecretChars} printable ASCII characters");
    }

    static string CheckedIssuer(string issuer, bool development) =>
        issuer.Length <= FieldRules.MaxUriChars && ProviderHttp.IsAllowed(issuer, development) && !issuer.Contains('?')
            ? issuer.TrimEnd('/') : throw FieldChecks.Fault("issuer", "must be an https URL without a query");

    static IReadOnlyList<ClaimRole> CheckedRoles(Tenant tenant, IReadOnlyList<ClaimRole> roles)
    {
        if (roles.Count > MaxEntries) throw FieldChecks.Fault("roles", $"must have at most {MaxEntries} entries");
        if (roles.Any(mapping => !IsClaim(mapping?.Claim, mapping?.Value)))
            throw FieldChecks.Fault("roles", "must contain claim, value and role each");
        FieldChecks.Roles("roles", tenant, [.. roles.Select(mapping => mapping.Role ?? "")]);
        return [.. roles.Distinct()];
    }

    static IReadOnlyList<ClaimGroup> CheckedGroups(IReadOnlyList<ClaimGroup> groups)
    {
        if (groups.Count > MaxEntries) throw FieldChecks.Fault("groups", $"must have at most {MaxEntries} entries");
        return groups.All(mapping => IsClaim(mapping?.Claim, mapping?.Value) && mapping!.Group is not null && Group.IsId(mapping.Group))
            ? [.. groups.Distinct()] : throw FieldChecks.Fault("groups", "must contain claim, value, group and role each");
    }

    static bool IsClaim(string? claim, string? value) => claim is { Length: > 0 and <= 100 } && value is { Length: > 0 and <= 500 };

    // Anybody can run one of the many directories, and say anything about its people.
    static void CheckCommon(IdentityProvider provider)
    {
        const string Why = "must not be set with an issuer that stands for many directories: anybody can run one";
        if (provider.TrustMfa) throw FieldChecks.Fault("trustMfa", Why);
        if (provider.Roles.Count > 0) throw FieldChecks.Fault("roles", Why);
        if (provider.Groups.Count > 0) throw FieldChecks.Fault("groups", Why);
    }

    static IReadOnlyList<string> List(string field, IReadOnlyList<string> values, Func<string, bool> isValid, string what)
    {
        if (values.Count > MaxEntries) throw FieldChecks.Fault(field, $"must have at most {MaxEntries} entries");
        return values.All(isValid) ? [.. values.Distinct(StringComparer.Ordinal)]
            : throw FieldChecks.Fault(field, $"must contain only {what}");
    }

    static string? Optional(string field, string text) => text.Length == 0 ? null : Printable(field, text);

    static string Printable(string field, string text) => text.Length is > 0 and <= MaxIdChars && text.All(c => c is > ' ' and <= '~')
        ? text : throw FieldChecks.Fault(field, $"must have 1 to {MaxIdChars} printable ASCII characters without spaces");

    // RFC 6749 §3.3
    static bool IsScope(string text) => text.Length is > 0 and <= 100 && text.All(c => c is > ' ' and <= '~' and not ('"' or '\\'));

    static string? DefaultName(ProviderKind kind) => kind == ProviderKind.Oidc ? null : kind.ToString();

    // Their word is good for every address that they call verified. Others must be known to be.
    static bool ProvesAddresses(ProviderKind kind, string issuer) =>
        kind is ProviderKind.Google or ProviderKind.Apple or ProviderKind.GitHub && issuer == DefaultIssuer(kind);

    static string? DefaultIssuer(ProviderKind kind) => kind switch
    {
        ProviderKind.Google => "https://accounts.google.com",
        ProviderKind.Apple => "https://appleid.apple.com",
        ProviderKind.Microsoft => "https://login.microsoftonline.com/common/v2.0",
        ProviderKind.GitHub => "https://github.com",
        _ => null,
    };
}
