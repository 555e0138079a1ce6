using System.Text.Json;

namespace Latchkey.Languages;

/// <summary>
/// The texts of all languages, from the files in <c>texts/</c>: flat JSON, a key and its text on each line. A text has
/// placeholders in braces, <c>{app}</c>. A text that depends on a number has a key for each plural category, <c>Key.one</c>,
/// <c>Key.other</c>.
/// </summary>
public static class TextFiles
{
    static readonly Dictionary<string, IReadOnlyDictionary<string, string>> All =
        Language.Tags.ToDictionary(tag => tag, Read, StringComparer.Ordinal);

    /// <summary>The texts of a language by their keys.</summary>
    public static IReadOnlyDictionary<string, string> Of(Language language) => All[language.Tag];

    /// <summary>The names of a text's placeholders, each once, in order.</summary>
    public static IReadOnlyList<string> Placeholders(string text) =>
    [
        .. (from part in text.Split('{').Skip(1)
            let end = part.IndexOf('}', StringComparison.Ordinal)
            where end > 0
            select part[..end]).Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>The keys that a language has to have: those of the English file, with its own plural categories.</summary>
    public static IReadOnlySet<string> Keys(Language language) =>
        (from key in Of(Language.English).Keys
         let name = key.Split('.')[0]
         from form in name == key ? [key] : Plural.Categories(language).Select(category => $"{name}.{category}")
         select form).ToHashSet(StringComparer.Ordinal);

    /// <summary>The placeholders of the text with this key.</summary>
    public static IReadOnlyList<string> PlaceholdersOf(string key)
    {
        var english = Of(Language.English);
        return Placeholders(english.GetValueOrDefault(key) ?? english[$"{key.Split('.')[0]}.{Plural.Other}"]);
    }

    /// <summary>True if a text has the placeholders of its key. A plural form of few numbers may do without: "one minute ago".</summary>
    public static bool FitsPlaceholders(string key, string text)
    {
        var (wanted, found) = (PlaceholdersOf(key), Placeholders(text));
        return key.Split('.') is [_, "zero" or "one" or "two"] ? !found.Except(wanted).Any() : found.SequenceEqual(wanted);
    }

    static IReadOnlyDictionary<string, string> Read(string tag)
    {
        using var file = typeof(TextFiles).Assembly.GetManifestResourceStream($"texts/{tag}.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, string>>(file)!;
    }
}
