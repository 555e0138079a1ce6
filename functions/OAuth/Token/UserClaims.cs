using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>Whom a token or the UserInfo endpoint speaks to.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="ClientId">The client, by the id under which it is stored.</param>
/// <param name="Scope">What was granted.</param>
/// <param name="Api">The API of an access token; otherwise null.</param>
readonly record struct ClaimsContext(Tenant Tenant, string ClientId, Scope Scope, Api? Api = null);

/// <summary>What is told about a user: by scope (OpenID Connect Core §5.4), and the tenant's own claims.</summary>
static class UserClaims
{
    /// <summary>The most groups that a token names.</summary>
    public const int MaxGroupsInToken = 100;

    /// <summary>The most groups that UserInfo names.</summary>
    public const int MaxGroups = 1000;

    /// <summary>The most characters of a token (docs/decisions/0061): servers refuse longer headers.</summary>
    public const int MaxTokenChars = 8 * 1024;

    // Their ids then fill less than half of the token.
    const int MaxGroupCharsInToken = 2500;

    /// <summary>The names of the claims that the scopes add, as discovery lists them.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. ProfileClaims.Names, "email", "email_verified", "groups", "groups_overage", "roles"];

    /// <summary>The scope that tells a claim, or null: unknown, or told always.</summary>
    public static string? ScopeOf(Tenant tenant, string claim) => claim switch
    {
        "email" or "email_verified" => "email",
        "groups" or "groups_overage" => Scopes.Groups,
        "roles" => Scopes.Roles,
        _ when ProfileClaims.Names.Contains(claim) => "profile",
        _ => tenant.Claims.FirstOrDefault(rule => rule.Name == claim)?.Scope,
    };

    /// <summary>Adds what an ID token or UserInfo tells.</summary>
    public static void Add(Dictionary<string, object> claims, string place, ClaimsContext to, Person person)
    {
        var scope = to.Scope;
        AddOwn(claims, place, to, person);
        if (scope.Has("profile")) ProfileClaims.Add(claims, person.Name, person.UserName, person.Profile);
        if (scope.Has("email") && person.Email is { } email) (claims["email"], claims["email_verified"]) = (email, person.EmailVerified);
        if (scope.Has(Scopes.Groups)) AddGroups(claims, place, person);
        if (scope.Has(Scopes.Roles)) claims["roles"] = person.Roles;
    }

    /// <summary>Adds the groups, or says that they are too many.</summary>
    public static void AddGroups(Dictionary<string, object> claims, string place, Person person)
    {
        var isToken = place != ClaimRule.UserInfo;
        var tooMany = isToken
            ? person.Groups.Count > MaxGroupsInToken || person.Groups.Sum(group => group.Length + 3) > MaxGroupCharsInToken
            : person.Groups.Count > MaxGroups;
        if (tooMany) claims["groups_overage"] = true;
        if (!tooMany || !isToken) claims["groups"] = person.Groups.Take(MaxGroups).ToArray();
    }

    /// <summary>Adds the tenant's own claims. Without a person, as in a client's own token, only those with a fixed value.</summary>
    public static void AddOwn(Dictionary<string, object> claims, string place, ClaimsContext to, Person? person)
    {
        foreach (var rule in to.Tenant.Claims.Where(rule => rule.Applies(place, to.ClientId, to.Scope, to.Api)))
        {
            if (ValueOf(rule, person) is { } text && rule.Typed(text) is { } value) claims[rule.Name] = value;
        }
    }

    /// <summary>The token, if it is short enough.</summary>
    /// <exception cref="OAuthError"><c>invalid_scope</c></exception>
    public static string Bounded(string token, string what) => token.Length <= MaxTokenChars ? token : throw OAuthError.InvalidScope(
        $"The {what} would have {token.Length} characters, and {MaxTokenChars} are allowed. Ask for less scope, or have the tenant's own "
            + "claims told at UserInfo only.");

    static string? ValueOf(ClaimRule rule, Person? person) => rule switch
    {
        { Value: { } value } => value,
        { Attribute: { } attribute } => person?.Attributes.GetValueOrDefault(attribute),
        { Field: { } field } when person is not null => Fields.GetValueOrDefault(field)?.Invoke(person),
        _ => null,
    };

    /// <summary>The fields of a profile that a tenant's claim can come from.</summary>
    public static IReadOnlyDictionary<string, Func<Person, string?>> Fields { get; } = new Dictionary<string, Func<Person, string?>>
    {
        ["userName"] = person => person.UserName,
        ["name"] = person => person.Name,
        ["email"] = person => person.Email,
        ["givenName"] = person => person.Profile.GivenName,
        ["familyName"] = person => person.Profile.FamilyName,
        ["nickname"] = person => person.Profile.Nickname,
        ["locale"] = person => person.Profile.Locale,
        ["zoneInfo"] = person => person.Profile.ZoneInfo,
    };
}
