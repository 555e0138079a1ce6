using System.Text;
using Azure.Data.Tables;

namespace Latchkey.Storage;

/// <summary>Lists in one column: lines, because none of our list items may hold a line break. And long texts in several.</summary>
public static class Columns
{
    // A string property holds 64 KiB, which is 32,768 characters of UTF-16.
    const int MaxChars = 32_000;

    /// <summary>Writes a text into as many columns as it needs: <c>Name</c>, <c>Name2</c>, <c>Name3</c> and so on.</summary>
    public static void PutLong(TableEntity row, string name, string text)
    {
        for (var (start, n) = (0, 1); start == 0 || start < text.Length; start += MaxChars, n++)
            row[n == 1 ? name : $"{name}{n}"] = text.Substring(start, Math.Min(MaxChars, text.Length - start));
    }

    /// <summary>The text that <see cref="PutLong"/> wrote.</summary>
    public static string GetLong(TableEntity row, string name)
    {
        var text = new StringBuilder(row.GetString(name));
        for (var n = 2; row.GetString($"{name}{n}") is { } more; n++) text.Append(more);
        return text.ToString();
    }

    /// <summary>Joins items.</summary>
    /// <exception cref="ArgumentException">An item holds a line break.</exception>
    public static string Join(IEnumerable<string> items)
    {
        var list = items.ToList();
        if (list.Exists(item => item.Contains('\n'))) throw new ArgumentException("An item holds a line break.", nameof(items));
        return string.Join('\n', list);
    }

    /// <summary>Splits what <see cref="Join"/> made; null and empty are no items.</summary>
    public static IReadOnlyList<string> Split(string? column) => string.IsNullOrEmpty(column) ? [] : column.Split('\n');
}
