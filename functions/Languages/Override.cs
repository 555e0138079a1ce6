namespace Latchkey.Languages;

/// <summary>The rules for a tenant's own wording.</summary>
public static class Override
{
    /// <summary>The maximum length of one text, in characters.</summary>
    public const int MaxChars = 1000;

    /// <summary>What is wrong with a text that is to replace ours, or null.</summary>
    /// <param name="tag">The language.</param>
    /// <param name="key">The key of the text that it replaces.</param>
    /// <param name="text">The text.</param>
    public static string? Fault(string tag, string key, string? text)
    {
        if (Language.Find(tag) is not { } language) return "is not one of our languages";
        if (!TextFiles.Keys(language).Contains(key)) return "is not the key of a text";
        if (string.IsNullOrWhiteSpace(text) || text.Length > MaxChars) return $"must have 1 to {MaxChars} characters";
        if (text.Any(c => char.IsControl(c) || c is '<' or '>')) return "must not contain line breaks or any of < and >";
        return TextFiles.FitsPlaceholders(key, text) ? null
            : $"must have these placeholders: {string.Join(", ", TextFiles.PlaceholdersOf(key).Select(name => $"{{{name}}}"))}";
    }
}
