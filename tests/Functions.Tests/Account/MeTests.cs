using System.Net;
using System.Text.Json;
using Latchkey.OAuth;
using Latchkey.Tests.OAuth;
using Latchkey.Tests.OAuth.Authorization;
using Latchkey.Tests.Pages;
using OtpNet;

namespace Latchkey.Tests.Account;

/// <summary>An app shows its own screens of the user's account: everything that the account page does, by the scope
/// <c>account</c>.</summary>
[Collection("own account")]
public sealed class MeTests(SignUpHost host)
{
    // A PNG of one pixel.
    static readonly byte[] Png = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    readonly TestHost app = host.Host;

    [Fact]
    public async Task A_user_changes_name_and_profile_and_tokens_and_userinfo_say_all_of_it()
    {
        var owner = await AccountOwner.New(app);
        var before = await owner.Get();
        Assert.Equal((owner.Id, "Ada", owner.Email, true), (before.GetProperty("id").GetString(), before.GetProperty("name").GetString(),
            before.GetProperty("email").GetString(), before.GetProperty("hasPassword").GetBoolean()));
        var changed = await owner.Patch(new
        {
            name = "Ada L.",
            profile = new
            {
                givenName = "Ada",
                familyName = "Lovelace",
                nickname = "艾达 👩‍💻",
                picture = "https://ada.example/me.png?s=1",
                locale = "de-AT",
                zoneInfo = "Asia/Calcutta"
            },
        }).Json();
        Assert.Equal(changed.GetRawText(), (await owner.Get()).GetRawText());
        var info = await owner.UserInfo();
        Assert.Equal(("Ada L.", "Ada", "Lovelace", "艾达 👩‍💻", "https://ada.example/me.png?s=1", "de-AT", "Asia/Calcutta"),
            (info.Name, info.GivenName, info.FamilyName, info.Nickname, info.Picture, info.Locale, info.Zoneinfo));
        Assert.Equal(app.Clock.Now.ToUnixTimeSeconds(), info.UpdatedAt);
        var token = (await owner.Refreshed()).Tokens.ReadIdToken();
        foreach (var (claim, value) in new[] { ("name", "Ada L."), ("given_name", "Ada"), ("family_name", "Lovelace"),
            ("nickname", info.Nickname!),
            ("picture", info.Picture!), ("locale", "de-AT"), ("zoneinfo", "Asia/Calcutta"), ("preferred_username", owner.Name) })
            Assert.Equal(value, token.GetPayloadValue<string>(claim));
        Assert.Equal(info.UpdatedAt, token.GetPayloadValue<long>("updated_at"));
        // RFC 7396: what is absent stays, null removes.
        var merged = await owner.Patch(new { profile = new { picture = (string?)null, nickname = (string?)null } }).Json();
        Assert.Equal(("Ada L.", "Lovelace", null, null), (merged.GetProperty("name").GetString(), Field(merged, "familyName"),
            Field(merged, "picture"), Field(merged, "nickname")));
        Assert.Null((await owner.UserInfo()).Picture);
    }

    [Fact]
    public async Task A_token_without_the_scope_profile_gets_none_of_it_elsewhere()
    {
        var owner = await AccountOwner.New(app, scope: "openid account");
        await owner.Patch(new { profile = new { nickname = "Al" } }).Is(200);
        var info = await owner.UserInfo();
        Assert.Equal((null, null, null), (info.Name, info.Nickname, info.UpdatedAt));
        Assert.False((await owner.Refreshed()).Tokens.ReadIdToken().TryGetPayloadValue<string>("nickname", out _));
    }

    [Fact]
    public async Task Of_two_changes_of_the_same_version_one_is_made()
    {
        var owner = await AccountOwner.New(app);
        var etag = (await owner.Send(HttpMethod.Get)).Headers.ETag!.ToString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(number =>
            owner.Send(HttpMethod.Patch, json: new { profile = new { nickname = $"N{number}" } }, ifMatch: etag)));
        var done = Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        foreach (var refused in answers.Where(answer => answer != done)) await refused.Fails(412, "etag_mismatch");
        Assert.Equal(Field(await done.Json(), "nickname"), Field(await owner.Get(), "nickname"));
        await owner.Send(HttpMethod.Patch, json: new { name = "Eve" }, ifMatch: $"\"x\", {done.Headers.ETag}").Is(200);
    }

    [Fact]
    public async Task A_file_of_the_users_own_is_their_picture_and_only_their_apps_see_it()
    {
        var owner = await AccountOwner.New(app);
        await owner.Send(HttpMethod.Get, "/picture").Fails(404, "no_picture");
        var id = await owner.Upload(Png, "image/png");
        await owner.Patch(new { profile = new { picture = id } }).Is(200);
        var shown = await owner.Send(HttpMethod.Get, "/picture").Is(302);
        Assert.Equal(Png,
            await (await FilesClient.ToStorage(HttpMethod.Get, shown.Headers.Location!.ToString())).Content.ReadAsByteArrayAsync());
        Assert.Null((await owner.UserInfo()).Picture);
        // The account page shows it, and may load nothing else from there.
        var browser = new Browser(app);
        var page = await browser.Follow(await browser.SignIn(await browser.Get("/demo/account"), owner.Name, SignUpHost.Password));
        var html = WebUtility.HtmlDecode(await page.Content.ReadAsStringAsync());
        Assert.Contains($"<img class=\"face\" src=\"http", html, StringComparison.Ordinal);
        Assert.Contains($"/files-demo/{id};", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        // Not what is somebody else's, no picture, or gone.
        var other = await AccountOwner.New(app);
        foreach (var bad in new[] { await other.Upload(Png, "image/png"), await owner.Upload([1, 2, 3], FilesClient.AnyType, "x.bin"),
            new string('a', 32) })
            Assert.Equal("picture", (await owner.Patch(new { profile = new { picture = bad } }).Fails(400, "invalid_field")).Field);
        await new FilesClient(app, owner.Tokens.AccessToken).Send(HttpMethod.Delete, $"/{id}").Is(204);
        await owner.Send(HttpMethod.Get, "/picture").Fails(404, "no_picture");
    }

    [Fact]
    public async Task A_code_at_the_new_address_changes_it_in_the_session_that_asked()
    {
        var owner = await AccountOwner.New(app);
        var email = $"new-{owner.Email}";
        var codeId = (await owner.Post("/email", new { email }).Json(202)).GetProperty("codeId").GetString()!;
        var code = await host.Code(email);
        Assert.DoesNotContain("http", await host.Mail(email), StringComparison.Ordinal); // It is typed in the app.
        await (await owner.SignedIn()).Post("/email/confirm", new { codeId, code }).Fails(400, "wrong_code");
        await owner.Post("/email/confirm", new { codeId, code = code == "000000" ? "000001" : "000000" }).Fails(400, "wrong_code");
        await owner.Post("/email/confirm", new { codeId, code }).Is(204);
        await owner.Post("/email/confirm", new { codeId, code }).Fails(410, "code_over");
        Assert.Equal(email, (await owner.Get()).GetProperty("email").GetString());
        Assert.Equal(app.Clock.Now.ToUnixTimeSeconds(), (await owner.UserInfo()).UpdatedAt);
        Assert.Contains("has another email address now", await host.Mail(owner.Email), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_password_ends_all_but_the_session_in_which_it_was_set()
    {
        var owner = await AccountOwner.New(app);
        var other = await owner.SignedIn();
        var next = $"{SignUpHost.Password} 2";
        await owner.Send(HttpMethod.Put, "/password", new { current = "wrong", @new = next }).Fails(400, "wrong_password");
        Assert.Equal("current", (await owner.Send(HttpMethod.Put, "/password", new { @new = next }).Fails(400, "invalid_field")).Field);
        Assert.Equal("new",
            (await owner.Send(HttpMethod.Put, "/password", new { current = SignUpHost.Password, @new = "short" })
                .Fails(400, "invalid_field")).Field);
        await owner.Send(HttpMethod.Put, "/password", new { current = SignUpHost.Password, @new = next }).Is(204);
        Assert.True(await owner.IsSignedIn());
        Assert.True(await (await owner.Refreshed()).IsSignedIn());
        Assert.False(await other.IsSignedIn());
        await app.Refresh("demo", other.Tokens.RefreshToken!).Refused("invalid_grant");
        await owner.TrySignIn().Refused("invalid_grant");
        await owner.SignedIn(next);
    }

    [Fact]
    public async Task A_user_who_has_no_password_sets_one_with_a_fresh_sign_in()
    {
        var owner = await AccountOwner.New(app);
        await WithoutPassword(owner);
        Assert.False((await owner.Get()).GetProperty("hasPassword").GetBoolean());
        await owner.Send(HttpMethod.Put, "/password", new { @new = "brand new secret" }).Is(204);
        await owner.SignedIn("brand new secret");
    }

    [Fact]
    public async Task Sessions_are_listed_page_by_page_and_end_one_by_one_or_all_but_this()
    {
        var owner = await AccountOwner.New(app);
        var (second, third) = (await owner.SignedIn(), await owner.SignedIn());
        var (ids, cursor) = (new List<string>(), "");
        do
        {
            var page = await owner.Get($"/sessions?limit=2{cursor}");
            ids.AddRange(page.GetProperty("sessions").EnumerateArray().Select(one => one.GetProperty("id").GetString()!));
            cursor = page.GetProperty("cursor").GetString() is { } next ? $"&cursor={next}" : null;
        }
        while (cursor is not null);
        Assert.Equal(3, ids.Distinct().Count());
        var all = (await second.Get("/sessions")).GetProperty("sessions").EnumerateArray().ToList();
        var mine = Assert.Single(all, one => one.GetProperty("current").GetBoolean()).GetProperty("id").GetString()!;
        Assert.Equal("first-party", all[0].GetProperty("client").GetString());
        await owner.Delete($"/sessions/{mine}").Is(204);
        await owner.Delete($"/sessions/{mine}").Is(204); // Again, without harm.
        Assert.False(await second.IsSignedIn());
        var browser = new Browser(app);
        await browser.SignIn(await browser.Get("/demo/account"), owner.Name, SignUpHost.Password);
        await owner.Delete("/sessions").Is(204);
        Assert.False(await third.IsSignedIn());
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.Get("/demo/account")).StatusCode);
        // This one goes on, is listed, can be refreshed, and others may begin.
        var fresh = await owner.Refreshed();
        Assert.True(Assert.Single((await fresh.Get("/sessions")).GetProperty("sessions").EnumerateArray()).GetProperty("current")
            .GetBoolean());
        Assert.True(await (await owner.SignedIn()).IsSignedIn());
    }

    [Fact]
    public async Task Apps_that_the_user_allowed_are_listed_and_removed()
    {
        var owner = await AccountOwner.New(app);
        var browser = new Browser(app);
        var asked = await browser.SignIn(await browser.Authorize(("scope", "openid account")), owner.Name, SignUpHost.Password);
        Assert.Contains("Read and change your account", await (await browser.Follow(asked)).Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
        var tokens = await browser.Redeem(Browser.Returned(Browser.Location(await browser.Consent(asked)))["code"]).Read<TokenAnswer>();
        var allowed = Assert.Single((await owner.Get("/apps")).GetProperty("apps").EnumerateArray());
        Assert.Equal(("mobile", "Demo mobile app", "openid account"), (allowed.GetProperty("client").GetString(),
            allowed.GetProperty("name").GetString(), allowed.GetProperty("scope").GetString()));
        Assert.Equal(HttpStatusCode.OK, (await app.Send(HttpMethod.Get, "/demo/me", tokens.AccessToken)).StatusCode);
        await owner.Delete("/apps/nobody").Fails(404, "client_not_found");
        await owner.Delete("/apps/mobile").Is(204);
        Assert.Empty((await owner.Get("/apps")).GetProperty("apps").EnumerateArray());
        await app.Send(HttpMethod.Get, "/demo/me", tokens.AccessToken).Fails(401, "invalid_token");
    }

    [Fact]
    public async Task A_native_app_registers_renames_and_removes_a_passkey_with_its_own_screens()
    {
        await host.Rules(new { passkeys = true });
        var owner = await AccountOwner.New(app);
        var options = await owner.Post("/passkeys/options").Json();
        var authenticator = new SoftwareAuthenticator(app.Origin);
        var credential = JsonSerializer.Deserialize<JsonElement>(authenticator.Create(options));
        await (await owner.SignedIn()).Post("/passkeys", new { name = "Phone", credential }).Fails(400, "passkey_refused");
        var made = await owner.Post("/passkeys", new { name = "Phone", credential }).Json(201);
        var id = made.GetProperty("id").GetString();
        await owner.Post("/passkeys", new { name = "Phone", credential }).Fails(400, "passkey_refused"); // The options are used up.
        Assert.Equal("Work phone",
            (await owner.Patch(new { name = " Work phone " }, $"/passkeys/{id}").Json()).GetProperty("name").GetString());
        Assert.Equal(1, (await owner.Get()).GetProperty("passkeys").GetInt32());
        Assert.Contains("passkey", await host.Mail(owner.Email), StringComparison.Ordinal);
        await WithoutPassword(owner, email: false);
        await owner.Delete($"/passkeys/{id}").Fails(409, "last_way_to_sign_in");
        await (await app.Admin()).ChangeUser(owner.Id, new { email = owner.Email, emailVerified = true });
        await owner.Delete($"/passkeys/{id}").Is(204); // A mail lets the user set a password.
        Assert.Empty((await owner.Get("/passkeys")).GetProperty("passkeys").EnumerateArray());
    }

    [Fact]
    public async Task A_second_factor_is_set_up_and_from_then_on_changes_need_it()
    {
        await host.Rules(new { secondFactor = "offered" });
        var owner = await AccountOwner.New(app);
        Assert.False((await owner.Get("/second-factor")).GetProperty("enabled").GetBoolean());
        var begun = await owner.Post("/second-factor").Json();
        var (setup, secret) = (begun.GetProperty("setup").GetString(), begun.GetProperty("secret").GetString()!);
        Assert.StartsWith("otpauth://totp/", begun.GetProperty("uri").GetString(), StringComparison.Ordinal);
        var totp = new Totp(Base32Encoding.ToBytes(secret));
        await owner.Post("/second-factor/confirm", new { setup, code = "12345" }).Fails(400, "wrong_code");
        var codes = await owner.Post("/second-factor/confirm",
            new { setup, code = totp.ComputeTotp(app.Clock.Now.UtcDateTime) }).Json();
        Assert.Equal(10, codes.GetProperty("recoveryCodes").GetArrayLength());
        Assert.Equal(10, (await owner.Get("/second-factor")).GetProperty("recoveryCodesLeft").GetInt32());
        foreach (var (method, path) in new[] { (HttpMethod.Delete, "/second-factor"), (HttpMethod.Post, "/second-factor/codes") })
        {
            var refused = await owner.Send(method, path);
            await refused.Fails(401, "insufficient_user_authentication");
            Assert.Contains("acr_values=\"2\", max_age=\"600\"", refused.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        }
        // With both factors in one sign-in, as the challenge asks.
        app.Clock.Advance(TimeSpan.FromSeconds(30));
        var browser = new Browser(app);
        var second = await browser.SignIn(await browser.Authorize(("scope", "openid account"), ("acr_values", "2"), ("max_age", "600")),
            owner.Name, SignUpHost.Password);
        var entered = await browser.Post("/demo/login/second", [.. await Browser.Fields(await browser.Follow(second)),
            ("code", totp.ComputeTotp(app.Clock.Now.UtcDateTime)), ("action", "code")]);
        var strong = (await browser.Redeem(Browser.Returned(Browser.Location(await browser.Consent(entered)))["code"])
            .Read<TokenAnswer>()).AccessToken;
        Assert.Equal(10,
            (await app.Send(HttpMethod.Post, "/demo/me/second-factor/codes", strong).Json()).GetProperty("recoveryCodes").GetArrayLength());
        await app.Send(HttpMethod.Delete, "/demo/me/second-factor", strong).Is(204);
        await app.Send(HttpMethod.Delete, "/demo/me/second-factor", strong).Fails(404, "second_factor_not_set_up");
        Assert.False((await owner.Get()).GetProperty("secondFactor").GetBoolean());
    }

    [Fact]
    public async Task An_account_elsewhere_is_unlinked_unless_it_is_the_only_way_to_sign_in()
    {
        var admin = await app.Admin();
        await admin.Post("providers", new { id = "me-idp", kind = "google", clientId = "x" });
        var owner = await AccountOwner.New(app);
        var tenant = await app.Tenant("demo");
        Assert.True(await app.Service<Latchkey.Tenancy.LinkedIdentities>().TryAdd(tenant,
            new("me-idp", Latchkey.Storage.Ids.Hash(owner.Id), owner.Id, "ada@elsewhere.example", app.Clock.Now), default));
        var linked = Assert.Single((await owner.Get("/providers")).GetProperty("providers").EnumerateArray());
        Assert.Equal("ada@elsewhere.example", linked.GetProperty("account").GetString());
        await WithoutPassword(owner, email: false);
        await owner.Delete("/providers/me-idp").Fails(409, "last_way_to_sign_in");
        await admin.ChangeUser(owner.Id, new { email = owner.Email, emailVerified = true });
        await owner.Delete("/providers/me-idp").Is(204);
        await owner.Delete("/providers/me-idp").Fails(404, "provider_not_linked");
    }

    [Fact]
    public async Task Any_user_can_grant_the_scope_and_no_client_for_itself()
    {
        var owner = await AccountOwner.New(app, roles: []);
        Assert.Equal("openid profile email account", owner.Tokens.Scope);
        Assert.True(await owner.IsSignedIn());
        await app.Send(HttpMethod.Get, "/demo/me", await app.ServiceToken()).Fails(403, "insufficient_scope");
        var admin = await app.Admin();
        var secret = (await admin.AddClient(
            new
            {
                id = "me-service",
                name = "S",
                grants = AdminClient.Texts("client_credentials"),
                scope = AdminClient.Texts("account")
            })).Secret!;
        await app.Token("demo", ("grant_type", "client_credentials"), ("client_id", "me-service"), ("client_secret", secret))
            .Refused("invalid_scope");
    }

    [Fact]
    public async Task Reading_the_account_costs_a_trip_for_each_thing_that_it_shows()
    {
        var owner = await AccountOwner.New(app, tenant: "acme"); // Which has passkeys, so those are counted, too.
        await owner.Get();
        Assert.Equal(3, await app.Trips(() => owner.Get())); // Session, user, passkeys; the user's state is in the cache.
        await owner.SignedIn();
        Assert.Equal(5, await app.Trips(() => owner.Get("/sessions"))); // And the list, and each session of the page.
    }

    static string? Field(JsonElement account, string name) => account.GetProperty("profile").GetProperty(name).GetString();

    async Task WithoutPassword(AccountOwner owner, bool email = true)
    {
        if (!email) await (await app.Admin()).ChangeUser(owner.Id, new { email = "" });
        var (tenant, users) = (await app.Tenant("demo"), app.Service<Latchkey.Tenancy.UserStore>());
        var user = (await users.Find(tenant, owner.Id, default))!;
        Assert.True(await users.TryReplace(tenant, user with { PasswordHash = app.Service<Passwords>().HashOfNothing() }, default));
    }
}
