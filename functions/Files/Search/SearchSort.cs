using System.Globalization;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// An order in which files are found. The index has one, the newest first. Any other needs all entries that the search can fit, of which a
/// page keeps the first ones, so it is only for as many as a page reads (<see cref="FileSearch.MaxRows"/>).
/// </summary>
/// <param name="By"><c>time</c>, the file's own, <c>name</c> or <c>size</c>.</param>
/// <param name="Descending">True for the descending order.</param>
sealed record SearchSort(string By, bool Descending)
{
    const int SizeDigits = 19;

    /// <summary>True for the order of the index.</summary>
    public bool IsOfIndex => this is { By: "time", Descending: true };

    /// <summary>Reads <c>name</c>, <c>-name</c>, and so on; the order of the index if it is left out.</summary>
    /// <exception cref="Problem">400 <c>invalid_sort</c></exception>
    public static SearchSort Read(string? text)
    {
        var by = text?.TrimStart('-') ?? "time";
        return by is "time" or "name" or "size" && (text?.Length ?? by.Length) <= by.Length + 1
            ? new(by, text is null or ['-', ..])
            : throw Problem.BadRequest("invalid_sort",
                "sort must be time, name or size, with a - in front for the descending order; without it, it is -time.");
    }

    /// <summary>The position of an entry, as a text. No two files have the same.</summary>
    public string PositionOf(SearchEntry entry) => By switch
    {
        "name" => $"{RowKeys.SortKey(entry.Name)}-{entry.Key}",
        "size" => $"{entry.Size.ToString("D" + SizeDigits, CultureInfo.InvariantCulture)}-{entry.Key}",
        _ => entry.Key,
    };

    /// <summary>Compares two positions in this order. Places count time down, so those are the other way round.</summary>
    public int Compare(string one, string other) => Descending == (By == "time") ? string.CompareOrdinal(one, other)
        : string.CompareOrdinal(other, one);

    /// <summary>True if the text has the form of a position in this order.</summary>
    public bool IsPosition(string text) => By == "time" ? RowKeys.IsSearchPlace(text)
        : text.LastIndexOf('-') is var at and >= 0 && RowKeys.IsSearchPlace(text[(at + 1)..])
            && (By == "name" ? text[..at].All(char.IsAsciiHexDigitLower) : at == SizeDigits && text[..at].All(char.IsAsciiDigit));
}
