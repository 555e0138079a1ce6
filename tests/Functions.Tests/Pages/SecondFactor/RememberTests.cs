using Latchkey.Tests.OAuth.Authorization;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Latchkey.Tests.Pages.SecondFactor;

/// <summary>A browser that is remembered after a second factor, and for how long.</summary>
[Collection("second factor")]
public sealed class RememberTests(SecondFactorWorld world)
{
    readonly TestHost host = world.Host;

    [Fact]
    public async Task A_remembered_browser_is_not_asked_again_for_thirty_days_and_tokens_tell_the_truth()
    {
        var person = await Remembered();
        host.Clock.Advance(TimeSpan.FromDays(29.9));
        var tokens = await person.ToTokens(await person.FirstStep());
        var token = new JsonWebToken(tokens.AccessToken);
        Assert.Equal(["pwd"], token.GetPayloadValue<string[]>("amr"));
        Assert.Equal("1", token.GetPayloadValue<string>("acr"));
        host.Clock.Advance(TimeSpan.FromDays(0.2));
        Assert.True(await IsAsked(person)); // Having signed in does not make it longer.
    }

    [Fact]
    public async Task Only_a_browser_whose_user_wanted_it_is_remembered_and_for_this_user_alone()
    {
        var (person, other) = (await Remembered(), await world.WithSecondFactor());
        await other.Tokens();
        other.Browser.Cookies.Remove("signin-demo");
        Assert.True(await IsAsked(other)); // It was not ticked.
        var cookie = person.Browser.Cookies[$"second-{person.Id}-demo"];
        other.Browser.Cookies[$"second-{person.Id}-demo"] = cookie;
        other.Browser.Cookies[$"second-{other.Id}-demo"] = cookie;
        Assert.True(await IsAsked(other));
        Assert.True(await IsAsked(person, new Browser(host)));
        Assert.False(await IsAsked(person));
    }

    [Fact]
    public async Task A_browser_is_forgotten_with_the_second_factor_and_when_the_user_signs_out_everywhere()
    {
        var person = await Remembered();
        await (await world.Admin()).Do(HttpMethod.Delete, $"users/{person.Id}/second-factor");
        await person.SetUp();
        Assert.True(await IsAsked(person));

        person = await Remembered();
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await (await world.Admin()).Do(HttpMethod.Put, $"users/{person.Id}/password", new { password = person.Password });
        Assert.True(await IsAsked(person));
    }

    [Fact]
    public async Task A_remembered_browser_links_no_account_elsewhere_without_the_second_factor()
    {
        var person = await Remembered();
        var admin = await world.Admin();
        await admin.Send(HttpMethod.Post, "providers", new { id = "google", kind = "google", clientId = "x" });
        person.Browser.Cookies.Remove("signin-demo");
        await person.Browser.SignIn(await person.Browser.Get("/demo/account/providers"), person.Name);
        var form = (await Browser.Fields(await person.Browser.Get("/demo/account/providers").Is(200))).DistinctBy(field => field.Item1);
        var asked = await person.Browser.Post("/demo/account/providers", [.. form, ("action", "link")]);
        host.Clock.Advance(TimeSpan.FromSeconds(30)); // Another code.
        Assert.Equal("/demo/account/providers", Browser.Location(await person.SecondStep(asked)));
        form = (await Browser.Fields(await person.Browser.Get("/demo/account/providers").Is(200))).DistinctBy(field => field.Item1);
        await person.Browser.Post("/demo/account/providers", [.. form, ("action", "link")]).Is(200);
    }

    [Fact]
    public async Task A_remembered_browser_adds_no_way_to_sign_in_without_the_second_factor()
    {
        var person = await Remembered();
        var admin = await world.Admin();
        await admin.Patch("accounts", new { passkeys = true });
        person.Browser.Cookies.Remove("signin-demo");
        await person.Browser.SignIn(await person.Browser.Get("/demo/account"), person.Name, person.Password);
        await person.Browser.Get("/demo/account").Is(200);
        var asked = Browser.Location(await person.Browser.Get("/demo/account/passkeys"));
        Assert.StartsWith("/demo/login/second?", asked, StringComparison.Ordinal);
        await admin.Patch("accounts", new { passkeys = false });
    }

    [Fact]
    public async Task Fewer_days_count_for_browsers_that_were_remembered_before()
    {
        var person = await Remembered();
        host.Clock.Advance(TimeSpan.FromDays(2));
        var admin = await world.Admin();
        await admin.Patch("accounts", new { rememberDays = 1 });
        Assert.True(await IsAsked(person));
        await admin.Patch("accounts", new { rememberDays = 0 });
        var page = await person.Browser.Follow(await person.FirstStep());
        Assert.DoesNotContain("name=\"remember\"", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await admin.Patch("accounts", new { rememberDays = 30 });
        Assert.False(await IsAsked(person));
    }

    // A user whose browser is remembered, and signed out.
    async Task<Person> Remembered()
    {
        var person = await world.WithSecondFactor();
        person.Browser = new Browser(host);
        await person.ToTokens(await person.SecondStep(await person.FirstStep(), more: ("remember", "yes")));
        person.Browser.Cookies.Remove("signin-demo");
        return person;
    }

    static async Task<bool> IsAsked(Person person, Browser? browser = null)
    {
        browser ??= person.Browser;
        browser.Cookies.Remove("signin-demo");
        var answer = await person.FirstStep(browser);
        browser.Cookies.Remove("signin-demo");
        return Browser.Location(answer).Contains("/login/second?", StringComparison.Ordinal);
    }
}
