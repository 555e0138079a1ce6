using System.Net;

namespace Latchkey.Tests.OAuth.Authorization;

/// <summary>An app sends its user to make an account (Initiating User Registration via OpenID Connect 1.0).</summary>
public sealed class PromptCreateTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task Prompt_create_leads_to_the_sign_up_and_whoever_has_an_account_signs_in_from_there()
    {
        var browser = new Browser(host);
        var answer = await browser.Authorize(("prompt", "create"), ("login_hint", "ada@people.example"));
        Assert.StartsWith("/demo/signup?", Browser.Location(answer), StringComparison.Ordinal);
        var page = await (await browser.Follow(answer)).Content.ReadAsStringAsync();
        Assert.Contains("to continue to Demo mobile app", page, StringComparison.Ordinal);
        Assert.Contains("value=\"ada@people.example\"", page, StringComparison.Ordinal);
        var login = await browser.Get(Browser.Location(answer).Replace("/signup?", "/login?", StringComparison.Ordinal));
        var consent = await browser.Post("/demo/login",
            [.. await Browser.Fields(login), ("username", "alice"), ("password", "alice-password")]);
        Assert.Contains("code=", Browser.Location(await browser.Consent(consent)), StringComparison.Ordinal);
        // It is about making an account, whoever is signed in.
        Assert.StartsWith("/demo/signup?", Browser.Location(await browser.Authorize(("prompt", "create"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_cancels_is_back_at_the_app()
    {
        var browser = new Browser(host);
        var form = await Browser.Fields(await browser.Follow(await browser.Authorize(("prompt", "create"))));
        Assert.Equal("access_denied",
            Browser.Returned(Browser.Location(await browser.Post("/demo/signup", [.. form, ("action", "cancel")])))["error"]);
    }

    [Theory]
    [InlineData("create none")]
    [InlineData("login create")]
    public async Task It_stands_alone(string prompt) => Assert.Equal("invalid_request",
        Browser.Returned(Browser.Location(await new Browser(host).Authorize(("prompt", prompt))))["error"]);

    [Fact]
    public async Task Where_nobody_can_sign_up_it_is_refused_and_not_advertised()
    {
        var acme = new Browser(host, "acme");
        var refused = Browser.Returned(Browser.Location(await acme.Authorize(("prompt", "create"))));
        Assert.Equal("invalid_request", refused["error"]);
        Assert.Contains("create", refused["error_description"], StringComparison.Ordinal);
        Assert.DoesNotContain("/signup", await (await acme.Follow(await acme.Authorize())).Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
        var page = await acme.Get("/acme/signup");
        Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
        Assert.Contains("You can&#x27;t create an account here", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        foreach (var (tenant, advertised) in new[] { ("demo", true), ("acme", false) })
        {
            var metadata = await TestHost.Json(await host.Http.GetAsync($"/{tenant}/.well-known/openid-configuration"), 200);
            Assert.Equal(advertised, metadata.GetProperty("prompt_values_supported").EnumerateArray()
                .Any(value => value.GetString() == "create"));
        }
    }
}
