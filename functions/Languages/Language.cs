using System.Globalization;

namespace Latchkey.Languages;

/// <summary>A language that people are addressed in. Its texts are in <c>texts/{Tag}.json</c>.</summary>
/// <param name="Tag">Its tag (BCP 47).</param>
/// <param name="Name">Its name, in the language itself.</param>
/// <param name="IsRightToLeft">True if it is written from right to left.</param>
public sealed record Language(string Tag, string Name, bool IsRightToLeft = false)
{
    /// <summary>The language that every text is written in first, and that stands in where a translation is missing.</summary>
    public static Language English { get; } = new("en", "English");

    /// <summary>All languages, in the order in which pages offer them.</summary>
    public static IReadOnlyList<Language> All { get; } =
    [
        English, new("de", "Deutsch"), new("fr", "Français"), new("es", "Español"), new("pt", "Português"), new("it", "Italiano"),
        new("nl", "Nederlands"), new("pl", "Polski"), new("tr", "Türkçe"), new("ja", "日本語"), new("zh-Hans", "简体中文"),
        new("ar", "العربية", IsRightToLeft: true),
    ];

    /// <summary>The tags of all languages.</summary>
    public static IReadOnlyList<string> Tags { get; } = [.. All.Select(language => language.Tag)];

    /// <summary>The direction of its script, as HTML names it.</summary>
    public string Direction => IsRightToLeft ? "rtl" : "ltr";

    /// <summary>How it writes numbers. A machine without ICU data knows no languages, and numbers are written as in English.</summary>
    public CultureInfo Culture { get; } = CultureOf(Tag);

    /// <summary>The language with exactly this tag, or null.</summary>
    public static Language? Find(string? tag) => All.FirstOrDefault(language => language.Tag == tag);

    /// <summary>
    /// The language that a range asks for (RFC 4647 §3.4, lookup): the range is shortened from the end until a language has it.
    /// Null if none has, and for <c>*</c>.
    /// </summary>
    public static Language? Lookup(string range)
    {
        for (var rest = range; rest.Length > 0; rest = rest.LastIndexOf('-') is > 0 and var cut ? rest[..cut] : "")
        {
            var found = All.FirstOrDefault(language => language.Tag.Equals(rest, StringComparison.OrdinalIgnoreCase)
                || language.Tag.Split('-')[0].Equals(rest, StringComparison.OrdinalIgnoreCase));
            if (found is not null) return found;
        }
        return null;
    }

    static CultureInfo CultureOf(string tag)
    {
        try
        {
            var culture = (CultureInfo)CultureInfo.GetCultureInfo(tag).Clone();
            culture.DateTimeFormat.Calendar = new GregorianCalendar(); // As everywhere else in Latchkey.
            return CultureInfo.ReadOnly(culture);
        }
        catch (Exception fault) when (fault is CultureNotFoundException or ArgumentOutOfRangeException)
        {
            return CultureInfo.InvariantCulture;
        }
    }
}
