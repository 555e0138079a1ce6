using System.Globalization;

namespace Latchkey.Languages;

/// <summary>Reads what callers say about their languages. Both kinds of list are cut off early: callers choose their length.</summary>
public static class LanguageRanges
{
    const int MaxChars = 1000;
    const int MaxRanges = 20;

    /// <summary>The first language of an <c>Accept-Language</c> header that we have, by its weights (RFC 9110 §12.5.4); or null.</summary>
    public static Language? FromHeader(string? header)
    {
        var ranges =
            from part in Split(header, ',')
            let fields = part.Split(';', StringSplitOptions.TrimEntries)
            let weight = fields.Length == 1 ? 1 : Weight(fields[1])
            where weight > 0
            orderby weight descending // Stable: of equal weights, the first counts.
            select fields[0];
        return First(ranges);
    }

    /// <summary>The first language of a <c>ui_locales</c> parameter that we have (OIDC Core §3.1.2.1); or null.</summary>
    public static Language? FromUiLocales(string? locales) => First(Split(locales, ' '));

    static Language? First(IEnumerable<string> ranges) => ranges.Select(Language.Lookup).FirstOrDefault(found => found is not null);

    static IEnumerable<string> Split(string? list, char separator)
    {
        if (list is null) return [];
        var bounded = list.Length <= MaxChars ? list : list[..MaxChars];
        return bounded.Split(separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(MaxRanges);
    }

    // A weight that can't be read counts as not wanted.
    static double Weight(string parameter) =>
        parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase)
        && double.TryParse(parameter.AsSpan(2), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight)
        && weight <= 1 ? weight : 0;
}
