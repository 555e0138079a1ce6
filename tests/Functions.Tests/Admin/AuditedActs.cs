using System.Net;
using System.Text.RegularExpressions;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Admin;

/// <summary>What people and apps do without an access token: every act that <see cref="AuditCompletenessTests"/> looks for.</summary>
sealed partial class AuditedActs(TestHost host, AdminClient admin, string folder)
{
    const string Redirect = "http://127.0.0.1:51004/callback";

    /// <summary>What no entry may contain.</summary>
    public List<string> Secrets { get; } = [];

    /// <summary>Does all of it, once.</summary>
    public async Task All()
    {
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
        await Leaving();
        await Scim();
    }

    // Whatever a directory asks with a good token is recorded, however it goes.
    async Task Scim()
    {
        admin = await host.Admin();
        var token = Secret((await admin.Post("scim-tokens", new { name = "Directory" })).GetProperty("token").GetString()!);
        foreach (var function in LocalHost.Functions.Http(typeof(Latchkey.Scim.ScimTokens).Assembly)
            .Where(function => function.Name.StartsWith("scim-", StringComparison.Ordinal)))
        {
            var path = function.Route.Replace("{tenant}", "demo", StringComparison.Ordinal).Replace("{", "", StringComparison.Ordinal)
                .Replace("}", "", StringComparison.Ordinal);
            await host.Send(new HttpMethod(function.Methods[0].ToUpperInvariant()), $"/{path}", token, new { });
        }
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
        var ticket = await alice.Send(HttpMethod.Post, "/archive/tickets", new { files = new[] { id } }).Read<DownloadAnswer>(201);
        await host.Http.GetAsync(Secret(ticket.Url));
        var folder = await host.Send(HttpMethod.Post, "/demo/links", alice.Token, new { folder = "" }).Read<SpaceLinkAnswer>(201);
        path = new Uri(Secret(folder.Url!)).AbsolutePath;
        Secret((await host.Http.GetAsync($"{path}/files/{id}")).Headers.Location!.Query);
        await host.Http.GetAsync($"{path}/files/{id}/thumbnail");
        await host.Http.GetAsync($"{path}/archive");
        Secret((await host.Http.PostAsync($"{path}/files/{id}", null)).Headers.Location!.Query);
        await host.Http.PostAsync($"{path}/archive", null);
        var request = await host.Send(HttpMethod.Post, "/demo/requests", alice.Token, new { title = "x", password = "a-requests-password" })
            .Read<FileRequestAnswer>(201);
        var ada = new Files.HandInSender(host, Secret(request.Url!));
        await host.Http.PostAsync(new Uri(request.Url!).AbsolutePath, TestHost.Form(("password", "a-requests-password")));
        var begun = await ada.Begin("a", 1, password: Secret("a-requests-password")).Read<HandInAnswer>(201);
        Secret(new Uri(begun.Upload!.Url).Query);
        await ada.Complete(begun.Id).Is(409);
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

    async Task Leaving()
    {
        await admin.Patch("accounts", new { deletionDays = 7, termsUri = "", termsVersion = "" });
        await admin.AddUser(new { userName = "lea", password = "lea-password" });
        var browser = new Browser(host);
        await browser.SignIn(await browser.Get("/demo/account"), "lea");
        foreach (var page in new[] { "/demo/account/data", "/demo/account/delete" })
            await browser.Post(page, [.. await Fields(await browser.Get(page)), ("action", "delete")]);
        var leaving = await browser.Follow(await browser.SignIn(await browser.Get("/demo/account"), "lea"));
        await browser.Post("/demo/leaving", [.. await Fields(leaving), ("action", "keep")]);
    }

    async Task Account()
    {
        var browser = new Browser(host);
        await browser.SignIn(await browser.Get("/demo/account"), "alice", "alice-new-password");
        await admin.Post("providers", new { id = "google", kind = "google", clientId = "x" });
        var profile = await browser.Get("/demo/account/profile");
        await browser.Post("/demo/account/profile", [.. await Browser.Fields(profile), ("name", "Alice")]);
        var token = (await Browser.Fields(profile)).First(field => field.Item1 == "form").Item2;
        await browser.PostFile("/demo/account/profile/picture", new() { { new StringContent(token), "form" } }); // There is no file.
        await host.Http.GetAsync($"/demo/pictures/{await host.UserId("alice")}/{Secret("a-key-that-is-no-pictures")}");
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
        Secrets.Add(text);
        return text;
    }

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
        Secrets.AddRange(person.RecoveryCodes);
    }

    [GeneratedRegex(@"(?<=signup\?invitation=)[\w.-]+")]
    private static partial Regex Invitation();

    [GeneratedRegex(@"&code=(\d{6})")]
    private static partial Regex SignUpCode();

    [GeneratedRegex("""<textarea id="client-secret"[^>]*>([^<]+)<""")]
    private static partial Regex ClientSecret();

    [GeneratedRegex("""href="[^"]*/apps/([A-Za-z0-9_-]{22})["?]""")]
    private static partial Regex AppId();

    [GeneratedRegex(@"(?<=reset\?link=)[\w.-]+(=\r?\n[\w.-]+)*")]
    private static partial Regex ResetLink();
}
