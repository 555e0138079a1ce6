using System.Text.Json;

namespace Latchkey.Tests.Callers;

/// <summary>A user as administrators see them.</summary>
sealed record UserAnswer
{
    public required string Id { get; init; }
    public required string UserName { get; init; }
    public required string Name { get; init; }
    public required string? Email { get; init; }
    public required bool EmailVerified { get; init; }
    public required ProfileAnswer Profile { get; init; }
    public required DateTimeOffset? UpdatedAt { get; init; }
    public required List<string> Roles { get; init; }
    public required Dictionary<string, string> Attributes { get; init; }
    public required string? TermsVersion { get; init; }
    public required DateTimeOffset? TermsAcceptedAt { get; init; }
    public required bool Disabled { get; init; }
    public required bool Deleting { get; init; }
    public required DateTimeOffset? DeleteAt { get; init; }
    public required bool SecondFactor { get; init; }
}

/// <summary>A user's profile.</summary>
sealed record ProfileAnswer
{
    public required string? GivenName { get; init; }
    public required string? FamilyName { get; init; }
    public required string? Nickname { get; init; }
    public required string? Picture { get; init; }
    public required string? Locale { get; init; }
    public required string? ZoneInfo { get; init; }
}

/// <summary>A role and the scopes that it gives.</summary>
sealed record RoleAnswer
{
    public required string Name { get; init; }
    public required List<string> Rights { get; init; }
}

/// <summary>All roles of a tenant.</summary>
sealed record RolesAnswer
{
    public required List<RoleAnswer> Roles { get; init; }
}

/// <summary>A client as administrators see it; the secret only when it is new.</summary>
sealed record ClientAnswer
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string? MetadataUrl { get; init; }
    public required string AuthMethod { get; init; }
    public required List<string> Grants { get; init; }
    public required List<string> Scope { get; init; }
    public required List<string> RedirectUris { get; init; }
    public required List<string> PostLogoutRedirectUris { get; init; }
    public required string? BackchannelLogoutUri { get; init; }
    public required bool BackchannelLogoutSession { get; init; }
    public required bool Native { get; init; }
    public required bool FirstParty { get; init; }
    public required bool RelaxedRedirects { get; init; }
    public required bool ForwardsAddress { get; init; }
    public required bool LegacyImplicit { get; init; }
    public required bool RequirePkce { get; init; }
    public required bool RequirePushedRequests { get; init; }
    public required bool RequireDpop { get; init; }
    public required string IdTokenAlgorithm { get; init; }
    public required JsonElement? Jwks { get; init; }
    public required string? JwksUri { get; init; }
    public required JsonElement? CertificateSubject { get; init; }
    public required List<string> CertificateThumbprints { get; init; }
    public required bool CertificateBoundTokens { get; init; }
    public required string? WebsiteUri { get; init; }
    public required string? LogoUri { get; init; }
    public required int? AccessTokenSeconds { get; init; }
    public required int? SessionIdleSeconds { get; init; }
    public required int? SessionSeconds { get; init; }
    public required int? RetryWindowSeconds { get; init; }
    public required DateTimeOffset? RegisteredAt { get; init; }
    public required string? RegisteredBy { get; init; }
    public required bool RegistrationToken { get; init; }
    public required List<string> SetByAdministrator { get; init; }
    public required bool RefreshByCookie { get; init; }
    public List<string>? Warnings { get; init; }
    public string? Secret { get; init; }
}

/// <summary>A scope of an API.</summary>
sealed record ApiScopeAnswer
{
    public required string Name { get; init; }
    public required string Description { get; init; }
}

/// <summary>What a token of another API may be traded for.</summary>
sealed record ExchangeRuleAnswer
{
    public required string Api { get; init; }
    public required string? Scope { get; init; }
    public required List<string> Gives { get; init; }
}

/// <summary>An API of the tenant.</summary>
sealed record ApiAnswer
{
    public required string Id { get; init; }
    public required string Identifier { get; init; }
    public required string Name { get; init; }
    public required List<ApiScopeAnswer> Scopes { get; init; }
    public required int? AccessTokenSeconds { get; init; }
    public required List<string> Clients { get; init; }
    public required List<string> ActingClients { get; init; }
    public required List<ExchangeRuleAnswer> ExchangeFrom { get; init; }
    public required List<string> Impersonators { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A group; how much its space holds only when it is read by itself.</summary>
sealed record GroupAnswer
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required bool Deleting { get; init; }
    public required JsonElement? Rule { get; init; }
    public required string? App { get; init; }
    public UsageAnswer? Usage { get; init; }
}

/// <summary>A member of a group.</summary>
sealed record MemberAnswer
{
    public required string User { get; init; }
    public required string? UserName { get; init; }
    public required string Role { get; init; }
    public required bool ByRule { get; init; }
}

/// <summary>How much a space holds.</summary>
sealed record UsageAnswer
{
    public required long Bytes { get; init; }
    public required long Files { get; init; }
    public required long Pending { get; init; }
}

/// <summary>A session of a user with a client.</summary>
sealed record SessionAnswer
{
    public required string Id { get; init; }
    public required string User { get; init; }
    public required string? UserName { get; init; }
    public required string Client { get; init; }
    public required string Scope { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset LastUsedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public required string Status { get; init; }
}

/// <summary>Who did what to what, from where, with which client, and how it went.</summary>
sealed record AuditAnswer
{
    public required DateTimeOffset At { get; init; }
    public required string Type { get; init; }
    public required string? Actor { get; init; }
    public required string? Client { get; init; }
    public required string? Target { get; init; }
    public required string? Address { get; init; }
    public required string? Result { get; init; }
    public required string? Detail { get; init; }
}

/// <summary>A page of the audit.</summary>
sealed record AuditPageAnswer
{
    public required List<AuditAnswer> Entries { get; init; }
    public required string? Cursor { get; init; }
}

/// <summary>A tenant as operators see it.</summary>
sealed record TenantAnswer
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string Issuer { get; init; }
    public required string? Language { get; init; }
    public required string Status { get; init; }
    public required string? SuspendedBecause { get; init; }
    public required string? Domain { get; init; }
    public required List<string> Origins { get; init; }
    public required string? Color { get; init; }
    public required string? LogoUri { get; init; }
    public required bool OpenRegistration { get; init; }
    public required bool ClientIdDocuments { get; init; }
    public required bool MalwareScanning { get; init; }
    public required bool RemovesLocation { get; init; }
    public required DateTimeOffset? CreatedAt { get; init; }
    public required LimitsAnswer Limits { get; init; }
}

/// <summary>A tenant's limits: bytes and numbers of files; -1 means no limit.</summary>
sealed record LimitsAnswer
{
    public required long FileBytes { get; init; }
    public required long SpaceBytes { get; init; }
    public required long SpaceFiles { get; init; }
    public required long SpacePending { get; init; }
    public required long TenantBytes { get; init; }
    public required long TenantFiles { get; init; }
    public required List<string> ContentTypes { get; init; }
    public required int Versions { get; init; }
    public required int VersionDays { get; init; }
}

/// <summary>An operator's token for a tenant.</summary>
sealed record OperatorTokenAnswer
{
    public required string AccessToken { get; init; }
    public required int ExpiresIn { get; init; }
}
