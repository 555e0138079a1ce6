using Latchkey.Protocol;

namespace Latchkey.Tests.OAuth.Apis;

/// <summary>Token exchange (RFC 8693) with what somebody should not have, or should not do.</summary>
public sealed class TokenExchangeHostileTests(ExchangeHost shared) : IClassFixture<ExchangeHost>
{
    readonly TestHost host = shared.Host;

    [Fact]
    public async Task What_is_not_a_live_token_for_the_clients_own_API_is_invalid_request()
    {
        var tasks = await shared.SignIn("openid offline_access tasks.read");
        var service = await host.Token("demo", ("grant_type", "client_credentials"), ("client_id", "notes-api"),
            ("client_secret", TestClients.Secret), ("resource", ExchangeHost.Tasks)).Read<TokenAnswer>();
        string[] bad =
        [
            "x", "a.b.c", tasks.AccessToken + "x", new string('a', 9000), tasks.RefreshToken!, tasks.IdToken!,
            (await host.Tokens("demo")).AccessToken, // For Latchkey itself.
            (await host.Tokens("acme")).AccessToken,
            service.AccessToken, // Nobody's.
        ];
        foreach (var token in bad) await shared.Exchange(token).Refused("invalid_request");
        await shared.Exchange(tasks.AccessToken, "notes-api", ExchangeHost.Notes).Refused("invalid_request"); // Not its API.
        await host.Token("acme", ExchangeHost.Form(tasks.AccessToken)).Refused("invalid_client", 401);
        var notes = (await shared.Exchange(tasks.AccessToken).Read<TokenAnswer>()).AccessToken;
        await shared.Exchange(notes, "tasks-api", ExchangeHost.Tasks).Refused("invalid_request"); // Its own, but for another API.
    }

    [Fact]
    public async Task Other_types_of_tokens_are_not_taken_and_not_given()
    {
        var token = (await shared.SignIn()).AccessToken;
        var form = ExchangeHost.Form(token);
        foreach (var type in new[] { "urn:ietf:params:oauth:token-type:jwt", "urn:ietf:params:oauth:token-type:refresh_token", "x" })
        {
            await host.Token("demo", [.. form.Where(pair => pair.Name != "subject_token_type"), ("subject_token_type", type)])
                .Refused("invalid_request");
            await shared.Exchange(token, more: ("requested_token_type", type)).Refused("invalid_request");
        }
        foreach (var missing in new[] { "subject_token", "subject_token_type" })
            await host.Token("demo", form.Where(pair => pair.Name != missing)).Refused("invalid_request");
        foreach (var again in new[] { "subject_token", "subject_token_type", "actor_token", "requested_token_type" })
            await host.Token("demo", [.. form, (again, "x"), (again, "x")]).Refused("invalid_request");
        // A token may be asked for several audiences (RFC 8693 §2.1); ours are for one API.
        await host.Token("demo", [.. form, ("audience", ExchangeHost.Notes), ("audience", ExchangeHost.Notes)]).Is(200);
        await host.Token("demo", [.. form, ("audience", ExchangeHost.Notes), ("audience", ExchangeHost.Tasks)]).Refused("invalid_target");
    }

    [Fact]
    public async Task An_actor_is_the_client_itself_or_nobody()
    {
        var token = (await shared.SignIn()).AccessToken;
        await shared.Exchange(token, more: ("actor_token_type", ExchangeHost.AccessToken)).Refused("invalid_request");
        await shared.Exchange(token, more: ("actor_token", token)).Refused("invalid_request");
        foreach (var actor in new[] { "x", token, await host.ServiceToken() })
        {
            await shared.Exchange(token, more: [("actor_token", actor), ("actor_token_type", ExchangeHost.AccessToken)])
                .Refused("invalid_request");
        }
    }

    [Fact]
    public async Task Only_a_client_that_authenticates_and_has_the_grant_may_exchange()
    {
        var token = (await shared.SignIn()).AccessToken;
        await host.Token("demo", ExchangeHost.Form(token).Where(pair => pair.Name != "client_secret")).Refused("invalid_client", 401);
        await host.AddClient("open", client => client with { Grants = [GrantType.TokenExchange], Scope = Scope.Of("notes.read") });
        await host.Token("demo", [.. ExchangeHost.Form(token, "open").Where(pair => pair.Name != "client_secret")])
            .Refused("unauthorized_client");
        await host.AddConfidential("without");
        await shared.Exchange(token, "without").Refused("unauthorized_client");
        var fault = await (await host.Admin()).Send(HttpMethod.Post, "clients", new
        {
            id = "public-exchanger",
            name = "Public",
            authMethod = "none",
            grants = AdminClient.Texts(GrantType.TokenExchange),
            scope = AdminClient.Texts("notes.read"),
        }).Problem(400);
        Assert.Equal("grants", fault.Field);
    }

    [Fact]
    public async Task A_target_that_is_not_registered_or_has_no_rule_is_invalid_target()
    {
        var token = (await shared.SignIn()).AccessToken;
        foreach (var api in new[] { "https://nowhere.example.com/", "x", $"{host.Origin}/demo", $"{host.Origin}/demo/files",
            ExchangeHost.Tasks })
            await shared.Exchange(token, api: api).Refused("invalid_target");
        await shared.Exchange(token, more: ("resource", ExchangeHost.Tasks)).Refused("invalid_target");
        var other = await ApiHost.Add(await host.Admin(), "https://other.example.com/", "Other", 0, ["first-party"], ("other", "Other"));
        await shared.Change(other.Id, new { exchangeFrom = new[] { ExchangeHost.Rule(shared.TasksId, null, "other") } });
        host.Clock.Advance(TimeSpan.FromSeconds(6));
        await shared.Exchange(token, api: other.Identifier).Refused("invalid_target"); // The API does not admit the client.
        await shared.Change(other.Id, new { clients = AdminClient.Texts("*") });
        host.Clock.Advance(TimeSpan.FromSeconds(6));
        await shared.Exchange(token, api: other.Identifier).Refused("invalid_scope"); // The client's scope has none of it.
    }

    [Fact]
    public async Task A_users_token_that_is_dead_can_not_be_exchanged_and_takes_what_it_was_exchanged_for_with_it()
    {
        var token = (await shared.SignIn(user: "bob")).AccessToken;
        var exchanged = (await shared.Exchange(token).Read<TokenAnswer>()).AccessToken;
        var bob = await host.UserId("bob");
        await (await host.Admin()).ChangeUser(bob, new { disabled = true });
        host.Clock.Advance(TimeSpan.FromSeconds(6));
        await shared.Exchange(token).Refused("invalid_request");
        Assert.False(await shared.IsActive(exchanged));
        await (await host.Admin()).ChangeUser(bob, new { disabled = false });
    }

    [Fact]
    public async Task A_withdrawn_API_gets_and_gives_no_tokens()
    {
        var gone = await ApiHost.Add(await host.Admin(), "https://gone.example.com/", "Gone", 0, ["*"]);
        await shared.Change(gone.Id, new { exchangeFrom = new[] { ExchangeHost.Rule(shared.TasksId, "tasks.read") } });
        host.Clock.Advance(TimeSpan.FromSeconds(6));
        var subject = (await shared.SignIn()).AccessToken;
        var exchanged = await shared.Exchange(subject, api: gone.Identifier).Json();
        Assert.False(exchanged.TryGetProperty("scope", out _)); // An API without scopes: the audience is what it is worth.
        var token = exchanged.GetProperty("access_token").GetString()!;
        Assert.True(await shared.IsActive(token));
        await (await host.Admin()).Do(HttpMethod.Delete, $"apis/{gone.Id}");
        host.Clock.Advance(TimeSpan.FromSeconds(6));
        await shared.Exchange(subject, api: gone.Identifier).Refused("invalid_target");
        Assert.False(await shared.IsActive(token));
    }

    [Fact]
    public async Task A_rule_that_makes_no_sense_is_refused()
    {
        foreach (var bad in new object?[] { null, ExchangeHost.Rule("no id!", null, "a"), ExchangeHost.Rule(shared.TasksId, "", "a"),
            ExchangeHost.Rule(shared.TasksId, null, "a b") })
        {
            var fault = await (await host.Admin())
                .Send(HttpMethod.Patch, $"apis/{shared.NotesId}", new { exchangeFrom = new[] { bad } }).Problem(400);
            Assert.Equal("exchangeFrom", fault.Field);
        }
        var any = await (await host.Admin())
            .Send(HttpMethod.Patch, $"apis/{shared.NotesId}", new { actingClients = AdminClient.Texts("*") }).Problem(400);
        Assert.Equal("actingClients", any.Field);
    }

    [Fact]
    public async Task An_app_can_not_register_itself_for_the_grant()
    {
        await (await host.Operator()).ChangeTenant("demo", new { openRegistration = true });
        host.Clock.Advance(TimeSpan.FromSeconds(6));
        await host.Http.PostAsync("/demo/oauth/register", System.Net.Http.Json.JsonContent.Create(new
        {
            client_name = "Exchanger",
            grant_types = AdminClient.Texts(GrantType.TokenExchange),
            token_endpoint_auth_method = "client_secret_basic",
        })).Refused("invalid_client_metadata");
    }
}
