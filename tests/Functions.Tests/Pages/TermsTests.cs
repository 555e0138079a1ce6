using System.Net;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages;

/// <summary>Terms of use: accepted at sign-up, and again by everybody once their version is another.</summary>
public sealed class TermsTests(SignUpHost host) : IClassFixture<SignUpHost>
{
    readonly TestHost app = host.Host;

    [Fact]
    public async Task Terms_are_accepted_at_sign_up_and_kept_with_their_version_and_time()
    {
        await host.Rules(new { termsUri = "https://demo.example/terms", termsVersion = "2026-11" });
        var browser = new Browser(app);
        var start = Browser.Location(await browser.Get("/demo/signup"));
        Assert.Contains("href=\"https://demo.example/terms\"", await (await browser.Get(start)).Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
        foreach (var terms in new[] { null, "2025-01" })
        {
            var refused = await SignUpHost.Ask(browser, start, "terms@people.example", terms: terms);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Contains("id=\"terms-error\"", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        await SignUpHost.Ask(browser, start, "terms@people.example", terms: "2026-11");
        Assert.Equal("/demo/account", Browser.Location(
            await SignUpHost.Enter(browser, start, await host.Code("terms@people.example"))));
        var admin = await app.Admin();
        var user = await admin.Get($"users/{(await host.User("terms@people.example"))!.Id}");
        Assert.Equal("2026-11", user.GetProperty("termsVersion").GetString());
        Assert.Equal(app.Clock.GetUtcNow(), user.GetProperty("termsAcceptedAt").GetDateTimeOffset(), TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task A_new_version_is_asked_of_everybody_before_an_app_gets_anything()
    {
        await host.Rules(new { termsUri = "", termsVersion = "" });
        var web = await Registered.WebApp(app, client => client with { FirstParty = true });
        (string, string?)[] request = [("client_id", web.Id), ("redirect_uri", Registered.Redirect)];
        var browser = new Browser(app);
        await browser.SignIn(await browser.Authorize(request));
        Assert.Contains("code=", Browser.Location(await browser.Authorize([.. request, ("prompt", "none")])), StringComparison.Ordinal);
        await host.Rules(new { termsUri = "https://demo.example/terms", termsVersion = "v2" });
        // Whoever is signed in with this browser already is asked too, and an app that may show nothing is told so.
        var silent = await browser.Authorize([.. request, ("prompt", "none")]);
        Assert.Equal("interaction_required", Browser.Returned(Browser.Location(silent))["error"]);
        var ask = await browser.Authorize(request);
        Assert.StartsWith("/demo/terms?", Browser.Location(ask), StringComparison.Ordinal);
        var form = await Browser.Fields(await browser.Follow(ask));
        foreach (var terms in new[] { "", "v1" })
            Assert.Equal(HttpStatusCode.BadRequest, (await browser.Post("/demo/terms", [.. form, ("terms", terms)])).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await new Browser(app).Post("/demo/terms", [.. form, ("terms", "v2")])).StatusCode);
        Assert.Equal("access_denied", Browser.Returned(Browser.Location(
            await browser.Post("/demo/terms", [.. form, ("action", "cancel")])))["error"]);
        var accepted = await browser.Post("/demo/terms",
            [.. await Browser.Fields(await browser.Follow(await browser.Authorize(request))), ("terms", "v2")]);
        Assert.Contains("code=", Browser.Location(accepted), StringComparison.Ordinal);
        Assert.Contains("code=", Browser.Location(await browser.Authorize([.. request, ("prompt", "none")])), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_device_is_allowed_before_the_terms_are_accepted()
    {
        await host.Rules(new { termsUri = "", termsVersion = "" });
        var browser = new Browser(app);
        await browser.SignIn(await browser.Get("/demo/account"));
        var codes = await app.Http.PostAsync("/demo/oauth/device_authorization", TestHost.Form(("client_id", "tv")))
            .Read<DeviceCodeAnswer>();
        var shown = await browser.Follow(await browser.Post("/demo/device",
            [.. await Browser.Fields(await browser.Get("/demo/device")), ("user_code", codes.UserCode)]));
        var allow = await Browser.Fields(await shown.Is(200));
        await host.Rules(new { termsUri = "https://demo.example/terms", termsVersion = "device" });
        var ask = await browser.Post("/demo/device", [.. allow, ("action", "allow")]);
        Assert.StartsWith("/demo/terms?", Browser.Location(ask), StringComparison.Ordinal);
        await Token().Refused("authorization_pending");
        var back = await browser.Post("/demo/terms", [.. await Browser.Fields(await browser.Follow(ask)), ("terms", "device")]);
        var consent = await browser.Follow(back);
        await browser.Post("/demo/device", [.. await Browser.Fields(consent), ("action", "allow")]).Is(200);
        app.Clock.Advance(TimeSpan.FromSeconds(10)); // RFC 8628 §3.5: not too often.
        await Token().Is(200);

        Task<HttpResponseMessage> Token() => app.Token("demo",
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("client_id", "tv"), ("device_code", codes.DeviceCode));
    }

    [Fact]
    public async Task Who_signs_in_to_the_account_page_is_asked_once()
    {
        await host.Rules(new { termsUri = "https://demo.example/terms", termsVersion = "v3" });
        var browser = new Browser(app);
        var ask = await browser.SignIn(await browser.Get("/demo/account"), "bob");
        Assert.StartsWith("/demo/terms?", Browser.Location(ask), StringComparison.Ordinal);
        Assert.Equal("/demo/account", Browser.Location(
            await browser.Post("/demo/terms", [.. await Browser.Fields(await browser.Follow(ask)), ("terms", "v3")])));
        var again = new Browser(app);
        Assert.Equal("/demo/account", Browser.Location(await again.SignIn(await again.Get("/demo/account"), "bob")));
    }
}
