using static Latchkey.Tests.Callers.AdminClient;

namespace Latchkey.Tests.Admin;

/// <summary>A tenant's administrator looks after its clients, sessions and initial access tokens.</summary>
public sealed class ClientTests : IAsyncLifetime
{
    TestHost host = null!;
    AdminClient admin = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start();
        admin = await host.Admin();
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_secret_is_said_once_and_an_old_one_lives_as_long_as_the_overlap()
    {
        var made = await admin.AddClient(
            new { id = "robot", name = "Robot", grants = Texts("client_credentials"), scope = Texts("files.read") });
        var first = made.Secret!;
        Assert.Equal(200, await Works(first));
        Assert.Null((await admin.Client("robot")).Secret);
        Assert.DoesNotContain(first, (await admin.Get("clients")).GetRawText(), StringComparison.Ordinal);

        var second = await admin.RotateSecret("robot", 60);
        Assert.Equal((200, 200), (await Works(first), await Works(second)));
        host.Clock.Advance(TimeSpan.FromSeconds(91)); // And the cache's 30.
        Assert.Equal((401, 200), (await Works(first), await Works(second)));

        var third = await admin.RotateSecret("robot", 0);
        Assert.Equal((401, 200), (await Works(second), await Works(third)));
        var fourth = await admin.RotateSecret("robot");
        var fifth = await admin.RotateSecret("robot");
        Assert.Equal((401, 200, 200), (await Works(third), await Works(fourth), await Works(fifth)));
    }

    [Fact]
    public async Task Of_many_creates_of_one_id_at_once_one_wins_and_its_secret_is_the_clients()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => admin.Send(HttpMethod.Post, "clients",
            new { id = "robot", name = "Robot", grants = Texts("client_credentials"), scope = Texts("files.read") })));
        var won = Assert.Single(answers, answer => (int)answer.StatusCode == 201);
        Assert.Equal(200, await Works((await won.Read<ClientAnswer>(201)).Secret!));
        Assert.All(answers.Where(answer => answer != won), answer => Assert.Equal(409, (int)answer.StatusCode));
    }

    [Fact]
    public async Task A_client_is_changed_listed_in_pages_and_deleted_with_its_tokens()
    {
        await admin.AddClient(new
        {
            id = "app",
            name = "App",
            authMethod = "none",
            native = true,
            grants = Texts("password", "refresh_token"),
            scope = Texts("files.read", "files.write")
        });
        Assert.Equal(["app", "first-party", "mobile", "service", "tv", "web"],
            (await admin.All<ClientAnswer>("clients", "clients", 1)).Select(client => client.Id));
        var tokens = await host.Token("demo", ("grant_type", "password"), ("client_id", "app"), ("username", "alice"),
            ("password", "alice-password")).Read<TokenAnswer>();
        var changed = await admin.ChangeClient("app", new { scope = Texts("files.read"), accessTokenSeconds = 120 });
        Assert.Equal(("App", 120), (changed.Name, changed.AccessTokenSeconds));
        var refreshed = await host.Token("demo", ("grant_type", "refresh_token"), ("client_id", "app"),
            ("refresh_token", tokens.RefreshToken!)).Read<TokenAnswer>();
        Assert.Equal("files.read", refreshed.Scope);

        var secret = (await admin.ChangeClient("app", new { authMethod = "client_secret_basic" })).Secret;
        Assert.NotNull(secret);
        await admin.Do(HttpMethod.Delete, "clients/app");
        await admin.Get("clients/app", 404);
        Assert.Equal(401, (int)(await host.Send(HttpMethod.Get, "/demo/files", refreshed.AccessToken)).StatusCode);
    }

    [Fact]
    public async Task Sessions_are_listed_and_ended_one_by_one_by_user_by_client_and_all()
    {
        var alice = await admin.UserId("alice");
        var (first, second) = (await host.Tokens("demo"), await host.Tokens("demo"));
        var bob = await host.Tokens("demo", "bob");
        var service = await host.Token("demo", ("grant_type", "client_credentials"), ("client_id", "service"),
            ("client_secret", "service-secret-for-local-runs-only")).Read<TokenAnswer>();
        var sessions = await admin.Sessions($"?user={alice}");
        Assert.Equal(2, sessions.Count);
        Assert.All(sessions, session =>
            Assert.Equal(("alice", "first-party", "active"), (session.UserName, session.Client, session.Status)));
        Assert.Equal(4, (await admin.All<SessionAnswer>("sessions", "sessions", 1)).Count); // The administrator's own too.
        Assert.Equal(4, (await admin.Sessions("?client=first-party")).Count);
        Assert.Empty(await admin.Sessions("?client=mobile"));

        await admin.Do(HttpMethod.Delete, $"sessions/{Sid(first)}");
        Assert.Equal((401, 200, 200), (await Reads(first), await Reads(second), await Reads(bob)));

        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await admin.Do(HttpMethod.Post, "sessions/revoke", new { user = alice });
        Assert.Equal((401, 200), (await Reads(second), await Reads(bob)));
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var third = await host.Tokens("demo");

        await admin.Do(HttpMethod.Post, "sessions/revoke", new { client = "service" });
        Assert.Equal((200, 401), (await Reads(third), await Reads(service)));
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await admin.Do(HttpMethod.Post, "sessions/revoke", new { all = true });
        Assert.Equal((401, 401), (await Reads(third), await Reads(bob)));
        await host.Refresh("demo", bob.RefreshToken!).Is(400);
        await admin.Do(HttpMethod.Get, "users", status: 401); // Whoever ends all ends their own.
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, await Reads(await host.Tokens("demo")));
    }

    [Fact]
    public async Task An_initial_access_token_registers_an_app_is_listed_without_being_said_and_revoked()
    {
        var made = await admin.Post("initial-tokens", new { uses = 2, days = 3 });
        var (id, token) = (made.GetProperty("id").GetString(), made.GetProperty("token").GetString()!);
        var app = new { client_name = "Made by itself", redirect_uris = Texts("https://app.example.com/cb") };
        await host.Send(HttpMethod.Post, "/demo/oauth/register", token, app).Is(201);
        var listed = (await admin.Get("initial-tokens")).GetProperty("tokens");
        Assert.Equal((1, id, 1),
            (listed.GetArrayLength(), listed[0].GetProperty("id").GetString(), listed[0].GetProperty("usesLeft").GetInt32()));
        Assert.DoesNotContain(token, listed.GetRawText(), StringComparison.Ordinal);
        var other = await host.Admin("acme");
        await other.Do(HttpMethod.Delete, $"initial-tokens/{id}", status: 404);
        await admin.Do(HttpMethod.Delete, $"initial-tokens/{id}");
        await admin.Do(HttpMethod.Delete, $"initial-tokens/{id}", status: 404);
        Assert.Equal(401, (int)(await host.Send(HttpMethod.Post, "/demo/oauth/register", token, app)).StatusCode);
        await admin.Post("initial-tokens", new { uses = 0 }, 400);
        await admin.Post("initial-tokens", new { days = 91 }, 400);
    }

    async Task<int> Works(string secret) =>
        (int)(await host.Token("demo", ("grant_type", "client_credentials"), ("client_id", "robot"), ("client_secret", secret))).StatusCode;

    async Task<int> Reads(TokenAnswer tokens) => (int)(await host.Send(HttpMethod.Get, "/demo/files", tokens.AccessToken)).StatusCode;

    static string Sid(TokenAnswer tokens) => string.Join('.', tokens.RefreshToken!.Split('.')[..2]);
}

/// <summary>What administrators send of clients and sessions that is wrong: it changes nothing.</summary>
public sealed class ClientInputTests(DemoHost demo) : IClassFixture<DemoHost>, IAsyncLifetime
{
    readonly TestHost host = demo.Host;

    AdminClient admin = null!;

    public async Task InitializeAsync() => admin = await host.Admin();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("""{"name":"x","scope":[]}""")]
    [InlineData("""{"id":"operator","name":"x","grants":[],"scope":[]}""")]
    [InlineData("""{"id":"a b","name":"x","grants":[],"scope":[]}""")]
    [InlineData("""{"name":"x","grants":["telepathy"],"scope":[]}""")]
    [InlineData("""{"name":"x","grants":[],"scope":["operator"]}""")]
    [InlineData("""{"name":"x","grants":["authorization_code"],"scope":["files.read"]}""")]
    [InlineData("""{"name":"x","grants":["authorization_code"],"scope":[],"redirectUris":["http://example.com/cb"]}""")]
    [InlineData("""{"name":"x","grants":["authorization_code"],"scope":[],"redirectUris":["com.example:/cb"]}""")]
    [InlineData("""{"name":"x","grants":["client_credentials"],"scope":[],"authMethod":"none"}""")]
    [InlineData("""{"name":"x","grants":[],"scope":[],"authMethod":"private_key_jwt"}""")]
    [InlineData("""{"name":"x","grants":[],"scope":[],"jwks":"{}"}""")]
    [InlineData("""{"name":"x","grants":[],"scope":[],"logoUri":"http://example.com/a.png"}""")]
    [InlineData("""{"name":"x","grants":[],"scope":[],"accessTokenSeconds":1}""")]
    [InlineData("""{"name":"x","grants":[],"scope":[],"idTokenAlgorithm":"none"}""")]
    public async Task Bad_input_is_a_400_that_names_the_field(string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post,
            "/demo/admin/clients")
        { Content = new StringContent(body, null, "application/json") };
        request.Headers.Authorization = new("Bearer", admin.Token);
        var problem = await host.Http.SendAsync(request).Problem(400);
        Assert.Equal("invalid_field", problem.Code);
        Assert.NotEmpty(problem.Field!);
        Assert.Equal(5, (await admin.Get("clients")).GetProperty("clients").GetArrayLength());
    }

    [Theory]
    [InlineData("""{}""", 400)]
    [InlineData("""{"all":false}""", 400)]
    [InlineData("""{"user":"x","all":true}""", 400)]
    [InlineData("""{"user":"x/y#"}""", 404)]
    [InlineData("""{"user":"aaaaaaaaaaaaaaaaaaaaaa"}""", 404)]
    [InlineData("""{"client":"nobody"}""", 404)]
    public async Task Revoking_takes_one_thing_that_is_there(string body, int status)
    {
        var request = new HttpRequestMessage(HttpMethod.Post,
            "/demo/admin/sessions/revoke")
        { Content = new StringContent(body, null, "application/json") };
        request.Headers.Authorization = new("Bearer", admin.Token);
        await host.Http.SendAsync(request).Is(status);
        await admin.Get("users");
    }
}
