using System.Globalization;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>The request for files that the caller asks for. What is left out has a limit of ours, and lasts for two weeks.</summary>
sealed record FileRequestBody
{
    const int MaxTitleChars = 200;
    const int MaxMessageChars = 2000;
    const int MaxPasswordChars = 256;
    const int MaxMaxFiles = 10_000;
    const int DefaultMaxFiles = 100;
    const int MaxTypes = 50;

    static readonly TimeSpan DefaultLife = TimeSpan.FromDays(14);
    static readonly TimeSpan MaxLife = TimeSpan.FromDays(366);

    public string? Folder { get; init; }

    public string? Space { get; init; }

    public required string Title { get; init; }

    public string? Message { get; init; }

    public string? ExpiresAt { get; init; }

    public long? ExpiresInSeconds { get; init; }

    public string? Password { get; init; }

    public long? MaxFiles { get; init; }

    public long? MaxFileBytes { get; init; }

    public long? MaxTotalBytes { get; init; }

    public IReadOnlyList<string>? ContentTypes { get; init; }

    /// <summary>The request without what depends on the caller; the secret and the password are set later.</summary>
    /// <exception cref="Problem">400 <c>invalid_field</c>, <c>invalid_folder</c>.</exception>
    public FileRequest ToRequest(Tenant tenant, Owner owner, string client, long largestFile, DateTimeOffset now) => new()
    {
        Tenant = tenant.Id,
        Id = FileRecord.NewId(tenant.Id, owner),
        Owner = owner,
        Client = client,
        Folder = FileName.ReadFolder(Folder),
        Title = CheckedTitle(),
        Message = CheckedMessage(),
        SecretHash = "",
        MaxFiles = Within(MaxFiles ?? DefaultMaxFiles, MaxMaxFiles, "maxFiles"),
        MaxFileBytes = MaxFileBytes is { } most ? Math.Min(Within(most, long.MaxValue, "maxFileBytes"), largestFile) : largestFile,
        MaxTotalBytes = Math.Min(Within(MaxTotalBytes ?? FileRequest.DefaultTotalBytes, long.MaxValue, "maxTotalBytes"),
            tenant.Limits.SpaceBytes),
        ContentTypes = CheckedTypes(),
        CreatedAt = now,
        ExpiresAt = CheckedEnd(now),
    };

    /// <summary>The password, checked, or null.</summary>
    /// <exception cref="Problem">400 <c>invalid_field</c></exception>
    public string? CheckedPassword() => Password switch
    {
        null => null,
        "" or { Length: > MaxPasswordChars } => throw Problem.InvalidField("password", $"must have 1 to {MaxPasswordChars} characters"),
        _ when !PasswordHashing.IsTypable(Password) => throw Problem.InvalidField("password", "must not contain U+0000"),
        _ => Password,
    };

    string CheckedTitle()
    {
        var title = Title.Trim();
        return title.Length <= MaxTitleChars && FieldRules.IsDisplayText(title) ? title
            : throw Problem.InvalidField("title", $"must have 1 to {MaxTitleChars} characters that people can read");
    }

    string? CheckedMessage()
    {
        if (string.IsNullOrWhiteSpace(Message)) return null;
        var lines = Message.ReplaceLineEndings("\n").Trim();
        return lines.Length <= MaxMessageChars && lines.Split('\n').All(line => line.Length == 0 || IsReadable(line)) ? lines
            : throw Problem.InvalidField("message", $"must have {MaxMessageChars} characters at most, and only those that people can read");
    }

    static bool IsReadable(string line) => string.IsNullOrWhiteSpace(line) || FieldRules.IsDisplayText(line.Replace('\t', ' '));

    static long Within(long value, long most, string field) => value >= 1 && value <= most ? value
        : throw Problem.InvalidField(field, most == long.MaxValue ? "must be at least 1" : $"must be 1 to {most}");

    List<string> CheckedTypes()
    {
        var types = ContentTypes ?? [];
        if (types.Count > MaxTypes || !types.All(IsType))
            throw Problem.InvalidField("contentTypes", $"must be at most {MaxTypes} types such as image/* and application/pdf");
        return [.. types.Select(type => type.ToLowerInvariant()).Distinct(StringComparer.Ordinal)];
    }

    static bool IsType(string type)
    {
        try
        {
            var essence = type.EndsWith("/*", StringComparison.Ordinal) ? type[..^1] + "x" : type;
            return MediaType.Read(essence) == essence && !essence.Contains(';', StringComparison.Ordinal);
        }
        catch (Problem)
        {
            return false;
        }
    }

    DateTimeOffset CheckedEnd(DateTimeOffset now)
    {
        if (ExpiresAt is not null && ExpiresInSeconds is not null)
            throw Problem.InvalidField("expiresAt", "and expiresInSeconds can't both be given");
        if (ExpiresInSeconds is { } seconds)
        {
            return seconds >= 1 && seconds <= (long)MaxLife.TotalSeconds ? now.AddSeconds(seconds)
                : throw Problem.InvalidField("expiresInSeconds", $"must be 1 to {(long)MaxLife.TotalSeconds}");
        }
        if (ExpiresAt is null) return now + DefaultLife;
        return DateTimeOffset.TryParseExact(ExpiresAt, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var until)
            && until > now && until <= now + MaxLife
            ? until : throw Problem.InvalidField("expiresAt", $"must be within the next {MaxLife.Days} days, such as 2030-01-31T12:00:00Z");
    }
}
