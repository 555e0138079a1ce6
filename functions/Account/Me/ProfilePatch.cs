using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Account;

/// <summary>New values of a profile, as a JSON Merge Patch (RFC 7396): what is absent stays, null removes.</summary>
readonly record struct ProfilePatch(
    PatchedText GivenName = default, PatchedText FamilyName = default, PatchedText Nickname = default, PatchedText Picture = default,
    PatchedText Locale = default, PatchedText ZoneInfo = default)
{
    /// <summary>The values that were sent, by their field.</summary>
    public Dictionary<string, string?> Fields() => new Dictionary<string, PatchedText>
    {
        ["givenName"] = GivenName,
        ["familyName"] = FamilyName,
        ["nickname"] = Nickname,
        [ProfileFields.Picture] = Picture,
        [ProfileFields.Locale] = Locale,
        [ProfileFields.ZoneInfo] = ZoneInfo,
    }.Where(field => field.Value.IsSent).ToDictionary(field => field.Key, field => field.Value.Value);
}

/// <summary>A profile as the API returns it.</summary>
sealed record ProfileResponse(
    string? GivenName, string? FamilyName, string? Nickname, string? Picture, string? Locale, string? ZoneInfo)
{
    public static ProfileResponse Of(UserProfile profile) => new(
        profile.GivenName, profile.FamilyName, profile.Nickname, profile.Picture, profile.Locale, profile.ZoneInfo);
}
