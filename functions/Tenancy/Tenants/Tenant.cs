using Azure;
using Latchkey.Protocol;

namespace Latchkey.Tenancy;

/// <summary>A customer of the deployment: an issuer with its own clients, users, roles and files.</summary>
public sealed record Tenant
{
    /// <summary>The tenant of the deployment's operators, who manage all tenants (scope <c>operator</c>).</summary>
    public const string Operator = "operator";

    /// <summary>The client id of operators' tokens in other tenants; it is reserved.</summary>
    public const string OperatorClient = "operator";

    // They stand in one column of each such client.
    const int MaxOpenApiScopes = 200;

    /// <summary>The id, which every path begins with: see <see cref="IsId"/>.</summary>
    public required string Id { get; init; }

    /// <summary>The display name.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// The issuer (OIDC): <c>{origin}/{tenant}</c>. The origin is its own domain or from the settings, never from the Host header.
    /// </summary>
    public required string Issuer { get; init; }

    /// <summary>The origin of its pages: the issuer's scheme, host and port.</summary>
    public string OwnOrigin => Issuer[..^(Id.Length + 1)];

    /// <summary>The origins of this tenant's web views and web apps, as browsers send them, for CORS.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>The colour of its buttons, <c>#rrggbb</c>; null is the default.</summary>
    public string? Color { get; init; }

    /// <summary>An https URL of its logo, shown on its pages; null shows only the name.</summary>
    public string? LogoUri { get; init; }

    /// <summary>The language of its pages and mails for people of whom nothing else is known; null is English.</summary>
    public string? Language { get; init; }

    /// <summary>Its own wording, in the place of the texts that all tenants have: by language and key.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Texts { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<string, string>>();

    /// <summary>Anybody may register an app (RFC 7591 §3) without an initial access token. Off unless an operator turns it on.</summary>
    public bool OpenRegistration { get; init; }

    /// <summary>
    /// Apps may use the URL of their metadata document as client id (draft-ietf-oauth-client-id-metadata-document). Off unless an
    /// operator turns it on, because Latchkey then fetches what strangers name.
    /// </summary>
    public bool ClientIdDocuments { get; init; }

    /// <summary>Files are available only once the deployment's scanner has looked for malware in them.</summary>
    public bool MalwareScanning { get; init; }

    /// <summary>Pictures lose the place where they were taken when they are uploaded.</summary>
    public bool RemovesLocation { get; init; }

    /// <summary>Its own domain, such as <c>login.example.com</c>, which its issuer uses; or null.</summary>
    public string? Domain { get; init; }

    /// <summary>Why it is suspended: every request gets 403 with this reason. Null if it is not.</summary>
    public string? SuspendedBecause { get; init; }

    /// <summary>Sessions and tokens issued at or before this instant are revoked; null if none were.</summary>
    public DateTimeOffset? SessionsNotBefore { get; init; }

    /// <summary>
    /// It has, or had, an app that is told of ended sessions (<see cref="Client.BackchannelLogoutUri"/>). Without one, ending a session
    /// does not look for such apps.
    /// </summary>
    public bool HasBackchannelLogout { get; init; }

    /// <summary>When it was created; null for a row older than this column.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Base64 SHA-256 of the value at the end of its last export, which confirms its deletion; or null.</summary>
    public string? DeleteConfirmation { get; init; }

    /// <summary>The user whose request created tenant <see cref="Operator"/>; null for other tenants.</summary>
    public string? FirstOperator { get; init; }

    /// <summary>
    /// The kinds of password hashes that were imported, the costliest of each family. They stay when the users' hashes have become
    /// ours, because nobody counts how many are left.
    /// </summary>
    public IReadOnlyList<HashKind> ImportedHashes { get; init; } = [];

    internal ETag ETag { get; init; }

    /// <summary>The tenant as it was read; null if it was not.</summary>
    internal Tenant? Stored { get; init; }

    /// <summary>The tenant's roles by name.</summary>
    public IReadOnlyDictionary<string, Role> Roles { get; init; } = new Dictionary<string, Role>();

    /// <summary>Limits on its files.</summary>
    public FileLimits Limits { get; init; } = new();

    /// <summary>The providers whose users can sign in, by id.</summary>
    public IReadOnlyDictionary<string, IdentityProvider> Providers { get; init; } = new Dictionary<string, IdentityProvider>();

    /// <summary>The APIs that it has registered, by id.</summary>
    public IReadOnlyDictionary<string, Api> Apis { get; init; } = new Dictionary<string, Api>();

    /// <summary>The rules by which users belong to groups, by the groups' ids.</summary>
    public IReadOnlyDictionary<string, GroupRule> GroupRules { get; init; } = new Dictionary<string, GroupRule>();

    /// <summary>The addresses that it wants events sent to, by id.</summary>
    public IReadOnlyDictionary<string, Webhook> Webhooks { get; init; } = new Dictionary<string, Webhook>();

    /// <summary>Its own claims.</summary>
    public IReadOnlyList<ClaimRule> Claims { get; init; } = [];

    /// <summary>The API that a resource indicator names (RFC 8707 §2), or null.</summary>
    public Api? ApiAt(string resource) => Apis.Values.Append(Api.Own(this)).Append(Api.Files(this))
        .FirstOrDefault(api => ResourceIndicator.AreSame(api.Identifier, resource));

    /// <summary>The scopes of its APIs that every client may ask for: what a client gets that registers itself and names none.</summary>
    public Scope OpenApiScopes => Scope.Of(Apis.Values.Where(api => api.Clients.Contains(Api.AnyClient))
        .SelectMany(api => api.Scope.Tokens).Take(MaxOpenApiScopes));

    /// <summary>The API with this id; null if it was deleted.</summary>
    public Api? ApiWithId(string id) => Apis.GetValueOrDefault(id)
        ?? ((IEnumerable<Api>)[Api.Own(this), Api.Files(this)]).FirstOrDefault(api => api.Id == id);

    /// <summary>The provider where people with this address sign in, or null.</summary>
    public IdentityProvider? HomeOf(string? address) => address is null || EmailAddress.Domain(address) is not { } domain ? null
        : Providers.Values.FirstOrDefault(provider => provider.IsHomeOf(domain));

    /// <summary>How people come to an account and sign in to it.</summary>
    public AccountRules Accounts { get; init; } = new();

    /// <summary>Messages between its users.</summary>
    public MessageRules Messages { get; init; } = new();

    /// <summary>The origins of Capacitor, Ionic and Cordova web views, with which a new tenant starts.</summary>
    public static IReadOnlyList<string> WebViewOrigins => LocalOrigins.WebViews;

    /// <summary>
    /// True if the text may be a tenant's id: 2 to 40 characters of a-z and 0-9, with single hyphens inside, so that a container
    /// name can contain it; and not a path segment that the Functions host or this service uses itself.
    /// </summary>
    public static bool IsId(string text) =>
        text.Length is >= 2 and <= 40
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
        && text[0] != '-' && text[^1] != '-' && !text.Contains("--", StringComparison.Ordinal)
        && text is not ("admin" or "runtime" or "health" or "openapi");

    /// <summary>True if what the client began at this instant was revoked with all sessions of the client or the tenant.</summary>
    public bool HasEnded(Client client, DateTimeOffset begun) => begun <= SessionsNotBefore || begun <= client.SessionsNotBefore;

    /// <summary>
    /// True if the text may be a domain: a lower-case DNS name of at least two labels (RFC 1123 §2.1), not an IP address.
    /// </summary>
    public static bool IsDomain(string text) =>
        text.Length <= 253 && text.Split('.') is { Length: >= 2 } labels
        && labels.All(label => label.Length is >= 1 and <= 63 && label[0] != '-' && label[^1] != '-'
            && label.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
        && char.IsAsciiLetterLower(labels[^1][0]);

    /// <summary>The combined rights of these roles. A role that was deleted, or created anew since, gives none.</summary>
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
    /// Random, made with the role; empty for roles that a tenant starts with. A user who was given an earlier role of this name,
    /// deleted since, does not have this one.
    /// </summary>
    public string Incarnation { get; init; } = "";

    /// <summary>The role as a user holds it.</summary>
    public HeldRole Held => new(Name, Incarnation);
}
