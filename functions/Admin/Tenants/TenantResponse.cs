using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Admin;

/// <summary>A tenant as operators see it.</summary>
static class TenantResponse
{
    public static object Of(Tenant tenant) => new
    {
        tenant.Id,
        tenant.Name,
        tenant.Issuer,
        status = tenant.SuspendedBecause is null ? "active" : "suspended",
        tenant.SuspendedBecause,
        tenant.Domain,
        tenant.Origins,
        tenant.Color,
        tenant.LogoUri,
        tenant.Language,
        tenant.OpenRegistration,
        tenant.ClientIdDocuments,
        tenant.MalwareScanning,
        tenant.RemovesLocation,
        createdAt = tenant.CreatedAt?.UtcDateTime,
        limits = LimitsResponse.Of(tenant.Limits),
    };
}

/// <summary>The settings that a tenant's own administrators can change; <see cref="TenantBody"/> has the operators' ones too.</summary>
sealed record BrandingBody(
    string? Name = null, IReadOnlyList<string>? Origins = null, string? Color = null, string? LogoUri = null, string? Language = null,
    bool? MalwareScanning = null, bool? RemovesLocation = null)
{
    const int MaxOrigins = 50;

    /// <exception cref="Problem">400 <c>invalid_field</c>.</exception>
    public Tenant Apply(Tenant tenant)
    {
        if (Origins?.Count > MaxOrigins) throw FieldChecks.Fault("origins", $"must have at most {MaxOrigins} entries");
        return tenant with
        {
            Name = Name is null ? tenant.Name : FieldChecks.DisplayText("name", Name),
            Origins = Origins is null ? tenant.Origins : [.. Origins.Select(origin => FieldChecks.Origin("origins", origin)).Distinct()],
            Color = Color switch
            {
                null => tenant.Color,
                "" => null,
                _ => BrandColor.IsColor(Color) ? Color : throw FieldChecks.Fault("color", "must be like #1a2b3c"),
            },
            MalwareScanning = MalwareScanning ?? tenant.MalwareScanning,
            RemovesLocation = RemovesLocation ?? tenant.RemovesLocation,
            LogoUri = LogoUri is null ? tenant.LogoUri : FieldChecks.HttpsUrl("logoUri", LogoUri),
            Language = Language switch
            {
                null => tenant.Language,
                "" => null,
                _ => Languages.Language.Find(Language)?.Tag
                    ?? throw FieldChecks.Fault("language", $"must be one of: {string.Join(", ", Languages.Language.Tags)}"),
            },
        };
    }

    /// <summary>The names of the fields that are present, for the audit.</summary>
    public IEnumerable<string> Describe() => JsonBody.Present(this);
}

/// <summary>A tenant's settings; an absent field stays as it is, an empty text removes an optional value.</summary>
sealed record TenantBody(string? Name = null, IReadOnlyList<string>? Origins = null, string? Color = null,
    string? LogoUri = null, string? Language = null, bool? OpenRegistration = null, bool? ClientIdDocuments = null, string? Domain = null,
    LimitsBody? Limits = null, bool? MalwareScanning = null, bool? RemovesLocation = null)
{
    BrandingBody Branding() => new(Name, Origins, Color, LogoUri, Language, MalwareScanning, RemovesLocation);

    /// <exception cref="Problem">400 <c>invalid_field</c>.</exception>
    public Tenant Apply(Tenant tenant) => Branding().Apply(tenant) with
    {
        OpenRegistration = OpenRegistration ?? tenant.OpenRegistration,
        ClientIdDocuments = ClientIdDocuments ?? tenant.ClientIdDocuments,
        Domain = Domain switch
        {
            null => tenant.Domain,
            "" => null,
            _ => Tenant.IsDomain(Domain) ? Domain
                : throw FieldChecks.Fault("domain", "must be a lower-case domain such as login.example.com"),
        },
        Limits = Limits?.Apply(tenant.Limits) ?? tenant.Limits,
    };

    /// <summary>The names of the fields that are present, for the audit.</summary>
    public IEnumerable<string> Describe() => JsonBody.Present(this);
}
