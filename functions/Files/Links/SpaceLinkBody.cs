using System.Globalization;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>The link that the caller asks for: to a folder of a space, or to several files.</summary>
sealed record SpaceLinkBody
{
    const int MaxTitleChars = 200;
    const int MaxPasswordChars = 256;
    const int MaxYears = 10;

    public string? Folder { get; init; }

    public string? Space { get; init; }

    public IReadOnlyList<string>? Files { get; init; }

    public string? Title { get; init; }

    public string? Password { get; init; }

    public long? MaxDownloads { get; init; }

    public string? Until { get; init; }

    /// <summary>Refuses a link that is invalid, whatever it leads to.</summary>
    /// <exception cref="Problem">400 <c>invalid_field</c></exception>
    public void Check()
    {
        var (isFolder, isFiles) = (Folder is not null, Files is { Count: > 0 and <= SpaceLink.MaxFiles });
        if (isFolder == Files is not null || (!isFolder && !isFiles) || (Files is not null && Space is not null))
        {
            throw Problem.InvalidField("files",
                $"must hold 1 to {SpaceLink.MaxFiles} ids, or be left out and folder be given instead, with space or without");
        }
        if (Title is not null && (Title.Trim().Length > MaxTitleChars || !FieldRules.IsDisplayText(Title)))
            throw Problem.InvalidField("title", $"must have 1 to {MaxTitleChars} characters that people can read");
        if (MaxDownloads is < 1) throw Problem.InvalidField("maxDownloads", "must be at least 1");
        if (Password is "" or { Length: > MaxPasswordChars } || (Password is not null && !PasswordHashing.IsTypable(Password)))
            throw Problem.InvalidField("password", $"must have 1 to {MaxPasswordChars} characters, and not U+0000");
    }

    public DateTimeOffset? CheckedUntil(DateTimeOffset now)
    {
        if (Until is null) return null;
        return DateTimeOffset.TryParseExact(Until, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var until)
            && until > now && until < now.AddYears(MaxYears)
            ? until : throw Problem.InvalidField("until", $"must be within the next {MaxYears} years, such as 2030-01-31T12:00:00Z");
    }
}
