using Azure;
using Latchkey.Protocol;

namespace Latchkey.Tenancy;

/// <summary>A customer of the deployment: an issuer of its own, with its own clients, users, roles and files.</summary>
public sealed record Tenant
{
    /// <summary>The tenant whose people and programs look after the deployment's tenants (scope <c>operator</c>).</summary>
    public const string Operator = "operator";

    /// <summary>The id of the client for which an operator's tokens are made in another tenant; no other client can have it.</summary>
    public const string OperatorClient = "operator";

    /// <summary>The id in every path: see <see cref="IsId"/>.</summary>
    public required string Id { get; init; }

    /// <summary>The name that people read.</summary>
    public required string Name { get; init; }

    /// <summary>OIDC's issuer: <c>{origin}/{tenant}</c>, from the settings or its own domain, never from the Host header.</summary>
    public required string Issuer { get; init; }

    /// <summary>Where its pages are: the issuer's scheme, host and port.</summary>
    public string OwnOrigin => Issuer[..^(Id.Length + 1)];

    /// <summary>Raw origins of this tenant's web views and web apps, for CORS.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>The colour of its buttons, <c>#rrggbb</c>; null is ours.</summary>
    public string? Color { get; init; }

    /// <summary>An https address of its logo, shown on its pages; null shows its name alone.</summary>
    public string? LogoUri { get; init; }

    /// <summary>Anybody may register an app (RFC 7591 §3), without an initial access token. Off unless an operator says so.</summary>
    public bool OpenRegistration { get; init; }

    /// <summary>Its own domain, such as <c>login.example.com</c>, which is its issuer's origin; or null.</summary>
    public string? Domain { get; init; }

    /// <summary>Why it is suspended: then every request is answered 403 with it. Null if it is not.</summary>
    public string? SuspendedBecause { get; init; }

    /// <summary>Sessions and tokens from before (or of) this instant are revoked; null if there was never need.</summary>
    public DateTimeOffset? SessionsNotBefore { get; init; }

    /// <summary>When it was made; null for a row from before this column.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Base64 SHA-256 of the value that its last export gave, which deleting it takes; or null.</summary>
    public string? DeleteConfirmation { get; init; }

    /// <summary>The user whose request made tenant <see cref="Operator"/>; null for any other.</summary>
    public string? FirstOperator { get; init; }

    internal ETag ETag { get; init; }

    /// <summary>The tenant's roles by name.</summary>
    public IReadOnlyDictionary<string, Role> Roles { get; init; } = new Dictionary<string, Role>();

    /// <summary>How much its files may be.</summary>
    public FileLimits Limits { get; init; } = new();

    /// <summary>The origins of Capacitor, Ionic and Cordova web views: what a new tenant starts with.</summary>
    public static IReadOnlyList<string> WebViewOrigins { get; } =
        ["capacitor://localhost", "ionic://localhost", "http://localhost", "https://localhost"];

    /// <summary>
    /// True if the text may be a tenant's id: 2 to 40 of a-z, 0-9 and single inner hyphens, so that it is legal in a
    /// container name, and not a path segment of the Functions host or of ours.
    /// </summary>
    public static bool IsId(string text) =>
        text.Length is >= 2 and <= 40
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
        && text[0] != '-' && text[^1] != '-' && !text.Contains("--", StringComparison.Ordinal)
        && text is not ("admin" or "runtime" or "health" or "openapi");

    /// <summary>True if what this client began at this instant is revoked as a whole, with the client's or the tenant's sessions.</summary>
    public bool HasEnded(Client client, DateTimeOffset begun) => begun <= SessionsNotBefore || begun <= client.SessionsNotBefore;

    /// <summary>
    /// True if the text may be a domain: a lower-case DNS name of at least two labels (RFC 1123 §2.1), no address.
    /// </summary>
    public static bool IsDomain(string text) =>
        text.Length <= 253 && text.Split('.') is { Length: >= 2 } labels
        && labels.All(label => label.Length is >= 1 and <= 63 && label[0] != '-' && label[^1] != '-'
            && label.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
        && char.IsAsciiLetterLower(labels[^1][0]);

    /// <summary>The rights that these roles give together; a role that the tenant does not have, or has anew, gives none.</summary>
    public Scope Rights(IEnumerable<HeldRole> roles) => Scope.Of(Standing(roles).SelectMany(role => role.Rights.Tokens));

    /// <summary>The names of those roles that the tenant still has.</summary>
    public IReadOnlyList<string> Names(IEnumerable<HeldRole> roles) => [.. Standing(roles).Select(role => role.Name)];

    IEnumerable<Role> Standing(IEnumerable<HeldRole> roles) =>
        from held in roles
        where Roles.TryGetValue(held.Name, out var role) && role.Incarnation == held.Incarnation
        select Roles[held.Name];
}

/// <summary>A named set of rights (scopes).</summary>
public sealed record Role(string Name, Scope Rights)
{
    /// <summary>
    /// Random, made with the role; empty for those that a tenant starts with. Who was given a role of this name that has
    /// been deleted since does not have this one.
    /// </summary>
    public string Incarnation { get; init; } = "";

    /// <summary>The role as a user holds it.</summary>
    public HeldRole Held => new(Name, Incarnation);
}
