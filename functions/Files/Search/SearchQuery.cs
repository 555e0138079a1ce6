using System.Globalization;
using System.Text;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>What somebody looks for in a space. What is left out fits every file.</summary>
sealed record SearchQuery
{
    /// <summary>The parameters of a query string.</summary>
    public static readonly string[] Parameters = ["q", "folder", "type", "tag", "time", "from", "to", "minSize", "maxSize", "sort"];

    const int MaxTypeChars = 127;

    /// <summary>The order.</summary>
    public SearchSort Sort { get; init; } = new("time", Descending: true);

    /// <summary>Texts that are in the name, folded (<see cref="FoldedText"/>).</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>The folder in which the files are, or below which; empty for the whole space.</summary>
    public string Folder { get; init; } = "";

    /// <summary>The media type without parameters, or its beginning with the slash.</summary>
    public string? Type { get; init; }

    /// <summary>A tag, folded.</summary>
    public string? Tag { get; init; }

    /// <summary>Which time counts: <c>created</c>, <c>modified</c>, <c>taken</c>, or null for the file's own.</summary>
    public string? Time { get; init; }

    /// <summary>The earliest and the latest time, in milliseconds.</summary>
    public (long Min, long Max) Times { get; init; } = (0, long.MaxValue);

    /// <summary>The smallest and the largest size, in bytes.</summary>
    public (long Min, long Max) Sizes { get; init; } = (0, long.MaxValue);

    /// <summary>Reads it from a query string.</summary>
    /// <exception cref="Problem">400 <c>invalid_query</c>, <c>invalid_folder</c>, <c>invalid_time</c>, <c>invalid_sort</c>.</exception>
    public static SearchQuery Read(Query query)
    {
        var (from, to) = (FileTime.Read(query["from"], "from"), FileTime.Read(query["to"], "to"));
        var read = new SearchQuery
        {
            Sort = SearchSort.Read(query["sort"]),
            Words = query["q"] is { } text ? [.. FoldedText.Words(Checked("q", text)).Distinct(StringComparer.Ordinal)] : [],
            Folder = FileName.ReadFolder(query["folder"]),
            Type = ReadType(query["type"]),
            Tag = query["tag"] is { } tag ? FoldedText.Normal(Checked("tag", tag)) : null,
            Time = query.OneOf("time", "created", "modified", "taken"),
            Times = (SearchEntry.InMilliseconds(from), to is null ? long.MaxValue : SearchEntry.InMilliseconds(to)),
            Sizes = (ReadSize(query, "minSize") ?? 0, ReadSize(query, "maxSize") ?? long.MaxValue),
        };
        if (read.Times.Min > read.Times.Max) throw Invalid("from is later than to");
        return read.Sizes.Min <= read.Sizes.Max ? read : throw Invalid("minSize is more than maxSize");
    }

    /// <summary>Where files begin that can fit; empty for the beginning of the index.</summary>
    public string Start => Time is null && Times.Max != long.MaxValue ? PlaceOf(Times.Max) : "";

    /// <summary>True if neither this file nor one behind it fits.</summary>
    public bool IsPast(SearchEntry entry) => Time is null && entry.Time < Times.Min;

    /// <summary>True if the file fits.</summary>
    public bool Fits(SearchEntry entry)
    {
        if (entry.Size < Sizes.Min || entry.Size > Sizes.Max) return false;
        if (!FitsTime(Time switch { "created" => entry.Created, "modified" => entry.Modified, "taken" => entry.Taken, _ => entry.Time }))
            return false;
        if (Type is not null && !FitsType(entry.Type)) return false;
        if (Folder.Length > 0 && !IsBelow(entry.Folder)) return false;
        if (Tag is not null && !entry.Tags.Contains($"\n{Tag}\n", StringComparison.Ordinal)) return false;
        foreach (var word in Words)
            if (!entry.Name.Contains(word, StringComparison.Ordinal)) return false;
        return true;
    }

    bool FitsTime(long time) =>
        Times == (0, long.MaxValue) ? Time is null || time != 0 : time >= Math.Max(1, Times.Min) && time <= Times.Max;

    bool FitsType(string type) => Type![^1] == '/' ? type.StartsWith(Type, StringComparison.Ordinal)
        : type.StartsWith(Type, StringComparison.Ordinal) && (type.Length == Type.Length || type[Type.Length] == ';');

    bool IsBelow(string folder) => folder.StartsWith(Folder, StringComparison.Ordinal)
        && (folder.Length == Folder.Length || folder[Folder.Length] == '/');

    static string PlaceOf(long milliseconds) => RowKeys.Descending(
        new DateTimeOffset(Math.Min((milliseconds + 1) * TimeSpan.TicksPerMillisecond, DateTimeOffset.MaxValue.Ticks), TimeSpan.Zero));

    static string Checked(string name, string text)
    {
        if (!text.EnumerateRunes().All(IsCharacter)) throw Invalid($"{name} has what is no character");
        if (text.Length > FileName.MaxNameChars) throw Invalid($"{name} is longer than {FileName.MaxNameChars} characters");
        return FoldedText.Words(text).Count > 0 ? text : throw Invalid($"{name} has no character to look for");
    }

    // What no name can have, such as a slash, is found nowhere; only what can't be compared is refused.
    static bool IsCharacter(Rune rune) =>
        !Rune.IsControl(rune) && (rune.Value & 0xFFFE) != 0xFFFE && rune.Value is not (>= 0xFDD0 and <= 0xFDEF);

    // image, image/, image/* and image/png.
    static string? ReadType(string? text)
    {
        if (text is null) return null;
        var isKind = !text.Contains('/', StringComparison.Ordinal);
        var type = isKind ? text + "/" : text.EndsWith("/*", StringComparison.Ordinal) ? text[..^1] : text;
        return type.Length <= MaxTypeChars && type[0] != '/' && type.Count(one => one == '/') == 1 && type.All(IsTypeCharacter)
            ? type.ToLowerInvariant() : throw Invalid("type must be a media type such as image/jpeg, or image/ for all of its kind");
    }

    static bool IsTypeCharacter(char one) => char.IsAsciiLetterOrDigit(one) || "/!#$&^_.+-".Contains(one, StringComparison.Ordinal);

    static long? ReadSize(Query query, string name) => query[name] is not { } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size
        : throw Invalid($"{name} must be a whole number of bytes");

    static Problem Invalid(string why) => Problem.BadRequest("invalid_query", $"Invalid search: {why}.");
}
