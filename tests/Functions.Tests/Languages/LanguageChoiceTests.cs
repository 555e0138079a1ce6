using System.Net;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Languages;

/// <summary>
/// Which language a page is shown in: what the app asks for, then the reader's own choice, then the browser's, then the tenant's, then
/// English.
/// </summary>
public sealed class LanguageChoiceTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly Browser browser = new(demo.Host);

    [Fact]
    public async Task A_page_is_in_the_language_that_the_browser_asks_for_and_says_so()
    {
        browser.AcceptLanguage = "sv, ar;q=0.9, de;q=0.8";
        var page = await browser.Get("/demo/reset");
        Assert.Equal("ar", page.Content.Headers.ContentLanguage.Single());
        Assert.Equal(["Accept-Language", "Cookie"], page.Headers.Vary);
        Assert.Contains("<html lang=\"ar\" dir=\"rtl\">", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_is_in_English_if_nothing_else_is_asked_for()
    {
        browser.AcceptLanguage = "sv, *;q=0.1";
        Assert.Contains("<html lang=\"en\" dir=\"ltr\">", await (await browser.Get("/demo/reset")).Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_app_asks_for_comes_before_what_the_browser_asks_for()
    {
        browser.AcceptLanguage = "ja";
        var answer = await browser.Authorize(("ui_locales", "sv pl-PL de"));
        Assert.Equal("pl", await LanguageOf(await browser.Follow(answer)));
        Assert.Equal("pl", await LanguageOf(await browser.SignIn(answer, password: "wrong")));
        Assert.Equal("ja", await LanguageOf(await browser.Get("/demo/reset"))); // Not this app's page.
        Assert.Equal("pl", await LanguageOf(await browser.Authorize(("ui_locales", "pl"), ("client_id", "nobody")))); // A failure, too.
    }

    [Fact]
    public async Task The_page_of_a_failure_is_in_the_readers_language_even_if_the_tenant_is_unknown()
    {
        browser.AcceptLanguage = "de";
        Assert.Equal("de", await LanguageOf(await browser.Get("/demo/login?request=20260101.AAAAAAAAAAAAAAAAAAAAAA")));
        Assert.Equal("de", await LanguageOf(await browser.Get("/nobody/reset")));
    }

    [Fact]
    public async Task The_readers_own_choice_wins_from_then_on_over_what_the_app_asked_for_before()
    {
        browser.AcceptLanguage = "ja";
        var start = await browser.Authorize(("ui_locales", "pl"));
        var page = await browser.Follow(start);
        Assert.Contains($"name=\"back\" value=\"{WebUtility.HtmlEncode(Browser.Location(start))}\"", await page.Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
        demo.Host.Clock.Advance(TimeSpan.FromSeconds(5));
        var chosen = await browser.Post("/demo/language", ("language", "fr"), ("back", Browser.Location(start)));
        Assert.Equal(Browser.Location(start), Browser.Location(chosen));
        var cookie = chosen.Headers.GetValues("Set-Cookie").Single();
        Assert.StartsWith("language-demo=fr.", cookie, StringComparison.Ordinal);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("fr", await LanguageOf(await browser.Follow(chosen)));
        Assert.Equal("fr", await LanguageOf(await browser.Get("/demo/reset")));
        demo.Host.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("pl", await LanguageOf(await browser.Follow(await browser.Authorize(("ui_locales", "pl"))))); // The app asks again.
    }

    [Theory]
    [InlineData("https://evil.example/demo/")]
    [InlineData("//evil.example/demo")]
    [InlineData("/demo\\..\\evil")]
    [InlineData("/demography")]
    [InlineData("/acme/account")]
    [InlineData("/demo/x\n")]
    [InlineData("")]
    public async Task The_choice_of_a_language_leads_back_only_to_a_page_of_this_tenant(string back) => Assert.Equal("/demo/account",
        Browser.Location(await browser.Post("/demo/language", ("language", "fr"), ("back", back))));

    [Fact]
    public async Task A_language_that_we_do_not_have_is_refused_and_an_odd_cookie_is_ignored()
    {
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.Post("/demo/language", ("language", "xx"))).StatusCode);
        foreach (var odd in new[] { "xx.1", "de", "de.-1", "de.99999999999999", "de.1.2" })
        {
            browser.Cookies["language-demo"] = odd;
            Assert.Equal("en", await LanguageOf(await browser.Get("/demo/reset")));
        }
    }

    static Task<string> LanguageOf(HttpResponseMessage page) => Task.FromResult(page.Content.Headers.ContentLanguage.Single());
}
