namespace Latchkey.Storage;

/// <summary>Lists in one column: lines, because none of our list items may hold a line break.</summary>
public static class Columns
{
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
