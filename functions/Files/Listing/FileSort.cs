using System.Globalization;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>An order in which files are listed.</summary>
/// <param name="By"><c>name</c>, <c>created</c>, <c>modified</c>, <c>taken</c> or <c>size</c>.</param>
/// <param name="Descending">True for the descending order.</param>
public sealed record FileSort(string By, bool Descending)
{
    /// <summary>True for the order by name, which is an order of row keys.</summary>
    public bool IsByName => this is { By: "name", Descending: false };

    /// <summary>True for the newest first, which is an order of row keys too.</summary>
    public bool IsNewest => this is { By: "created", Descending: true };

    /// <summary>True for the last taken first, which is an order of row keys too.</summary>
    public bool IsLastTaken => this is { By: "taken", Descending: true };

    /// <summary>True if the order has a place for the file: one that was taken at no known time has none among those that were.</summary>
    public bool Includes(FileRecord file) => By != "taken" || file.TakenAt is not null;

    /// <summary>Reads <c>name</c>, <c>-name</c>, and so on. The default is by name.</summary>
    /// <exception cref="Problem">400 <c>invalid_sort</c>.</exception>
    public static FileSort Read(string? text)
    {
        var by = text?.TrimStart('-') ?? "name";
        return by is "name" or "created" or "modified" or "taken" or "size" && (text?.Length ?? by.Length) <= by.Length + 1
            ? new FileSort(by, text?[0] == '-')
            : throw Problem.BadRequest("invalid_sort",
                "sort must be name, created, modified, taken or size, with a - in front for the descending order.");
    }

    /// <summary>The position of a file, as a text that sorts in this order. With the id, no two files have the same position.</summary>
    public string PositionOf(FileRecord file) => $"{Value(file)}-{file.Id}";

    /// <summary>True if the text has the form of a position in this order.</summary>
    public bool IsPosition(string text) =>
        text.Split('-') is [var value, var id] && value.All(char.IsAsciiHexDigitLower) && Ids.IsBase32(id, 32)
        && (By == "name" || value.Length == 19);

    string Value(FileRecord file) => By switch
    {
        "name" => RowKeys.SortKey(file.Name),
        "created" => RowKeys.Ascending(file.CreatedAt),
        "modified" => RowKeys.Ascending(file.ModifiedAt ?? file.CreatedAt),
        "taken" => RowKeys.Ascending(file.TakenAt!.Value),
        _ => file.Size.ToString("D19", CultureInfo.InvariantCulture),
    };
}
