using Latchkey.Tenancy;

namespace Latchkey.Admin;

/// <summary>A tenant's limits as the API returns them: bytes and numbers of files; -1 means no limit.</summary>
sealed record LimitsResponse(long FileBytes, long SpaceBytes, long SpaceFiles, long SpacePending, long TenantBytes, long TenantFiles,
    IReadOnlyList<string> ContentTypes)
{
    public required int Versions { get; init; }

    public required int VersionDays { get; init; }

    public static LimitsResponse Of(FileLimits limits) => new(
        OrNone(limits.FileBytes), OrNone(limits.SpaceBytes), OrNone(limits.SpaceFiles), OrNone(limits.SpacePending),
        OrNone(limits.TenantBytes), OrNone(limits.TenantFiles), limits.ContentTypes)
    {
        Versions = limits.Versions,
        VersionDays = limits.VersionDays,
    };

    static long OrNone(long limit) => limit == long.MaxValue ? LimitsBody.None : limit;
}

/// <summary>New limits. An absent one stays as it is, -1 removes the limit, an empty list of content types allows all.</summary>
sealed record LimitsBody(long? FileBytes = null, long? SpaceBytes = null, long? SpaceFiles = null, long? SpacePending = null,
    long? TenantBytes = null, long? TenantFiles = null, IReadOnlyList<string>? ContentTypes = null)
{
    /// <summary>Means that there is no limit.</summary>
    public const long None = -1;

    const long Max = 1L << 53; // The largest integer that every JSON reader holds exactly; 8 PiB.
    const int MaxTypes = 100;
    const int MaxVersions = 100; // They are listed on one page.
    const int MaxVersionDays = 3650;

    /// <summary>Former versions of a file that are kept.</summary>
    public int? Versions { get; init; }

    /// <summary>Days for which one is kept.</summary>
    public int? VersionDays { get; init; }

    /// <exception cref="Http.Problem">400 <c>invalid_field</c>.</exception>
    public FileLimits Apply(FileLimits limits) => new()
    {
        FileBytes = Limit("limits.fileBytes", FileBytes, limits.FileBytes),
        SpaceBytes = Limit("limits.spaceBytes", SpaceBytes, limits.SpaceBytes),
        SpaceFiles = Limit("limits.spaceFiles", SpaceFiles, limits.SpaceFiles),
        SpacePending = Limit("limits.spacePending", SpacePending, limits.SpacePending),
        TenantBytes = Limit("limits.tenantBytes", TenantBytes, limits.TenantBytes),
        TenantFiles = Limit("limits.tenantFiles", TenantFiles, limits.TenantFiles),
        ContentTypes = ContentTypes is null ? limits.ContentTypes : Types(ContentTypes),
        Versions = Number("limits.versions", Versions, limits.Versions, 0, MaxVersions),
        VersionDays = Number("limits.versionDays", VersionDays, limits.VersionDays, 1, MaxVersionDays),
    };

    static long Limit(string field, long? value, long current) => value switch
    {
        null => current,
        None => long.MaxValue,
        >= 0 and <= Max => value.Value,
        _ => throw FieldChecks.Fault(field, $"must be from 0 to {Max}, or {None} for no limit"),
    };

    static int Number(string field, int? value, int current, int min, int max) => value is null ? current
        : value >= min && value <= max ? value.Value : throw FieldChecks.Fault(field, $"must be from {min} to {max}");

    static IReadOnlyList<string> Types(IReadOnlyList<string> types) => types.Count <= MaxTypes && types.All(IsType)
        ? [.. types.Distinct(StringComparer.Ordinal)]
        : throw FieldChecks.Fault("limits.contentTypes", $"must hold at most {MaxTypes} lower-case types such as image/jpeg or image/*");

    static bool IsType(string text) => text.Length <= 100 && text.Split('/') is [{ Length: > 0 } type, { Length: > 0 } subtype]
        && type.All(IsTokenChar) && (subtype == "*" || subtype.All(IsTokenChar));

    // RFC 6838 §4.2, in lower case.
    static bool IsTokenChar(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)
        || c is '!' or '#' or '$' or '&' or '-' or '^' or '_' or '.' or '+';
}
