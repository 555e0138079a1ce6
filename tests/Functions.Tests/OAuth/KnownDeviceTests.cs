using System.Net;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.OAuth;

/// <summary>Strangers who guess lock only strangers out: a device on which the user has signed in before counts by itself.</summary>
public sealed class KnownDeviceTests : IAsyncLifetime
{
    TestHost host = null!;

    public async Task InitializeAsync() =>
        host = await TestHost.Start(settings: new() { ["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true" });

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_browser_where_the_user_has_signed_in_before_is_not_locked_out_by_strangers()
    {
        var (known, stranger) = (new Browser(host), new Browser(host));
        await known.SignIn(await known.Get("/demo/account"));
        // By strangers, each from an address of its own.
        for (var failure = 0; failure < 10; failure++)
        {
            await Try("alice", "wrong", address: $"198.51.100.{failure}");
            host.Clock.Advance(TimeSpan.FromSeconds(16));
        }
        Assert.Equal(429, (int)(await Try("alice", "alice-password")).StatusCode);
        await SignOut(known);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await stranger.SignIn(await stranger.Get("/demo/account"))).StatusCode);
        Assert.Equal("/demo/account", Browser.Location(await known.SignIn(await known.Get("/demo/account"))));
        // It helps no other user of the browser, and the strangers stay locked out.
        await SignOut(known);
        await Lock("bob");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await known.SignIn(await known.Get("/demo/account"), "bob")).StatusCode);
        Assert.Equal(429, (int)(await Try("alice", "alice-password")).StatusCode);
    }

    [Fact]
    public async Task An_app_shows_by_its_device_token_that_the_user_has_signed_in_before()
    {
        var device = Device(await Try("alice", "alice-password").Read<TokenAnswer>());
        await Lock("alice");
        var again = Device(await Try("alice", "alice-password", device).Read<TokenAnswer>());
        Assert.NotEqual(device, again);
        Assert.Equal(device.Split('.')[2], again.Split('.')[2]); // It is the same device: no second count.
        foreach (var forged in new[] { device[..^2] + "AA", device.Replace(device.Split('.')[0], "9999999999999", StringComparison.Ordinal),
            "....", "x" })
            Assert.Equal(429, (int)(await Try("alice", "alice-password", forged)).StatusCode);
        Assert.Equal(429,
            (int)(await Try("alice", "alice-password", Device(await Try("bob", "bob-password").Read<TokenAnswer>()))).StatusCode);
    }

    [Fact]
    public async Task A_known_device_has_as_many_guesses_as_strangers_and_locks_nobody_else()
    {
        var device = Device(await Try("alice", "alice-password").Read<TokenAnswer>());
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(n => Try("alice", $"guess {n}", device)));
        Assert.InRange(answers.Count(answer => (int)answer.StatusCode == 400), 1, 10);
        Assert.Equal(429, (int)(await Try("alice", "alice-password", device)).StatusCode);
        await Try("alice", "alice-password").Is(200);
    }

    [Fact]
    public async Task A_device_is_known_no_more_after_everything_was_signed_out_and_after_half_a_year()
    {
        var (browser, other) = (new Browser(host), new Browser(host));
        await other.SignIn(await other.Get("/demo/account"));
        await SignOut(other);
        await browser.SignIn(await browser.Get("/demo/account"));
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var page = await browser.Get("/demo/account");
        await browser.Post("/demo/account", [.. await FormOf(page), ("action", "end-all")]);
        await Lock("alice");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await other.SignIn(await other.Get("/demo/account"))).StatusCode);
        var device = Device(await Try("bob", "bob-password").Read<TokenAnswer>());
        host.Clock.Advance(TimeSpan.FromDays(181));
        await Lock("bob");
        Assert.Equal(429, (int)(await Try("bob", "bob-password", device)).StatusCode);
    }

    [Fact]
    public async Task Who_is_signed_in_changes_the_password_whatever_strangers_guess()
    {
        var browser = new Browser(host);
        await browser.SignIn(await browser.Get("/demo/account"));
        await Lock("alice");
        var page = await browser.Get("/demo/account");
        var wrong = await browser.Post("/demo/account",
            [.. await FormOf(page), ("action", "password"), ("old", "wrong"), ("new", "a new password")]);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        var done = await browser.Post("/demo/account",
            [.. await FormOf(page), ("action", "password"), ("old", "alice-password"), ("new", "a new password")]);
        Assert.Equal("/demo/account?done=password", Browser.Location(done));
        await SignOut(browser);
        Assert.Equal("/demo/account",
            Browser.Location(await browser.SignIn(await browser.Get("/demo/account"), "alice", "a new password")));
    }

    [Fact]
    public async Task An_administrator_unlocks_an_account()
    {
        var admin = await host.Admin();
        await Lock("alice");
        var id = await admin.UserId("alice");
        Assert.Equal(HttpStatusCode.NoContent,
            (await host.Send(HttpMethod.Post, $"/demo/admin/users/{id}/unlock", admin.Token)).StatusCode);
        await Try("alice", "alice-password").Is(200);
        await host.Send(HttpMethod.Post, $"/demo/admin/users/{new string('x', 22)}/unlock", admin.Token).Is(404);
        await Eventually.True(async () => (await admin.Audit("?type=admin-user-unlock")).Any(entry => entry.Target == id));
    }

    [Fact]
    public async Task Only_a_registered_client_that_proves_who_it_is_says_where_its_user_is()
    {
        var admin = await host.Admin();
        var made = await host.Send(HttpMethod.Post, "/demo/admin/clients", admin.Token, new
        {
            id = "backend",
            name = "Backend",
            authMethod = "client_secret_basic",
            grants = AdminClient.Texts("password"),
            scope = AdminClient.Texts("files.read"),
            forwardsAddress = true,
        }).Read<ClientAnswer>(201);
        Assert.True(made.ForwardsAddress);
        var secret = made.Secret!;
        for (var failure = 0; failure < 55; failure++)
            Assert.Equal(400, (int)(await Backend($"user{failure}", "wrong", $"2001:db8:{failure}::1")).StatusCode);
        await Backend("alice", "alice-password", "203.0.113.1").Is(200);
        // Neither its own address nor those of its other users pay; a user's does, however its end is written.
        for (var failure = 0; failure < 50; failure++) await Backend($"other{failure}", "wrong", $"2001:db8:f::{failure:x}");
        Assert.Equal(429, (int)(await Backend("bob", "bob-password", "2001:db8:f::ffff")).StatusCode);
        Assert.Equal(429, (int)(await Try("bob", "bob-password", address: "2001:db8:f::1")).StatusCode);
        await Backend("bob", "bob-password", "203.0.113.1").Is(200);
        foreach (var bad in new[] { "1", "localhost", "203.0.113.1:80", "[::1]:80" }) await Backend("bob", "bob-password", bad)
            .Refused("invalid_request");
        // Anybody else's word is not taken: what it says is not even read.
        Assert.Equal(429,
            (int)(await Try("bob", "bob-password", address: "2001:db8:f::1", more: ("end_user_address", "203.0.113.1"))).StatusCode);
        var open = await host.Send(HttpMethod.Post, "/demo/admin/clients", admin.Token, new
        {
            id = "open",
            name = "Open",
            authMethod = "none",
            grants = AdminClient.Texts("password"),
            scope = AdminClient.Texts("files.read"),
            forwardsAddress = true,
        });
        Assert.Equal("forwardsAddress", (await open.Problem(400)).Field);

        Task<HttpResponseMessage> Backend(string user, string password, string of) =>
            Try(user, password, address: "192.0.2.77", client: "backend", more: [("client_secret", secret), ("end_user_address", of)]);
    }

    [Theory]
    [InlineData("device_token")]
    [InlineData("end_user_address")]
    public async Task What_says_where_a_user_is_can_be_there_only_once(string name) =>
        await Try("alice", "alice-password", more: [(name, "203.0.113.1"), (name, "203.0.113.2")]).Refused("invalid_request");

    // As the strangers' guesses above leave it.
    async Task Lock(string user)
    {
        host.Clock.Advance(TimeSpan.FromSeconds(10 * 16));
        await host.Fail(user, 10, apart: TimeSpan.FromSeconds(16));
        Assert.Equal(429, (int)(await Try(user, $"{user}-password")).StatusCode);
    }

    static async Task SignOut(Browser browser) =>
        await browser.Post("/demo/account", [.. await FormOf(await browser.Get("/demo/account")), ("action", "signout")]);

    static async Task<List<(string, string)>> FormOf(HttpResponseMessage page) =>
        [(await Browser.Fields(page)).First(field => field.Item1 == "form")];

    static string Device(TokenAnswer tokens) => tokens.DeviceToken!;

    Task<HttpResponseMessage> Try(string user, string password, string? device = null, string address = "192.0.2.1",
        string client = "first-party",
        params IEnumerable<(string, string)> more)
    {
        List<(string, string)> form = [("grant_type", "password"), ("client_id", client), ("username", user), ("password", password),
            .. more];
        if (device is not null) form.Add(("device_token", device));
        var request = new HttpRequestMessage(HttpMethod.Post, "/demo/oauth/token") { Content = TestHost.Form(form) };
        request.Headers.Add("X-Forwarded-For", address);
        return host.Http.SendAsync(request);
    }
}
