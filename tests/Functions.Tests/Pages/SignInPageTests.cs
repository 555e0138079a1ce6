using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Latchkey.Tenancy;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages;

/// <summary>The sign-in form: it gives nothing away, cannot be forged, and every page carries its headers.</summary>
public sealed partial class SignInPageTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_wrong_password_and_an_unknown_name_look_the_same()
    {
        var pages = new List<string>();
        foreach (var user in new[] { "alice", "nobody" })
        {
            var browser = new Browser(host);
            var page = await browser.SignIn(await browser.Authorize(), user, "wrong");
            Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
            Assert.DoesNotContain(browser.Cookies.Keys, name => name.Contains("signin", StringComparison.Ordinal));
            var html = await page.Content.ReadAsStringAsync();
            Assert.Contains("role=\"alert\"", html, StringComparison.Ordinal);
            pages.Add(Request().Replace(Hidden().Replace(html, ""), "").Replace($"value=\"{user}\"", "", StringComparison.Ordinal));
        }
        Assert.Equal(pages[0], pages[1]);
    }

    [Fact]
    public async Task Too_many_tries_get_a_page_that_says_how_long_to_wait()
    {
        await using var own = await TestHost.Start();
        var browser = new Browser(own);
        var start = await browser.Authorize();
        for (var failure = 0; failure < 5; failure++) await browser.SignIn(start, "bob", "wrong");
        var page = await browser.SignIn(start, "bob");
        Assert.Equal(HttpStatusCode.TooManyRequests, page.StatusCode);
        Assert.Equal("1", page.Headers.GetValues("Retry-After").Single());
        Assert.Contains("Wait 1 second,", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancel_goes_back_to_the_app_with_access_denied()
    {
        var browser = new Browser(host);
        var page = await browser.Follow(await browser.Authorize());
        var answer = await browser.Post("/demo/login",
            [.. await Browser.Fields(page), ("action", "cancel"), ("username", ""), ("password", "")]);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal("access_denied", Browser.Returned(Browser.Location(answer))["error"]);
    }

    [Theory]
    [InlineData("form", null)]
    [InlineData("form", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("form", "nonsense!")]
    [InlineData("request", null)]
    [InlineData("request", "20260101.AAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_form_that_is_not_ours_is_refused_whatever_the_password(string field, string? value)
    {
        var browser = new Browser(host);
        var fields = await Browser.Fields(await browser.Follow(await browser.Authorize()));
        fields.RemoveAll(f => f.Item1 == field);
        if (value is not null) fields.Add((field, value));
        var answer = await browser.Post("/demo/login", [.. fields, ("username", "alice"), ("password", "alice-password")]);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.DoesNotContain(browser.Cookies.Keys, name => name.Contains("signin", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_form_token_opens_no_other_form_and_no_other_browser()
    {
        var (victim, attacker) = (new Browser(host), new Browser(host));
        var first = await Browser.Fields(await victim.Follow(await victim.Authorize()));
        var second = await Browser.Fields(await victim.Follow(await victim.Authorize()));
        var foreign = await Browser.Fields(await attacker.Follow(await attacker.Authorize()));
        (string, string)[] typed = [("username", "alice"), ("password", "alice-password")];
        (string, string) Of(List<(string, string)> fields, string name) => fields.Single(f => f.Item1 == name);
        foreach (var mixed in new[] { (Of(first, "request"), Of(second, "form")), (Of(first, "request"), Of(foreign, "form")),
            (Of(foreign, "request"), Of(foreign, "form")) })
            Assert.Equal(HttpStatusCode.BadRequest, (await victim.Post("/demo/login", [mixed.Item1, mixed.Item2, .. typed])).StatusCode);
    }

    [Fact]
    public async Task Another_browser_cannot_take_over_a_request()
    {
        var answer = await new Browser(host).Authorize();
        Assert.Equal(HttpStatusCode.BadRequest, (await new Browser(host).Get(Browser.Location(answer))).StatusCode);
    }

    [Fact]
    public async Task A_request_waits_half_an_hour()
    {
        var browser = new Browser(host);
        var answer = await browser.Authorize();
        host.Clock.Advance(TimeSpan.FromMinutes(30));
        var page = await browser.Get(Browser.Location(answer));
        Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        Assert.Contains("start again", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_sign_in_has_a_new_id_and_the_old_one_is_dead()
    {
        var browser = new Browser(host);
        await browser.SignIn(await browser.Authorize());
        var old = browser.Cookies.Single(c => c.Key == "signin-demo").Value;
        await browser.SignIn(await browser.Authorize(("prompt", "login")));
        Assert.NotEqual(old, browser.Cookies["signin-demo"]);
        var thief = new Browser(host) { Cookies = { ["signin-demo"] = old } };
        Assert.Equal("login_required", Browser.Returned(Browser.Location(await thief.Authorize(("prompt", "none"))))["error"]);
    }

    [Fact]
    public async Task The_cookie_is_kept_from_scripts_and_foreign_forms_and_on_https_bound_to_the_host()
    {
        await using var https = await TestHost.Start(settings: new() { ["Latchkey:Origin"] = "https://login.example.com" });
        foreach (var (tested, prefix, secure) in new[] { (host, "", false), (https, "__Host-", true) })
        {
            var browser = new Browser(tested);
            var answer = await browser.SignIn(await browser.Authorize());
            var cookies = answer.Headers.GetValues("Set-Cookie").ToList();
            var cookie = Assert.Single(cookies, set => set.StartsWith($"{prefix}signin", StringComparison.Ordinal));
            Assert.StartsWith($"{prefix}signin-demo=", cookie, StringComparison.Ordinal);
            Assert.Equal(secure, cookie.Contains("; secure", StringComparison.OrdinalIgnoreCase));
            foreach (var attribute in new[] { "; path=/", "; httponly", "; samesite=lax", "; max-age=1209600" })
                Assert.Contains(attribute, cookie, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("domain", cookie, StringComparison.OrdinalIgnoreCase);
            // By the others, one for the user name and one for the address, the device is known as this user's; they sign nobody in.
            var devices = cookies.Where(set => set != cookie).ToList();
            Assert.Equal(2, devices.Count);
            Assert.All(devices, device =>
            {
                Assert.StartsWith($"{(secure ? "__Secure-" : "")}device-demo.", device, StringComparison.Ordinal);
                Assert.Equal(secure, device.Contains("; secure", StringComparison.OrdinalIgnoreCase));
                foreach (var attribute in new[] { "; path=/demo;", "; httponly", "; samesite=strict", "; max-age=15552000" })
                    Assert.Contains(attribute, device, StringComparison.OrdinalIgnoreCase);
            });
        }
    }

    [Theory]
    [InlineData(Browser.Loopback, "http://127.0.0.1:51004")]
    [InlineData(Browser.PrivateScheme, "com.example.files:")]
    public async Task The_policy_allows_the_style_and_the_forms_end_and_nothing_else(string redirect, string target)
    {
        var browser = new Browser(host);
        var page = await browser.Follow(await browser.Authorize(("redirect_uri", redirect)));
        var html = await page.Content.ReadAsStringAsync();
        var style = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(StyleElement().Match(html).Groups[1].Value)));
        var script = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(html.Split("<script>")[1].Split("</script>")[0])));
        Assert.Equal(
            $"default-src 'none'; style-src 'sha256-{style}'; img-src data:; script-src 'sha256-{script}'; form-action 'self' {target}; "
                + $"frame-ancestors 'none'; base-uri 'none'",
            page.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("no-referrer", page.Headers.GetValues("Referrer-Policy").Single());
        Assert.True(page.Headers.CacheControl!.NoStore);
        Assert.Equal("nosniff", page.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.DoesNotContain(" style=", html, StringComparison.Ordinal);
        Assert.Equal(2, html.Split("<script").Length); // It shows what is typed into the password's field.
    }

    [Fact]
    public async Task A_web_apps_callback_may_send_on_to_any_https_site()
    {
        var client = await Registered.WebApp(host);
        var browser = new Browser(host);
        var page = await browser.Follow(await browser.Authorize(("client_id", client.Id), ("redirect_uri", Registered.Redirect)));
        Assert.Contains("form-action 'self' https:;", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#ffd84d", "https://cdn.example/logo.png", true, "#14161a")]
    [InlineData("#004422", "https://cdn.example/logo.png", true, "#ffffff")]
    [InlineData("red;}*{display:none", "https://cdn.example/x;script-src *", false, "#ffffff")]
    [InlineData("url(x)", "javascript:alert(1)", false, "#ffffff")]
    public async Task A_tenant_has_its_name_colour_and_logo_and_nonsense_counts_as_none(string color, string logo, bool good,
        string onAccent)
    {
        var id = $"t{Guid.CreateVersion7():n}";
        var tenant = new Tenant { Id = id, Name = "Töpfe & Pfannen", Issuer = $"{host.Origin}/{id}", Color = color, LogoUri = logo };
        await host.Service<TenantStore>().Save(tenant, CancellationToken.None);
        await Registered.WebApp(host, client => client with { Id = "app" }, id);
        var browser = new Browser(host, id);
        var page = await browser.Follow(await browser.Authorize(("client_id", "app"), ("redirect_uri", Registered.Redirect)));
        var html = await page.Content.ReadAsStringAsync();
        Assert.Contains("Töpfe & Pfannen", WebUtility.HtmlDecode(html), StringComparison.Ordinal);
        Assert.Equal(good, html.Contains($"--accent:{color};", StringComparison.Ordinal));
        Assert.Contains($"--on-accent:{onAccent}", html, StringComparison.Ordinal);
        Assert.Equal(good, html.Contains($"<img src=\"{logo}\"", StringComparison.Ordinal));
        Assert.Contains(good ? $"img-src data: {logo};" : "img-src data:;", page.Headers.GetValues("Content-Security-Policy").Single(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_log_line_holds_a_password_a_code_or_a_cookie()
    {
        var browser = new Browser(host);
        await browser.SignIn(await browser.Authorize(), "alice", "wrong-secret-password");
        var code = (await browser.Answer())["code"];
        await browser.Redeem(code);
        await browser.Redeem(code);
        var secrets = browser.Cookies.Values.Append("wrong-secret-password").Append("alice-password").Append(code[^43..]);
        foreach (var secret in secrets) Assert.DoesNotContain(host.Log.Lines, line => line.Contains(secret, StringComparison.Ordinal));
    }

    // What differs from request to request: the hidden fields, and the address that the choice of a language leads back to.
    [GeneratedRegex("""<input type="hidden"[^>]*>|name="back" value="[^"]*""")]
    private static partial Regex Hidden();

    [GeneratedRegex(@"request=[\w.-]+")]
    private static partial Regex Request();

    [GeneratedRegex("<style>(.*?)</style>", RegexOptions.Singleline)]
    private static partial Regex StyleElement();
}
