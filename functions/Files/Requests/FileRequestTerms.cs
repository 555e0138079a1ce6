using Latchkey.Http;
using Latchkey.Protocol;

namespace Latchkey.Files;

/// <summary>What the bodies that create a request for files and that change one both say: its limits and its end.</summary>
abstract record FileRequestTerms
{
    const int MaxMessageChars = 2000;
    const int MaxMaxFiles = 10_000;
    const int MaxTypes = 50;

    static readonly TimeSpan MaxLife = TimeSpan.FromDays(366);

    public string? ExpiresAt { get; init; }

    public long? ExpiresInSeconds { get; init; }

    public long? MaxFiles { get; init; }

    public long? MaxFileBytes { get; init; }

    public long? MaxTotalBytes { get; init; }

    public IReadOnlyList<string>? ContentTypes { get; init; }

    /// <summary>The request with what is given here, within what the tenant allows.</summary>
    /// <param name="request">The request. What is left out stays.</param>
    /// <param name="largest">How many bytes a file may have at most.</param>
    /// <param name="total">How many bytes a space may have.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="Problem">400 <c>invalid_field</c></exception>
    public FileRequest Apply(FileRequest request, long largest, long total, DateTimeOffset now) => request with
    {
        MaxFiles = Within(MaxFiles ?? request.MaxFiles, MaxMaxFiles, "maxFiles"),
        MaxFileBytes = Math.Min(Within(MaxFileBytes ?? request.MaxFileBytes, long.MaxValue, "maxFileBytes"), largest),
        MaxTotalBytes = Math.Min(Within(MaxTotalBytes ?? request.MaxTotalBytes, long.MaxValue, "maxTotalBytes"), total),
        ContentTypes = ContentTypes is null ? request.ContentTypes : CheckedTypes(ContentTypes),
        ExpiresAt = CheckedEnd(now) ?? request.ExpiresAt,
    };

    /// <summary>A message; null for none.</summary>
    /// <exception cref="Problem">400 <c>invalid_field</c></exception>
    protected static string? CheckedMessage(string? message)
    {
        if (string.IsNullOrWhiteSpace(message)) return null;
        var lines = message.ReplaceLineEndings("\n").Trim();
        return lines.Length <= MaxMessageChars && lines.Split('\n').All(line => line.Length == 0 || IsReadable(line)) ? lines
            : throw Problem.InvalidField("message", $"must have {MaxMessageChars} characters at most, and only those that people can read");
    }

    static bool IsReadable(string line) => string.IsNullOrWhiteSpace(line) || FieldRules.IsDisplayText(line.Replace('\t', ' '));

    static long Within(long value, long most, string field) => value >= 1 && value <= most ? value
        : throw Problem.InvalidField(field, most == long.MaxValue ? "must be at least 1" : $"must be 1 to {most}");

    static List<string> CheckedTypes(IReadOnlyList<string> types)
    {
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

    DateTimeOffset? CheckedEnd(DateTimeOffset now)
    {
        if (ExpiresAt is not null && ExpiresInSeconds is not null)
            throw Problem.InvalidField("expiresAt", "and expiresInSeconds can't both be given");
        if (ExpiresInSeconds is { } seconds)
        {
            return seconds >= 1 && seconds <= (long)MaxLife.TotalSeconds ? now.AddSeconds(seconds)
                : throw Problem.InvalidField("expiresInSeconds", $"must be 1 to {(long)MaxLife.TotalSeconds}");
        }
        return ExpiresAt is null ? null : SharingFields.TryTime(ExpiresAt, now, now + MaxLife)
            ?? throw Problem.InvalidField("expiresAt", $"must be within the next {MaxLife.Days} days, such as {SharingFields.Example}");
    }
}
