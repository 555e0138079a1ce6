using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Latchkey.Languages;

/// <summary>
/// Looks texts up for <see cref="LanguageContext.Current"/>. Classes of texts use it by <c>using static</c>: the name of the member that
/// asks is the text's key.
/// </summary>
public static class Texts
{
    /// <summary>The text of this key, the caller's name if none is given.</summary>
    public static string Text([CallerMemberName] string key = "") => Find(key, null);

    /// <summary>The text with one value in the place of <c>{name}</c>. A whole number also decides about the plural form.</summary>
    public static string Text((string Name, object Value) value, [CallerMemberName] string key = "") =>
        Fill(Find(key, Count(value)), value);

    /// <summary>The text with two values. The first whole number decides about the plural form.</summary>
    public static string Text((string Name, object Value) first, (string Name, object Value) second, [CallerMemberName] string key = "") =>
        Fill(Find(key, Count(first) ?? Count(second)), first, second);

    /// <summary>
    /// The texts whose keys begin with a prefix, with their placeholders and in all plural forms: for scripts, which fill them in.
    /// </summary>
    public static IReadOnlyDictionary<string, string> StartingWith(string prefix)
    {
        var reader = LanguageContext.Current;
        var own = reader.Wording.GetValueOrDefault(reader.Language.Tag);
        return TextFiles.Keys(reader.Language).Where(key => key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(key => key, key => own?.GetValueOrDefault(key) ?? TextFiles.Of(reader.Language).GetValueOrDefault(key)
                ?? TextFiles.Of(Language.English).GetValueOrDefault(key) ?? key, StringComparer.Ordinal);
    }

    /// <summary>An instant to the minute, in the reader's time zone if it is known, otherwise in UTC; with the zone's name.</summary>
    public static string Time(DateTimeOffset instant)
    {
        var (language, zone) = (LanguageContext.Current.Language, LanguageContext.Current.Zone);
        var culture = language.Culture;
        // English-speaking countries disagree about the order of numbers.
        var date = culture.Equals(CultureInfo.InvariantCulture) ? "yyyy-MM-dd"
            : language == Language.English ? "d MMM yyyy" : culture.DateTimeFormat.ShortDatePattern;
        var local = zone is null ? instant.UtcDateTime : TimeZoneInfo.ConvertTime(instant, zone).DateTime;
        return $"{local.ToString($"{date} HH:mm", culture)} {zone?.Id ?? "UTC"}";
    }

    // The tenant's wording comes first; a text that a language lacks is shown in English.
    static string Find(string key, long? count)
    {
        var reader = LanguageContext.Current;
        return (reader.Wording.TryGetValue(reader.Language.Tag, out var own) ? Find(own, reader.Language, key, count) : null)
            ?? Find(TextFiles.Of(reader.Language), reader.Language, key, count)
            ?? Find(TextFiles.Of(Language.English), Language.English, key, count)
            ?? key;
    }

    static string? Find(IReadOnlyDictionary<string, string> texts, Language language, string key, long? count) =>
        texts.GetValueOrDefault(key) ?? (count is { } number
            ? texts.GetValueOrDefault($"{key}.{Plural.Category(language, number)}") ?? texts.GetValueOrDefault($"{key}.{Plural.Other}")
            : null);

    static long? Count((string Name, object Value) value) => value.Value switch
    {
        int number => number,
        long number => number,
        _ => null,
    };

    // In one pass: a value that looks like a placeholder stays as it is.
    static string Fill(string text, params ReadOnlySpan<(string Name, object Value)> values)
    {
        var filled = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var (start, length, value) = Next(text, at, values);
            filled.Append(text, at, start - at).Append(value);
            at = start + length;
        }
        return filled.ToString();
    }

    static (int Start, int Length, string Value) Next(string text, int from, ReadOnlySpan<(string Name, object Value)> values)
    {
        var next = (Start: text.Length, Length: 0, Value: "");
        foreach (var (name, value) in values)
        {
            var start = text.IndexOf($"{{{name}}}", from, StringComparison.Ordinal);
            if (start >= 0 && start < next.Start)
                next = (start, name.Length + 2, Convert.ToString(value, LanguageContext.Current.Language.Culture) ?? "");
        }
        return next;
    }
}
