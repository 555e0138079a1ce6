using System.Net;
using System.Text.Json;
using Latchkey.Languages;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Languages;

/// <summary>A tenant's default language and its own wording, over the administration's API, on its pages and in its mails.</summary>
public sealed class OwnTextsTests : IAsyncLifetime
{
    readonly string folder = Directory.CreateTempSubdirectory("latchkey-texts").FullName;

    TestHost host = null!;
    AdminClient admin = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start(settings: new() { ["Latchkey:Mail:Folder"] = folder });
        admin = await host.Admin();
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await Eventually.Gone(folder);
    }

    [Fact]
    public async Task A_tenants_own_words_stand_on_its_pages_and_in_its_mails_until_they_are_taken_away()
    {
        await admin.Patch("settings", new { language = "de" });
        var own = new Dictionary<string, Dictionary<string, string>>
        {
            ["de"] = new() { ["NameOrEmail"] = "Mitgliedsnummer", ["MailResetSubject"] = "Neues Kennwort für {tenant}" },
            ["en"] = new() { ["NameOrEmail"] = "Member number" },
        };
        Assert.Equal(JsonSerializer.Serialize(own), JsonSerializer.Serialize(await admin.Send(HttpMethod.Put, "texts", own).Json(200)));
        Assert.Equal(JsonSerializer.Serialize(own), JsonSerializer.Serialize(await admin.Get("texts")));

        var browser = new Browser(host); // It asks for no language.
        Assert.Contains(">Mitgliedsnummer<", await Html(browser, "/demo/reset"), StringComparison.Ordinal);
        Assert.DoesNotContain(">Mitgliedsnummer<", await Html(browser, "/acme/reset"), StringComparison.Ordinal);
        browser.AcceptLanguage = "en";
        Assert.Contains(">Member number<", await Html(browser, "/demo/reset"), StringComparison.Ordinal);

        await admin.Do(HttpMethod.Post, $"users/{await admin.UserId("alice")}/send-reset");
        var mail = await File.ReadAllTextAsync(Directory.GetFiles(folder, "*.txt").Single());
        // The language that the administrator's own browser asks for is nothing to it.
        Assert.Contains("Subject: Neues Kennwort für Demo\n", mail, StringComparison.Ordinal);
        Assert.Contains("/demo/reset?link=", mail, StringComparison.Ordinal);
        var html = await File.ReadAllTextAsync(Directory.GetFiles(folder, "*.html").Single());
        Assert.Contains("<html lang=\"de\" dir=\"ltr\">", html, StringComparison.Ordinal);
        Assert.Contains("/demo/reset?link=", html, StringComparison.Ordinal);
        Assert.Contains("background:#2f5bd0;color:#ffffff", html, StringComparison.Ordinal);

        await admin.Patch("settings", new { name = "Demo & <Sons>" }); // Another change takes nothing away.
        Assert.Contains(">Member number<", await Html(browser, "/demo/reset"), StringComparison.Ordinal);
        await admin.Send(HttpMethod.Put, "texts", new { }).Json(200);
        await admin.Patch("settings", new { language = "" });
        browser.AcceptLanguage = null;
        Assert.Contains(">User name or email address<", await Html(browser, "/demo/reset"), StringComparison.Ordinal);
        await Eventually.True(async () => (await admin.Audit("?type=admin-texts-replace")).Any(entry => entry.Detail == "de: 2, en: 1"));
    }

    [Fact]
    public async Task A_mail_is_in_the_language_of_the_page_where_it_was_asked_for()
    {
        var browser = new Browser(host) { AcceptLanguage = "ar" };
        await browser.Post("/demo/reset", [.. await Browser.Fields(await browser.Get("/demo/reset")), ("username", "alice")]);
        await Eventually.True(() => Directory.GetFiles(folder, "*.txt").Length == 1);
        Assert.Contains("<html lang=\"ar\" dir=\"rtl\">", await File.ReadAllTextAsync(Directory.GetFiles(folder, "*.html").Single()),
            StringComparison.Ordinal);
    }

    static async Task<string> Html(Browser browser, string path) =>
        WebUtility.HtmlDecode(await (await browser.Get(path)).Content.ReadAsStringAsync());
}

/// <summary>Texts that no tenant may have.</summary>
public sealed class RefusedTextsTests(DemoHost demo) : IClassFixture<DemoHost>, IAsyncLifetime
{
    readonly TestHost host = demo.Host;
    AdminClient admin = null!;

    public async Task InitializeAsync() => admin = await host.Admin();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("""{"xx":{"SignIn":"a"}}""", "texts")]
    [InlineData("""{"de":null}""", "texts")]
    [InlineData("""{"de":{"NoSuchText":"a"}}""", "de.NoSuchText")]
    [InlineData("""{"de":{"<b>":"a"}}""", "de.…")]
    [InlineData("""{"de":{"SignIn":null}}""", "de.SignIn")]
    [InlineData("""{"de":{"SignIn":" "}}""", "de.SignIn")]
    [InlineData("""{"de":{"SignIn":"<b>a</b>"}}""", "de.SignIn")]
    [InlineData("""{"de":{"SignIn":"a\nb"}}""", "de.SignIn")]
    [InlineData("""{"de":{"SignIn":"{app}"}}""", "de.SignIn")]
    [InlineData("""{"de":{"ReturnTo":"Zurück"}}""", "de.ReturnTo")]
    [InlineData("""{"de":{"MinutesAgo.few":"vor {minutes}"}}""", "de.MinutesAgo.few")]
    [InlineData("""{"de":{"MinutesAgo.other":"vor kurzem"}}""", "de.MinutesAgo.other")]
    public async Task A_text_that_does_not_fit_is_refused_and_nothing_is_written(string body, string field)
    {
        var content = new StringContent(body, null, "application/json");
        var request = new HttpRequestMessage(HttpMethod.Put, "/demo/admin/texts") { Content = content };
        request.Headers.Authorization = new("Bearer", admin.Token);
        using var problem = JsonDocument.Parse(await (await host.Http.SendAsync(request)).Content.ReadAsStringAsync());
        Assert.Equal(("invalid_field", field),
            (problem.RootElement.GetProperty("code").GetString(), problem.RootElement.GetProperty("field").GetString()));
        Assert.Empty((await admin.Get("texts")).EnumerateObject());
    }

    [Fact]
    public async Task All_texts_together_are_bounded_and_a_language_must_be_one_of_ours()
    {
        var keys = TextFiles.Of(Language.English).Where(text => TextFiles.Placeholders(text.Value).Count == 0).Take(50);
        var texts = new Dictionary<string, object> { ["de"] = keys.ToDictionary(text => text.Key, _ => new string('x', 900)) };
        await admin.Send(HttpMethod.Put, "texts", texts).Fails(400, "invalid_field");
        await admin.Send(HttpMethod.Patch, "settings", new { language = "xx" }).Fails(400, "invalid_field");
    }
}
