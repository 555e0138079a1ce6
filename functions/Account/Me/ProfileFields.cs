using System.Text.RegularExpressions;
using Latchkey.Files;
using Latchkey.Languages;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Account;

/// <summary>The fields of a profile that users change themselves, by the names that the API has for them.</summary>
public static partial class ProfileFields
{
    /// <summary>Maximum length of a name, in UTF-16 units.</summary>
    public const int MaxChars = 100;

    const int MaxTagChars = 35; // RFC 5646 §4.4.1.

    /// <summary>The display name.</summary>
    public const string Name = "name";

    /// <summary>The picture: an https URL, or the id of a file.</summary>
    public const string Picture = "picture";

    /// <summary>The language: a tag of BCP 47.</summary>
    public const string Locale = "locale";

    /// <summary>The time zone.</summary>
    public const string ZoneInfo = "zoneInfo";

    /// <summary>What is wrong with a new value, as the rest of a sentence; null if it is good. Null removes the field.</summary>
    public static string? Fault(string field, string? value) => (field, value) switch
    {
        (Name, null) => "can't be removed",
        (_, null) => null,
        (Picture, _) => FieldRules.IsHttpsUri(value) || FileRecord.IsId(value) ? null : PictureFault,
        (Locale, _) => value.Length <= MaxTagChars && LanguageTag().IsMatch(value) ? null : "must be a language tag (BCP 47) such as de-AT",
        (ZoneInfo, _) => TimeZones.Find(value) is not null ? null : "must be a time zone of the IANA database, such as Europe/Berlin",
        _ when value.Length > MaxChars || string.IsNullOrWhiteSpace(value) => $"must have 1 to {MaxChars} characters",
        _ => FieldRules.IsDisplayText(value) ? null : "contains characters that cannot be displayed",
    };

    /// <summary>What is wrong with a picture that the user does not have.</summary>
    public const string PictureFault =
        "must be an https URL or the id of a PNG, JPEG, GIF or WebP file of at most 10 MiB in the user's own space";

    /// <summary>The user with these values, which have been checked; fields that are not among them stay.</summary>
    public static User With(User user, IReadOnlyDictionary<string, string?> change)
    {
        var profile = user.Profile;
        return user with
        {
            Name = Of(Name, user.Name)!,
            Profile = profile with
            {
                GivenName = Of("givenName", profile.GivenName),
                FamilyName = Of("familyName", profile.FamilyName),
                Nickname = Of("nickname", profile.Nickname),
                Picture = Of(Picture, profile.Picture),
                Locale = Of(Locale, profile.Locale),
                ZoneInfo = Of(ZoneInfo, profile.ZoneInfo),
            },
        };

        string? Of(string field, string? before) => change.TryGetValue(field, out var value) ? value?.Trim() : before;
    }

    // RFC 5646 §2.1: langtag and privateuse.
    [GeneratedRegex(
        "^(([a-z]{2,3}(-[a-z]{3}){0,3}|[a-z]{4}|[a-z]{5,8})(-[a-z]{4})?(-([a-z]{2}|[0-9]{3}))?(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"
        + "(-[a-wyz0-9](-[a-z0-9]{2,8})+)*(-x(-[a-z0-9]{1,8})+)?|x(-[a-z0-9]{1,8})+)\\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex LanguageTag();
}
