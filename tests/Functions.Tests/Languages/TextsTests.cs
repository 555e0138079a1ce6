using System.Reflection;
using System.Text.RegularExpressions;
using Latchkey.Languages;
using Latchkey.Pages;

namespace Latchkey.Tests.Languages;

/// <summary>
/// Holds the files of functions/Languages/texts to each other and to the code. If one of these fails after you added a text: write
/// <c>public static string X => Text();</c> and put the key X into en.json and into the file of every other language.
/// </summary>
public sealed partial class TextsTests
{
    static readonly IReadOnlyDictionary<string, string> English = TextFiles.Of(Language.English);

    // Every member in the code that asks for a text: its name, and the names of the values that it hands over.
    static readonly List<(string Key, string[] Values)> Asked =
    [
        .. from file in Directory.EnumerateFiles(Repository.Path("functions"), "*.cs", SearchOption.AllDirectories)
           let source = File.ReadAllText(file)
           where source.Contains("using static Latchkey.Languages.Texts;", StringComparison.Ordinal)
           from Match member in Member().Matches(source)
           let values = Value().Matches(member.Groups["values"].Value).Select(value => value.Groups[1].Value)
           select (member.Groups["key"].Value, values.Order(StringComparer.Ordinal).ToArray()),
    ];

    // The same of the scripts of the pages; no values if the key goes elsewhere first.
    static readonly List<(string Key, string[] Values)> AskedByScripts =
    [
        .. from folder in (string[])["MyFiles", "Requests"]
           from file in Directory.EnumerateFiles(
               Repository.Path($"functions/Pages/{folder}/modules"), "*.js", SearchOption.AllDirectories)
           from Match key in ScriptKey().Matches(File.ReadAllText(file))
           let values = key.Groups["values"].Value.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(value => value.Split(':')[0])
           select (key.Groups["key"].Value, values.Order(StringComparer.Ordinal).ToArray()),
    ];

    public static TheoryData<string> Translations() => [.. Language.Tags];

    [Fact]
    public void Every_text_that_the_code_asks_for_is_in_the_English_file_and_no_other() => Assert.Equal(
        Asked.Concat(AskedByScripts).Select(text => text.Key).Distinct().Order(StringComparer.Ordinal),
        English.Keys.Select(Base).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void A_text_has_a_placeholder_for_each_value_that_the_code_hands_over()
    {
        var faults =
            from text in Asked.Concat(AskedByScripts.Where(text => text.Values.Length > 0))
            from key in English.Keys.Where(key => Base(key) == text.Key)
            where key.EndsWith(".one", StringComparison.Ordinal) ? TextFiles.Placeholders(English[key]).Except(text.Values).Any()
                : !TextFiles.Placeholders(English[key]).SequenceEqual(text.Values)
            select $"{key}: the code hands over {string.Join(", ", text.Values)}; the text is: {English[key]}";
        Assert.Empty(faults);
    }

    [Fact]
    public void No_text_of_a_page_stands_in_the_code() => Assert.Empty(
        typeof(Strings).GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(field => field.IsLiteral).Select(field => $"Strings.{field.Name}: write `=> Text();` and put the text into en.json"));

    [Theory]
    [MemberData(nameof(Translations))]
    public void A_translation_has_the_keys_and_placeholders_of_the_English_text(string tag)
    {
        var language = Language.Find(tag)!;
        var texts = TextFiles.Of(language);
        var wanted = TextFiles.Keys(language);
        Assert.Empty(texts.Keys.Except(wanted).Select(key => $"{tag}.json: no text of this key is needed: {key}"));
        var faults =
            from text in texts
            where text.Value.Trim().Length == 0 || text.Value != text.Value.Trim() || !TextFiles.FitsPlaceholders(text.Key, text.Value)
            select $"{tag}.json: {text.Key}: {text.Value}";
        Assert.Empty(faults);
    }

    // A page falls back to English, but nobody should have to read two languages.
    [Theory]
    [MemberData(nameof(Translations))]
    public void No_text_is_missing_in_any_language(string tag)
    {
        var language = Language.Find(tag)!;
        Assert.Empty(TextFiles.Keys(language).Except(TextFiles.Of(language).Keys).Order(StringComparer.Ordinal)
            .Select(key => $"{tag}.json lacks {key}"));
    }

    [Theory]
    [MemberData(nameof(Translations))]
    public void Keys_stand_in_their_order_so_that_two_changes_seldom_meet(string tag)
    {
        var keys = TextFiles.Of(Language.Find(tag)!).Keys.ToList(); // In the order of the file.
        Assert.Equal(keys.Order(StringComparer.Ordinal), keys);
    }

    static string Base(string key) => key.Split('.')[0];

    [GeneratedRegex("""string (?<key>\w+)(?:\([^)]*\))?\s*=>\s*Text\((?<values>.*)\);""")]
    private static partial Regex Member();

    [GeneratedRegex("""'(?<key>(?:Files|HandIn)[A-Z]\w*)'(?:, \{ (?<values>[^}]*) \})?""")]
    private static partial Regex ScriptKey();

    [GeneratedRegex("""\("(\w+)", """)]
    private static partial Regex Value();
}
