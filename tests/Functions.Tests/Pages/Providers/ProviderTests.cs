using System.Net;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages.Providers;

/// <summary>Signing in at a real provider (node-oidc-provider): sign-up, linking, unlinking, roles, and the ways that lead there.</summary>
public sealed class ProviderTests : IClassFixture<ProviderTests.Hosts>
{
    readonly TestHost host;
    readonly DemoId idp;
    readonly string mails;

    public ProviderTests(Hosts hosts) => (host, idp, mails) = (hosts.Host, hosts.Idp, hosts.Folder);

    [Fact]
    public async Task Somebody_without_an_account_gets_one_and_signs_in_again_with_one_click()
    {
        var first = await SignIn(new Browser(host), "dora@new.example");
        var token = Browser.IdToken(first);
        Assert.Equal("dora of Demo Id", token.GetClaim("name").Value);
        Assert.Equal("fed", token.GetClaim("amr").Value);
        var again = await SignIn(new Browser(host), "dora@new.example");
        Assert.Equal(token.Subject, Browser.IdToken(again).Subject);
        var user = await (await host.Admin()).User(token.Subject);
        Assert.Equal(("dora@new.example", "dora@new.example"), (user.UserName, user.Email));
    }

    [Fact]
    public async Task An_address_that_somebody_has_is_linked_only_after_a_sign_in_to_that_account()
    {
        var admin = await host.Admin();
        var known = await admin.AddUser(new NewPerson("erin"));
        var browser = new Browser(host);
        var asked = await Return(browser, await browser.Authorize(("scope", "openid")), "erin@old.example");
        AssertAsked(asked);
        var page = await browser.Follow(asked);
        Assert.Contains("Sign in to it once", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        // Until then another browser is asked the same.
        var other = new Browser(host);
        AssertAsked(await Return(other, await other.Authorize(), "erin@old.example"));

        var done = await browser.Post("/demo/login", [.. await Browser.Fields(page), ("username", "erin"), ("password", "erin-password")]);
        Assert.StartsWith(Browser.Loopback, Browser.Location(await Through(browser, done)), StringComparison.Ordinal);
        var linked = await SignIn(new Browser(host), "erin@old.example");
        Assert.Equal(known.Id, Browser.IdToken(linked).Subject);
        string[] recorded = ["provider-link-asked", "provider-link", "sign-in"];
        await Eventually.True(async () => recorded.All((await admin.All<AuditAnswer>("audit", "entries", 200))
            .Where(entry => entry.Target == "demo-id").Select(entry => entry.Type).Contains));
    }

    [Fact]
    public async Task Somebody_else_who_signs_in_gets_nothing_linked()
    {
        var admin = await host.Admin();
        await admin.AddUser(new NewPerson("fred"));
        var browser = new Browser(host);
        var page = await browser.Follow(await Return(browser, await browser.Authorize(), "fred@old.example"));
        await browser.Post("/demo/login", [.. await Browser.Fields(page), ("username", "bob"), ("password", "bob-password")]);
        var other = new Browser(host);
        AssertAsked(await Return(other, await other.Authorize(), "fred@old.example"));
    }

    [Fact]
    public async Task A_user_links_an_account_elsewhere_and_unlinks_it_and_is_told_of_both()
    {
        var browser = new Browser(host);
        await browser.SignIn(await browser.Get("/demo/account/providers"), "alice");
        var page = await browser.Get("/demo/account/providers");
        var lead = await browser.Post("/demo/account/providers",
            [.. (await Browser.Fields(page)).DistinctBy(field => field.Item1), ("action", "link")]);
        var begin = await Browser.Link(lead);
        Assert.StartsWith("/demo/login/with/demo-id?", begin, StringComparison.Ordinal);
        var back = await DemoId.SignIn(Browser.Location(await browser.Get(begin)), "alice@private.example");
        Assert.Equal("/demo/account/providers", Browser.Location(await browser.Get(new Uri(back).PathAndQuery)));
        Assert.Contains("alice@private.example", await Page(browser), StringComparison.Ordinal);
        Assert.Equal(await host.UserId("alice"), Browser.IdToken(await SignIn(new Browser(host), "alice@private.example")).Subject);

        page = await browser.Get("/demo/account/providers");
        await browser.Post("/demo/account/providers",
            [.. (await Browser.Fields(page)).DistinctBy(field => field.Item1), ("action", "unlink")]).Is(303);
        Assert.DoesNotContain("alice@private.example", await Page(browser), StringComparison.Ordinal);
        // The mails name the provider and nothing that somebody chose there.
        string[] told = ["An account at Demo Id was linked", "The account at Demo Id was unlinked"];
        await Eventually.True(() => told.All(text =>
            Mails("alice@demo.example").Count(mail => mail.Contains(text, StringComparison.Ordinal)) == 1));
        Assert.All(Mails("alice@demo.example"), mail => Assert.DoesNotContain("private.example", mail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_claims_give_and_take_the_roles_that_are_mapped()
    {
        var subject = Browser.IdToken(await SignIn(new Browser(host), "admin-gina@new.example")).Subject;
        var admin = await host.Admin();
        Assert.Contains("files-admin", (await admin.User(subject)).Roles);
        await admin.Patch("providers/demo-id", new { roles = new[] { new { claim = "groups", value = "nobody", role = "files-admin" } } });
        await SignIn(new Browser(host), "admin-gina@new.example");
        Assert.DoesNotContain("files-admin", (await admin.User(subject)).Roles);
        await admin.Patch("providers/demo-id", new { roles = new[] { new { claim = "groups", value = "admins", role = "files-admin" } } });
    }

    [Fact]
    public async Task The_claims_give_and_take_the_groups_that_are_mapped_and_no_others()
    {
        var admin = await host.Admin();
        foreach (var id in new[] { "readers", "leads", "choir" }) await admin.Post("groups", new { id, name = id });
        static object Map(string value, string group, string role) => new { claim = "groups", value, group, role };
        await admin.Patch("providers/demo-id", new
        {
            groups = new[] { Map("staff", "readers", "reader"), Map("admins", "readers", "editor"), Map("admins", "leads", "owner") },
        });
        var subject = Browser.IdToken(await SignIn(new Browser(host), "admin-lena@new.example")).Subject;
        await admin.Send(HttpMethod.Put, $"groups/choir/members/{subject}", new { role = "reader" }).Is(200);
        Assert.Equal(["choir reader", "leads owner", "readers editor"], await Groups());
        await SignIn(new Browser(host), "admin-lena@new.example");
        Assert.Equal(["choir reader", "leads owner", "readers editor"], await Groups());

        await admin.Patch("providers/demo-id",
            new { groups = new[] { Map("staff", "readers", "reader"), Map("nobody", "leads", "owner") } });
        await SignIn(new Browser(host), "admin-lena@new.example");
        Assert.Equal(["choir reader", "readers reader"], await Groups());
        // A group that is gone is left out, and one that never was cannot be named.
        await admin.Do(HttpMethod.Delete, "groups/readers");
        await SignIn(new Browser(host), "admin-lena@new.example");
        Assert.Equal(["choir reader"], await Groups());
        foreach (var wrong in new[] { Map("staff", "nowhere", "reader"), Map("staff", "leads", "king"), Map("", "leads", "owner") })
            await admin.Send(HttpMethod.Patch, "providers/demo-id", new { groups = new[] { wrong } }).Is(400);
        await admin.Patch("providers/demo-id", new { groups = Array.Empty<object>() });
        string[] told = ["group=leads, owner", "group=leads, removed"];
        await Eventually.True(async () => told.All((await admin.All<AuditAnswer>("audit", "entries", 200))
            .Where(entry => entry.Type == "provider-groups" && entry.Target == subject).Select(entry => entry.Detail).Contains));

        async Task<List<string>> Groups()
        {
            var found = new List<string>();
            foreach (var group in new[] { "choir", "leads", "readers" })
            {
                if (await admin.Send(HttpMethod.Get, $"groups/{group}/members") is not { IsSuccessStatusCode: true } answer) continue;
                found.AddRange((await TestHost.Json(answer, 200)).GetProperty("members").EnumerateArray()
                    .Where(member => member.GetProperty("user").GetString() == subject)
                    .Select(member => $"{group} {member.GetProperty("role").GetString()}"));
            }
            return found;
        }
    }

    [Fact]
    public async Task The_only_way_to_sign_in_is_not_unlinked()
    {
        var browser = new Browser(host);
        // Not proven, so no mail can bring a password.
        await Through(browser, await Return(browser, await browser.Authorize(), "unverified-nora@new.example"));
        var page = await browser.Get("/demo/account/providers").Is(200);
        var refused = await browser.Post("/demo/account/providers",
            [.. (await Browser.Fields(page)).DistinctBy(field => field.Item1), ("action", "unlink")]).Is(409);
        Assert.Contains("only way to sign in", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("unverified-nora@new.example", await Page(browser), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_or_the_domain_of_an_address_leads_straight_there()
    {
        var browser = new Browser(host);
        var named = Browser.Location(await browser.Authorize(("idp_hint", "demo-id")));
        Assert.StartsWith("/demo/login/with/demo-id?", named, StringComparison.Ordinal);
        AssertAsked(await browser.Authorize(("idp_hint", "unknown")));
        var hinted = await browser.Authorize(("login_hint", "zoe@corp.example"));
        var there = Browser.Returned(Browser.Location(await browser.Follow(hinted)));
        Assert.Equal(("zoe@corp.example", "S256"), (there["login_hint"], there["code_challenge_method"]));

        var page = await browser.Follow(await browser.Authorize());
        var typed = await browser.Post("/demo/login", [.. await Browser.Fields(page), ("username", "zoe@corp.example")]);
        Assert.Contains("login_hint=zoe%40corp.example", await Browser.Link(typed), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_who_come_back_with_one_state_one_signs_in_and_no_other_browser_can()
    {
        var browser = new Browser(host);
        var back = new Uri(await There(browser, await browser.Authorize(), "hugo@new.example")).PathAndQuery;
        await new Browser(host).Get(back).Is(400);
        await browser.Get(back.Replace("/demo/", "/acme/", StringComparison.Ordinal)).Is(404);
        var both = await Task.WhenAll(browser.Get(back), browser.Get(back));
        Assert.Equal([303, 400], both.Select(answer => (int)answer.StatusCode).Order());
        await browser.Get(back).Is(400);
    }

    [Fact]
    public async Task A_disabled_user_is_told_so_and_a_deleted_one_can_begin_again()
    {
        var admin = await host.Admin();
        var first = Browser.IdToken(await SignIn(new Browser(host), "ivan@new.example")).Subject;
        await admin.ChangeUser(first, new { disabled = true });
        var browser = new Browser(host);
        var refused = await Return(browser, await browser.Authorize(), "ivan@new.example");
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("disabled", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await admin.DeleteUser(first);
        Assert.NotEqual(first, Browser.IdToken(await SignIn(new Browser(host), "ivan@new.example")).Subject);
    }

    [Fact]
    public async Task The_secret_is_never_shown_nor_stored_in_the_clear()
    {
        var admin = await host.Admin();
        var shown = (await admin.Get("providers/demo-id")).GetRawText();
        Assert.DoesNotContain(DemoId.Secret, shown, StringComparison.Ordinal);
        Assert.Contains($"{host.Origin}/demo/login/return/demo-id", shown, StringComparison.Ordinal);
        var again = new { id = "demo-id", kind = "oidc", name = "X", issuer = idp.Issuer, clientId = "x" };
        await admin.Send(HttpMethod.Post, "providers", again).Is(409);
        foreach (var wrong in new object[]
        {
            new { id = "x", kind = "oidc", name = "X", issuer = "http://example.com", clientId = "x" },
            new { id = "X", kind = "google", clientId = "x" },
            new { id = "x", kind = "apple", clientId = "x", teamId = "T", keyId = "K", clientSecret = "no key" },
            new { id = "x", kind = "google", clientId = "x", domains = new[] { "corp.example" } },
            new { id = "x", kind = "google", clientId = "x", roles = new[] { new { claim = "a", value = "b", role = "none" } } },
        }) await admin.Send(HttpMethod.Post, "providers", wrong).Is(400);
    }

    /// <summary>The whole way to tokens.</summary>
    async Task<TokenAnswer> SignIn(Browser browser, string login)
    {
        var answer = await Through(browser, await Return(browser, await browser.Authorize(), login));
        return await browser.Redeem(Browser.Returned(Browser.Location(answer))["code"]).Read<TokenAnswer>();
    }

    List<string> Mails(string address) => [.. Directory.GetFiles(mails, "*.txt").Select(File.ReadAllText)
        .Where(mail => mail.Contains($"To: {address}\n", StringComparison.Ordinal))];

    static void AssertAsked(HttpResponseMessage answer) =>
        Assert.StartsWith("/demo/login?", Browser.Location(answer), StringComparison.Ordinal);

    static async Task<string> Page(Browser browser) =>
        await (await browser.Get("/demo/account/providers")).Content.ReadAsStringAsync();

    static async Task<HttpResponseMessage> Through(Browser browser, HttpResponseMessage answer) =>
        Browser.Location(answer).StartsWith("/demo/consent", StringComparison.Ordinal) ? await browser.Consent(answer) : answer;

    static async Task<HttpResponseMessage> Return(Browser browser, HttpResponseMessage answer, string login) =>
        await browser.Get(new Uri(await There(browser, answer, login)).PathAndQuery);

    static async Task<string> There(Browser browser, HttpResponseMessage answer, string login)
    {
        var request = Browser.Returned(Browser.Location(answer))["request"];
        return await DemoId.SignIn(Browser.Location(await browser.Get($"/demo/login/with/demo-id?request={request}")), login);
    }

#pragma warning disable IDE1006 // The names of the JSON.
    sealed record NewPerson(string userName)
    {
        public string name => userName;
        public string password => $"{userName}-password";
        public string email => $"{userName}@old.example";
        public bool emailVerified => true;
    }
#pragma warning restore IDE1006

    /// <summary>A host whose tenant demo signs in at Demo Id.</summary>
    public sealed class Hosts : IAsyncLifetime
    {
        public TestHost Host { get; private set; } = null!;

        public string Folder { get; } = Directory.CreateTempSubdirectory("latchkey-providers").FullName;

        internal DemoId Idp { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Host = await TestHost.Start(settings: new() { ["Latchkey:Mail:Folder"] = Folder });
            Idp = await DemoId.Start($"{Host.Origin}/demo/login/return/demo-id");
            var admin = await Host.Admin();
            await admin.SetRole("files-admin", "files.read");
            await admin.Post("providers", new
            {
                id = "demo-id",
                kind = "oidc",
                name = "Demo Id",
                issuer = Idp.Issuer,
                clientId = DemoId.ClientId,
                clientSecret = DemoId.Secret,
                trustEmail = true,
                signUp = true,
                domains = new[] { "corp.example" },
                roles = new[] { new { claim = "groups", value = "admins", role = "files-admin" } },
            });
            await admin.Patch("accounts", new { signUp = "open", signUpRoles = new[] { "member" } });
        }

        public async Task DisposeAsync()
        {
            Idp?.Dispose();
            await Host.DisposeAsync();
            await Eventually.Gone(Folder);
        }
    }
}
