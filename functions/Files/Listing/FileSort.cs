using System.Globalization;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>An order of files.</summary>
/// <param name="By"><c>name</c>, <c>created</c> or <c>size</c>.</param>
/// <param name="Descending">The other way round.</param>
public sealed record FileSort(string By, bool Descending)
{
    /// <summary>By name, which row keys are ordered by.</summary>
    public bool IsByName => this is { By: "name", Descending: false };

    /// <summary>The newest first, which row keys are ordered by too.</summary>
    public bool IsNewest => this is { By: "created", Descending: true };

    /// <summary>Reads <c>name</c>, <c>-name</c> and so on; nothing is by name.</summary>
    /// <exception cref="Problem">400 <c>invalid_sort</c>.</exception>
    public static FileSort Read(string? text)
    {
        var by = text?.TrimStart('-') ?? "name";
        return by is "name" or "created" or "size" && (text?.Length ?? by.Length) <= by.Length + 1
            ? new FileSort(by, text?[0] == '-')
            : throw Problem.BadRequest("invalid_sort", "sort must be name, created or size, or one of them with a - in front.");
    }

    /// <summary>Where a file is in this order, as text that sorts so; the id makes each place one file's.</summary>
    public string PositionOf(FileRecord file) => $"{Value(file)}-{file.Id}";

    /// <summary>True if the text has the shape of a place in this order.</summary>
    public bool IsPosition(string text) =>
        text.Split('-') is [var value, var id] && value.All(char.IsAsciiHexDigitLower) && Ids.IsBase32(id, 32)
        && (By == "name" || value.Length == 19);

    string Value(FileRecord file) => By switch
    {
        "name" => RowKeys.SortKey(file.Name),
        "created" => RowKeys.Ascending(file.CreatedAt),
        _ => file.Size.ToString("D19", CultureInfo.InvariantCulture),
    };
}
