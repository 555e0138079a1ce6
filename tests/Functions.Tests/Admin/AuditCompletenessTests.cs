using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Latchkey.OAuth;
using Latchkey.Tenancy;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Admin;

/// <summary>
/// Every endpoint records what is done there, or stands in a list with the reason why it needn't. One endpoint more, and
/// one of these tests fails until somebody has thought about it.
/// </summary>
public sealed partial class AuditCompletenessTests : IAsyncLifetime
{
    const string Redirect = "http://127.0.0.1:51004/callback";

    // Those that people and apps come to without an access token, and what they record.
    static readonly Dictionary<string, string[]> Recorded = new()
    {
        ["token"] = ["token", "sign-in"],
        ["par"] = ["par"],
        ["device-authorization"] = ["device-authorization"],
        ["revoke"] = ["token-revoke"],
        ["register"] = ["client-register"],
        ["register-update"] = ["client-register-update"],
        ["register-delete"] = ["client-register-delete"],
        ["authorize"] = ["authorize"],
        ["authorize-posted"] = ["authorize"],
        ["login-post"] = ["sign-in"],
        ["login-passkey"] = ["sign-in"],
        ["account-passkeys-post"] = ["account-passkey-add", "account-passkey-rename", "account-passkey-remove"],
        ["login-code-post"] = ["sign-in-code-ask", "sign-in"],
        ["signup-post"] = ["sign-up-ask", "sign-up-known", "sign-up", "invitation-use"],
        ["account-email-post"] = ["account-email-ask", "account-email-change", "account-email-known"],
        ["terms-post"] = ["terms-accept"],
        ["consent-post"] = ["consent"],
        ["device-post"] = ["device"],
        ["logout"] = ["sign-out"],
        ["logout-ask"] = ["sign-out"],
        ["logout-post"] = ["sign-out"],
        ["reset-post"] = ["password-reset-ask", "password-reset-mail", "password-reset"],
        ["account-post"] = ["account-session-end", "account-sessions-end", "account-app-remove", "account-password", "sign-out"],
        ["provider-begin"] = ["sign-in"],
        ["provider-return"] = ["sign-in"], // What it does then, ProviderTests show.
        ["providers-post"] = ["provider-unlink"],
        ["second-step-post"] = ["second-factor", "second-factor-set-up"],
        ["second-factor-post"] = ["second-factor-set-up", "second-factor-codes", "second-factor-remove"],
        ["app-post"] = ["app-register", "app-save", "app-rotate", "app-end-old", "app-delete"],
        ["link-download"] = ["link-download"],
        ["operator-bootstrap"] = ["operator-bootstrap"],
    };

    static readonly Dictionary<string, string> Needless = new()
    {
        ["openid-configuration"] = "public, the same for everybody",
        ["oauth-authorization-server"] = "public, the same for everybody",
        ["openid-configuration-inserted"] = "public, the same for everybody",
        ["protected-resource"] = "public, the same for everybody",
        ["protected-resource-files"] = "public, the same for everybody",
        ["jwks"] = "public, the same for everybody",
        ["health-live"] = "says nothing about anybody",
        ["health-ready"] = "says nothing about anybody",
        ["introspect"] = "changes nothing and gives no access; services ask with each of their own requests",
        ["register-read"] = "a client reads what it has registered itself",
        ["login"] = "shows a form",
        ["login-code"] = "shows a form",
        ["signup"] = "shows a form",
        ["terms"] = "shows a form",
        ["account-email"] = "a user looks at their own page",
        ["consent"] = "shows a form",
        ["device"] = "shows a form; a code that is typed comes by POST or is asked about there",
        ["reset"] = "shows a form",
        ["provider-return-post"] = "hands a form on to provider-return",
        ["providers"] = "a user looks at their own page",
        ["account"] = "a user looks at their own page",
        ["second-step"] = "shows a form",
        ["second-factor"] = "a user looks at their own page",
        ["apps"] = "a user looks at their own page",
        ["app"] = "a user looks at their own page",
        ["my-files"] = "public, the same page for everybody; what its program does it does with a token",
        ["my-files-part"] = "public, the same program for everybody",
        ["account-passkeys"] = "a user looks at their own page",
        ["passkeys-part"] = "public, the same program for everybody",
        ["webauthn"] = "public, the same for everybody",
        ["webauthn-root"] = "public, the same for everybody",
        ["apple-app-site-association"] = "public, the same for everybody",
        ["apple-app-site-association-root"] = "public, the same for everybody",
        ["assetlinks"] = "public, the same for everybody",
        ["assetlinks-root"] = "public, the same for everybody",
        ["openapi-json"] = "public, the same document for everybody",
        ["openapi-page"] = "public, the same document for everybody",
        ["openapi-page-part"] = "public, the same program for everybody",
        ["home"] = "public, the same page for everybody",
        ["tenant-home"] = "public, the same page for everybody",
        ["language"] = "remembers a language in this browser only",
        ["link-page"] = "shows a name and a button; the button is recorded",
    };

    readonly string folder = Directory.CreateTempSubdirectory("latchkey-audit").FullName;
    readonly List<string> secrets = [];
    TestHost host = null!;
    AdminClient admin = null!;

    public async Task InitializeAsync()
    {
        // A key file of its own: rotated keys would show in every other class's key set.
        var keys = Directory.CreateDirectory(Path.Combine(folder, "keys")).FullName;
        host = await TestHost.Start(
            settings: new() { ["Latchkey:Mail:Folder"] = folder, ["Latchkey:Signing:KeyFile"] = $"{keys}/keys.json" });
        admin = await host.Admin();
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    static List<LocalHost.HttpFunction> All { get; } = [.. LocalHost.Functions.Http(typeof(TokenEndpoint).Assembly)];

    async Task SecondFactor()
    {
        admin = await host.Admin();
        await admin.Patch("accounts", new { secondFactor = "offered" });
        var user = await admin.AddUser(new { userName = "sefa", password = "sefa-password", roles = AdminClient.Texts("member") });
        var person = new Pages.SecondFactor.Person(host, "demo", "sefa", user.Id);
        await person.SetUp();
        person.Browser = new(host);
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        await person.Tokens();
        var page = await person.OpenPage();
        await person.Keep(await person.Post(page, "codes", person.RecoveryCodes[0]));
        await person.Post(page, "remove", person.RecoveryCodes[0]).Is(200);
        secrets.AddRange(person.RecoveryCodes);
    }

    [Fact]
    public void Every_endpoint_without_an_access_token_is_in_one_of_the_lists()
    {
        var open = All.Where(function => !Takes(function)).Select(function => function.Name).ToList();
        Assert.Equal(open.Order(StringComparer.Ordinal), Recorded.Keys.Concat(Needless.Keys).Order(StringComparer.Ordinal));
        Assert.All(Needless.Values, reason => Assert.True(reason.Length > 10));
    }

    [Fact]
    public async Task Every_endpoint_with_an_access_token_records_who_asked_and_how_it_went()
    {
        // A token that is good and may do nothing: whatever records it, records all else.
        var access = (await host.Tokens("demo", scope: "files.share")).AccessToken;
        var operators = (await host.Operator()).Token;
        foreach (var function in All.Where(Takes))
        {
            var path = RouteParameter().Replace(function.Route, match => match.Groups[1].Value == "tenant" ? "demo" : "x");
            var method = function.Methods.First(method => method != "options");
            var answer = await host.Send(new HttpMethod(method.ToUpperInvariant()), $"/{path}", access);
            Assert.True((int)answer.StatusCode is 400 or 403 or 404 or 412 or 415 or 200, $"{function.Name}: {(int)answer.StatusCode}");
        }
        Assert.NotEmpty(operators);
        var types = All.Where(Takes).Select(function => function.Name).ToHashSet();
        var seen = new HashSet<string>();
        await Eventually.True(async () =>
        {
            seen = [.. (await admin.All<AuditAnswer>("audit", "entries", 200)).Select(entry => entry.Type)];
            return types.IsSubsetOf(seen);
        });
        Assert.Empty(types.Except(seen));
    }

    [Fact]
    public async Task What_people_and_apps_do_without_an_access_token_is_recorded_and_nothing_secret_with_it()
    {
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await Apps();
        await Devices();
        await Registrations();
        await Links();
        await Developer();
        await Resets();
        await Account();
        await SecondFactor();
        await PasskeysAndCodes();
        await SignUps();

        var wanted = Recorded.Where(pair => pair.Key != "operator-bootstrap").SelectMany(pair => pair.Value).ToHashSet();
        List<AuditAnswer> entries = [];
        await Eventually.True(async () =>
        {
            entries = await admin.All<AuditAnswer>("audit", "entries", 200);
            return wanted.IsSubsetOf(entries.Select(entry => entry.Type!));
        });
        Assert.Empty(wanted.Except(entries.Select(entry => entry.Type!)));
        var alice = await host.UserId("alice");
        foreach (var (type, result) in new[]
        {
            ("device", "ok"), ("device", "wrong_code"), ("sign-out", "ok"), ("password-reset", "ok"), ("password-reset", "weak_password"),
            ("account-password", "ok"), ("account-password", "invalid_grant"), ("account-password", "weak_password"),
            ("account-sessions-end", "ok"),
            ("consent", "ok"), ("authorize", "ok"),
        })
            Assert.Contains(entries, entry => entry.Type == type && entry.Result == result && entry.Actor == alice);
        Assert.Contains(entries, entry => entry.Type == "device" && entry.Detail == "deny");
        Assert.Contains(entries, entry => entry.Type == "link-download" && entry.Result == "wrong_password");
        Assert.Contains(entries, entry => entry.Type == "link-download" && entry.Result == "404");
        Assert.Contains(entries, entry => entry.Type == "par" && entry.Result == "invalid_client");
        Assert.DoesNotContain(entries, entry => entry.Result == "authorization_pending");

        var all = string.Join('\n', entries);
        Assert.True(secrets.Count > 15, $"only {secrets.Count} secrets");
        foreach (var secret in secrets) Assert.DoesNotContain(secret, all, StringComparison.Ordinal);
        Assert.DoesNotContain("sig=", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_timers_do_and_what_a_suspended_tenant_is_refused_is_recorded()
    {
        var alice = await host.As("alice");
        var file = await alice.Upload([1]);
        await alice.Send(HttpMethod.Delete, $"/{file}");
        host.Clock.Advance(TimeSpan.FromDays(91));
        await host.RunTimer("files-sweep");
        await host.RunTimer("rotate-keys");
        admin = await host.Admin();
        await Eventually.True(async () => (await admin.All<AuditAnswer>("audit", "entries", 50)) is var entries
            && entries.Any(entry => entry.Type == "files-purge" && entry.Target == file)
            && entries.Any(entry => entry.Type == "rotate-keys" && entry.Actor is null));

        var @operator = await host.Operator();
        await @operator.Post("tenants/demo/suspend", new { reason = "A test." }, 200);
        for (var n = 0; n < 5; n++) await host.Http.GetAsync("/demo/oauth/jwks");
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await host.Http.GetAsync("/demo/oauth/jwks");
        await Eventually.True(async () =>
            (await @operator.All<AuditAnswer>("audit", "entries", 50)).Where(entry => entry.Type == "tenant-suspended")
            .Select(entry => (entry.Target, entry.Detail)).Order().SequenceEqual([("demo", "1 refused"), ("demo", "5 refused")]));
    }

    [Fact]
    public async Task The_first_operator_is_recorded_and_so_is_a_wrong_secret()
    {
        const string secret = "one-time-secret-of-the-tests-only";
        await using var fresh = await TestHost.Start(settings: new() { ["Latchkey:OperatorSecretHash"] = AdminClient.Hash(secret) });
        await fresh.Send(HttpMethod.Post, "/operator/bootstrap", null,
            new { secret = secret + "x", userName = "root", password = "root-password" }).Is(403);
        await fresh.Send(HttpMethod.Post, "/operator/bootstrap", null, new { secret, userName = "root", password = "root-password" })
            .Is(201);
        var audit = fresh.Service<AuditTables>();
        var rows = new List<AuditEntry>();
        await Eventually.True(async () =>
        {
            rows.Clear();
            foreach (var day in await audit.Tables.Buckets(default))
            {
                await foreach (var row in audit.Tables.For(day)
                    .Query("PartitionKey eq 'operator'", null, default)) rows.Add(AuditTables.Read(row));
            }
            return rows.Count == 2;
        });
        Assert.Equal(["ok", "wrong_secret"], rows.Select(row => row.Result).Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.Equal("operator-bootstrap", row.Type));
        Assert.DoesNotContain(rows, row => row.ToString().Contains(secret, StringComparison.Ordinal));
    }

    // Code with PKCE by a pushed request, revocation, three ways to log out.
    async Task Apps()
    {
        var browser = new Browser(host);
        var pushed = await host.Http.PostAsync("/demo/oauth/par",
            new StringContent(Browser.Request(), null, "application/x-www-form-urlencoded")).Read<PushedAnswer>(201);
        var uri = Secret(pushed.RequestUri);
        await host.Http.PostAsync("/demo/oauth/par", TestHost.Form(("client_id", "service"), ("client_secret", "not-the-secret-of-it")));
        var answer = await browser.Consent(
            await browser.SignIn(await browser.Get($"/demo/oauth/authorize?client_id=mobile&request_uri={uri}")));
        var code = Secret(Browser.Returned(Browser.Location(answer))["code"]);
        var tokens = await browser.Redeem(code).Read<TokenAnswer>();
        foreach (var token in new[] { tokens.AccessToken, tokens.RefreshToken, tokens.IdToken }) Secret(token!);
        // Only to an address on the web does a code go without a tap.
        var web = await Registered.WebApp(host, client => client with { FirstParty = true });
        var silent = await browser.Authorize(("client_id", web.Id), ("redirect_uri", Registered.Redirect));
        Secret(Browser.Returned(Browser.Location(silent))["code"]);
        await host.Http.PostAsync("/demo/oauth/revoke", TestHost.Form(("client_id", "mobile"), ("token", tokens.RefreshToken!)));
        await browser.Get($"/demo/oauth/logout?id_token_hint={tokens.IdToken}");
        await browser.SignIn(await browser.Get("/demo/account"));
        var ask = await browser.Follow(await browser.Get("/demo/oauth/logout"));
        await browser.Post("/demo/logout", [.. await Fields(ask), ("action", "signout")]);
        foreach (var cookie in browser.Cookies.Values) Secret(cookie);
    }

    async Task Devices()
    {
        foreach (var action in new[] { "allow", "deny" })
        {
            var codes = await host.Http.PostAsync("/demo/oauth/device_authorization", TestHost.Form(("client_id", "tv")))
                .Read<DeviceCodeAnswer>();
            Secret(codes.DeviceCode);
            await host.Token("demo", ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("client_id", "tv"),
                ("device_code", codes.DeviceCode));
            var browser = new Browser(host);
            await browser.SignIn(await browser.Get("/demo/account"));
            foreach (var code in new[] { "BBBB-BBBB", Secret(codes.UserCode) })
            {
                var page = await browser.Follow(
                    await browser.Post("/demo/device", [.. await Fields(await browser.Get("/demo/device")), ("user_code", code)]));
                if (page.StatusCode == HttpStatusCode.OK) await browser.Post("/demo/device", [.. await Fields(page), ("action", action)]);
            }
        }
    }

    async Task Registrations()
    {
        var initial = Secret((await admin.Post("initial-tokens", new { uses = 1 })).GetProperty("token").GetString()!);
        var metadata = new Dictionary<string, object>
        {
            ["client_name"] = "A",
            ["redirect_uris"] = new[] { Redirect },
            ["application_type"] = "native",
            ["token_endpoint_auth_method"] = "none"
        };
        var made = await host.Send(HttpMethod.Post, "/demo/oauth/register", initial, metadata).Json(201);
        var (id, token) = (made.GetProperty("client_id").GetString()!, Secret(made.GetProperty("registration_access_token").GetString()!));
        metadata["client_id"] = id;
        await host.Send(HttpMethod.Put, $"/demo/oauth/register/{id}", token, metadata);
        await host.Send(HttpMethod.Delete, $"/demo/oauth/register/{id}", token);
    }

    async Task Links()
    {
        var alice = await host.As("alice");
        var id = await alice.Upload([1, 2, 3]);
        var link = await alice.Share(id, new { link = new { password = "a-links-password" }, access = "read" });
        var path = new Uri(Secret(link.Link!.Url!)).AbsolutePath;
        Secret(path.Split('.')[^1]);
        Secret("a-links-password");
        await host.Http.PostAsync(path, TestHost.Form(("password", "not-it")));
        Secret((await host.Http.PostAsync(path, TestHost.Form(("password", "a-links-password")))).Headers.Location!.Query);
        await host.Http.PostAsync($"/demo/s/{id}.{new string('A', 43)}", null);
    }

    async Task Developer()
    {
        var browser = new Browser(host);
        await browser.SignIn(await browser.Get("/demo/apps"), "admin");
        var made = await browser.Post("/demo/apps/new",
            [.. await Fields(await browser.Get("/demo/apps/new")), ("type", "web"), ("name", "App"),
                ("redirects", "https://app.example/cb")]);
        Secret(ClientSecret().Match(await made.Content.ReadAsStringAsync()).Groups[1].Value);
        var id = AppId().Match(await (await browser.Get("/demo/apps")).Content.ReadAsStringAsync()).Groups[1].Value;
        foreach (var action in new[] { "save", "rotate", "end-old", "delete" })
            await browser.Post($"/demo/apps/{id}",
                [.. await Fields(await browser.Get($"/demo/apps/{id}")), ("name", "App"), ("redirects", "https://app.example/cb"),
                    ("action", action)]);
    }

    async Task Resets()
    {
        var browser = new Browser(host);
        await browser.Post("/demo/reset", [.. await Fields(await browser.Get("/demo/reset")), ("username", "alice")]);
        await Eventually.True(() => Mails().Length == 1);
        var link = ResetLink()
            .Match(await File.ReadAllTextAsync(Mails().Single())).Value.Replace("=\r\n", "", StringComparison.Ordinal);
        foreach (var password in new[] { "short", Secret("alice-new-password") })
            await browser.Post("/demo/reset", [.. await Fields(await browser.Get($"/demo/reset?link={Secret(link)}")), ("new", password)]);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
    }

    string[] Mails() => Directory.GetFiles(folder, "*.txt");

    async Task PasskeysAndCodes()
    {
        var user = await Pages.PasskeyUser.New(host);
        await user.Register();
        var id = Assert.Single(await user.Passkeys());
        var (token, _) = await user.Form();
        await user.Post(token, ("action", "rename"), ("id", id), ("name", "Laptop"));
        await user.Post(token, ("action", "remove"), ("id", id));
        await admin.Patch("accounts", new { mailCodes = true });
        var browser = new Browser(host);
        var path = Browser.Location(await browser.Get("/demo/account")).Replace("/login?", "/login/code?", StringComparison.Ordinal);
        await browser.Post("/demo/login/code",
            [.. await Fields(await browser.Get(path)), ("username", "alice"), ("action", "ask")]);
    }

    async Task SignUps()
    {
        foreach (var email in new[] { "bob@demo.example", "ada@people.example" })
        {
            var browser = new Browser(host);
            var start = Browser.Location(await browser.Get("/demo/signup"));
            var before = Mails().Length;
            await browser.Post("/demo/signup", [.. await Fields(await browser.Get(start)), ("name", "Ada"), ("email", email),
                ("new", Secret("ada-first-password")), ("action", "ask")]);
            await Eventually.True(() => Mails().Length > before);
            var code = SignUpCode().Match(await File.ReadAllTextAsync(Mails().OrderBy(File.GetCreationTimeUtc).Last()));
            await browser.Post("/demo/signup",
                [.. await Fields(await browser.Get(start)), ("code", code.Groups[1].Value), ("action", "code")]);
        }
        var sent = Mails().ToHashSet();
        await admin.Post("invitations", new { email = "eve@people.example" });
        var mail = await File.ReadAllTextAsync(Mails().Single(file => !sent.Contains(file)));
        var invited = new Browser(host);
        var form = Browser.Location(await invited.Get($"/demo/signup?invitation={Secret(Invitation().Match(mail).Value)}"));
        await invited.Post("/demo/signup", [.. await Fields(await invited.Get(form)), ("name", "Eve"), ("new", "eve-first-password")]);
        await admin.Patch("accounts", new { termsUri = "https://demo.example/terms", termsVersion = "1" });
        var again = new Browser(host);
        var terms = await again.Follow(await again.SignIn(await again.Get("/demo/account"), "ada@people.example", "ada-first-password"));
        await again.Post("/demo/terms", [.. await Fields(terms), ("terms", "1")]);
        foreach (var email in new[] { "bob@demo.example", "ada2@people.example" })
        {
            var before = Mails().Length;
            var code = Browser.Location(await again.Post("/demo/account/email",
                [.. await Fields(await again.Get("/demo/account/email")), ("action", "change"), ("email", email)]));
            await Eventually.True(() => Mails().Length > before);
            var last = await File.ReadAllTextAsync(Mails().OrderBy(File.GetCreationTimeUtc).Last());
            await again.Post("/demo/account/email", [.. await Fields(await again.Get(code)), ("action", "code"),
                ("code", SignUpCode().Match(last).Groups[1].Value)]);
        }
    }

    async Task Account()
    {
        var browser = new Browser(host);
        await browser.SignIn(await browser.Get("/demo/account"), "alice", "alice-new-password");
        await admin.Post("providers", new { id = "google", kind = "google", clientId = "x" });
        var providers = await browser.Get("/demo/account/providers");
        await browser.Post("/demo/account/providers", [.. await Browser.Fields(providers), ("action", "unlink")]); // Nothing is linked.
        foreach (var form in new (string, string)[][]
        {
            [("action", "end"), ("session", "x")], [("action", "remove"), ("client", "mobile")], [("action", "end-all")],
            [("action", "password"), ("old", Secret("wrong-password")), ("new", Secret("alice-third-password"))],
            [("action", "password"), ("old", "alice-new-password"), ("new", "short")],
            [("action", "password"), ("old", "alice-new-password"), ("new", "alice-third-password")], [("action", "signout")],
        })
        {
            var page = await browser.Get("/demo/account");
            await browser.Post("/demo/account", [.. await Fields(page), .. form]);
        }
    }

    // The page has the same token in each of its forms.
    static async Task<IEnumerable<(string, string)>> Fields(HttpResponseMessage page) =>
        (await Browser.Fields(page)).Where(field => field.Item1 is not ("session" or "client" or "action"))
            .DistinctBy(field => field.Item1);

    string Secret(string text)
    {
        Assert.True(text.Length >= 9, $"'{text}' is too short to be looked for.");
        secrets.Add(text);
        return text;
    }

    // By the source: the pipeline's two protected ways in say that a token is asked for.
    static bool Takes(LocalHost.HttpFunction function)
    {
        var type = function.Method.DeclaringType!;
        var file = Directory.EnumerateFiles(Repository.Path("functions"), $"{type.Name}.cs", SearchOption.AllDirectories).Single();
        return ProtectedWay().IsMatch(File.ReadAllText(file));
    }

    static string? Text(JsonElement entry, string name) => entry.TryGetProperty(name, out var value) ? value.GetString() : null;

    [GeneratedRegex(@"(?<=signup\?invitation=)[\w.-]+")]
    private static partial Regex Invitation();

    [GeneratedRegex(@"&code=(\d{6})")]
    private static partial Regex SignUpCode();

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex RouteParameter();

    [GeneratedRegex(@"pipeline\.(AuthorizeRead|AuthorizeWrite)\(")]
    private static partial Regex ProtectedWay();

    [GeneratedRegex("""<textarea id="client-secret"[^>]*>([^<]+)<""")]
    private static partial Regex ClientSecret();

    [GeneratedRegex("""href="[^"]*/apps/([A-Za-z0-9_-]{22})["?]""")]
    private static partial Regex AppId();

    [GeneratedRegex(@"(?<=reset\?link=)[\w.-]+(=\r?\n[\w.-]+)*")]
    private static partial Regex ResetLink();
}
