using System.Net;
using Latchkey.OAuth;
using Latchkey.Tests.Files;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests;

/// <summary>HEAD is GET without the body (RFC 9110 §9.3.2), wherever there is GET, and changes nothing (§9.2.1).</summary>
public sealed class HeadTests : OnCuttableStorage
{
    // A GET of these begins or ends something, so its HEAD answers by what it checks: tests of their own below.
    static readonly string[] OfTheirOwn = ["authorize", "authorize-posted", "logout", "logout-ask"];

    // What differs between any two answers, or belongs to the body's way and not to the answer.
    static readonly string[] Passing = ["Date", "Transfer-Encoding", "Set-Cookie", "Content-Length"];

    FilesClient alice = null!;

    private protected override async Task Prepare()
    {
        alice = await host.As("alice");
    }

    [Fact]
    public async Task Head_answers_as_get_does_without_the_body_and_writes_nothing()
    {
        var file = await alice.Upload([1, 2, 3]);
        var link = await Link(file, new { });
        var users = new Browser(host);
        await users.SignIn(await users.Get("/demo/apps"), "admin");
        host.Clock.Advance(TimeSpan.FromMinutes(20)); // A look at a page would now renew the sign-in.
        var (token, @operator) = ((await host.Tokens("demo", "admin")).AccessToken, (await host.Operator()).Token);
        alice = await host.As("alice");
        var values = new Dictionary<string, string>
        {
            ["{id}"] = file,
            ["{userId}"] = await host.UserId("bob"),
            ["{group}"] = "family",
            ["{clientId}"] = "mobile",
            ["{app}"] = "new",
            ["{file}"] = "app.js",
            ["{token}"] = link.Split('/')[^1],
            ["{role}"] = "member",
            ["{webhook}"] = "k5zjx2mqh4r7wa3d",
        };
        foreach (var function in LocalHost.Functions.Http(typeof(TokenEndpoint).Assembly)
            .Where(one => one.Methods.Contains("get") && !OfTheirOwn.Contains(one.Name)))
        {
            var ofOperators = function.Name.StartsWith("operator-", StringComparison.Ordinal);
            var path = "/" + function.Route.Replace("{tenant}", ofOperators ? "operator" : "demo", StringComparison.Ordinal);
            if (ofOperators) path = path.Replace("{id}", "acme", StringComparison.Ordinal);
            foreach (var (name, value) in values) path = path.Replace(name, value, StringComparison.Ordinal);
            foreach (var access in (string?[])[null,
                ofOperators ? @operator : function.Name.StartsWith("files-", StringComparison.Ordinal) ? alice.Token : token])
            {
                foreach (var cookies in (IEnumerable<KeyValuePair<string, string>>[])[[], users.Cookies])
                {
                    var before = storage.Writes.Count;
                    var head = await Send(HttpMethod.Head, path, access, cookies);
                    Assert.Equal([], storage.Writes.Skip(before).Select(write => $"HEAD {path}: {write}"));
                    Assert.Empty(await head.Content.ReadAsByteArrayAsync());
                    Assert.False(head.Headers.Contains("Set-Cookie"), path);
                    var get = await Send(HttpMethod.Get, path, access, cookies);
                    Assert.Equal($"{path}: {(int)get.StatusCode}\n{Headers(get)}", $"{path}: {(int)head.StatusCode}\n{Headers(head)}");
                }
            }
        }
    }

    Task<HttpResponseMessage> Send(HttpMethod method, string path, string? token, IEnumerable<KeyValuePair<string, string>> cookies)
    {
        var request = new HttpRequestMessage(method, path);
        if (token is not null) request.Headers.Authorization = new("Bearer", token);
        if (cookies.Any()) request.Headers.Add("Cookie", string.Join("; ", cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        return host.Http.SendAsync(request);
    }

    // An address without its query: that holds a signature, or the id of what was begun.
    static string Headers(HttpResponseMessage answer) => string.Join('\n',
        from header in answer.Headers.Concat(answer.Content.Headers)
        where !Passing.Contains(header.Key)
        orderby header.Key
        select $"{header.Key}: {(header.Key == "Location" ? header.Value.Single().Split('?')[0] : string.Join(", ", header.Value))}");

    [Fact]
    public async Task Head_of_a_link_counts_no_download()
    {
        var link = await Link(await alice.Upload([1]), new { maxDownloads = 1 });
        for (var n = 0; n < 3; n++) Assert.Equal(HttpStatusCode.OK, (await Head(link)).StatusCode);
        Assert.Equal(HttpStatusCode.SeeOther, (await host.Http.PostAsync(link, TestHost.Form())).StatusCode);
        Assert.Equal(HttpStatusCode.Gone, (await Head(link)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Head(link + "x")).StatusCode);
    }

    [Fact]
    public async Task Head_of_a_files_content_leads_to_storage_which_answers_head_too()
    {
        var request = new HttpRequestMessage(HttpMethod.Head, $"/demo/files/{await alice.Upload([1, 2, 3])}/content");
        request.Headers.Authorization = new("Bearer", alice.Token);
        var answer = await host.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        using var anybody = new HttpClient();
        var blob = await anybody.SendAsync(new(HttpMethod.Head, answer.Headers.Location));
        Assert.Equal((HttpStatusCode.OK, 3L), (blob.StatusCode, blob.Content.Headers.ContentLength));
    }

    [Fact]
    public async Task Head_of_the_authorization_endpoint_grants_nothing_and_begins_nothing()
    {
        var browser = new Browser(host);
        var client = await Registered.WebApp(host, client => client with { FirstParty = true });
        (string, string?)[] asks = [("client_id", client.Id), ("redirect_uri", Registered.Redirect)];
        await browser.SignIn(await browser.Authorize(asks));
        Assert.Contains("code", Browser.Returned(Browser.Location(await browser.Authorize(asks))).Keys); // A GET grants.
        var pushed = await host.Http.PostAsync("/demo/oauth/par", new StringContent(
            $"{Browser.Request(asks)}&client_secret={Registered.Secret}", null,
            "application/x-www-form-urlencoded")).Read<PushedAnswer>(201);
        var reference = $"/demo/oauth/authorize?client_id={client.Id}&request_uri={pushed.RequestUri}";

        var before = storage.Writes.Count;
        foreach (var path in new[] { $"/demo/oauth/authorize?{Browser.Request(asks)}", reference })
        {
            foreach (var cookies in (IEnumerable<KeyValuePair<string, string>>[])[[], browser.Cookies])
            {
                var answer = await Send(HttpMethod.Head, path, null, cookies);
                Assert.Equal((HttpStatusCode.SeeOther, "/demo/login"), (answer.StatusCode, Browser.Location(answer)));
                Assert.False(answer.Headers.Contains("Set-Cookie"));
            }
        }
        // What is wrong is told as to GET: to the app once it is known, before that to nobody.
        var refused = await Send(HttpMethod.Head, $"/demo/oauth/authorize?{Browser.Request([.. asks, ("prompt", "none")])}", null, []);
        Assert.Equal("login_required", Browser.Returned(Browser.Location(refused))["error"]);
        Assert.Equal(HttpStatusCode.BadRequest, (await Head("/demo/oauth/authorize?client_id=nobody")).StatusCode);
        Assert.Equal([], storage.Writes.Skip(before));
        Assert.Contains("code", Browser.Returned(Browser.Location(await browser.Get(reference))).Keys); // It was not used up.
    }

    [Fact]
    public async Task Head_of_the_logout_ends_nothing()
    {
        var browser = new Browser(host);
        var tokens = await browser.Tokens(("scope", "openid offline_access files.read"));
        var path = $"/demo/oauth/logout?id_token_hint={tokens.IdToken}";
        var before = storage.Writes.Count;
        var answer = await Send(HttpMethod.Head, path, null, browser.Cookies);
        Assert.Equal((HttpStatusCode.SeeOther, "/demo/logout"), (answer.StatusCode, Browser.Location(answer)));
        Assert.Equal(HttpStatusCode.BadRequest, (await Head("/demo/oauth/logout?client_id=nobody")).StatusCode);
        Assert.Equal([], storage.Writes.Skip(before));

        // Signed out meanwhile: the page that asks has nothing to ask any more and would end what is left.
        var ask = Browser.Location(await browser.Get("/demo/oauth/logout"));
        var signedOut = browser.Cookies.Where(cookie => !cookie.Key.Contains("signin", StringComparison.Ordinal));
        before = storage.Writes.Count;
        Assert.Equal(HttpStatusCode.OK, (await Send(HttpMethod.Head, ask, null, signedOut)).StatusCode);
        Assert.Equal([], storage.Writes.Skip(before));
        var refreshed = await host.Token("demo", ("grant_type", "refresh_token"), ("client_id", "mobile"),
            ("refresh_token", tokens.RefreshToken!));
        Assert.Equal(HttpStatusCode.OK, refreshed.StatusCode);
    }

    [Fact]
    public async Task Head_of_a_devices_question_tries_no_code()
    {
        var browser = new Browser(host);
        await browser.SignIn(await browser.Get("/demo/account"));
        var fields = (await Browser.Fields(await browser.Get("/demo/device"))).DistinctBy(field => field.Item1);
        var wrong = Browser.Location(await browser.Post("/demo/device", [.. fields, ("user_code", "BBBB-BBBB")]));
        var before = storage.Writes.Count;
        Assert.Equal(HttpStatusCode.OK, (await Send(HttpMethod.Head, wrong, null, browser.Cookies)).StatusCode);
        Assert.Equal([], storage.Writes.Skip(before));
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.Get(wrong)).StatusCode); // Counted.
    }

    [Fact]
    public async Task Head_of_an_export_makes_no_export()
    {
        var admin = await host.Operator();
        await admin.Post("tenants/acme/suspend", new { reason = "It leaves." }, 200);
        var lines = (await (await admin.Send(HttpMethod.Get, "tenants/acme/export")).Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n');
        var confirm = System.Text.Json.JsonDocument.Parse(lines[^1]).RootElement.GetProperty("confirm").GetString();
        var head = await admin.Send(HttpMethod.Head, "tenants/acme/export");
        Assert.Equal("application/jsonl", head.Content.Headers.ContentType?.MediaType);
        await admin.Do(HttpMethod.Delete, "tenants/acme", new { confirm }); // The newest export is still the GET's.
    }

    [Fact]
    public async Task A_method_that_an_address_does_not_take_is_404_as_at_the_functions_host()
    {
        foreach (var (method, path) in new[] { ("HEAD", "/demo/oauth/token"), ("GET", "/demo/oauth/token"), ("PUT", "/health/live"),
            ("OPTIONS", "/demo/login"), ("PUT", "/") })
        {
            var answer = await host.Http.SendAsync(new(new HttpMethod(method), path));
            Assert.Equal(404, (int)answer.StatusCode);
            Assert.Empty(answer.Content.Headers.Allow);
        }
    }

    async Task<string> Link(string file, object link) =>
        (await alice.Share(file, new { link, access = "read" }))
            .Link!.Url!;

    Task<HttpResponseMessage> Head(string path) => host.Http.SendAsync(new(HttpMethod.Head, path));
}
