using Latchkey.Http;

namespace Latchkey.Files;

/// <summary>The link that the caller asks for: to a folder of a space, or to several files.</summary>
sealed record SpaceLinkBody
{
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
        _ = (Title is null ? null : SharingFields.Title(Title), SharingFields.Password(Password));
        if (MaxDownloads is < 1) throw Problem.InvalidField("maxDownloads", MaxDownloadsRule);
    }

    public DateTimeOffset? CheckedUntil(DateTimeOffset now) => ReadUntil(Until, now);

    /// <summary>What a limit of downloads must be.</summary>
    public const string MaxDownloadsRule = "must be at least 1";

    /// <summary>Until when a link is to live; null for no end.</summary>
    /// <exception cref="Problem">400 <c>invalid_field</c></exception>
    public static DateTimeOffset? ReadUntil(string? until, DateTimeOffset now) => until is null ? null
        : SharingFields.TryEnd(until, now) ?? throw Problem.InvalidField("until", SharingFields.EndRule);
}
