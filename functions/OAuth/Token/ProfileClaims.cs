using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>The claims of the scope <c>profile</c> (OpenID Connect Core §5.4), in ID tokens and UserInfo. What is not known is left
/// out.</summary>
static class ProfileClaims
{
    /// <summary>Their names, as discovery lists them.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["name", "preferred_username", "given_name", "family_name", "nickname", "picture", "locale", "zoneinfo", "updated_at"];

    /// <summary>Adds them, of a profile as tokens tell of it (<see cref="UserProfile.Published"/>).</summary>
    public static void Add(Dictionary<string, object> claims, string name, string userName, UserProfile profile)
    {
        claims["name"] = name;
        claims["preferred_username"] = userName;
        AddText("given_name", profile.GivenName);
        AddText("family_name", profile.FamilyName);
        AddText("nickname", profile.Nickname);
        AddText("picture", profile.Picture);
        AddText("locale", profile.Locale);
        AddText("zoneinfo", profile.ZoneInfo);
        if (profile.UpdatedAt is { } updated) claims["updated_at"] = updated.ToUnixTimeSeconds();

        void AddText(string claim, string? value)
        {
            if (value is not null) claims[claim] = value;
        }
    }
}
