using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Latchkey.Tests.OAuth;

/// <summary>RFC 7662.</summary>
public sealed class IntrospectionTests(IntrospectionTests.Hosts hosts) : IClassFixture<IntrospectionTests.Hosts>
{
    readonly TestHost host = hosts.Host;

    [Fact]
    public async Task A_users_access_token_is_described()
    {
        var token = (await host.Tokens("demo", scope: "openid files.read")).AccessToken;
        var jwt = new JsonWebToken(token);
        var answer = await Introspect(token);
        string[] members = ["acr", "active", "amr", "aud", "auth_time", "client_id", "exp", "iat", "iss", "jti", "scope", "sid", "sub",
            "tid", "token_type"];
        Assert.Equal(members, answer.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        Assert.True(answer.GetProperty("active").GetBoolean());
        Assert.Equal("Bearer", answer.GetProperty("token_type").GetString());
        foreach (var name in new[] { "sub", "scope", "client_id", "iss", "aud", "jti", "sid", "tid" })
            Assert.Equal(jwt.GetPayloadValue<string>(name), answer.GetProperty(name).GetString());
        foreach (var name in new[] { "iat", "exp" })
            Assert.Equal(jwt.GetPayloadValue<long>(name), answer.GetProperty(name).GetInt64());
    }

    [Fact]
    public async Task A_services_token_has_no_session()
    {
        var answer = await Introspect(await host.ServiceToken());
        Assert.Equal("service", answer.GetProperty("sub").GetString());
        Assert.False(answer.TryGetProperty("sid", out _));
    }

    [Fact]
    public async Task A_bound_token_shows_its_key()
    {
        using var app = new DPoPApp(host);
        var tokens = await app.SignIn();
        var answer = await Introspect(tokens.AccessToken);
        Assert.Equal("DPoP", answer.GetProperty("token_type").GetString());
        Assert.Equal(app.Key.Thumbprint, answer.GetProperty("cnf").GetProperty("jkt").GetString());
    }

    [Fact]
    public async Task A_client_sees_its_own_live_refresh_token_and_nobody_elses()
    {
        var first = await SignIn("web");
        var second = await host.Token("demo", ("grant_type", "refresh_token"), ("client_id", "web"),
            ("client_secret", TestClients.Secret), ("refresh_token", first.RefreshToken!)).Read<TokenAnswer>();
        var answer = await Introspect(second.RefreshToken!, "web");
        Assert.Equal(("web", true), (answer.GetProperty("client_id").GetString(), answer.GetProperty("active").GetBoolean()));
        Assert.False(answer.TryGetProperty("token_type", out _));
        Assert.Equal(host.Clock.Now.AddDays(30).ToUnixTimeSeconds(), answer.GetProperty("exp").GetInt64());
        await Inactive(second.RefreshToken!, "api");
        await Inactive(first.RefreshToken!, "web");
        host.Clock.Advance(TimeSpan.FromDays(31));
        await Inactive(second.RefreshToken!, "web");
    }

    [Fact]
    public async Task What_is_not_live_is_inactive_and_nothing_more()
    {
        var tokens = await host.SessionTokens();
        var revoked = (await host.SessionTokens()).AccessToken;
        await host.Http.PostAsync("/demo/oauth/revoke", TestHost.Form(("token", revoked), ("client_id", "first-party")));
        var abroad = await host.SessionTokens(tenant: "acme");
        var changed = tokens.AccessToken[..^10] + (tokens.AccessToken[^10] == 'A' ? 'B' : 'A') + tokens.AccessToken[^9..];
        foreach (var token in new[] { "x", "🔑", "a.b.c", "a.b.c.d", new string('x', 60_000), changed, revoked, abroad.AccessToken,
            abroad.RefreshToken! })
            await Inactive(token, "api");
        host.Clock.Advance(TimeSpan.FromSeconds(901));
        await Inactive(tokens.AccessToken, "api");
    }

    [Fact]
    public async Task The_tokens_of_an_ended_session_are_inactive()
    {
        var tokens = await SignIn("web");
        await host.Http.PostAsync("/demo/oauth/revoke",
            TestHost.Form(("token", tokens.RefreshToken!), ("client_id", "web"), ("client_secret", TestClients.Secret)));
        await Inactive(tokens.AccessToken, "web");
        await Inactive(tokens.RefreshToken!, "web");
    }

    [Fact]
    public async Task Only_a_client_that_proves_who_it_is_may_ask()
    {
        var token = (await host.SessionTokens()).AccessToken;
        foreach (var form in new (string, string)[][]
        {
            [("token", token)],
            [("token", token), ("client_id", "first-party")],
            [("token", token), ("client_id", "api")],
            [("token", token), ("client_id", "api"), ("client_secret", "wrong")],
        }) await host.Http.PostAsync("/demo/oauth/introspect", TestHost.Form(form)).Refused("invalid_client", 401);
        await host.Http.PostAsync("/acme/oauth/introspect", // Not a client of that tenant.
            TestHost.Form(("token", token), ("client_id", "api"), ("client_secret", TestClients.Secret))).Refused("invalid_client", 401);
        var bearer = await host.Send(HttpMethod.Post, "/demo/oauth/introspect", token);
        Assert.NotEqual(200, (int)bearer.StatusCode);
    }

    [Fact]
    public async Task A_request_without_a_token_is_refused() => await host.Http.PostAsync("/demo/oauth/introspect",
        TestHost.Form(("client_id", "api"), ("client_secret", TestClients.Secret))).Refused("invalid_request");

    async Task<TokenAnswer> SignIn(string client) => await host.Token("demo", ("grant_type", "password"),
        ("client_id", client), ("client_secret", TestClients.Secret), ("username", "alice"),
        ("password", "alice-password")).Read<TokenAnswer>();

    async Task<JsonElement> Introspect(string token, string client = "api") => await Ask(token, client).Json();

    Task<HttpResponseMessage> Ask(string token, string client) => host.Http.PostAsync("/demo/oauth/introspect",
        TestHost.Form(("token", token), ("client_id", client), ("client_secret", TestClients.Secret)));

    async Task Inactive(string token, string client)
    {
        var answer = await Ask(token, client);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal("""{"active":false}""", await answer.Content.ReadAsStringAsync());
    }

    /// <summary>A host with two clients that have a secret.</summary>
    public sealed class Hosts : IAsyncLifetime
    {
        public TestHost Host { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Host = await TestHost.Start();
            await Host.AddConfidential("api");
            await Host.AddConfidential("web");
        }

        public async Task DisposeAsync() => await Host.DisposeAsync();
    }
}
