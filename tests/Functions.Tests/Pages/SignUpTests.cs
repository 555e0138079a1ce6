using System.Diagnostics;
using System.Net;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages;

/// <summary>People make their own account: the form, the code from the mail, and back to where they came from.</summary>
public sealed class SignUpTests(SignUpHost host) : IClassFixture<SignUpHost>
{
    readonly TestHost app = host.Host;

    [Fact]
    public async Task Who_comes_from_an_app_signs_up_and_goes_back_to_it_with_tokens()
    {
        var browser = new Browser(app);
        var login = await browser.Follow(await browser.Authorize());
        var links = (await login.Content.ReadAsStringAsync()).Split("href=\"").Skip(1).Select(part => part.Split('"')[0]);
        var path = WebUtility.HtmlDecode(links.Single(link => link.StartsWith("/demo/signup?", StringComparison.Ordinal)));
        var code = await browser.Follow(await SignUpHost.Ask(browser, path, "ada@people.example"));
        Assert.Contains("ada@people.example", await code.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Null(await host.User("ada@people.example"));
        var consent = await SignUpHost.Enter(browser, path, await host.Code("ada@people.example"));
        var answer = Browser.Returned(Browser.Location(await browser.Consent(consent)));
        var tokens = await browser.Redeem(answer["code"]).Read<TokenAnswer>();
        Assert.Equal("openid profile files.read", tokens.Scope); // The role of whoever signs up gives files.read.
        var id = Browser.IdToken(tokens);
        Assert.Equal(["pwd"], id.Claims.Where(claim => claim.Type == "amr").Select(claim => claim.Value));
        var user = (await host.User("ADA@people.example"))!;
        Assert.Equal((id.Subject, "ada@people.example", "Ada", true), (user.Id, user.UserName, user.Name, user.EmailVerified));
        var again = new Browser(app);
        Assert.Equal("/demo/account", Browser.Location(
            await again.SignIn(await again.Get("/demo/account"), "Ada@People.example", SignUpHost.Password)));
    }

    [Fact]
    public async Task The_mails_link_fills_in_the_code_and_uses_nothing_up_and_elsewhere_says_where_to_type_it()
    {
        var browser = new Browser(app);
        var path = await host.Begin(browser, "link@people.example");
        var link = await host.LinkTo("link@people.example");
        var code = await host.Code("link@people.example");
        for (var look = 0; look < 2; look++)
        {
            Assert.Contains($"value=\"{code}\"", await (await browser.Get(link)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Null(await host.User("link@people.example"));
        }
        var stranger = new Browser(app);
        foreach (var _ in new[] { 1, 2 }) // Without any cookie, and with another sign-in's.
        {
            var page = await stranger.Get(link);
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            Assert.Contains("Go back there and type the code", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            await stranger.Get("/demo/signup");
        }
        Assert.Equal(HttpStatusCode.BadRequest, (await stranger.Get(path)).StatusCode);
        Assert.Equal("/demo/account", Browser.Location(await SignUpHost.Enter(browser, link, code)));
    }

    [Fact]
    public async Task Five_wrong_codes_end_a_code_and_a_new_one_ends_the_old()
    {
        var browser = new Browser(app);
        var path = await host.Begin(browser, "five@people.example");
        var first = await host.Code("five@people.example");
        for (var attempt = 0; attempt < 5; attempt++)
            Assert.Equal(HttpStatusCode.BadRequest, (await SignUpHost.Enter(browser, path, Other(first))).StatusCode);
        var over = await SignUpHost.Enter(browser, path, first);
        Assert.Contains("no longer works", await over.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await Resend(browser, path);
        var second = await host.Code("five@people.example", 2);
        if (second != first) Assert.Equal(HttpStatusCode.BadRequest, (await SignUpHost.Enter(browser, path, first)).StatusCode);
        Assert.Equal("/demo/account", Browser.Location(await SignUpHost.Enter(browser, path, $" {second[..3]} {second[3..]} ")));
    }

    [Fact]
    public async Task A_code_ends_after_ten_minutes_and_another_can_be_sent()
    {
        var browser = new Browser(app);
        var path = await host.Begin(browser, "late@people.example");
        var first = await host.Code("late@people.example");
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(HttpStatusCode.BadRequest, (await SignUpHost.Enter(browser, path, first)).StatusCode);
        Assert.Null(await host.User("late@people.example"));
        await Resend(browser, path);
        Assert.Equal("/demo/account", Browser.Location(
            await SignUpHost.Enter(browser, path, await host.Code("late@people.example", 2))));
    }

    [Fact]
    public async Task A_code_signs_nobody_in_again_and_is_of_no_use_in_another_browser_or_tenant()
    {
        await host.Rules(new { signUp = "open" }, "acme");
        var (browser, other, elsewhere) = (new Browser(app), new Browser(app), new Browser(app, "acme"));
        var paths = await Task.WhenAll(host.Begin(browser, "once@people.example"), host.Begin(other, "other@people.example"),
            host.Begin(elsewhere, "once@people.example", "acme"));
        await host.Mail("once@people.example", 2);
        var code = host.Mails("once@people.example").Single(mail => mail.Contains("/demo/", StringComparison.Ordinal))
            .Split("&code=")[1][..6];
        foreach (var (who, path) in new[] { (other, paths[1]), (elsewhere, paths[2]) })
        {
            if (await host.Code("other@people.example") == code) continue;
            Assert.Equal(HttpStatusCode.BadRequest, (await SignUpHost.Enter(who, path, code)).StatusCode);
        }
        var form = await Browser.Fields(await browser.Get(paths[0]));
        // Another's form with another's cookies, and this form without them.
        Assert.Equal(HttpStatusCode.BadRequest,
            (await other.Post("/demo/signup", [.. form, ("code", code), ("action", "code")])).StatusCode);
        Assert.Equal("/demo/account", Browser.Location(
            await browser.Post("/demo/signup", [.. form, ("code", code), ("action", "code")])));
        foreach (var cookie in browser.Cookies.Keys.Where(name => name.StartsWith("signin", StringComparison.Ordinal)).ToList())
            browser.Cookies.Remove(cookie);
        var again = await browser.Post("/demo/signup", [.. form, ("code", code), ("action", "code")]);
        Assert.StartsWith("/demo/login?", Browser.Location(again), StringComparison.Ordinal);
        Assert.DoesNotContain(browser.Cookies.Keys, name => name.StartsWith("signin", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_address_that_has_an_account_gets_the_same_answer_after_the_same_time_and_another_mail()
    {
        var before = (await host.User("alice@demo.example"))!;
        var pages = new List<string>();
        foreach (var email in new[] { "alice@demo.example", "malice@demo.example" })
        {
            var browser = new Browser(app);
            var start = Browser.Location(await browser.Get("/demo/signup"));
            var began = Stopwatch.GetTimestamp();
            var answer = await SignUpHost.Ask(browser, start, email);
            Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0.9, 3);
            var page = await (await browser.Follow(answer)).Content.ReadAsStringAsync();
            var request = Browser.Returned(start)["request"];
            var token = (await Browser.Fields(await browser.Get(start))).First(field => field.Item1 == "form").Item2;
            pages.Add(page.Replace(email, "", StringComparison.Ordinal).Replace(request, "", StringComparison.Ordinal)
                .Replace(token, "", StringComparison.Ordinal));
            if (email[0] == 'a')
                Assert.Equal(HttpStatusCode.BadRequest, (await SignUpHost.Enter(browser, start, "123456")).StatusCode);
        }
        Assert.Equal(pages[1], pages[0]);
        var mail = await host.Mail("alice@demo.example");
        Assert.Contains("You have an account already", mail, StringComparison.Ordinal);
        Assert.Contains("/demo/reset", mail, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\b\d{6}\b", mail.Split("\n\n", 2)[1]);
        Assert.Equal(before.ETag, (await host.User("alice@demo.example"))!.ETag);
    }

    [Fact]
    public async Task What_is_not_good_is_said_next_to_its_field_and_nothing_is_written()
    {
        await host.Rules(new { signUp = "open", signUpDomains = new[] { "good.example" } }, "acme");
        var browser = new Browser(app, "acme");
        var start = Browser.Location(await browser.Get("/acme/signup"));
        var fields = await Browser.Fields(await browser.Get(start));
        var before = host.Storage.Writes.Count;
        foreach (var (name, email, password, field) in new[]
        {
            ("", "a@good.example", SignUpHost.Password, "name"), ("A\u202e", "a@good.example", SignUpHost.Password, "name"),
            ("Ada", "", SignUpHost.Password, "email"), ("Ada", "a@bad.example", SignUpHost.Password, "email"),
            ("Ada", "a@good.example@bad.example", SignUpHost.Password, "email"), ("Ada", "a@localhost", SignUpHost.Password, "email"),
            ("Ada", "a@good.example", "short", "new"), ("Ada", "a.long.name@good.example", "A.Long.Name@good.example", "new"),
        })
        {
            var page = await browser.Post("/acme/signup", [.. fields, ("name", name), ("email", email), ("new", password)]);
            Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
            Assert.Contains($"id=\"{field}-error\"", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        Assert.Equal(HttpStatusCode.BadRequest, (await new Browser(app, "acme").Post("/acme/signup",
            ("name", "Ada"), ("email", "a@good.example"), ("new", SignUpHost.Password))).StatusCode);
        Assert.Equal([], host.Storage.Writes.Skip(before));
        Assert.StartsWith("/acme/signup?", await host.Begin(browser, "a@GOOD.example", "acme"), StringComparison.Ordinal);
        await host.Rules(new { signUpDomains = Array.Empty<string>() }, "acme");
    }

    [Fact]
    public async Task What_is_too_long_to_be_an_address_or_a_name_is_not_even_normalized()
    {
        var marks = "a" + string.Concat(Enumerable.Repeat("\u0301\u0316", 5_000)); // Each has to be sorted before all of the others.
        var browser = new Browser(app);
        var start = Browser.Location(await browser.Get("/demo/signup"));
        var began = Stopwatch.GetTimestamp();
        foreach (var (name, email) in new[] { ("Ada", $"{marks}@people.example"), (marks, "marks@people.example"), ("Ada", $"a@{marks}") })
        {
            var page = await SignUpHost.Ask(browser, start, email, name);
            Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
            Assert.DoesNotContain(marks, WebUtility.HtmlDecode(await page.Content.ReadAsStringAsync()), StringComparison.Ordinal);
        }
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Where_the_tenant_has_passkeys_whoever_signs_up_is_offered_one_and_goes_on_with_or_without()
    {
        await host.Rules(new { signUp = "open", signUpDomains = Array.Empty<string>(), passkeys = true }, "acme");
        (string, string?)[] request = [("client_id", "mobile"), ("scope", "openid"), ("acr_values", "1")];
        foreach (var (name, makes) in new[] { ("pia", true), ("quin", false) })
        {
            var email = $"{name}@people.example";
            var browser = new Browser(app, "acme");
            var login = Browser.Location(await browser.Authorize(request));
            var path = login.Replace("/login?", "/signup?", StringComparison.Ordinal);
            await SignUpHost.Ask(browser, path, email);
            var offer = await SignUpHost.Enter(browser, path, await host.Code(email));
            Assert.StartsWith("/acme/signup/passkey?", Browser.Location(offer), StringComparison.Ordinal);
            var page = await browser.Follow(offer);
            var html = await page.Content.ReadAsStringAsync();
            Assert.Contains("Sign in faster next time", html, StringComparison.Ordinal);
            Assert.Contains("Not now", html, StringComparison.Ordinal);
            var (form, options) = PasskeyUser.Read(html);
            var id = Browser.Returned(Browser.Location(offer))["request"];
            var device = new SoftwareAuthenticator(app.Origin);
            // Another browser's form, another's answer and garbage go nowhere, and no passkey is made.
            await Post(new Browser(app, "acme"), "skip", "").Is(400);
            await Post(browser, "add", "{}").Is(400);
            await Post(browser, "add", device.With(origin: "https://phish.example").Create(options)).Is(400);
            var next = await Post(browser, makes ? "add" : "skip", makes ? device.Create(options) : "");
            if (Browser.Location(next).StartsWith("/acme/consent", StringComparison.Ordinal)) next = await browser.Consent(next);
            var tokens = await browser.Redeem(Browser.Returned(Browser.Location(next))["code"]).Read<TokenAnswer>();
            var user = (await host.User(email, "acme"))!;
            Assert.Equal(user.Id, Browser.IdToken(tokens).Subject);
            // A passkey that was made has proved nothing yet.
            Assert.Equal(["pwd"], Browser.IdToken(tokens).GetPayloadValue<string[]>("amr"));
            var kept = (await (await app.Admin("acme")).Get($"users/{user.Id}/passkeys")).GetProperty("passkeys").GetArrayLength();
            Assert.Equal(makes ? 1 : 0, kept);
            // At most once: the next sign-in goes on at once.
            browser.Cookies.Remove("signin-acme");
            var again = await browser.SignIn(await browser.Get("/acme/account"), email, SignUpHost.Password);
            Assert.Equal("/acme/account", Browser.Location(again));

            Task<HttpResponseMessage> Post(Browser from, string action, string credential) => from.Post("/acme/signup/passkey",
                ("request", id), ("form", form), ("action", action), ("credential", credential));
        }
        await host.Rules(new { passkeys = false }, "acme");
    }

    [Fact]
    public async Task Six_at_once_for_one_address_make_one_user()
    {
        var browsers = Enumerable.Range(0, 5).Select(_ => new Browser(app)).ToList();
        var paths = new List<string>();
        var codes = new List<string>();
        foreach (var browser in browsers)
        {
            paths.Add(await host.Begin(browser, "race@people.example"));
            var request = Browser.Returned(paths[^1])["request"];
            await Eventually.True(() => host.Mails("race@people.example").Any(mail => mail.Contains(request, StringComparison.Ordinal)));
            codes.Add(host.Mails("race@people.example").Single(mail => mail.Contains(request, StringComparison.Ordinal))
                .Split("&code=")[1][..6]);
        }
        // The sixth mail within ten minutes waits; the first browser sends its form twice instead.
        var sixth = new Browser(app);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await SignUpHost.Ask(
            sixth, Browser.Location(await sixth.Get("/demo/signup")), "Race@people.example")).StatusCode);
        var answers = await Task.WhenAll(browsers.Append(browsers[0]).Select((browser, n) =>
            SignUpHost.Enter(browser, paths[n % 5], codes[n % 5])));
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.SeeOther && Browser.Location(answer) == "/demo/account");
        Assert.DoesNotContain(answers, answer => (int)answer.StatusCode >= 500);
        Assert.Single((await (await app.Admin()).All<UserAnswer>("users", "users", 100)), user => user.UserName == "race@people.example");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Storage_that_dies_makes_the_whole_user_or_none(bool answerLost)
    {
        var browsers = Enumerable.Range(0, 12)
            .Select(n => (Browser: new Browser(app), Email: $"cut{n}-{answerLost}@people.example")).ToList();
        var paths = await Task.WhenAll(browsers.Select(one => host.Begin(one.Browser, one.Email)));
        for (var cut = 0; ; cut++)
        {
            Assert.True(cut < browsers.Count, "more steps than expected");
            var (browser, email) = browsers[cut];
            var form = await Browser.Fields(await browser.Get(paths[cut]));
            var code = await host.Code(email);
            host.Storage.CutAfter(cut, answerLost);
            var answer = await browser.Post("/demo/signup", [.. form, ("code", code), ("action", "code")]);
            if (!host.Storage.Mend())
            {
                Assert.Equal("/demo/account", Browser.Location(answer));
                Assert.InRange(cut, 4, 11);
                return;
            }
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.NotNull(answer.Headers.RetryAfter);
            if (await host.User(email) is not null)
            {
                var again = new Browser(app);
                Assert.Equal("/demo/account", Browser.Location(
                    await again.SignIn(await again.Get("/demo/account"), email, SignUpHost.Password)));
                continue;
            }
            var retry = await SignUpHost.Enter(browser, paths[cut], code);
            if (retry.StatusCode != HttpStatusCode.SeeOther)
            {
                await Resend(browser, paths[cut]);
                retry = await SignUpHost.Enter(browser, paths[cut], await host.Code(email, 2));
            }
            Assert.Equal("/demo/account", Browser.Location(retry));
        }
    }

    [Fact]
    public async Task Who_hangs_up_gets_the_mail_all_the_same()
    {
        var browser = new Browser(app);
        var start = Browser.Location(await browser.Get("/demo/signup"));
        var form = await Browser.Fields(await browser.Get(start));
        using var hangUp = new CancellationTokenSource();
        var request = new HttpRequestMessage(HttpMethod.Post, "/demo/signup")
        {
            Content = TestHost.Form([.. form, ("name", "Ada"), ("email", "gone@people.example"), ("new", SignUpHost.Password)]),
        };
        request.Headers.Add("Cookie", string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        var sent = app.Http.SendAsync(request, hangUp.Token);
        var code = await host.Code("gone@people.example");
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sent);
        Assert.Equal("/demo/account", Browser.Location(await SignUpHost.Enter(browser, start, code)));
    }

    static async Task Resend(Browser browser, string path) => Assert.Equal(HttpStatusCode.SeeOther,
        (await browser.Post("/demo/signup", [.. await Browser.Fields(await browser.Get(path)), ("action", "resend")])).StatusCode);

    static string Other(string code) => code == "000000" ? "000001" : "000000";
}
