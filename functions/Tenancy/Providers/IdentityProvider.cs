using System.Text.Json;
using System.Text.Json.Serialization;
using Azure;

namespace Latchkey.Tenancy;

/// <summary>How a provider speaks.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProviderKind>))]
public enum ProviderKind
{
    /// <summary>Any OpenID provider: OIDC Discovery, code and PKCE.</summary>
    [JsonStringEnumMemberName("oidc")]
    Oidc,

    /// <summary>Google.</summary>
    [JsonStringEnumMemberName("google")]
    Google,

    /// <summary>Apple: its client secret is a JWT, its answer comes as a form, and it tells the name only once.</summary>
    [JsonStringEnumMemberName("apple")]
    Apple,

    /// <summary>Microsoft Entra ID: one issuer for each of its tenants.</summary>
    [JsonStringEnumMemberName("microsoft")]
    Microsoft,

    /// <summary>GitHub: OAuth 2.0 without OpenID Connect.</summary>
    [JsonStringEnumMemberName("github")]
    GitHub,
}

/// <summary>Whoever has this value in this claim holds a role of the tenant.</summary>
/// <param name="Claim">The claim's name.</param>
/// <param name="Value">The value: the claim's text, or one of its list.</param>
/// <param name="Role">The role's name.</param>
public sealed record ClaimRole(string Claim, string Value, string Role);

/// <summary>Whoever has this value in this claim is a member of a group of the tenant.</summary>
/// <param name="Claim">The claim's name.</param>
/// <param name="Value">The value: the claim's text, or one of its list.</param>
/// <param name="Group">The group's id.</param>
/// <param name="Role">The member's role; of several the one that includes the others.</param>
public sealed record ClaimGroup(string Claim, string Value, string Group, GroupRole Role);

/// <summary>A provider whose users can sign in to a tenant (SCHEMA.md, table Tenants).</summary>
public sealed record IdentityProvider
{
    /// <summary>The id, which the redirect URI contains: see <see cref="IsId"/>.</summary>
    public required string Id { get; init; }

    /// <summary>How it speaks.</summary>
    public required ProviderKind Kind { get; init; }

    /// <summary>The name on the button.</summary>
    public required string Name { get; init; }

    /// <summary>The issuer (OIDC Discovery §3), as configured: for Microsoft it may stand for many issuers. GitHub: its origin.</summary>
    public required string Issuer { get; init; }

    /// <summary>The client id that the provider gave.</summary>
    public required string ClientId { get; init; }

    /// <summary>The scopes that are asked for.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>Mail domains, in lower case, whose people sign in there (home realm discovery).</summary>
    public IReadOnlyList<string> Domains { get; init; } = [];

    /// <summary>People without an account get one.</summary>
    public bool SignUp { get; init; }

    /// <summary>What it says about whose an address is (<c>email_verified</c>) is believed.</summary>
    public bool TrustEmail { get; init; }

    /// <summary>Its <c>amr</c> value <c>mfa</c> (RFC 8176) is believed: no second factor is asked for here.</summary>
    public bool TrustMfa { get; init; }

    /// <summary>Which claims give which roles. These roles are the provider's to give and to take, at each sign-in.</summary>
    public IReadOnlyList<ClaimRole> Roles { get; init; } = [];

    /// <summary>Which claims give which groups. The memberships are the provider's to give and to take, at each sign-in.</summary>
    public IReadOnlyList<ClaimGroup> Groups { get; init; } = [];

    /// <summary>Apple: the team that owns the key.</summary>
    public string? TeamId { get; init; }

    /// <summary>Apple: the key's id.</summary>
    public string? KeyId { get; init; }

    /// <summary>The client secret, encrypted; for Apple the private key. Null for a public client.</summary>
    [JsonIgnore]
    public byte[]? Secret { get; init; }

    [JsonIgnore]
    internal ETag ETag { get; init; }

    /// <summary>True if the text may be an id: 1 to 40 characters of a-z and 0-9, with single hyphens inside.</summary>
    public static bool IsId(string text) =>
        text.Length is >= 1 and <= 40 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
        && text[0] != '-' && text[^1] != '-' && !text.Contains("--", StringComparison.Ordinal);

    /// <summary>True if people with this address sign in here.</summary>
    public bool IsHomeOf(string? domain) => domain is not null && Domains.Contains(domain, StringComparer.OrdinalIgnoreCase);

    /// <summary>True if the issuer is one of Microsoft's that stand for many directories.</summary>
    [JsonIgnore]
    public bool StandsForMany => Kind == ProviderKind.Microsoft
        && new Uri(Issuer).Segments.Any(part => part.TrimEnd('/') is "common" or "organizations" or "consumers");

    internal static IdentityProvider Parse(string json) =>
        JsonSerializer.Deserialize<IdentityProvider>(json, JsonSerializerOptions.Web)!;

    internal string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);
}
