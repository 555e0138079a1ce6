using System.Text.Json;
using System.Text.Json.Serialization;

namespace Latchkey.Tenancy;

/// <summary>
/// What a user says about themselves besides the display name: the claims of the scope <c>profile</c> (OpenID Connect Core §5.1,
/// §5.4). Each is null if it was never said.
/// </summary>
public sealed record UserProfile
{
    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The profile that says nothing.</summary>
    public static UserProfile Empty { get; } = new();

    /// <summary><c>given_name</c>.</summary>
    public string? GivenName { get; init; }

    /// <summary><c>family_name</c>.</summary>
    public string? FamilyName { get; init; }

    /// <summary><c>nickname</c>.</summary>
    public string? Nickname { get; init; }

    /// <summary><c>picture</c>: an https URL, or the id of a file in the user's own space. Null: none.</summary>
    public string? Picture { get; init; }

    /// <summary>
    /// What is in the address of a picture among the user's files (<see cref="Published"/>), so that only those find it who were told;
    /// random, and another one for each picture. Null if the picture is no file.
    /// </summary>
    public string? PictureKey { get; init; }

    /// <summary><c>locale</c>: a language tag (BCP 47). Pages and mails use it if it is one of ours.</summary>
    public string? Locale { get; init; }

    /// <summary><c>zoneinfo</c>: a time zone's name in the IANA database, such as <c>Europe/Berlin</c>.</summary>
    public string? ZoneInfo { get; init; }

    /// <summary><c>updated_at</c>: when the user's name, address or profile changed last.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>The profile as tokens tell of it: the picture is a URL, of a file one at the tenant.</summary>
    public UserProfile Published(Tenant tenant, string userId) => Picture is null || Picture.Contains(':') ? this
        : this with { Picture = PictureKey is null ? null : $"{tenant.Issuer}/pictures/{userId}/{PictureKey}" };

    internal static UserProfile Parse(string? json) =>
        json is null ? Empty : JsonSerializer.Deserialize<UserProfile>(json, Options) ?? Empty;

    /// <summary>JSON as it is stored; null if the profile says nothing.</summary>
    internal string? ToJson() => this == Empty ? null : JsonSerializer.Serialize(this, Options);
}
