namespace Latchkey.Languages;

/// <summary>The plural categories of whole numbers (Unicode CLDR, "Language Plural Rules").</summary>
public static class Plural
{
    /// <summary>The category that every text with plural forms has.</summary>
    public const string Other = "other";

    /// <summary>The categories that a language's texts need.</summary>
    public static IReadOnlyList<string> Categories(Language language) => language.Tag switch
    {
        "ja" or "zh-Hans" => [Other],
        "pl" => ["one", "few", "many", Other],
        "ar" => ["zero", "one", "two", "few", "many", Other],
        _ => ["one", Other],
    };

    /// <summary>The category of a number.</summary>
    public static string Category(Language language, long number) => language.Tag switch
    {
        "ja" or "zh-Hans" => Other,
        "fr" or "pt" => number is 0 or 1 ? "one" : Other,
        "pl" => (number, number % 10, number % 100) switch
        {
            (1, _, _) => "one",
            (_, >= 2 and <= 4, not (>= 12 and <= 14)) => "few",
            _ => "many",
        },
        "ar" => (number, number % 100) switch
        {
            (0, _) => "zero",
            (1, _) => "one",
            (2, _) => "two",
            (_, >= 3 and <= 10) => "few",
            (_, >= 11) => "many",
            _ => Other,
        },
        _ => number == 1 ? "one" : Other,
    };
}
