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
    public async Task A_picture_is_uploaded_without_a_script_and_takes_the_place_of_the_one_before()
    {
        var owner = await AccountOwner.New(app);
        var browser = await SignedIn(owner);
        Assert.Equal($"{Page}?done=1", Browser.Location(await Upload(browser, MeTests.Png, "Käthe.png", "image/png")));
        var (first, told) = (await PictureOf(owner), (await owner.UserInfo()).Picture!);
        var shown = await app.Http.GetAsync(told).Is(302);
        Assert.Equal(MeTests.Png,
            await (await FilesClient.ToStorage(HttpMethod.Get, shown.Headers.Location!.ToString())).Content.ReadAsByteArrayAsync());
        var files = new FilesClient(app, owner.Tokens.AccessToken);
        var file = await files.Send(HttpMethod.Get, $"/{first}").Json();
        Assert.Equal(("Käthe.png", "image/png"), (file.GetProperty("name").GetString(), file.GetProperty("contentType").GetString()));
        Assert.Contains("class=\"face\"", await Text(browser, Page), StringComparison.Ordinal);
        var usage = await (await app.Admin()).Get($"limits?user={owner.Id}");
        Assert.Equal(MeTests.Png.Length, usage.GetProperty("space").As<UsageAnswer>().Bytes);
        // Its bytes say what it is, whatever its name does.
        await Upload(browser, Jpeg, "me.png", "image/png").Is(303);
        var second = await PictureOf(owner);
        Assert.Equal("image/jpeg", (await files.Send(HttpMethod.Get, $"/{second}").Json()).GetProperty("contentType").GetString());
        await files.Send(HttpMethod.Get, $"/{first}").Is(404);
        await app.Http.GetAsync(told).Fails(404, "no_picture");
        // One that was chosen among the user's files stays when it is the picture no more.
        var chosen = await owner.Upload(MeTests.Png, "image/png");
        await owner.Patch(new { profile = new { picture = chosen } }).Is(200);
        await files.Send(HttpMethod.Get, $"/{second}").Is(404);
        await owner.Patch(new { profile = new { picture = (string?)null } }).Is(200);
        await files.Send(HttpMethod.Get, $"/{chosen}").Is(200);
        Assert.Null((await owner.UserInfo()).Picture);
    }

    [Fact]
    public async Task What_is_no_small_picture_or_not_from_our_form_is_not_taken_and_nothing_is_left_of_it()
    {
        var owner = await AccountOwner.New(app);
        var browser = await SignedIn(owner);
        var large = new byte[10 * 1024 * 1024 + 1];
        MeTests.Png.CopyTo(large, 0);
        foreach (var (bytes, name) in new[]
        {
            ("<svg xmlns='http://www.w3.org/2000/svg'/>"u8.ToArray(), "me.png"), ([1, 2, 3], "me.png"), ([], "me.png"), (MeTests.Png, ""),
            ("BM"u8.ToArray(), "me.bmp"), (large, "me.png"),
        })
        {
            var refused = await Upload(browser, bytes, name, "image/png").Is(400);
            Assert.Contains("id=\"upload-error\"", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        // Not without what proves that the form is ours, nor with another user's, nor with it behind the file.
        var token = await Token(await SignedIn(await AccountOwner.New(app)));
        foreach (var form in new[] { Form(MeTests.Png, null), Form(MeTests.Png, token), Form(MeTests.Png, null, await Token(browser)) })
        {
            var refused = await browser.PostFile($"{Page}/picture", form).Is(400);
            Assert.Contains("out of date", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        Assert.StartsWith("/demo/login?", Browser.Location(
            await new Browser(app).PostFile($"{Page}/picture", Form(MeTests.Png, await Token(browser)))), StringComparison.Ordinal);
        Assert.Null(await PictureOf(owner));
        Assert.Empty((await new FilesClient(app, owner.Tokens.AccessToken).Send(HttpMethod.Get, "").Json())
            .GetProperty("files").EnumerateArray());
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

    // The beginning of one is enough for its type.
    static readonly byte[] Jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, .. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0xFF, 0xD9];

    static async Task<HttpResponseMessage> Upload(Browser browser, byte[] bytes, string name, string type) =>
        await browser.PostFile($"{Page}/picture", Form(bytes, await Token(browser), name: name, type: type));

    static async Task<string> Token(Browser browser) =>
        (await Browser.Fields(await browser.Get(Page))).First(field => field.Item1 == "form").Item2;

    static MultipartFormDataContent Form(
        byte[] bytes, string? before, string? behind = null, string name = "me.png", string type = "image/png")
    {
        var form = new MultipartFormDataContent();
        if (before is not null) form.Add(new StringContent(before), "form");
        var file = new ByteArrayContent(bytes);
        file.Headers.ContentType = new(type);
        file.Headers.TryAddWithoutValidation("Content-Disposition", $"form-data; name=\"file\"; filename=\"{name}\"");
        form.Add(file);
        if (behind is not null) form.Add(new StringContent(behind), "form");
        return form;
    }

    static async Task<string?> PictureOf(AccountOwner owner) =>
        (await owner.Get()).GetProperty("profile").GetProperty("picture").GetString();

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
