using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Admin;

/// <summary>
/// The fields of a client that an administrator can set; an absent field stays as it is. Times are in seconds. It has more
/// fields than a client can register for itself (RFC 7591).
/// </summary>
sealed record ClientBody
{
    const int MaxUris = 50;
    const int MaxJwksChars = 16 * 1024;

    public string? Id { get; init; }

    public string? Name { get; init; }

    public string? AuthMethod { get; init; }

    public IReadOnlyList<string>? Grants { get; init; }

    public IReadOnlyList<string>? Scope { get; init; }

    public IReadOnlyList<string>? RedirectUris { get; init; }

    public IReadOnlyList<string>? PostLogoutRedirectUris { get; init; }

    public string? BackchannelLogoutUri { get; init; }

    public bool? BackchannelLogoutSession { get; init; }

    public bool? Native { get; init; }

    public bool? FirstParty { get; init; }

    public bool? LegacyImplicit { get; init; }

    public bool? RequirePkce { get; init; }

    public bool? RequirePushedRequests { get; init; }

    public bool? RequireDpop { get; init; }

    public string? IdTokenAlgorithm { get; init; }

    public string? Jwks { get; init; }

    public string? JwksUri { get; init; }

    public CertificateSubject? CertificateSubject { get; init; }

    public IReadOnlyList<string>? CertificateThumbprints { get; init; }

    public bool? CertificateBoundTokens { get; init; }

    public string? WebsiteUri { get; init; }

    public string? LogoUri { get; init; }

    public bool? RefreshByCookie { get; init; }

    public bool? RelaxedRedirects { get; init; }

    public bool? ForwardsAddress { get; init; }

    public int? AccessTokenSeconds { get; init; }

    public int? SessionIdleSeconds { get; init; }

    public int? SessionSeconds { get; init; }

    public int? RetryWindowSeconds { get; init; }

    /// <summary>The client with these fields applied; its fields are checked against each other.</summary>
    /// <exception cref="Problem">400 <c>invalid_field</c>.</exception>
    public Client Apply(Tenant tenant, Client client, IReadOnlyList<string> grants, bool development)
    {
        var next = client with
        {
            Name = Name is null ? client.Name : FieldChecks.DisplayText("name", Name),
            AuthMethod = AuthMethod is null ? client.AuthMethod : OneOf("authMethod", AuthMethod, ClientAuthMethod.All),
            Grants = Grants is null ? client.Grants : [.. Grants.Select(grant => OneOf("grants", grant, grants)).Distinct()],
            Scope = Scope is null ? client.Scope : FieldChecks.Scope("scope", Scope, Operators.ScopesIn(tenant)),
            BackchannelLogoutUri = OutboundUrl("backchannelLogoutUri", BackchannelLogoutUri, client.BackchannelLogoutUri, development),
            BackchannelLogoutSession = BackchannelLogoutSession ?? client.BackchannelLogoutSession,
            Native = Native ?? client.Native,
            FirstParty = FirstParty ?? client.FirstParty,
            RelaxedRedirects = RelaxedRedirects ?? client.RelaxedRedirects,
            LegacyImplicit = LegacyImplicit ?? client.LegacyImplicit,
            RequirePkce = RequirePkce ?? client.RequirePkce,
            RequirePushedRequests = RequirePushedRequests ?? client.RequirePushedRequests,
            RefreshByCookie = RefreshByCookie ?? client.RefreshByCookie,
            ForwardsAddress = ForwardsAddress ?? client.ForwardsAddress,
            RequireDpop = RequireDpop ?? client.RequireDpop,
            IdTokenAlgorithm = IdTokenAlgorithm is null ? client.IdTokenAlgorithm
                : OneOf("idTokenAlgorithm", IdTokenAlgorithm, ["RS256", "ES256"]),
            Jwks = Jwks is null ? client.Jwks : KeySet("jwks", Jwks, AuthMethod ?? client.AuthMethod),
            JwksUri = OutboundUrl("jwksUri", JwksUri, client.JwksUri, development),
            CertificateSubject = CertificateFields.Subject(CertificateSubject) ?? client.CertificateSubject,
            CertificateThumbprints = CertificateThumbprints is null ? client.CertificateThumbprints
                : CertificateFields.Thumbprints(CertificateThumbprints),
            CertificateBoundTokens = CertificateBoundTokens ?? client.CertificateBoundTokens,
            WebsiteUri = WebsiteUri is null ? client.WebsiteUri : FieldChecks.HttpsUrl("websiteUri", WebsiteUri),
            LogoUri = LogoUri is null ? client.LogoUri : FieldChecks.HttpsUrl("logoUri", LogoUri),
            AccessTokenSeconds = Seconds(
                "accessTokenSeconds", AccessTokenSeconds, client.AccessTokenSeconds, 60, Client.MaxAccessTokenSeconds),
            SessionIdleSeconds = Seconds(
                "sessionIdleSeconds", SessionIdleSeconds, client.SessionIdleSeconds, 300, Client.MaxSessionSeconds),
            SessionSeconds = Seconds("sessionSeconds", SessionSeconds, client.SessionSeconds, 300, Client.MaxSessionSeconds),
            RetryWindowSeconds = Seconds("retryWindowSeconds", RetryWindowSeconds, client.RetryWindowSeconds, 0, 3600),
        };
        next = next with
        {
            RedirectUris = Uris("redirectUris", RedirectUris ?? client.RedirectUris, next),
            PostLogoutRedirectUris = Uris("postLogoutRedirectUris", PostLogoutRedirectUris ?? client.PostLogoutRedirectUris, next),
        };
        return Consistent(next);
    }

    /// <summary>The names of the fields that are present, for the audit and for <see cref="Client.SetByAdministrator"/>.</summary>
    public IReadOnlyList<string> Describe() => [.. JsonBody.Present(this).Where(field => field != "id")];

    static Client Consistent(Client client)
    {
        if (client.AuthMethod == ClientAuthMethod.None && client.Grants.Contains(GrantType.ClientCredentials))
            throw FieldChecks.Fault("grants", "cannot contain client_credentials when authMethod is none");
        if (client.AuthMethod == ClientAuthMethod.None && client.Grants.Contains(GrantType.TokenExchange))
            throw FieldChecks.Fault("grants", $"cannot contain {GrantType.TokenExchange} when authMethod is none");
        if (client.AuthMethod == ClientAuthMethod.None && client.ForwardsAddress)
            throw FieldChecks.Fault("forwardsAddress", "requires a client that authenticates");
        if (KeyMetadata.Fault(client) is { } keys) throw FieldChecks.Fault(keys.Field, keys.Why);
        if (client.Grants.Contains(GrantType.AuthorizationCode) && client.RedirectUris.Count == 0)
            throw FieldChecks.Fault("redirectUris", "is required for authorization_code");
        return client;
    }

    static IReadOnlyList<string> Uris(string field, IReadOnlyList<string> uris, Client client)
    {
        if (uris.Count > MaxUris) throw FieldChecks.Fault(field, $"must have at most {MaxUris} entries");
        var faults = uris.Select(uri => RedirectUri.Fault(uri, client.Native, client.RelaxedRedirects));
        return faults.FirstOrDefault(fault => fault is not null) is { } first
            ? throw FieldChecks.Fault(field, $"is invalid: {first.TrimEnd('.')}") : uris;
    }

    static string? KeySet(string field, string jwks, string method)
    {
        if (jwks.Length == 0) return null;
        if (jwks.Length > MaxJwksChars) throw FieldChecks.Fault(field, $"must have at most {MaxJwksChars} characters");
        return KeyMetadata.Fault(method, jwks) is { } fault
            ? throw FieldChecks.Fault(field, $"is not a usable JWK Set (RFC 7517 §5): {fault.TrimEnd('.')}") : jwks;
    }

    // An empty text removes it.
    static string? OutboundUrl(string field, string? text, string? current, bool development) => text switch
    {
        null => current,
        "" => null,
        { Length: <= FieldRules.MaxUriChars } when ProviderHttp.IsAllowed(text, development) => text,
        _ => throw FieldChecks.Fault(field, "must be an https URL without a fragment"),
    };

    static int Seconds(string field, int? value, int current, int min, int max) =>
        value is { } seconds ? FieldChecks.Number(field, seconds, min, max) : current;

    static string OneOf(string field, string text, IReadOnlyList<string> allowed) =>
        allowed.Contains(text) ? text : throw FieldChecks.Fault(field, $"must be one of: {string.Join(", ", allowed)}");
}
