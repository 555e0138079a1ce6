using Latchkey.Languages;

namespace Latchkey.Tests.Languages;

/// <summary>Which language a list of wishes means, which plural form a number has, and how a text is filled.</summary>
public sealed class LanguageTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("*", null)]
    [InlineData("de", "de")]
    [InlineData("DE-at", "de")]
    [InlineData("de-Latn-AT-1996", "de")]
    [InlineData("sv, de;q=0.5, fr;q=0.7", "fr")]
    [InlineData("pl;q=0.8, it;q=0.8", "pl")]
    [InlineData("de;q=0, nl;q=0.1", "nl")]
    [InlineData("de;q=2, nl;q=0.1", "nl")]
    [InlineData("de;q=x, nl", "nl")]
    [InlineData("zh-CN", "zh-Hans")]
    [InlineData("zh-Hans-SG, en", "zh-Hans")]
    [InlineData("deu", null)]
    [InlineData("-", null)]
    [InlineData("sv-SE, *;q=0.1", null)]
    public void A_header_asks_for_the_first_language_that_we_have(string? header, string? tag) =>
        Assert.Equal(tag, LanguageRanges.FromHeader(header)?.Tag);

    [Fact]
    public void A_list_of_languages_is_read_only_so_far()
    {
        Assert.Null(LanguageRanges.FromHeader(string.Join(',', Enumerable.Repeat("sv", 20)) + ",de"));
        Assert.Null(LanguageRanges.FromUiLocales(new string('x', 1000) + " de"));
        Assert.Equal("de", LanguageRanges.FromUiLocales("sv de en")?.Tag);
    }

    [Theory]
    [InlineData("en", "other one other other other other")]
    [InlineData("fr", "one one other other other other")]
    [InlineData("ja", "other other other other other other")]
    [InlineData("pl", "many one few many few many")]
    [InlineData("ar", "zero one two few many many")]
    public void A_number_has_the_plural_form_of_its_language(string tag, string forms) => Assert.Equal(forms.Split(' '),
        new[] { 0, 1, 2, 5, 22, 112 }.Select(number => Plural.Category(Language.Find(tag)!, number)));

    [Fact]
    public async Task A_value_that_looks_like_a_placeholder_stays_as_it_is()
    {
        await Task.Yield();
        LanguageContext.Begin(Language.English).Wording = Own("en", "EndSession", "{device}, {app}");
        Assert.Equal("{app}, {device}", Texts.Text(("app", "{device}"), ("device", "{app}"), "EndSession"));
    }

    [Fact]
    public async Task A_text_that_a_language_lacks_is_shown_in_English_with_the_plural_form_of_English()
    {
        await Task.Yield();
        LanguageContext.Begin(new Language("de", "Deutsch")).Wording = Own("de", "MinutesAgo.one", "eben");
        Assert.Equal("eben", Texts.Text(("minutes", 1), "MinutesAgo"));
        Assert.Equal("NoSuchText", Texts.Text("NoSuchText"));
    }

    static Dictionary<string, IReadOnlyDictionary<string, string>> Own(string tag, string key, string text) =>
        new() { [tag] = new Dictionary<string, string> { [key] = text } };
}
