namespace Latchkey.Languages;

/// <summary>
/// The person whom the request at hand is for: the language in which they are addressed, and their tenant's own wording.
/// Everything below <see cref="Begin"/> sees it, without being handed it.
/// </summary>
public sealed class LanguageContext
{
    static readonly AsyncLocal<LanguageContext?> Ambient = new();
    static readonly Dictionary<string, IReadOnlyDictionary<string, string>> NoWording = [];

    LanguageContext(Language language) => Language = language;

    /// <summary>The person at hand; outside of pages and mails, somebody who reads English.</summary>
    public static LanguageContext Current => Ambient.Value ?? new LanguageContext(Language.English);

    /// <summary>The language in which they are addressed.</summary>
    public Language Language { get; set; }

    /// <summary>Their tenant's own texts: by language and key.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Wording { get; set; } = NoWording;

    /// <summary>When they chose the language themselves, or null.</summary>
    public DateTimeOffset? ChosenAt { get; set; }

    /// <summary>True if the app asked for this language.</summary>
    public bool IsAskedFor { get; set; }

    /// <summary>Their time zone, or null.</summary>
    public TimeZoneInfo? Zone { get; set; }

    /// <summary>True below <see cref="Begin"/>.</summary>
    public static bool HasBegun => Ambient.Value is not null;

    /// <summary>Takes over what the person at hand has said in their profile, unless they or the app chose another language here.</summary>
    /// <param name="locale">A language tag (BCP 47), or null.</param>
    /// <param name="zone">The name of a time zone, or null.</param>
    public void Know(string? locale, string? zone)
    {
        if (ChosenAt is null && !IsAskedFor && locale is not null) Language = Language.Lookup(locale) ?? Language;
        Zone = zone is null ? null : TimeZones.Find(zone);
    }

    /// <summary>
    /// Makes somebody the person at hand, until the async method that calls this returns.
    /// </summary>
    public static LanguageContext Begin(Language language) => Ambient.Value = new LanguageContext(language);
}
