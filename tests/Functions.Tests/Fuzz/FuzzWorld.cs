using System.Text;
using Azure.Storage.Blobs.Models;
using Latchkey.Events;
using Latchkey.OAuth;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Latchkey.Tests.OAuth.Authorization;
using Latchkey.Tests.OpenApi;

namespace Latchkey.Tests.Fuzz;

/// <summary>
/// What good requests are made of: real tokens, ids of things that are there, forms of real pages. The fuzzer uses them up, so that
/// they are made again now and then, later by the clock: so nothing stays locked or full.
/// </summary>
sealed class FuzzWorld(TestHost host)
{
    const string Secret = "service-secret-for-local-runs-only";

    readonly Dictionary<string, string> known = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> tokens = new(StringComparer.Ordinal);
    readonly Dictionary<string, List<(string, string)>> forms = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> requests = new(StringComparer.Ordinal);
    string cookies = "";
    int made;

    public async Task Renew()
    {
        host.Clock.Advance(TimeSpan.FromMinutes(31));
        made++;
        var alice = await host.SignIn("demo");
        var (user, admin) = (alice.GetProperty("access_token").GetString()!, (await host.Tokens("demo", "admin")).AccessToken);
        var operators = await TestHost.Json(
            await host.Token("operator", ("grant_type", "client_credentials"), ("client_id", "service"), ("client_secret", Secret)), 200);
        (tokens["user"], tokens["admin"], tokens["operator"]) = (user, admin, operators.GetProperty("access_token").GetString()!);
        known["refresh_token"] = alice.GetProperty("refresh_token").GetString()!;
        known["id_token_hint"] = alice.TryGetProperty("id_token", out var id) ? id.GetString()! : "x";
        known["userId"] = known["user"] = await Made(admin, "users",
            new { userName = $"fuzz{made}", password = "fuzzed-password", email = "fuzz@demo.example", roles = (string[])["member"] },
            "id");
        await host.Send(HttpMethod.Patch, "/demo/admin/accounts", admin,
            new { passkeys = true, secondFactor = "offered", peopleSearch = true });
        known["passkeyId"] = await Passkey(known["userId"]);
        known["ownPasskeyId"] = await Passkey(await host.UserId("alice"));
        // A tenant may have few of these two.
        foreach (var (kind, path) in ((string, string)[])[("api", "apis"), ("authority", "certificate-authorities")])
        {
            if (known.TryGetValue(kind, out var old)) await host.Send(HttpMethod.Delete, $"/demo/admin/{path}/{old}", admin);
        }
        known["api"] = await Made(admin, "apis", new { identifier = $"https://fuzz{made}.example/", name = "Fuzz" }, "id");
        known["authority"] = await Made(admin, "certificate-authorities", new { name = "Fuzz", certificates = Authority() }, "id");
        await Webhook(admin);
        known["userName"] = $"new{made}";
        known["group"] = await Made(admin, "groups", new { id = $"fuzz{made}", name = "Fuzz" }, "id");
        await host.Send(HttpMethod.Patch, "/demo/admin/messages", admin, new { enabled = true, writeTo = "all" });
        tokens["messages"] = (await host.Tokens("demo", scope: "messages")).AccessToken;
        tokens["groups"] = (await host.Tokens("demo", scope: "groups groups.write")).AccessToken;
        if (known.TryGetValue("appGroup", out var before))
            await host.Send(HttpMethod.Delete, $"/demo/groups/{before}?files=purge", tokens["groups"]);
        known["appGroup"] = (await TestHost.Json(
            await host.Send(HttpMethod.Post, "/demo/groups", tokens["groups"], new { name = "Fuzz" }), 201)).GetProperty("id").GetString()!;
        known["bob"] = await host.UserId("bob");
        known["clientId"] = known["client"] = await Made(admin, "clients",
            new
            {
                id = $"fuzz{made}",
                name = "Fuzz",
                authMethod = "none",
                grants = (string[])["authorization_code"],
                scope = (string[])["openid"],
                redirectUris = (string[])["https://app.example/cb"]
            }, "id");
        var initial = await TestHost.Json(
            await host.Send(HttpMethod.Post, "/demo/admin/initial-tokens", admin, new { uses = 100, days = 30 }), 201);
        (known["tokenId"], tokens["initial"]) = (initial.GetProperty("id").GetString()!, initial.GetProperty("token").GetString()!);
        var registered = await TestHost.Json(
            await host.Send(HttpMethod.Post, "/demo/oauth/register", tokens["initial"],
                new { redirect_uris = (string[])["https://app.example/cb"] }), 201);
        (known["registered"], tokens["registration"]) = (registered.GetProperty("client_id").GetString()!,
            registered.GetProperty("registration_access_token").GetString()!);
        await Scim(admin);
        known["tenantId"] = $"fuzz{made}";
        await TestHost.Json(
            await host.Send(HttpMethod.Post, "/operator/admin/tenants", tokens["operator"], new { id = known["tenantId"], name = "Fuzz" }),
            201);
        var files = new FilesClient(host, user);
        known["file"] = await Stored(files);
        await host.Send(HttpMethod.Post, "/demo/folders", user, new { path = $"fuzz {made}" });
        known["job"] = (await TestHost.Json(await host.Send(HttpMethod.Patch, "/demo/folders", user,
            new { path = $"fuzz {made}", to = $"fuzzed {made}" }), 202)).GetProperty("id").GetString()!;
        known["version"] = await Replaced(files, known["file"]);
        known["pending"] = (await files.Begin(FilesClient.Declaration("pending.bin", 6))).Id;
        await host.Service<StorageClients>().Blobs.GetBlobContainerClient("files-demo").GetBlobClient(known["pending"])
            .UploadAsync(BinaryData.FromString("hello\n"), new BlobUploadOptions());
        var share = await TestHost.Json(
            await files.Send(HttpMethod.Post, $"/{known["file"]}/shares", new { access = "read", link = new { maxDownloads = 1000 } }),
            201);
        known["shareId"] = share.GetProperty("id").GetString()!;
        known["token"] = share.GetProperty("link").GetProperty("url").GetString()!.Split('/')[^1];
        await Sharing(user);
        await host.SignIn("demo", "bob"); // Whose session may end.
        known["sessionId"] = (await TestHost.Json(
            await host.Send(HttpMethod.Get, $"/demo/admin/sessions?user={await host.UserId("bob")}&limit=1", admin),
            200)).GetProperty("sessions")[0].GetProperty("id").GetString()!;
        var second = (await host.SignIn("demo")).GetProperty("access_token").GetString()!;
        known["ownSessionId"] = new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(second).GetPayloadValue<string>("sid");
        known["tus"] = await Tus(user);
        await Pages();
    }

    // A space may have few of these.
    async Task Sharing(string user)
    {
        foreach (var (kind, body) in ((string, object)[])[("link", new { folder = "" }), ("request", new { title = "Fuzz" })])
        {
            if (known.TryGetValue(kind, out var old)) await host.Send(HttpMethod.Delete, $"/demo/{kind}s/{old}", user);
            var made = await TestHost.Json(await host.Send(HttpMethod.Post, $"/demo/{kind}s", user, body), 201);
            known[kind] = made.GetProperty("id").GetString()!;
            known[$"{kind}Token"] = made.GetProperty("url").GetString()!.Split('/')[^1];
        }
    }

    // A tenant may have few of these. Each comes with a dead letter.
    async Task Webhook(string admin)
    {
        foreach (var old in (await TestHost.Json(await host.Send(HttpMethod.Get, "/demo/admin/webhooks", admin), 200))
            .GetProperty("webhooks").EnumerateArray().Select(one => one.GetProperty("id").GetString()).ToList())
            await host.Send(HttpMethod.Delete, $"/demo/admin/webhooks/{old}", admin);
        known["webhook"] = await Made(admin, "webhooks", new { url = "http://127.0.0.1:9/hook", types = (string[])["tenant.suspended"] },
            "id");
        var tenant = (await host.Service<TenantStore>().Find("demo", default))!;
        var (log, now) = (host.Service<DeliveryLog>(), host.Clock.Now);
        var dead = Delivery.New("demo", known["webhook"], new TenantEvent(EventTypes.Test).Store(tenant, now), now);
        await log.Add(dead, delivered: false, "500");
        known["delivery"] = (await log.List("demo", known["webhook"], delivered: false, null, 1, default)).Single().Id;
    }

    async Task Scim(string admin)
    {
        const string root = "/demo/scim/v2";
        foreach (var name in (string[])["scim", "scimToEnd"])
        {
            var token = await TestHost.Json(
                await host.Send(HttpMethod.Post, "/demo/admin/scim-tokens", admin,
                    new { name = $"Fuzz {made}", days = 1, passwords = true }), 201);
            (known["scimTokenId"], tokens[name]) = (token.GetProperty("id").GetString()!, token.GetProperty("token").GetString()!);
        }
        var user = await TestHost.Json(await host.Send(HttpMethod.Post, $"{root}/Users", tokens["scim"], new { userName = $"scim{made}" }),
            201);
        var group = await TestHost.Json(
            await host.Send(HttpMethod.Post, $"{root}/Groups", tokens["scim"], new { displayName = $"Scim {made}" }), 201);
        (known["scimUser"], known["scimGroup"]) = (user.GetProperty("id").GetString()!, group.GetProperty("id").GetString()!);
        foreach (var old in (await TestHost.Json(await host.Send(HttpMethod.Get, "/demo/admin/scim-tokens", admin), 200))
            .GetProperty("tokens")
            .EnumerateArray().Select(one => (Id: one.GetProperty("id").GetString(), Name: one.GetProperty("name").GetString())).ToList())
        {
            if (old.Name != $"Fuzz {made}") await host.Send(HttpMethod.Delete, $"/demo/admin/scim-tokens/{old.Id}", admin);
        }
    }

    /// <summary>The token that the operation needs; null if none.</summary>
    public string? Token(Documented operation) => operation switch
    {
        { Scope: "operator" } => tokens["operator"],
        { Scope: "admin" } => tokens[operation.Path.Contains("/admin/tenants", StringComparison.Ordinal) ? "operator" : "admin"],
        { Scope: "groups" or "groups.write" } => tokens["groups"],
        { Scope: "messages" } => tokens["messages"],
        { Scope: not null } => tokens["user"],
        { Id: ['s', 'c', 'i', 'm', '-', ..] } => tokens["scim"],
        { Id: "register" } => tokens["initial"],
        { Id: "register-read" or "register-update" or "register-delete" } => tokens["registration"],
        _ => null,
    };

    public string Cookies => cookies;

    /// <summary>The hidden fields of the page at this path, and what a person would fill in.</summary>
    public List<(string Name, string Value)> Form(string path) => forms.GetValueOrDefault(path) ?? [];

    /// <summary>A good value of a parameter or a property, or null if the schema has to say.</summary>
    public string? Known(Documented operation, string name)
    {
        var area = (string)operation.Says["tags"]![0]!;
        return name switch
        {
            "tenant" => area == "tenants" ? "operator" : "demo",
            "id" when area == "tenants" => known["tenantId"],
            "id" when area == "tus" => known["tus"],
            "id" when operation.Path.StartsWith("/{tenant}/links/", StringComparison.Ordinal) => known["link"],
            "id" when operation.Path.StartsWith("/{tenant}/requests/", StringComparison.Ordinal) => known["request"],
            "token" when area == "links" => known["linkToken"],
            "token" when area == "requests" => known["requestToken"],
            "expiresAt" when area == "requests" => null, // Or expiresInSeconds.
            "id" when area == "uploads" => known["pending"],
            "id" when operation.Path.StartsWith("/{tenant}/jobs/", StringComparison.Ordinal) => known["job"],
            "id" => known["file"],
            "resource" => known[operation.Path.Contains("/Groups", StringComparison.Ordinal) ? "scimGroup" : "scimUser"],
            "tokenId" when area == "scim" => known["scimTokenId"],
            "userName" when area == "scim" => $"scim{Guid.CreateVersion7():n}",
            "filter" or "cursor" or "value" or "path" or "version" or "displayName" when area == "scim" => null,
            "version" when area != "versions" => null,
            "clientId" or "client_id" when area == "registration" => known["registered"],
            "passkeyId" when area == "account" => known["ownPasskeyId"],
            "sessionId" when area == "account" => known["ownSessionId"],
            "userId" when area == "messages" => known["bob"],
            "device" => "fuzz",
            "group" when IsOfApps(operation) => known["appGroup"],
            "userId" when IsOfApps(operation) => known["bob"],
            "role" when area is "groups" => null,
            "attribute" or "networks" or "place" => null, // A rule has one condition.
            "role" => "fuzzed",
            "app" => "new",
            "file" => area is "pages" or "requests" ? "app.js" : "viewer.css",
            "request" => requests.GetValueOrDefault(operation.Path.Split('/')[^1]),
            "client_id" when area == "pages" => "mobile",
            "client_id" => operation.Id is "device-authorization" ? "tv" : operation.Id is "introspect" ? "service" : operation.Id is "par"
                ? "mobile" : "first-party",
            "client_secret" => operation.Id is "introspect" ? Secret : null,
            "redirect_uri" => Browser.Loopback,
            "response_type" => "code",
            "code_challenge" => Browser.Challenge,
            "code_verifier" => Browser.Verifier,
            "code_challenge_method" => "S256",
            "scope" => "openid files.read",
            "grant_type" => "refresh_token",
            "password" => "fuzzed-password",
            "token" when operation.Id is "revoke" => known["refresh_token"],
            "token" when operation.Id is "introspect" => tokens["user"],
            "Tus-Resumable" => "1.0.0",
            "Upload-Length" => "6",
            "Upload-Offset" => "0",
            "X-HTTP-Method-Override" => "HEAD",
            "space" => "me",
            "roles" => null,
            _ => known.GetValueOrDefault(name),
        };
    }

    static bool IsOfApps(Documented operation) => operation.Path.StartsWith("/{tenant}/groups", StringComparison.Ordinal);

    async Task<string> Made(string admin, string path, object json, string member) =>
        (await TestHost.Json(await host.Send(HttpMethod.Post, $"/demo/admin/{path}", admin, json), 201)).GetProperty(member).GetString()!;

    string Authority() => OAuth.Certificates.TestAuthority.New($"Fuzz {made}", host.Clock.Now).Pem;

    async Task<string> Passkey(string userId)
    {
        var passkey = new Passkey
        {
            Id = Ids.New(),
            UserId = userId,
            CredentialId = Ids.New(),
            PublicKey = "",
            Counter = 0,
            Name = "Fuzz",
            CreatedAt = host.Clock.GetUtcNow(),
            BackupEligible = false,
            BackedUp = false,
        };
        var tenant = await host.Service<TenantStore>().Find("demo", default);
        await host.Service<PasskeyStore>().Add(tenant!, passkey, default);
        return passkey.Id;
    }

    // The clock is ahead of storage's, which takes no URL of tomorrow: the form needs none.
    async Task<string> Stored(FilesClient files)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Encoding.UTF8.GetBytes("hello\n")), "file", "hello.bin" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/demo/files/upload") { Content = form };
        request.Headers.Authorization = new("Bearer", files.Token);
        return (await TestHost.Json(await host.Http.SendAsync(request), 201)).GetProperty("id").GetString()!;
    }

    // The first version of the file, which is a former one then.
    async Task<string> Replaced(FilesClient files, string id)
    {
        var upload = (await TestHost.Json(await files.Send(HttpMethod.Post, $"/{id}/versions",
            new { contentType = FilesClient.AnyType, size = 6 }), 201)).GetProperty("id").GetString()!;
        await host.Service<StorageClients>().Blobs.GetBlobContainerClient("files-demo").GetBlobClient(upload)
            .UploadAsync(BinaryData.FromString("hello\n"), new BlobUploadOptions());
        await files.Completed(upload);
        return id;
    }

    async Task<string> Tus(string user)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/demo/tus");
        request.Headers.Authorization = new("Bearer", user);
        request.Headers.Add("Tus-Resumable", "1.0.0");
        request.Headers.Add("Upload-Length", "6");
        var answer = await host.Http.SendAsync(request);
        return answer.Headers.Location!.OriginalString.Split('/')[^1];
    }

    // Of an administrator, who may register apps too.
    async Task Pages()
    {
        var browser = new Browser(host);
        await browser.SignIn(await browser.Get("/demo/account"), "admin");
        await Waiting(browser, "consent", $"/demo/oauth/authorize?{Browser.Request(("scope", "openid email"))}", ("action", "allow"));
        await Waiting(browser, "login", $"/demo/oauth/authorize?{Browser.Request(("prompt", "login"))}", ("username", "admin"),
            ("password", "admin-password"));
        await Waiting(browser, "logout", "/demo/oauth/logout", ("action", "stay"));
        requests["authorize"] = requests["consent"];
        await Shown(browser, "account", "account", ("action", "end"), ("session", "none"));
        await Shown(browser, "device", "device", ("user_code", "BCDF-GHJK"));
        await Shown(browser, "reset", "reset", ("username", "nobody"));
        await Shown(browser, "apps/{app}", "apps/new", ("action", "register"), ("type", "native"), ("name", "Fuzz"), ("website", ""),
            ("redirects", "com.example.fuzz:/cb"), ("after", ""));
        cookies = string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"));
    }

    // A page to which another leads, and that knows from where.
    async Task Waiting(Browser browser, string page, string start, params IEnumerable<(string, string)> more)
    {
        var location = Browser.Location(await browser.Get(start));
        Assert.StartsWith($"/demo/{page}?request=", location, StringComparison.Ordinal);
        requests[page] = location.Split("request=")[1];
        forms[$"/{{tenant}}/{page}"] = [.. (await Browser.Fields(await browser.Get(location))).DistinctBy(field => field.Item1), .. more];
    }

    async Task Shown(Browser browser, string route, string page, params IEnumerable<(string, string)> more) =>
        forms[$"/{{tenant}}/{route}"] =
        [.. (await Browser.Fields(await browser.Get($"/demo/{page}"))).DistinctBy(field => field.Item1)
            .Where(field => !more.Select(one => one.Item1).Contains(field.Item1)), .. more];
}
