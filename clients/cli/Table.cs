using System.Globalization;
using System.Text;

namespace Latchkey.Cli;

/// <summary>
/// A list as a table. Lines break between words alone, so an id stays whole; a table that is too wide for that becomes
/// lines of fields.
/// </summary>
sealed class Table(IReadOnlyList<string> columns, IReadOnlyList<string[]> rows)
{
    const int Gap = 2;

    public IEnumerable<string> Lines(int width)
    {
        var natural = Widths(text => WidthOf(text));
        var least = Widths(text => text.Split(' ').Max(WidthOf));
        var gaps = Gap * (columns.Count - 1L);
        if (least.Sum(column => (long)column) + gaps > width)
            return rows.SelectMany((row, n) =>
                (n == 0 ? (string[])[] : [""]).Concat(Fields([.. columns.Zip(row).Where(field => field.Second.Length > 0)])));
        while (natural.Sum(column => (long)column) + gaps > width)
        {
            var widest = Enumerable.Range(0, columns.Count).Where(n => natural[n] > least[n]).MaxBy(n => natural[n]);
            natural[widest]--;
        }
        return [.. Line(columns, natural), .. Line([.. natural.Select(column => new string('-', column))], natural),
            .. rows.SelectMany(row => Line(row, natural))];
    }

    /// <summary>A line for each field; a value is one line, however long.</summary>
    public static IEnumerable<string> Fields(IReadOnlyList<(string Name, string Text)> fields)
    {
        var name = fields.Select(field => field.Name.Length).DefaultIfEmpty().Max();
        return fields.Select(field => $"{field.Name.PadRight(name)}  {field.Text}");
    }

    int[] Widths(Func<string, int> of) => [.. columns.Select((column, n) => rows.Select(row => of(row[n])).Append(of(column)).Max())];

    static IEnumerable<string> Line(IReadOnlyList<string> cells, int[] widths)
    {
        var wrapped = cells.Select((cell, n) => Wrap(cell, widths[n])).ToList();
        for (var line = 0; line < wrapped.Max(cell => cell.Count); line++)
        {
            var text = new StringBuilder();
            for (var n = 0; n < wrapped.Count; n++)
            {
                var part = line < wrapped[n].Count ? wrapped[n][line] : "";
                text.Append(part).Append(' ', Math.Max(0, widths[n] - WidthOf(part)) + Gap);
            }
            yield return text.ToString().TrimEnd();
        }
    }

    static List<string> Wrap(string text, int width)
    {
        var lines = new List<string> { "" };
        foreach (var word in text.Split(' '))
        {
            if (lines[^1].Length == 0) lines[^1] = word;
            else if (WidthOf(lines[^1]) + 1 + WidthOf(word) <= width) lines[^1] += $" {word}";
            else lines.Add(word);
        }
        return lines;
    }

    // Two columns for the wide characters of East Asia and emoji (UAX #11), none for marks.
    static int WidthOf(string text) => text.EnumerateRunes().Sum(rune => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format => 0,
        _ => rune.Value is (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF)
            or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0x1F300 and <= 0x1FAFF) or (>= 0x20000 and <= 0x3FFFD) ? 2 : 1,
    });
}
