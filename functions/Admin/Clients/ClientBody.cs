using Latchkey.Keys;
using Latchkey.Protocol;
using Latchkey.Tenancy;


namespace Latchkey.Admin;

/// <summary>
/// The fields of a client that an administrator can set; an absent field stays as it is. Times are in seconds. It has more
/// fields than a client can register for itself (RFC 7591).
/// </summary>
sealed record ClientBody(
    string? Id = null, string? Name = null, string? AuthMethod = null, IReadOnlyList<string>? Grants = null,
    IReadOnlyList<string>? Scope = null, IReadOnlyList<string>? RedirectUris = null,
    IReadOnlyList<string>? PostLogoutRedirectUris = null, bool? Native = null, bool? FirstParty = null,
    bool? LegacyImplicit = null, bool? RequirePkce = null, bool? RequirePushedRequests = null, bool? RequireDpop = null,
    string? IdTokenAlgorithm = null, string? Jwks = null, string? WebsiteUri = null, string? LogoUri = null,
    bool? RefreshByCookie = null, bool? RelaxedRedirects = null, bool? ForwardsAddress = null, int? AccessTokenSeconds = null, int? SessionIdleSeconds = null, int? SessionSeconds = null, int? RetryWindowSeconds = null)
{
    const int MaxUris = 50;

    static readonly string[] Methods =
        [ClientAuthMethod.Basic, ClientAuthMethod.Post, ClientAuthMethod.PrivateKeyJwt, ClientAuthMethod.None];

    /// <summary>The client with these fields applied; its fields are checked against each other.</summary>
    /// <exception cref="Http.Problem">400 <c>invalid_field</c>.</exception>
    public Client Apply(Tenant tenant, Client client, IReadOnlyList<string> grants)
    {
        var most = Operators.ScopesIn(tenant);
        var next = client with
        {
            Name = Name is null ? client.Name : Input.Shown("name", Name),
            AuthMethod = AuthMethod is null ? client.AuthMethod : OneOf("authMethod", AuthMethod, Methods),
            Grants = Grants is null ? client.Grants : [.. Grants.Select(grant => OneOf("grants", grant, grants)).Distinct()],
            Scope = Scope is null ? client.Scope : Input.Scope("scope", Scope, most),
            Native = Native ?? client.Native,
            FirstParty = FirstParty ?? client.FirstParty,
            RelaxedRedirects = RelaxedRedirects ?? client.RelaxedRedirects,
            LegacyImplicit = LegacyImplicit ?? client.LegacyImplicit,
            RequirePkce = RequirePkce ?? client.RequirePkce,
            RequirePushedRequests = RequirePushedRequests ?? client.RequirePushedRequests,
            RefreshByCookie = RefreshByCookie ?? client.RefreshByCookie,
            ForwardsAddress = ForwardsAddress ?? client.ForwardsAddress,
            RequireDpop = RequireDpop ?? client.RequireDpop,
            IdTokenAlgorithm = IdTokenAlgorithm is null ? client.IdTokenAlgorithm : OneOf("idTokenAlgorithm", IdTokenAlgorithm, ["RS256", "ES256"]),
            Jwks = Jwks is null ? client.Jwks : Keys("jwks", Jwks),
            WebsiteUri = WebsiteUri is null ? client.WebsiteUri : Input.Https("websiteUri", WebsiteUri),
            LogoUri = LogoUri is null ? client.LogoUri : Input.Https("logoUri", LogoUri),
            AccessTokenSeconds = AccessTokenSeconds is null ? client.AccessTokenSeconds : Input.Number("accessTokenSeconds", AccessTokenSeconds.Value, 60, Client.MaxAccessTokenSeconds),
            SessionIdleSeconds = SessionIdleSeconds is null ? client.SessionIdleSeconds : Input.Number("sessionIdleSeconds", SessionIdleSeconds.Value, 300, Client.MaxSessionSeconds),
            SessionSeconds = SessionSeconds is null ? client.SessionSeconds : Input.Number("sessionSeconds", SessionSeconds.Value, 300, Client.MaxSessionSeconds),
            RetryWindowSeconds = RetryWindowSeconds is null ? client.RetryWindowSeconds : Input.Number("retryWindowSeconds", RetryWindowSeconds.Value, 0, 3600),
        };
        next = next with
        {
            RedirectUris = Uris("redirectUris", RedirectUris ?? client.RedirectUris, next),
            PostLogoutRedirectUris = Uris("postLogoutRedirectUris", PostLogoutRedirectUris ?? client.PostLogoutRedirectUris, next),
        };
        return Consistent(next);
    }

    /// <summary>The names of the fields that are present, for the audit.</summary>
    public IReadOnlyList<string> Describe() =>
    [
        .. from field in ((string Name, object? Value)[])
            [
                ("name", Name), ("authMethod", AuthMethod), ("grants", Grants), ("scope", Scope), ("redirectUris", RedirectUris),
                ("postLogoutRedirectUris", PostLogoutRedirectUris), ("native", Native), ("firstParty", FirstParty),
                ("legacyImplicit", LegacyImplicit), ("requirePkce", RequirePkce), ("requirePushedRequests", RequirePushedRequests),
                ("requireDpop", RequireDpop), ("idTokenAlgorithm", IdTokenAlgorithm), ("jwks", Jwks), ("websiteUri", WebsiteUri),
                ("logoUri", LogoUri), ("refreshByCookie", RefreshByCookie), ("accessTokenSeconds", AccessTokenSeconds),
                ("sessionIdleSeconds", SessionIdleSeconds), ("sessionSeconds", SessionSeconds), ("retryWindowSeconds", RetryWindowSeconds),
            ]
            where field.Value is not null
            select field.Name,
    ];

    static Client Consistent(Client client)
    {
        if (client.AuthMethod == ClientAuthMethod.None && client.Grants.Contains(GrantType.ClientCredentials))
            throw Input.Fault("grants", "cannot contain client_credentials when authMethod is none");
        if (client.AuthMethod == ClientAuthMethod.None && client.ForwardsAddress)
            throw Input.Fault("forwardsAddress", "requires a client that authenticates");
        if (client.AuthMethod == ClientAuthMethod.PrivateKeyJwt && client.Jwks is null)
            throw Input.Fault("jwks", "is required for private_key_jwt");
        if (client.Grants.Contains(GrantType.AuthorizationCode) && client.RedirectUris.Count == 0)
            throw Input.Fault("redirectUris", "is required for authorization_code");
        return client;
    }

    static IReadOnlyList<string> Uris(string field, IReadOnlyList<string> uris, Client client)
    {
        if (uris.Count > MaxUris) throw Input.Fault(field, $"must have at most {MaxUris} entries");
        var fault = uris.Select(uri => RedirectUri.Fault(uri, client.Native, client.RelaxedRedirects)).FirstOrDefault(fault => fault is not null);
        return fault is null ? uris : throw Input.Fault(field, $"is invalid: {fault.TrimEnd('.')}");
    }

    static string? Keys(string field, string jwks)
    {
        if (jwks.Length == 0) return null;
        if (jwks.Length > 16 * 1024) throw Input.Fault(field, "is longer than 16 KiB");
        try
        {
            PublicJwk.ParseSet(jwks);
            return jwks;
        }
        catch (Exception fault) when (fault is FormatException or System.Text.Json.JsonException)
        {
            throw Input.Fault(field, $"is not a usable JWK Set (RFC 7517 §5): {fault.Message.TrimEnd('.')}");
        }
    }

    static string OneOf(string field, string text, IReadOnlyList<string> allowed) =>
        allowed.Contains(text) ? text : throw Input.Fault(field, $"must be one of: {string.Join(", ", allowed)}");
}
