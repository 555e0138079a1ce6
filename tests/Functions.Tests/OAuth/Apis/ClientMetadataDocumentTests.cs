using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Latchkey.Tests.OAuth.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Latchkey.Tests.OAuth.Apis;

/// <summary>A host whose tenants demo and acme take URLs of metadata documents as client ids, and a site that serves some.</summary>
public sealed class DocumentSite : IAsyncLifetime
{
    readonly ConcurrentDictionary<string, int> fetched = new();
    WebApplication site = null!;

    public TestHost Host { get; private set; } = null!;

    public string Origin { get; } = $"http://127.0.0.1:{Azurite.FreePort()}";

    public Dictionary<string, Func<HttpContext, Task>> Served { get; } = [];

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(Origin);
        builder.Logging.ClearProviders();
        site = builder.Build();
        site.Run(http =>
        {
            fetched.AddOrUpdate(http.Request.Path.ToString(), 1, (_, count) => count + 1);
            return Served.GetValueOrDefault(http.Request.Path.ToString(), _ => Task.CompletedTask)(http);
        });
        await site.StartAsync();
        Host = await TestHost.Start();
        var operators = await Host.Operator();
        foreach (var tenant in (string[])["demo", "acme"]) await operators.ChangeTenant(tenant, new { clientIdDocuments = true });
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await site.DisposeAsync();
    }

    /// <summary>How often a document was fetched.</summary>
    public int Fetched(string url) => fetched.GetValueOrDefault(url[Origin.Length..]);

    /// <summary>How often any was.</summary>
    public int FetchedInAll => fetched.Values.Sum();
}

/// <summary>
/// Clients whose id is the URL of their metadata document (draft-ietf-oauth-client-id-metadata-document). In development documents may be
/// on this machine.
/// </summary>
public sealed class ClientMetadataDocumentTests(DocumentSite site) : IClassFixture<DocumentSite>
{
    readonly TestHost host = site.Host;
    readonly string origin = site.Origin;

    [Fact]
    public async Task An_app_signs_in_by_the_URL_of_its_document_and_the_consent_page_is_honest_about_it()
    {
        var url = Serve("/app.json", new { client_name = "Stray App" });
        var browser = new Browser(host);
        var consent = await browser.SignIn(await browser.Authorize(("client_id", url), ("scope", "openid files.read")));
        var html = WebUtility.HtmlDecode(await (await browser.Follow(consent)).Content.ReadAsStringAsync());
        Assert.Contains("Stray App", html, StringComparison.Ordinal);
        Assert.Contains($"<strong>{new Uri(url).Authority}</strong>", html, StringComparison.Ordinal);
        Assert.Contains("has not verified it", html, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1:51004", html, StringComparison.Ordinal); // Where the response goes.
        Assert.Null(await Stored(url)); // Nothing is written before somebody allows something.
        var code = Browser.Returned(Browser.Location(await browser.Consent(consent)))["code"];
        var tokens = await browser.Redeem(code, ("client_id", url)).Read<TokenAnswer>();
        var jwt = new JsonWebToken(tokens.AccessToken);
        Assert.Equal((url, url), (jwt.GetClaim("client_id").Value, tokens.ReadIdToken().Audiences.Single()));
        await host.Send(HttpMethod.Get, "/demo/files", tokens.AccessToken).Is(200);
        var refreshed = await host.Token("demo", ("grant_type", "refresh_token"), ("client_id", url),
            ("refresh_token", tokens.RefreshToken!)).Read<TokenAnswer>();
        var active = await host.Http.PostAsync("/demo/oauth/introspect", TestHost.Form([("client_id", "service"),
            ("client_secret", TestHostCallers.ServiceSecret), ("token", refreshed.AccessToken)])).Json();
        Assert.Equal(url, active.GetProperty("client_id").GetString());
        Assert.Equal(1, site.Fetched(url));
        Assert.Equal((url, true), ((await Stored(url))!.MetadataUrl, (await Stored(url))!.OpenlyRegistered));
        Assert.Equal(url, (await (await host.Admin()).Client(ClientIdUrl.StoredId(url))).MetadataUrl);
        Assert.Contains("No app is registered", await Page(ClientIdUrl.StoredId(url)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_can_claim_neither_administration_nor_its_users_accounts()
    {
        var url = Serve("/greedy.json", new { client_name = "Greedy", scope = "openid files.read account admin" });
        foreach (var scope in (string[])["account", "admin"])
        {
            var answer = await new Browser(host).Authorize(("client_id", url), ("scope", $"openid {scope}"));
            Assert.Equal("invalid_scope", Browser.Returned(Browser.Location(answer))["error"]);
        }
    }

    [Fact]
    public async Task A_tenant_without_the_switch_has_no_such_clients_and_turning_it_off_ends_them()
    {
        var url = Serve("/gone.json", new { client_name = "Gone" });
        var browser = new Browser(host, "acme");
        var consent = await browser.SignIn(await browser.Authorize(("client_id", url), ("scope", "openid files.read")));
        var code = Browser.Returned(Browser.Location(await browser.Consent(consent)))["code"];
        var tokens = await browser.Redeem(code, ("client_id", url)).Read<TokenAnswer>();
        Assert.True((await Metadata("acme")).GetProperty("client_id_metadata_document_supported").GetBoolean());
        await (await host.Operator()).ChangeTenant("acme", new { clientIdDocuments = false });
        await host.Send(HttpMethod.Get, "/acme/files", tokens.AccessToken).Fails(401, "invalid_token");
        await host.Token("acme", ("grant_type", "refresh_token"), ("client_id", url), ("refresh_token", tokens.RefreshToken!))
            .Refused("invalid_client", 401);
        Assert.Contains("No app is registered", await Page(url, tenant: "acme"), StringComparison.Ordinal);
        Assert.False((await Metadata("acme")).TryGetProperty("client_id_metadata_document_supported", out _));
        Assert.Equal(1, site.Fetched(url));
    }

    [Fact]
    public async Task What_is_not_a_good_document_is_refused_before_anybody_signs_in()
    {
        (string Path, Func<HttpContext, Task> Answer)[] bad =
        [
            ("/other-id.json", Answer(Document(origin + "/another.json", new { }))),
            ("/secret.json", Answer(Document(origin + "/secret.json", new { client_secret = "x" }))),
            ("/basic.json", Answer(Document(origin + "/basic.json", new { token_endpoint_auth_method = "client_secret_basic" }))),
            ("/key.json", Answer(Document(origin + "/key.json", new { token_endpoint_auth_method = "private_key_jwt" }))),
            ("/service.json", Answer(Document(origin + "/service.json", new { grant_types = AdminClient.Texts("client_credentials") }))),
            ("/script.json", Answer(Document(origin + "/script.json", new { redirect_uris = AdminClient.Texts("javascript:alert(1)") }))),
            ("/name.json", Answer(Document(origin + "/name.json", new { client_name = "\u202eevil" }))),
            ("/array.json", Answer("[]")),
            ("/broken.json", Answer("{")),
            ("/twice.json", Answer("{\"client_id\":\"a\",\"client_id\":\"b\"}")),
            ("/html.json", Answer(Document(origin + "/html.json", new { }), "text/html")),
            ("/large.json", Answer(Document(origin + "/large.json", new { padding = new string('x', 5 * 1024) }))),
            ("/moved.json", http => { http.Response.Redirect("/app.json"); return Task.CompletedTask; }),
            ("/error.json", http => { http.Response.StatusCode = 500; return Task.CompletedTask; }),
        ];
        foreach (var (path, answer) in bad)
        {
            site.Served[path] = answer;
            Assert.True((await Page(origin + path)).Contains("document can", StringComparison.Ordinal), path);
        }
        await Page(origin + "/error.json"); // A failure is not kept.
        Assert.Equal(2, site.Fetched(origin + "/error.json"));
    }

    [Fact]
    public async Task Documents_that_hang_take_two_places_of_their_host_and_none_of_the_clients_keys()
    {
        var release = new TaskCompletionSource();
        using var key = AppKey.New();
        site.Served["/keys.json"] = Answer(key.Set());
        await host.AddClient("keys-elsewhere", client => client with
        {
            AuthMethod = ClientAuthMethod.PrivateKeyJwt,
            JwksUri = origin + "/keys.json",
        });
        var hanging = Enumerable.Range(0, 16).Select(number =>
        {
            site.Served[$"/hangs{number}.json"] = _ => release.Task;
            return new Browser(host).Authorize(("client_id", $"{origin}/hangs{number}.json"));
        }).ToList();
        for (var refused = 0; refused < 14; refused++)
        {
            var done = await Task.WhenAny(hanging);
            hanging.Remove(done);
            Assert.Equal(503, (int)(await done).StatusCode);
            Assert.NotNull((await done).Headers.RetryAfter);
        }
        var assertion = key.Sign(new() { ["alg"] = key.Algorithm }, new()
        {
            ["iss"] = "keys-elsewhere",
            ["sub"] = "keys-elsewhere",
            ["aud"] = $"{host.Origin}/demo",
            ["exp"] = host.Clock.Now.ToUnixTimeSeconds() + 60,
            ["jti"] = "1",
        });
        await host.Token("demo", ("grant_type", "client_credentials"), ("scope", "files.read"), ("client_assertion", assertion),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")).Is(200);
        release.SetResult();
        Assert.All(await Task.WhenAll(hanging), answer => Assert.Equal(400, (int)answer.StatusCode));
    }

    [Fact]
    public async Task What_an_administrator_sets_while_somebody_decides_stays_and_the_answer_comes()
    {
        var url = Serve("/renamed.json", new { client_name = "Its own name" });
        var browser = new Browser(host);
        await browser.Consent(await browser.SignIn(await browser.Authorize(("client_id", url), ("scope", "openid"))));
        var consent = await browser.Authorize(("client_id", url), ("scope", "openid files.read"));
        var (tenant, clients) = (await host.Tenant("demo"), host.Service<ClientStore>());
        // On another instance: here the client's row is still in memory.
        await clients.Find(tenant, url, default);
        var stored = (await Stored(url))!;
        var other = new ClientStore(host.Service<Latchkey.Storage.StorageClients>(), host.Service<TenantStore>(),
            host.Service<GroupStore>(), host.Service<RemovalNotes>(), host.Service<Outbox>(), host.Service<ConnectionClosings>(),
            host.Service<Settings>(), host.Clock);
        Assert.True(await other.TryReplace(tenant, stored with { Name = "Set", SetByAdministrator = ["name"] }, default));
        var answer = await browser.Consent(consent).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Contains("code=", Browser.Location(answer), StringComparison.Ordinal);
        Assert.Equal("Set", (await Stored(url))!.Name);
    }

    [Fact]
    public async Task A_URL_that_may_not_name_a_client_is_never_fetched()
    {
        var before = site.FetchedInAll;
        foreach (var url in (string[])[$"{origin}", $"{origin}/", $"{origin}/app.json?x=1", $"{origin}/app.json#x",
            $"{origin}/a/../app.json", $"{origin}/app .json", $"http://user@{origin[7..]}/app.json", "http://example.com/app.json",
            $"{origin}/{new string('a', 300)}"])
            Assert.Contains("must be an https URL", await Page(url), StringComparison.Ordinal);
        Assert.Equal(before, site.FetchedInAll);
        Assert.False(ClientIdUrl.IsValid($"{origin}/app.json", development: false));
        Assert.True(ClientIdUrl.IsValid("https://app.example.com/client.json", development: false));
    }

    [Fact]
    public async Task A_redirect_URI_must_be_one_of_the_documents_and_PKCE_is_needed()
    {
        var url = Serve("/exact.json", new { redirect_uris = AdminClient.Texts("https://app.example.com/callback") });
        foreach (var uri in (string[])["https://app.example.com/callback/", "https://app.example.com:8443/callback", Browser.Loopback])
            Assert.Contains("not registered", await Page(url, uri), StringComparison.Ordinal);
        var returned = Browser.Returned(Browser.Location(await new Browser(host).Authorize(("client_id", url),
            ("redirect_uri", "https://app.example.com/callback"), ("code_challenge", null), ("code_challenge_method", null))));
        Assert.Equal("invalid_request", returned["error"]);
    }

    [Fact]
    public async Task A_document_is_kept_as_its_headers_say_within_bounds_and_a_change_reaches_the_clients_row()
    {
        var url = Serve("/kept.json", new { client_name = "Before" }, "max-age=120");
        var browser = new Browser(host);
        await browser.Consent(await browser.SignIn(await browser.Authorize(("client_id", url), ("scope", "openid files.read"))));
        Assert.Equal("Before", (await Stored(url))!.Name);
        Serve("/kept.json", new { client_name = "After" }, "no-store");
        host.Clock.Advance(TimeSpan.FromSeconds(119));
        await browser.Authorize(("client_id", url), ("scope", "openid files.read"));
        Assert.Equal(1, site.Fetched(url));
        host.Clock.Advance(TimeSpan.FromSeconds(2));
        var again = await browser.Consent(await browser.Authorize(("client_id", url), ("scope", "openid files.read")));
        Assert.Contains("code=", Browser.Location(again), StringComparison.Ordinal);
        Assert.Equal((2, "After"), (site.Fetched(url), (await Stored(url))!.Name)); // Kept for a minute at least.
        host.Clock.Advance(TimeSpan.FromSeconds(61));
        await browser.Authorize(("client_id", url));
        Assert.Equal(3, site.Fetched(url));
    }

    [Fact]
    public async Task Such_a_client_pushes_its_request_and_may_not_authenticate_in_any_other_way()
    {
        var url = Serve("/pushes.json", new { });
        var form = Browser.Request(("client_id", url), ("scope", "openid files.read")).Split('&')
            .Select(pair => pair.Split('=').Select(Uri.UnescapeDataString).ToArray()).Select(pair => (pair[0], pair[1])).ToList();
        await host.Http.PostAsync("/demo/oauth/par", TestHost.Form([.. form, ("client_secret", "x")])).Refused("invalid_client", 401);
        var pushed = await host.Http.PostAsync("/demo/oauth/par", TestHost.Form(form)).Read<PushedAnswer>(201);
        var browser = new Browser(host);
        var consent = await browser.SignIn(await browser.Get(
            $"/demo/oauth/authorize?client_id={Uri.EscapeDataString(url)}&request_uri={Uri.EscapeDataString(pushed.RequestUri)}"));
        Assert.Contains("code=", Browser.Location(await browser.Consent(consent)), StringComparison.Ordinal);
    }

    string Serve(string path, object more, string? cacheControl = null)
    {
        site.Served[path] = Answer(Document(origin + path, more), "application/json", cacheControl);
        return origin + path;
    }

    static string Document(string url, object more)
    {
        var members = new Dictionary<string, object?>
        {
            ["client_id"] = url,
            ["redirect_uris"] = new[] { "http://127.0.0.1/callback" },
            ["grant_types"] = new[] { "authorization_code", "refresh_token", "urn:example:of-another-server" },
            ["token_endpoint_auth_method"] = "none",
        };
        foreach (var property in more.GetType().GetProperties()) members[property.Name] = property.GetValue(more);
        return JsonSerializer.Serialize(members);
    }

    static Func<HttpContext, Task> Answer(string text, string type = "application/json", string? cacheControl = null) => http =>
    {
        http.Response.ContentType = type;
        if (cacheControl is not null) http.Response.Headers.CacheControl = cacheControl;
        return http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();
    };

    async Task<string> Page(string url, string redirectUri = Browser.Loopback, string tenant = "demo")
    {
        var answer = await new Browser(host, tenant).Authorize(("client_id", url), ("redirect_uri", redirectUri));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
    }

    async Task<Client?> Stored(string url) =>
        await host.Service<ClientStore>().FindNow(await host.Tenant("demo"), ClientIdUrl.StoredId(url), default);

    Task<JsonElement> Metadata(string tenant) => host.Http.GetAsync($"/{tenant}/.well-known/openid-configuration").Json();
}
