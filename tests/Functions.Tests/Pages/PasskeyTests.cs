using System.Net;
using Latchkey.Tests.OAuth;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages;

/// <summary>Passkeys: registered at the account page, used to sign in without a name, renamed, removed and listed.</summary>
public sealed class PasskeyTests(PasskeyTests.MailingHost mailing) : IClassFixture<PasskeyTests.MailingHost>
{
    readonly TestHost host = mailing.Host;

    [Fact]
    public async Task A_user_registers_a_passkey_signs_in_to_an_app_with_it_alone_and_the_tokens_say_how()
    {
        var user = await PasskeyUser.New(host);
        var (_, creation) = await user.Form();
        Assert.Equal("127.0.0.1", creation.GetProperty("rp").GetProperty("id").GetString());
        Assert.Equal(("required", "required", "none"), (
            creation.GetProperty("authenticatorSelection").GetProperty("residentKey").GetString(),
            creation.GetProperty("authenticatorSelection").GetProperty("userVerification").GetString(),
            creation.GetProperty("attestation").GetString()));
        Assert.Equal([-7, -8, -257],
            creation.GetProperty("pubKeyCredParams").EnumerateArray().Select(one => one.GetProperty("alg").GetInt32()));
        var authenticator = await user.Register(passkey: "Käthes Telefon");
        await Eventually.True(() => HasMail(user, "A passkey was added to your"));
        var (_, again) = await user.Form();
        Assert.Single(again.GetProperty("excludeCredentials").EnumerateArray());

        var browser = new Browser(host);
        var page = await PasskeySignInPage.Open(host, browser: browser, start: await browser.Authorize());
        Assert.Equal("required", page.Options.GetProperty("userVerification").GetString());
        var answer = await page.Send(authenticator.Get(page.Options));
        Assert.StartsWith("/demo/consent?", Browser.Location(answer), StringComparison.Ordinal);
        var code = Browser.Returned(Browser.Location(await browser.Consent(answer)))["code"];
        var idToken = Browser.IdToken(await browser.Redeem(code).Read<TokenAnswer>());
        Assert.Equal(user.Id, idToken.Subject);
        Assert.Equal(["pop", "user", "mfa"], idToken.GetPayloadValue<string[]>("amr"));
        Assert.Contains("Käthes Telefon", WebUtility.HtmlDecode(await Html(user)), StringComparison.Ordinal);
        Assert.Contains("last used just now", await Html(user), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_has_a_passkey_and_no_authenticator_app_gives_two_factors_by_it_when_an_app_demands_them()
    {
        var admin = await host.Admin("acme");
        var user = await PasskeyUser.New(host, "acme", new { passkeys = true, secondFactor = "offered" });
        (string, string?)[] demand = [("scope", "openid"), ("acr_values", "2")];
        var setUp = await user.Browser.Authorize(demand);
        Assert.StartsWith("/acme/login/second?", Browser.Location(setUp), StringComparison.Ordinal); // There is nothing else yet.
        var authenticator = await user.Register();
        var asked = await user.Browser.Authorize(demand);
        Assert.StartsWith("/acme/login?", Browser.Location(asked), StringComparison.Ordinal);
        var page = await PasskeySignInPage.Open(host, "acme", user.Browser, asked);
        var answer = await page.Send(authenticator.Get(page.Options));
        if (Browser.Location(answer).StartsWith("/acme/consent", StringComparison.Ordinal)) answer = await user.Browser.Consent(answer);
        var tokens = await user.Browser.Redeem(Browser.Returned(Browser.Location(answer))["code"]).Read<TokenAnswer>();
        Assert.Equal("2", Browser.IdToken(tokens).GetPayloadValue<string>("acr"));
        await admin.Patch("accounts", new { secondFactor = "off" });
    }

    [Fact]
    public async Task Without_the_rule_there_are_no_passkeys_and_the_sign_in_page_is_what_it_was()
    {
        await (await host.Admin()).Patch("accounts", new { passkeys = false });
        var browser = new Browser(host);
        var page = await browser.Follow(await browser.Get("/demo/account"));
        var html = await page.Content.ReadAsStringAsync();
        Assert.DoesNotContain("passkey", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("webauthn", html, StringComparison.Ordinal);
        Assert.DoesNotContain("script-src 'self'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        await browser.SignIn(await browser.Get("/demo/account"));
        await browser.Get("/demo/account/passkeys").Is(404);
        await browser.Post("/demo/login/passkey", [.. await Browser.Fields(page), ("credential", "{}")]).Is(404);
        await host.Http.GetAsync("/demo/.well-known/webauthn").Is(404);
    }

    [Fact]
    public async Task The_sign_in_page_runs_only_our_own_module_under_trusted_types_and_works_by_password_without_it()
    {
        await PasskeyUser.New(host);
        var browser = new Browser(host);
        var start = await browser.Get("/demo/account/passkeys");
        var page = await browser.Follow(start);
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Matches("; script-src 'self'( 'sha256-[^']+')?; require-trusted-types-for 'script'; trusted-types 'none';", policy);
        Assert.DoesNotContain("connect-src", policy, StringComparison.Ordinal);
        var html = await page.Content.ReadAsStringAsync();
        Assert.Contains("autocomplete=\"username webauthn\"", html, StringComparison.Ordinal);
        Assert.Contains("<script type=\"module\" src=\"/demo/passkeys/app.js\">", html, StringComparison.Ordinal);
        Assert.DoesNotContain("page.css", html, StringComparison.Ordinal);
        await host.Http.GetAsync("/demo/passkeys/app.js").Is(200);
        await host.Http.GetAsync("/demo/passkeys/other.js").Is(404);
        Assert.Equal("/demo/account/passkeys", Browser.Location(await browser.SignIn(start)));
    }

    [Fact]
    public async Task Passkeys_are_changed_only_within_ten_minutes_of_a_sign_in()
    {
        var user = await PasskeyUser.New(host);
        var (token, options) = await user.Form();
        host.Clock.Advance(TimeSpan.FromMinutes(10.1));
        Assert.StartsWith("/demo/login?", Browser.Location(await user.Browser.Get(user.Page)), StringComparison.Ordinal);
        var late = await user.Post(token, ("action", "add"), ("credential", new SoftwareAuthenticator(host.Origin).Create(options)));
        Assert.StartsWith("/demo/login?", Browser.Location(late), StringComparison.Ordinal);
        await user.SignInByPassword();
        Assert.Empty(await user.Passkeys());
    }

    [Fact]
    public async Task A_passkey_is_renamed_and_removed_by_its_owner_alone_and_then_signs_nobody_in()
    {
        var (user, other) = (await PasskeyUser.New(host), await PasskeyUser.New(host));
        var authenticator = await user.Register();
        var id = Assert.Single(await user.Passkeys());
        var (foreign, _) = await other.Form();
        await other.Post(foreign, ("action", "rename"), ("id", id), ("name", "Theirs")).Is(303);
        await other.Post(foreign, ("action", "remove"), ("id", id)).Is(303);
        var (token, _) = await user.Form();
        await user.Post(token, ("action", "rename"), ("id", id), ("name", new string('x', 61))).Is(400);
        await user.Post(token, ("action", "rename"), ("id", id), ("name", " Laptop\u200F ")).Is(400);
        Assert.Contains("My phone", await Html(user), StringComparison.Ordinal);
        await user.Post(token, ("action", "rename"), ("id", id), ("name", "Laptop")).Is(303);
        Assert.Contains("<strong dir=\"auto\">Laptop</strong>", await Html(user), StringComparison.Ordinal);
        await user.Post(token, ("action", "remove"), ("id", id)).Is(303);
        Assert.Empty(await user.Passkeys());
        await Eventually.True(() => HasMail(user, "A passkey was removed from your"));
        Assert.True(await Refused(authenticator));
        await user.Register(authenticator); // Its credential is free again.
    }

    [Fact]
    public async Task The_last_way_to_sign_in_stays_even_if_two_passkeys_are_removed_at_once()
    {
        var user = await PasskeyUser.New(host);
        await user.Register();
        await user.Register();
        var admin = await host.Admin(); // Nobody gets a token by password below.
        // Whoever turns passwords off must still get in.
        await admin.Send(HttpMethod.Patch, "accounts", new { passwords = false }).Fails(409, "last_way_to_sign_in");
        var administrator = new PasskeyUser(host, "demo", "admin", await host.UserId("admin"));
        await administrator.Browser.SignIn(await administrator.Browser.Get(administrator.Page), "admin", "admin-password");
        await administrator.Register();
        await admin.Patch("accounts", new { passwords = false });
        var ids = await user.Passkeys();
        var (token, _) = await user.Form();
        var answers = await Task.WhenAll(ids.Select(id => user.Post(token, ("action", "remove"), ("id", id))));
        Assert.Equal([303, 400], answers.Select(answer => (int)answer.StatusCode).Order());
        var last = Assert.Single(await user.Passkeys());
        var refused = await user.Post(token, ("action", "remove"), ("id", last)).Is(400);
        Assert.Contains("your only way to sign in", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await admin.Patch("accounts", new { passwords = true });
        await user.Post(token, ("action", "remove"), ("id", last)).Is(303);
        await admin.Do(HttpMethod.Delete, $"users/{administrator.Id}/passkeys/{Assert.Single(await administrator.Passkeys())}");
    }

    [Fact]
    public async Task A_user_without_a_password_keeps_the_last_passkey_while_no_mail_could_bring_one()
    {
        var admin = await host.Admin();
        var user = await PasskeyUser.New(host);
        await user.Register();
        var id = Assert.Single(await user.Passkeys());
        var users = host.Service<Latchkey.Tenancy.UserStore>();
        var tenant = await host.Tenant("demo");
        var stored = (await users.Find(tenant, user.Id, default))!;
        var nothing = host.Service<Latchkey.OAuth.Passwords>().HashOfNothing();
        Assert.True(await users.TryRehash(tenant, stored, nothing, default));
        var (token, _) = await user.Form();
        await user.Post(token, ("action", "remove"), ("id", id)).Is(400);
        await admin.ChangeUser(user.Id, new { emailVerified = true });
        await user.Post(token, ("action", "remove"), ("id", id)).Is(303);
    }

    [Fact]
    public async Task An_administrator_lists_and_removes_a_users_passkeys_and_whoever_is_deleted_leaves_none()
    {
        var user = await PasskeyUser.New(host);
        var authenticator = await user.Register();
        var admin = await host.Admin();
        var listed = (await admin.Get($"users/{user.Id}/passkeys")).GetProperty("passkeys").EnumerateArray().Single();
        Assert.Equal("My phone", listed.GetProperty("name").GetString());
        Assert.True(listed.GetProperty("synced").GetBoolean());
        var id = listed.GetProperty("id").GetString()!;
        await admin.Do(HttpMethod.Delete, $"users/{await host.UserId("bob")}/passkeys/{id}", status: 404);
        await admin.Do(HttpMethod.Delete, $"users/{user.Id}/passkeys/{id}");
        await admin.Do(HttpMethod.Delete, $"users/{user.Id}/passkeys/{id}", status: 404);
        Assert.True(await Refused(authenticator));
        await user.Register(authenticator);
        await admin.DeleteUser(user.Id);
        Assert.True(await Refused(authenticator));
        await (await PasskeyUser.New(host)).Register(authenticator); // No row has its credential any more.
    }

    [Fact]
    public async Task Apps_find_the_tenants_associations_at_its_own_domain_and_under_its_path()
    {
        const string print = "14:6D:E9:83:C5:73:06:50:D8:EE:B9:95:2F:34:FC:64:16:A0:83:42:E6:1D:BE:A8:8A:04:96:B2:3F:CF:44:E5";
        var user = await PasskeyUser.New(host, "acme", new
        {
            passkeys = true,
            appleApps = (string[])["ABCDE12345.com.example.app"],
            androidApps = (string[])[$"com.example.app {print}"],
        });
        // An Android app's origin is the hash of its certificate, and it uses the same passkeys.
        var app = await user.Register(new SoftwareAuthenticator("android:apk-key-hash:FG3pg8VzBlDY7rmVLzT8ZBagg0LmHb6oigSWsj_PROU"));
        var page = await PasskeySignInPage.Open(host, "acme");
        Assert.Equal("/acme/account", Browser.Location(await page.Send(app.Get(page.Options))));
        page = await PasskeySignInPage.Open(host, "acme");
        var wrongCase = app.With(origin: app.Origin.Replace("FG3p", "fg3p", StringComparison.Ordinal));
        Assert.Contains("failed=passkey", Browser.Location(await page.Send(wrongCase.Get(page.Options))), StringComparison.Ordinal);

        await (await host.Operator()).ChangeTenant("acme", new { domain = "login.acme.example" });
        await Eventually.True(async () => (int)(await At("login.acme.example", "/.well-known/webauthn")).StatusCode == 200);
        var origins = await At("login.acme.example", "/.well-known/webauthn").Json(200);
        Assert.EndsWith("://login.acme.example", origins.GetProperty("origins")[0].GetString(), StringComparison.Ordinal);
        foreach (var (host, path) in new[] { ("login.acme.example", "/.well-known/"), ("127.0.0.1", "/acme/.well-known/") })
        {
            var apple = await At(host, path + "apple-app-site-association").Json(200);
            Assert.Equal("ABCDE12345.com.example.app", apple.GetProperty("webcredentials").GetProperty("apps")[0].GetString());
            var android = (await At(host, path + "assetlinks.json").Json(200)).EnumerateArray().Single().GetProperty("target");
            Assert.Equal(("com.example.app", print), (
                android.GetProperty("package_name").GetString(), android.GetProperty("sha256_cert_fingerprints")[0].GetString()));
        }
        await At("127.0.0.1", "/.well-known/webauthn").Is(404);
        await At("login.other.example", "/.well-known/webauthn").Is(404);
    }

    Task<HttpResponseMessage> At(string name, string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = $"{name}:{host.Http.BaseAddress!.Port}";
        return host.Http.SendAsync(request);
    }

    async Task<bool> Refused(SoftwareAuthenticator authenticator)
    {
        var page = await PasskeySignInPage.Open(host);
        var answer = await page.Send(authenticator.Get(page.Options));
        var location = Browser.Location(answer);
        var shown = await (await page.Browser.Get(location)).Content.ReadAsStringAsync();
        return location.Contains("failed=passkey", StringComparison.Ordinal)
            && shown.Contains("The passkey did not work", StringComparison.Ordinal);
    }

    async Task<string> Html(PasskeyUser user) => await (await user.Browser.Get(user.Page).Is(200)).Content.ReadAsStringAsync();

    bool HasMail(PasskeyUser user, string text) => Directory.Exists(mailing.Folder) && Directory.GetFiles(mailing.Folder, "*.txt")
        .Select(File.ReadAllText)
        .Any(mail => mail.Contains(user.Name, StringComparison.Ordinal) && mail.Contains(text, StringComparison.Ordinal));

    /// <summary>A host that writes its mail into a folder.</summary>
    public sealed class MailingHost : IAsyncLifetime
    {
        public string Folder { get; } = Path.Combine(Path.GetTempPath(), $"latchkey-passkeys-{Guid.CreateVersion7():n}");

        public TestHost Host { get; private set; } = null!;

        public async Task InitializeAsync() => Host = await TestHost.Start(settings: new() { ["Latchkey:Mail:Folder"] = Folder });

        public async Task DisposeAsync()
        {
            await Host.DisposeAsync();
            await Eventually.Gone(Folder);
        }
    }
}
