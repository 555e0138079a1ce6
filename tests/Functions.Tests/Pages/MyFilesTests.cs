using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Latchkey.Tenancy;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages;

/// <summary>The page my-files as the server gives it, and its client, which every tenant has. What the program does:
/// tests/clients.</summary>
public sealed partial class MyFilesTests : IAsyncLifetime
{
    TestHost host = null!;

    public async Task InitializeAsync() => host = await TestHost.Start();

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task The_page_names_what_its_program_may_do_and_nothing_in_it_is_inline_script()
    {
        var page = await host.Http.GetAsync("/demo/my-files?code=abc&state=x");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        var policy = page.Headers.GetValues("Content-Security-Policy").Single().Split("; ");
        Assert.Contains("default-src 'none'", policy);
        Assert.Contains("script-src 'self'", policy);
        Assert.Contains($"connect-src 'self' {host.Service<Latchkey.Pages.BlobOrigin>().Value}", policy);
        Assert.Contains("require-trusted-types-for 'script'", policy);
        Assert.Contains("trusted-types service-worker", policy);
        var storage = host.Service<Latchkey.Pages.BlobOrigin>().Value;
        Assert.Contains($"img-src data: 'self' {storage}", policy);
        Assert.Contains($"media-src {storage}", policy);
        Assert.Contains($"frame-src {storage}", policy);
        Assert.Contains("manifest-src 'self'", policy);
        Assert.Contains("worker-src 'self'", policy);
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.Equal("no-referrer", page.Headers.GetValues("Referrer-Policy").Single());
        var html = await page.Content.ReadAsStringAsync();
        Assert.Equal("<script type=\"module\" src=\"/demo/my-files/app.js\"></script>", Scripts().Match(html).Value);
        Assert.Single(Scripts().Matches(html));
        Assert.DoesNotMatch(@"\son\w+\s*=", Texts().Replace(html, ""));
        Assert.DoesNotContain("code=abc", html, StringComparison.Ordinal);
        Assert.Equal(404, (int)(await host.Http.GetAsync("/nobody/my-files")).StatusCode);
    }

    [Fact]
    public async Task Every_module_that_the_program_imports_is_served_once_then_304_and_never_as_another_version()
    {
        // The icons stand in the manifest, which also names the service worker's page.
        var (left,
            seen) = (new Queue<string>(
                ["app.js",
                    .. StyleSheets().Matches(await host.Http.GetStringAsync("/demo/my-files")).Select(sheet => sheet.Groups[1].Value)]),
                    new HashSet<string> { "service-worker.js", "icon-192.png", "icon-512.png" });
        while (left.TryDequeue(out var name))
        {
            if (!seen.Add(name)) continue;
            var part = await host.Http.GetAsync($"/demo/my-files/{name}");
            Assert.True(part.StatusCode == HttpStatusCode.OK, name);
            Assert.Equal(name.EndsWith(".js", StringComparison.Ordinal) ? "text/javascript" : "text/css",
                part.Content.Headers.ContentType?.MediaType);
            Assert.Equal(("no-cache", "nosniff"),
                (part.Headers.CacheControl?.ToString(), part.Headers.GetValues("X-Content-Type-Options").Single()));
            foreach (Match import in Imports().Matches(await part.Content.ReadAsStringAsync()))
                left.Enqueue(new Uri(new Uri($"http://x/{name}"), import.Groups[1].Value).AbsolutePath[1..]);
            var again = new HttpRequestMessage(HttpMethod.Get,
                $"/demo/my-files/{name}")
            { Headers = { { "If-None-Match", part.Headers.ETag!.ToString() } } };
            Assert.Equal(HttpStatusCode.NotModified, (await host.Http.SendAsync(again)).StatusCode);
            var other = new HttpRequestMessage(HttpMethod.Get, $"/demo/my-files/{name}") { Headers = { { "If-Match", "\"other\"" } } };
            Assert.Equal(HttpStatusCode.PreconditionFailed, (await host.Http.SendAsync(other)).StatusCode);
        }
        var modules = Repository.Path("functions/Pages/MyFiles/modules");
        Assert.Equal(
            Directory.GetFiles(modules, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(modules, path).Replace('\\', '/')).Order(StringComparer.Ordinal),
            seen.Order(StringComparer.Ordinal));
        foreach (var name in (string[])["nothing.js", "..%2fstyle.css", "style.css", "files/nothing.js", "nothing/item.js"])
            Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync($"/demo/my-files/{name}")).StatusCode);
    }

    [Fact]
    public void The_modules_of_the_my_files_page_are_short() => Assert.DoesNotContain(
        Directory.GetFiles(Repository.Path("functions/Pages/MyFiles/modules"), "*.*s*", SearchOption.AllDirectories),
        file => File.ReadLines(file).Count() > 220);

    [Fact]
    public async Task It_can_be_installed_as_an_app_of_its_tenant_in_the_reader_s_language()
    {
        var asked = new HttpRequestMessage(HttpMethod.Get, "/demo/my-files/manifest.webmanifest");
        asked.Headers.Add("Accept-Language", "ar");
        var answer = await host.Http.SendAsync(asked);
        Assert.Equal("application/manifest+json", answer.Content.Headers.ContentType?.MediaType);
        var manifest = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(("/demo/my-files", "/demo/my-files", "standalone", "ar", "rtl"),
            (Text("start_url"), Text("scope"), Text("display"), Text("lang"), Text("dir")));
        Assert.StartsWith("Demo", Text("name"), StringComparison.Ordinal);
        foreach (var icon in manifest.GetProperty("icons").EnumerateArray())
        {
            var picture = await host.Http.GetAsync(icon.GetProperty("src").GetString());
            Assert.Equal((HttpStatusCode.OK, icon.GetProperty("type").GetString()),
                (picture.StatusCode, picture.Content.Headers.ContentType?.MediaType));
            Assert.StartsWith("default-src 'none'",
                picture.Headers.TryGetValues("Content-Security-Policy", out var policy) ? policy.Single()
                : "default-src 'none' is only needed for SVG", StringComparison.Ordinal);
        }

        // The worker may speak for the page, which stands beside its folder; it keeps only what the page consists of.
        var worker = await host.Http.GetAsync("/demo/my-files/service-worker.js");
        Assert.Equal("/demo/my-files", worker.Headers.GetValues("Service-Worker-Allowed").Single());
        var parts = JsonSerializer.Deserialize<string[]>(Parts().Match(await worker.Content.ReadAsStringAsync()).Groups[1].Value)!;
        Assert.Contains("/demo/my-files/files/item.js", parts);
        foreach (var part in parts) Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync(part)).StatusCode);

        string Text(string name) => manifest.GetProperty(name).GetString()!;
    }

    [Fact]
    public async Task Its_scripts_get_their_texts_in_the_reader_s_language_and_in_the_tenant_s_own_words()
    {
        var german = new HttpRequestMessage(HttpMethod.Get, "/demo/my-files") { Headers = { { "Accept-Language", "de" } } };
        var html = await (await host.Http.SendAsync(german)).Content.ReadAsStringAsync();
        Assert.Contains("lang=\"de\"", html, StringComparison.Ordinal);
        Assert.Contains("&quot;FilesTrash&quot;:&quot;Papierkorb&quot;", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_tenant_has_the_client_a_new_one_too_and_signs_in_without_consent()
    {
        var operators = await host.Operator();
        await operators.AddTenant(new { id = "fresh", name = "Fresh" });
        var admin = await operators.Into("fresh");
        await admin.AddUser(new { userName = "alice", name = "Alice", password = "alice-password", roles = AdminClient.Texts("member") });
        foreach (var tenant in (string[])["demo", "acme", "fresh"])
        {
            var tokens = await SignIn(tenant).Read<TokenAnswer>();
            Assert.Equal("openid profile offline_access files.read files.write files.share", tokens.Scope);
            Assert.Null(tokens.RefreshToken);
            Assert.Equal(200, await Reads(tenant, tokens));
        }
    }

    [Fact]
    public async Task Its_cookie_refreshes_from_our_own_origin_and_from_no_other_host()
    {
        var signedIn = await SignIn("demo");
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        Assert.StartsWith("refresh-demo.my-files=", cookie, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await Refresh(cookie, "https://evil.example")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await Refresh(cookie, null)).StatusCode);
        foreach (var app in Tenant.WebViewOrigins.Append("http://localhost:8100")) // An app of the tenant is not this page.
            Assert.Equal(HttpStatusCode.BadRequest, (await Refresh(cookie, app)).StatusCode);
        var refreshed = await Refresh(cookie, host.Origin).Read<TokenAnswer>();
        Assert.NotNull(refreshed.IdToken); // The page's name for the person, and its way out.
    }

    [Fact]
    public async Task Nobody_can_register_change_or_delete_the_client()
    {
        var admin = await host.Admin();
        var refused = await admin.Post("clients",
            new { id = "my-files", name = "x", grants = AdminClient.Texts(), scope = AdminClient.Texts() }, 400);
        Assert.Equal("id", refused.GetProperty("field").GetString());
        await admin.Send(HttpMethod.Patch, "clients/my-files", new { name = "x" }).Fails(409, "client_reserved");
        await admin.Do(HttpMethod.Delete, "clients/my-files", status: 409);
        await admin.Do(HttpMethod.Post, "clients/my-files/secret", new { }, 409);
        Assert.Equal("My files", (await admin.Client("my-files")).Name);

        // A row that came into the table in any other way counts for nothing.
        var demo = await host.Service<TenantStore>().Find("demo", default);
        await host.Service<ClientStore>()
            .Save(demo!, MyFilesClient.In(demo!) with { Name = "evil", RedirectUris = ["https://evil.example/"] }, default);
        host.Clock.Advance(host.Service<Settings>().CacheTime);
        var found = await host.Service<ClientStore>().Find(demo!, "my-files", default);
        Assert.Equal(("My files", $"{host.Origin}/demo/my-files"), (found!.Name, Assert.Single(found.RedirectUris)));
        Assert.Contains((await host.Service<ClientStore>().List(demo!, null, 100, default)), client =>
            client is { Id: "my-files", Name: "My files" });
    }

    [Fact]
    public async Task An_administrator_ends_its_sessions_as_those_of_any_client()
    {
        var tokens = await SignIn("demo").Read<TokenAnswer>();
        var admin = await host.Admin();
        await admin.Do(HttpMethod.Post, "sessions/revoke", new { client = "my-files" });
        Assert.Equal(401, await Reads("demo", tokens));
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        tokens = await SignIn("demo").Read<TokenAnswer>();
        Assert.Equal(200, await Reads("demo", tokens));
        await admin.Do(HttpMethod.Post, "sessions/revoke", new { client = "my-files" }); // And again, now that there is a row.
        Assert.Equal(401, await Reads("demo", tokens));
    }

    async Task<HttpResponseMessage> SignIn(string tenant)
    {
        var (browser, redirect) = (new Browser(host, tenant), $"{host.Origin}/{tenant}/my-files");
        var answer = await browser.SignIn(await browser.Authorize(("client_id", "my-files"), ("redirect_uri", redirect),
            ("scope", "openid profile offline_access files.read files.write files.share")));
        Assert.StartsWith($"{redirect}?", Browser.Location(answer), StringComparison.Ordinal); // Straight back: it is our own.
        return await browser.Redeem(Browser.Returned(Browser.Location(answer))["code"], ("client_id", "my-files"),
            ("redirect_uri", redirect));
    }

    Task<HttpResponseMessage> Refresh(string cookie, string? origin)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/demo/oauth/token")
        {
            Content = TestHost.Form(("grant_type", "refresh_token"), ("client_id", "my-files")),
            Headers = { { "Cookie", cookie } },
        };
        if (origin is not null) request.Headers.Add("Origin", origin);
        return host.Http.SendAsync(request);
    }

    async Task<int> Reads(string tenant, TokenAnswer tokens) =>
        (int)(await host.Send(HttpMethod.Get, $"/{tenant}/files", tokens.AccessToken)).StatusCode;

    [GeneratedRegex("<script[^>]*>[^<]*</script>")]
    private static partial Regex Scripts();

    // Texts between tags, styles too; what is left are tags.
    [GeneratedRegex("(?<=>)[^<]+")]
    private static partial Regex Texts();

    [GeneratedRegex("from '(\\.{1,2}/[a-z./-]+)'")]
    private static partial Regex Imports();

    [GeneratedRegex("<link rel=\"stylesheet\" href=\"/demo/my-files/([^\"]+)\"")]
    private static partial Regex StyleSheets();

    [GeneratedRegex("const parts = (.*);")]
    private static partial Regex Parts();
}
