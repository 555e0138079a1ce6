using System.Text.Json;
using System.Text.Json.Serialization;

namespace Latchkey.Tenancy;

/// <summary>Who may make an account.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SignUpMode>))]
public enum SignUpMode
{
    /// <summary>Only administrators make users.</summary>
    [JsonStringEnumMemberName("off")]
    Off,

    /// <summary>Whoever has an invitation.</summary>
    [JsonStringEnumMemberName("invited")]
    Invited,

    /// <summary>Anybody with a mail address that <see cref="AccountRules.SignUpDomains"/> allows.</summary>
    [JsonStringEnumMemberName("open")]
    Open,
}

/// <summary>Who signs in with a second factor.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SecondFactorMode>))]
public enum SecondFactorMode
{
    /// <summary>Nobody: nobody can set one up.</summary>
    [JsonStringEnumMemberName("off")]
    Off,

    /// <summary>Whoever has set one up at the account page.</summary>
    [JsonStringEnumMemberName("offered")]
    Offered,

    /// <summary>Everybody, or those with one of <see cref="AccountRules.SecondFactorRoles"/> if there are any.</summary>
    [JsonStringEnumMemberName("required")]
    Required,
}

/// <summary>
/// How people come to an account of a tenant, and how they sign in to it. By default administrators create users, who sign in with a
/// password.
/// </summary>
public sealed record AccountRules
{
    /// <summary>The most days that a browser is remembered after a second factor.</summary>
    public const int MaxDays = 90;

    /// <summary>The most days that an account waits for its deletion.</summary>
    public const int MaxDeletionDays = 30;

    /// <summary>Who may make an account.</summary>
    public SignUpMode SignUp { get; init; }

    /// <summary>The domains of mail addresses that may sign up, in lower case; empty for all. An invitation may go anywhere.</summary>
    public IReadOnlyList<string> SignUpDomains { get; init; } = [];

    /// <summary>The roles of whoever signs up; one that the tenant no longer has is left out.</summary>
    public IReadOnlyList<string> SignUpRoles { get; init; } = [];

    /// <summary>An https URL of the terms of use that users have to accept, or null for none.</summary>
    public string? TermsUri { get; init; }

    /// <summary>The version of the terms. Users accept again once it is another. Null if there are no terms.</summary>
    public string? TermsVersion { get; init; }

    /// <summary>Users can sign in with a password.</summary>
    public bool Passwords { get; init; } = true;

    /// <summary>Users can sign in with a code that is sent to their verified mail address.</summary>
    public bool MailCodes { get; init; }

    /// <summary>Users can register passkeys and sign in with them.</summary>
    public bool Passkeys { get; init; }

    /// <summary>Who signs in with a second factor.</summary>
    public SecondFactorMode SecondFactor { get; init; }

    /// <summary>With <see cref="SecondFactorMode.Required"/>: the roles that it is required of; empty for everybody.</summary>
    public IReadOnlyList<string> SecondFactorRoles { get; init; } = [];

    /// <summary>For how many days a browser can be remembered after a second factor; 0 for never.</summary>
    public int RememberDays { get; init; } = 30;

    /// <summary>Users can delete their own account.</summary>
    public bool SelfDeletion { get; init; } = true;

    /// <summary>For how many days a user who deletes the account can change their mind; 0: it is deleted at once.</summary>
    public int DeletionDays { get; init; }

    /// <summary>Users are told by mail when somebody signs in with a browser that is new to their account.</summary>
    public bool SignInMails { get; init; }

    /// <summary>Users can look each other up, by the beginning of the display name or by the whole email address.</summary>
    public bool PeopleSearch { get; init; }

    /// <summary>The native apps that share the tenant's passkeys, as Apple names them: <c>{team}.{bundle id}</c>.</summary>
    public IReadOnlyList<string> AppleApps { get; init; } = [];

    /// <summary>The same as Android names them: <c>{package} {SHA-256 fingerprint of the signing certificate}</c>.</summary>
    public IReadOnlyList<string> AndroidApps { get; init; } = [];

    /// <summary>The rules as they are stored; null if nothing was set.</summary>
    internal static AccountRules Parse(string? json) =>
        json is null ? new() : JsonSerializer.Deserialize<AccountRules>(json, JsonSerializerOptions.Web)!;

    internal string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);
}
