using Latchkey.Protocol;

namespace Latchkey.Tests.Protocol;

/// <summary>The one set of rules for names and addresses that strangers choose.</summary>
public sealed class FieldRulesTests
{
    [Theory]
    [InlineData("Ana Müller")]
    [InlineData("नेपा\u200dल")] // The joiner makes another letter form.
    [InlineData("👨\u200d👩\u200d👧")]
    public void A_name_that_people_can_read_is_display_text(string text) => Assert.True(FieldRules.IsDisplayText(text));

    [Theory]
    [InlineData("")]
    [InlineData(" \u3000")]
    [InlineData("turned \u202e around")]
    [InlineData("zero\u200bwidth")]
    [InlineData("two\nlines")]
    [InlineData("private \ue000 use")]
    [InlineData("unassigned \u0378")]
    public void A_text_that_hides_or_turns_what_stands_beside_it_is_not_display_text(string text) =>
        Assert.False(FieldRules.IsDisplayText(text));

    [Theory]
    [InlineData("https://example.com")]
    [InlineData("https://example.com/logo.png?size=2&x=%2C#top")]
    public void An_https_address_is_accepted(string text) => Assert.True(FieldRules.IsHttpsUri(text));

    [Theory]
    [InlineData("http://example.com")]
    [InlineData("javascript:alert(1)")]
    [InlineData("https://user@example.com/")]
    [InlineData("https://example.com/a b")]
    [InlineData("https://exämple.com/")]
    [InlineData("https://example.com/\"><script>")]
    [InlineData("https://example.com/a\\b")]
    public void An_address_that_is_not_plain_https_is_refused(string text) => Assert.False(FieldRules.IsHttpsUri(text));

    [Theory]
    [InlineData("https://example.com/logo.png;script-src")]
    [InlineData("https://example.com/logo.png,https:")]
    [InlineData("https://example.com/logo'.png")]
    public void An_address_that_could_end_a_source_of_a_content_security_policy_is_refused(string text) =>
        Assert.False(FieldRules.IsHttpsUri(text));

    [Fact]
    public void An_address_has_at_most_512_characters()
    {
        const string Start = "https://example.com/";
        Assert.True(FieldRules.IsHttpsUri(Start + new string('a', 512 - Start.Length)));
        Assert.False(FieldRules.IsHttpsUri(Start + new string('a', 513 - Start.Length)));
    }
}
