using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Latchkey.OAuth;

namespace Latchkey.Tests.OAuth;

/// <summary>A client looks after its own registration: RFC 7592.</summary>
public sealed class RegisteredClientTests(DemoHost demo) : IClassFixture<DemoHost>, IAsyncLifetime
{
    readonly TestHost host = demo.Host;

    string initial = null!;

    public async Task InitializeAsync() =>
        initial = await host.Service<InitialAccessTokens>().Create(await host.Tenant("demo"), 1000, TimeSpan.FromDays(1), default);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_registered_client_reads_what_was_registered_but_never_its_secret_again()
    {
        var made = await Register();
        var read = await Send(HttpMethod.Get, made).Json();
        var expected = made.EnumerateObject().Where(member => !member.Name.StartsWith("client_secret", StringComparison.Ordinal));
        Assert.Equal(expected.Select(member => (member.Name, member.Value.GetRawText())),
            read.EnumerateObject().Select(member => (member.Name, member.Value.GetRawText())));
    }

    [Fact]
    public async Task A_put_replaces_everything_and_what_is_left_out_is_the_default_again()
    {
        var made = await Register(metadata => { metadata["client_uri"] = "https://app.example"; metadata["scope"] = "openid"; });
        var changed = await Put(made, metadata => metadata["client_name"] = "Renamed").Json();
        Assert.Equal("Renamed", Text(changed, "client_name"));
        Assert.False(changed.TryGetProperty("client_uri", out _));
        Assert.False(changed.TryGetProperty("client_secret", out _));
        Assert.Contains("files.read", Text(changed, "scope"), StringComparison.Ordinal);
        Assert.Equal(changed.GetRawText(), (await Send(HttpMethod.Get, made).Json()).GetRawText());
    }

    [Fact]
    public async Task A_change_is_seen_at_once_where_it_was_made()
    {
        var made = await Register(metadata => metadata["grant_types"] = new JsonArray("client_credentials", "authorization_code"));
        await Service(made).Is(200);
        await Put(made, metadata => metadata["client_secret"] = Text(made, "client_secret")).Is(200);
        await Service(made).Refused("unauthorized_client");
    }

    [Fact]
    public async Task The_way_to_prove_itself_can_change_and_the_old_one_ends()
    {
        using var key = AppKey.New();
        var made = await Register(metadata => metadata["grant_types"] = new JsonArray("client_credentials", "authorization_code"));
        var keyed = await Put(made, metadata =>
        {
            metadata["grant_types"] = new JsonArray("client_credentials", "authorization_code");
            metadata["token_endpoint_auth_method"] = "private_key_jwt";
            metadata["jwks"] = JsonNode.Parse(key.Set());
        }).Json();
        Assert.False(keyed.TryGetProperty("client_secret", out _));
        await Service(made).Refused("invalid_client", 401);
        var back = await Put(made, metadata => metadata["grant_types"] = new JsonArray("client_credentials", "authorization_code")).Json();
        Assert.NotEqual(Text(made, "client_secret"), Text(back, "client_secret"));
        await Service(made).Refused("invalid_client", 401);
        await Service(back).Is(200);
    }

    [Theory]
    [InlineData("client_id", "another")]
    [InlineData("client_id", null)]
    [InlineData("client_secret", "wrong")]
    [InlineData("registration_access_token", "x")]
    [InlineData("registration_client_uri", "https://app.example")]
    [InlineData("client_id_issued_at", "1")]
    [InlineData("client_secret_expires_at", "0")]
    [InlineData("scope", "admin")]
    public async Task A_put_that_says_what_it_may_not_changes_nothing(string name, string? value)
    {
        var made = await Register();
        await Put(made, metadata => { metadata["client_name"] = "Renamed"; metadata[name] = value; }).Refused("invalid_client_metadata");
        Assert.Equal("An app", Text(await Send(HttpMethod.Get, made).Json(), "client_name"));
    }

    [Fact]
    public async Task A_deleted_client_is_gone_with_its_tokens()
    {
        var made = await Register(metadata => metadata["grant_types"] = new JsonArray("client_credentials", "authorization_code"));
        var access = (await Service(made).Read<TokenAnswer>()).AccessToken;
        Assert.Equal(200, await host.Try(access));
        Assert.Equal(204, (int)(await Send(HttpMethod.Delete, made)).StatusCode);
        Assert.Equal(401, await host.Try(access));
        await Service(made).Refused("invalid_client", 401);
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Delete }) await Send(method, made).Is(401);
        await Put(made).Is(401);
    }

    [Fact]
    public async Task A_client_that_is_deleted_while_it_is_changed_stays_deleted()
    {
        for (var round = 0; round < 10; round++)
        {
            var made = await Register();
            var puts = Enumerable.Range(0, 5).Select(_ => Put(made)).ToList();
            var delete = Send(HttpMethod.Delete, made);
            var answers = await Task.WhenAll(puts);
            Assert.Equal(204, (int)(await delete).StatusCode);
            Assert.All(answers, answer => Assert.True((int)answer.StatusCode is 200 or 401 or 409, $"{answer.StatusCode}"));
            await Send(HttpMethod.Get, made).Is(401);
        }
    }

    [Fact]
    public async Task Nobody_elses_token_opens_a_registration()
    {
        var made = await Register();
        var other = await Register();
        var access = (await host.Tokens("demo", "admin")).AccessToken;
        foreach (var bad in new[] { null, "x", Text(other, "registration_access_token"), initial, access, Text(made, "client_secret") })
        {
            foreach (var method in new[] { HttpMethod.Get, HttpMethod.Put, HttpMethod.Delete })
            {
                var request = new HttpRequestMessage(method,
                    Text(made, "registration_client_uri"))
                { Content = JsonContent.Create(new { }) };
                if (bad is not null) request.Headers.Authorization = new("Bearer", bad);
                var answer = await host.Http.SendAsync(request);
                await answer.Is(401);
                Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
            }
        }
        await Send(HttpMethod.Get, made).Is(200);
    }

    [Fact]
    public async Task A_registration_is_of_one_tenant()
    {
        var made = await Register();
        var request = new HttpRequestMessage(HttpMethod.Get, $"/acme/oauth/register/{Text(made, "client_id")}");
        request.Headers.Authorization = new("Bearer", Text(made, "registration_access_token"));
        await host.Http.SendAsync(request).Is(401);
    }

    [Fact]
    public async Task A_client_that_an_operator_made_has_no_registration_to_open()
    {
        foreach (var id in new[] { "service", "mobile", "nobody", "..%2F..", "%7C", new string('x', 500) })
        {
            var request = new HttpRequestMessage(HttpMethod.Get, $"/demo/oauth/register/{id}");
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer ");
            Assert.Equal(401, (int)(await host.Http.SendAsync(request)).StatusCode);
            request = new HttpRequestMessage(HttpMethod.Get, $"/demo/oauth/register/{id}");
            request.Headers.Authorization = new("Bearer", "x");
            Assert.Equal(401, (int)(await host.Http.SendAsync(request)).StatusCode);
        }
    }

    [Fact]
    public async Task What_an_administrator_has_set_stays_whatever_the_registration_token_says()
    {
        var made = await Register();
        var (admin, id) = (await host.Admin(), Text(made, "client_id"));
        var changed = await admin.ChangeClient(id, new
        {
            scope = AdminClient.Texts("openid", "files.read"),
            redirectUris = AdminClient.Texts("https://app.example/only"),
            requireDpop = true,
            requirePushedRequests = true,
            sessionSeconds = 3600,
        });
        Assert.Equal(["redirectUris", "requireDpop", "requirePushedRequests", "scope", "sessionSeconds"],
            changed.SetByAdministrator.Order(StringComparer.Ordinal));
        var put = await Put(made, metadata =>
        {
            metadata["client_name"] = "Renamed";
            metadata["scope"] = "openid files.read files.write files.share";
            metadata["redirect_uris"] = new JsonArray("https://evil.example/callback");
            metadata["dpop_bound_access_tokens"] = false;
            metadata["require_pushed_authorization_requests"] = false;
        }).Json();
        foreach (var answer in new[] { put, await Send(HttpMethod.Get, made).Json() })
        {
            Assert.Equal(("Renamed", "openid files.read"), (Text(answer, "client_name"), Text(answer, "scope")));
            Assert.Equal("""["https://app.example/only"]""", answer.GetProperty("redirect_uris").GetRawText());
            Assert.True(answer.GetProperty("dpop_bound_access_tokens").GetBoolean());
            Assert.True(answer.GetProperty("require_pushed_authorization_requests").GetBoolean());
        }
        // What does not fit to it is refused, and changes nothing.
        await admin.ChangeClient(id, new { grants = AdminClient.Texts("client_credentials") });
        await Put(made, metadata => metadata["token_endpoint_auth_method"] = "none").Refused("invalid_client_metadata");
        Assert.Equal("client_secret_basic", Text(await Send(HttpMethod.Get, made).Json(), "token_endpoint_auth_method"));
    }

    [Fact]
    public async Task A_client_whose_redirects_were_relaxed_sends_back_what_it_has_read()
    {
        var made = await Register(metadata => metadata["application_type"] = "native");
        var (admin, id) = (await host.Admin(), Text(made, "client_id"));
        await admin.ChangeClient(id, new { relaxedRedirects = true, redirectUris = AdminClient.Texts("myapp://callback") });
        foreach (var sent in new[] { "myapp://callback", "https://app.example/callback" })
        {
            var put = await Put(made,
                metadata => { metadata["application_type"] = "native"; metadata["redirect_uris"] = new JsonArray(sent); });
            Assert.Equal("""["myapp://callback"]""", (await put.Json()).GetProperty("redirect_uris").GetRawText());
        }
    }

    [Fact]
    public async Task A_secret_that_an_administrator_rotated_is_the_last_that_the_registration_token_sees()
    {
        var both = new Action<JsonObject>(metadata => metadata["grant_types"] = new JsonArray("client_credentials", "authorization_code"));
        var made = await Register(both);
        var (admin, id) = (await host.Admin(), Text(made, "client_id"));
        var secret = await admin.RotateSecret(id, 0);
        var without = await Put(made,
            metadata =>
            {
                metadata["token_endpoint_auth_method"] = "none"; metadata["grant_types"] = new JsonArray(
                "authorization_code");
            });
        Assert.Equal("client_secret_basic", Text(await without.Json(), "token_endpoint_auth_method"));
        var again = await Put(made, both).Json();
        Assert.False(again.TryGetProperty("client_secret", out _));
        await Service(made).Refused("invalid_client", 401);
        await host.Token("demo", ("grant_type", "client_credentials"), ("scope", "files.read"), ("client_id", id),
            ("client_secret", secret)).Is(200);
    }

    [Fact]
    public async Task An_administrator_withdraws_the_registration_token()
    {
        var made = await Register(metadata => metadata["grant_types"] = new JsonArray("client_credentials", "authorization_code"));
        var (admin, id) = (await host.Admin(), Text(made, "client_id"));
        Assert.True((await admin.Client(id)).RegistrationToken);
        await admin.Do(HttpMethod.Delete, $"clients/{id}/registration-token");
        Assert.False((await admin.Client(id)).RegistrationToken);
        await Send(HttpMethod.Get, made).Is(401);
        await Put(made).Is(401);
        await Send(HttpMethod.Delete, made).Is(401);
        await Service(made).Is(200); // The client itself works on.
        await admin.Send(HttpMethod.Delete, $"clients/{id}/registration-token").Fails(404, "token_not_found");
        await admin.Send(HttpMethod.Delete, "clients/nobody/registration-token").Fails(404, "client_not_found");
        await Eventually.True(async () => (await admin.All<AuditAnswer>("audit?type=admin-client-registration-token", "entries", 10))
            .Any(entry => entry.Target == id && entry.Result == "ok"));
    }

    async Task<JsonElement> Register(Action<JsonObject>? change = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post,
            "/demo/oauth/register")
        { Content = JsonContent.Create(RegistrationTests.Good(change)) };
        request.Headers.Authorization = new("Bearer", initial);
        return await host.Http.SendAsync(request).Json(201);
    }

    Task<HttpResponseMessage> Put(JsonElement made, Action<JsonObject>? change = null) => Send(HttpMethod.Put, made,
        JsonContent.Create(
            RegistrationTests.Good(metadata => { metadata["client_id"] = Text(made, "client_id"); change?.Invoke(metadata); })));

    Task<HttpResponseMessage> Send(HttpMethod method, JsonElement made, HttpContent? body = null)
    {
        var request = new HttpRequestMessage(method, Text(made, "registration_client_uri")) { Content = body };
        request.Headers.Authorization = new("Bearer", Text(made, "registration_access_token"));
        return host.Http.SendAsync(request);
    }

    Task<HttpResponseMessage> Service(JsonElement client) => host.Token("demo", ("grant_type", "client_credentials"),
        ("scope", "files.read"), ("client_id", Text(client, "client_id")), ("client_secret", Text(client, "client_secret")));

    static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
