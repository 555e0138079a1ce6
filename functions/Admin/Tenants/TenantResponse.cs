using Latchkey.Tenancy;


namespace Latchkey.Admin;

/// <summary>A tenant as operators see it.</summary>
sealed record TenantResponse(string Id, string Name, string Issuer, string Status, string? SuspendedBecause, string? Domain,
    IReadOnlyList<string> Origins, string? Color, string? LogoUri, bool OpenRegistration, DateTime? CreatedAt, LimitsResponse Limits)
{
    public static TenantResponse Of(Tenant tenant) => new(tenant.Id, tenant.Name, tenant.Issuer,
        tenant.SuspendedBecause is null ? "active" : "suspended", tenant.SuspendedBecause, tenant.Domain,
        tenant.Origins, tenant.Color, tenant.LogoUri, tenant.OpenRegistration, tenant.CreatedAt?.UtcDateTime, LimitsResponse.Of(tenant.Limits));
}

/// <summary>The settings that a tenant's own administrators can change; <see cref="TenantBody"/> has the operators' ones too.</summary>
sealed record BrandingBody(string? Name = null, IReadOnlyList<string>? Origins = null, string? Color = null, string? LogoUri = null)
{
    const int MaxOrigins = 50;

    /// <exception cref="Http.Problem">400 <c>invalid_field</c>.</exception>
    public Tenant Apply(Tenant tenant)
    {
        if (Origins?.Count > MaxOrigins) throw Input.Fault("origins", $"must have at most {MaxOrigins} entries");
        return tenant with
        {
            Name = Name is null ? tenant.Name : Input.Shown("name", Name),
            Origins = Origins is null ? tenant.Origins : [.. Origins.Select(origin => Input.Origin("origins", origin)).Distinct()],
            Color = Color switch { null => tenant.Color, "" => null, _ => IsColor(Color) ? Color : throw Input.Fault("color", "must be like #1a2b3c") },
            LogoUri = LogoUri is null ? tenant.LogoUri : Input.Https("logoUri", LogoUri),
        };
    }

    /// <summary>The names of the fields that are present, for the audit.</summary>
    public IEnumerable<string> Describe()
    {
        if (Name is not null) yield return "name";
        if (Origins is not null) yield return "origins";
        if (Color is not null) yield return "color";
        if (LogoUri is not null) yield return "logoUri";
    }

    static bool IsColor(string text) => text.Length == 7 && text[0] == '#' && text[1..].All(char.IsAsciiHexDigit);
}

/// <summary>A tenant's settings; an absent field stays as it is, an empty text removes an optional value.</summary>
sealed record TenantBody(string? Name = null, IReadOnlyList<string>? Origins = null, string? Color = null,
    string? LogoUri = null, bool? OpenRegistration = null, string? Domain = null, LimitsBody? Limits = null)
{
    BrandingBody Branding => new(Name, Origins, Color, LogoUri);

    /// <exception cref="Http.Problem">400 <c>invalid_field</c>.</exception>
    public Tenant Apply(Tenant tenant) => Branding.Apply(tenant) with
    {
        OpenRegistration = OpenRegistration ?? tenant.OpenRegistration,
        Domain = Domain switch
        {
            null => tenant.Domain,
            "" => null,
            _ => Tenant.IsDomain(Domain) ? Domain : throw Input.Fault("domain", "must be a lower-case domain such as login.example.com"),
        },
        Limits = Limits?.Apply(tenant.Limits) ?? tenant.Limits,
    };

    /// <summary>The names of the fields that are present, for the audit.</summary>
    public IEnumerable<string> Describe()
    {
        foreach (var field in Branding.Describe()) yield return field;
        if (OpenRegistration is not null) yield return "openRegistration";
        if (Domain is not null) yield return "domain";
        if (Limits is not null) yield return "limits";
    }
}
