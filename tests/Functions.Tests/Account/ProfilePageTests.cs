using System.Net;
using Latchkey.Tests.OAuth.Authorization;
using Latchkey.Tests.Pages;

namespace Latchkey.Tests.Account;

/// <summary>The page of the profile, and what follows from a user's own language and time zone.</summary>
[Collection("own account")]
public sealed class ProfilePageTests(SignUpHost host)
{
    const string Page = "/demo/account/profile";

    readonly TestHost app = host.Host;

    [Fact]
    public async Task A_user_changes_the_profile_on_its_page_and_reads_what_is_wrong_beside_the_field()
    {
        var owner = await AccountOwner.New(app);
        var browser = await SignedIn(owner);
        Assert.Contains($"href=\"{Page}\"", await Text(browser, "/demo/account"), StringComparison.Ordinal);
        var form = await Browser.Fields(await browser.Get(Page));
        var saved = await browser.Post(Page,
            [.. form, ("name", "Ada L."), ("givenName", "Ada"), ("picture", "https://ada.example/a.png?v=1"),
            ("zoneInfo", "Europe/Vienna")]);
        Assert.Equal($"{Page}?done=1", Browser.Location(saved));
        var page = await browser.Follow(saved);
        var html = await page.Content.ReadAsStringAsync();
        Assert.Contains("<option value=\"Europe/Vienna\" selected", html, StringComparison.Ordinal);
        Assert.Contains("img-src data: https://ada.example/a.png;", page.Headers.GetValues("Content-Security-Policy").Single(),
            StringComparison.Ordinal);
        Assert.Equal(("Ada L.", "https://ada.example/a.png?v=1", "Europe/Vienna"),
            await owner.UserInfo() is var info ? (info.Name, info.Picture, info.Zoneinfo) : default);
        var refused = await browser.Post(Page, [.. form, ("name", " "), ("picture", "ftp://x"), ("zoneInfo", "Mars/Olympus")]);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        html = await refused.Content.ReadAsStringAsync();
        foreach (var field in new[] { "name", "picture", "zoneInfo" })
        {
            Assert.Contains($"id=\"{field}-error\"", html, StringComparison.Ordinal);
            Assert.Contains($"aria-describedby=\"{field}-error\"", html, StringComparison.Ordinal);
        }
        // What is left empty is removed; nobody else's form counts.
        await browser.Post(Page, [.. form, ("name", "Ada")]);
        Assert.Null((await owner.UserInfo()).Picture);
        var other = await SignedIn(await AccountOwner.New(app));
        Assert.NotEqual(HttpStatusCode.SeeOther, (await other.Post(Page, [.. form, ("name", "Eve")])).StatusCode);
    }

    [Fact]
    public async Task Pages_are_in_the_language_of_the_profile_unless_the_app_or_the_reader_chose_another_here()
    {
        var owner = await AccountOwner.New(app);
        var browser = await SignedIn(owner);
        browser.AcceptLanguage = "ja";
        Assert.Equal("ja", await LanguageOf(browser, Page));
        await owner.Patch(new { profile = new { locale = "pt-PT" } }).Is(200);
        Assert.Equal("pt", await LanguageOf(browser, Page));
        Assert.Equal("pl", (await browser.Follow(await browser.Authorize(("ui_locales", "pl"), ("prompt", "consent"))))
            .Content.Headers.ContentLanguage.Single());
        await owner.Patch(new { profile = new { locale = "sv" } }).Is(200); // Kept, but none of ours.
        Assert.Equal("ja", await LanguageOf(browser, Page));
        // On the page itself the choice counts in this browser at once, over an earlier one.
        await browser.Post("/demo/language", ("language", "fr"), ("back", Page));
        Assert.Equal("fr", await LanguageOf(browser, Page));
        await browser.Post(Page, [.. await Browser.Fields(await browser.Get(Page)), ("name", "Ada"), ("locale", "de")]);
        Assert.Equal("de", await LanguageOf(browser, Page));
    }

    [Fact]
    public async Task Mails_to_a_user_are_in_the_language_and_time_zone_of_the_profile_whoever_causes_them()
    {
        await host.Rules(new { passkeys = true });
        var owner = await AccountOwner.New(app);
        await owner.Patch(new { profile = new { locale = "de", zoneInfo = "Asia/Tokyo" } }).Is(200);
        await (await app.Admin()).Do(HttpMethod.Post, $"users/{owner.Id}/send-reset");
        Assert.Contains("Passwort", await host.Mail(owner.Email), StringComparison.Ordinal);
        var credential = System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(
            new SoftwareAuthenticator(app.Origin).Create(await owner.Post("/passkeys/options").Json()));
        await owner.Post("/passkeys", new { name = "Handy", credential }).Is(201);
        var mail = await host.Mail(owner.Email, 2);
        Assert.Contains("Asia/Tokyo", mail, StringComparison.Ordinal);
        Assert.Contains(app.Clock.Now.ToOffset(TimeSpan.FromHours(9)).ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture),
            mail, StringComparison.Ordinal);
        var browser = new Browser(app) { AcceptLanguage = "fr" };
        await browser.Post("/demo/reset", [.. await Browser.Fields(await browser.Get("/demo/reset")), ("username", owner.Name)]);
        Assert.Contains("Passwort", await host.Mail(owner.Email, 3), StringComparison.Ordinal);
    }

    async Task<Browser> SignedIn(AccountOwner owner)
    {
        var browser = new Browser(app);
        await browser.SignIn(await browser.Get("/demo/account"), owner.Name, SignUpHost.Password);
        return browser;
    }

    static async Task<string> Text(Browser browser, string path) => await (await browser.Get(path)).Content.ReadAsStringAsync();

    static async Task<string> LanguageOf(Browser browser, string path) =>
        (await browser.Get(path)).Content.Headers.ContentLanguage.Single();
}
