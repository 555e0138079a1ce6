using System.Text;
using Azure.Data.Tables;

namespace Latchkey.Storage;

/// <summary>Stores lists in one column, an item per line, and long texts in several columns.</summary>
public static class Columns
{
    // A string property holds 64 KiB, which is 32,768 characters of UTF-16.
    const int MaxChars = 32_000;

    /// <summary>Writes a text into as many columns as it needs: <c>Name</c>, <c>Name2</c>, <c>Name3</c>, and so on.</summary>
    public static void PutLong(TableEntity row, string name, string text)
    {
        for (var (start, n) = (0, 1); start == 0 || start < text.Length; start += MaxChars, n++)
            row[n == 1 ? name : $"{name}{n}"] = text.Substring(start, Math.Min(MaxChars, text.Length - start));
    }

    /// <summary>Reads a text that <see cref="PutLong"/> wrote.</summary>
    public static string GetLong(TableEntity row, string name)
    {
        var text = new StringBuilder(row.GetString(name));
        for (var n = 2; row.GetString($"{name}{n}") is { } more; n++) text.Append(more);
        return text.ToString();
    }

    /// <summary>Joins items into one column.</summary>
    /// <exception cref="ArgumentException">An item holds a line break.</exception>
    public static string Join(IEnumerable<string> items)
    {
        var list = items.ToList();
        if (list.Exists(item => item.Contains('\n'))) throw new ArgumentException("An item holds a line break.", nameof(items));
        return string.Join('\n', list);
    }

    /// <summary>Joins ids into one column of bytes, which holds twice as many as one of text. Null stays null.</summary>
    public static byte[]? JoinIds(IReadOnlyList<string>? ids) => ids is null ? null : Encoding.ASCII.GetBytes(string.Join(' ', ids));

    /// <summary>Splits a column that <see cref="JoinIds"/> made.</summary>
    public static IReadOnlyList<string>? SplitIds(byte[]? column) => column is null ? null : Encoding.ASCII.GetString(column).Split(' ');

    /// <summary>Splits a column that <see cref="Join"/> made. Null and empty give an empty list.</summary>
    public static IReadOnlyList<string> Split(string? column) => string.IsNullOrEmpty(column) ? [] : column.Split('\n');
}
