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

    static Task<string> LanguageOf(HttpResponseMessage page) => Task.FromResult(page.Content.Headers.ContentLanguage.Single());
}
