using Latchkey.Sessions;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Latchkey.Tests.OAuth.Apis;

/// <summary>Token exchange (RFC 8693): an API trades a user's token for one of another API.</summary>
public sealed class TokenExchangeTests(ExchangeHost shared) : IClassFixture<ExchangeHost>
{
    readonly TestHost host = shared.Host;

    [Fact]
    public async Task An_API_gets_a_token_of_another_API_that_names_the_user_and_who_acts_for_them()
    {
        var subject = new JsonWebToken((await shared.SignIn()).AccessToken);
        var tokens = await shared.Exchange(subject.EncodedToken).Read<TokenAnswer>();
        Assert.Equal((ExchangeHost.AccessToken, "Bearer", "notes.read"), (tokens.IssuedTokenType, tokens.TokenType, tokens.Scope));
        Assert.Equal((null, null), (tokens.RefreshToken, tokens.IdToken));
        var jwt = new JsonWebToken(tokens.AccessToken);
        Assert.Equal((ExchangeHost.Notes, "tasks-api", """{"sub":"tasks-api"}"""),
            (jwt.Audiences.Single(), jwt.GetClaim("client_id").Value, jwt.GetClaim("act").Value));
        foreach (var claim in new[] { "iss", "sub", "sid", "tid", "name", "acr", "auth_time" })
            Assert.Equal(subject.GetClaim(claim).Value, jwt.GetClaim(claim).Value);
        foreach (var claim in new[] { "roles", "amr" })
            Assert.Equal(subject.GetPayloadValue<string[]>(claim), jwt.GetPayloadValue<string[]>(claim));
        Assert.NotEqual(subject.Id, jwt.Id);
        await host.Send(HttpMethod.Get, "/demo/oauth/userinfo", tokens.AccessToken).Fails(401, "invalid_token");
        var described = await shared.Introspect(tokens.AccessToken);
        Assert.Equal("tasks-api", described.GetProperty("act").GetProperty("sub").GetString());
        Assert.Equal((ExchangeHost.Notes, "tasks-api"),
            (described.GetProperty("aud").GetString(), described.GetProperty("client_id").GetString()));
        await Eventually.True(async () => (await (await host.Admin()).Audit("?type=token-exchange"))
            .Any(entry => entry.Target == shared.NotesId && entry.Client == "tasks-api" && entry.Actor == subject.Subject));
    }

    [Fact]
    public async Task The_scope_is_never_more_than_the_rules_give_for_the_scope_of_the_users_token()
    {
        var reads = (await shared.SignIn()).AccessToken;
        var writes = (await shared.SignIn("tasks.read tasks.write")).AccessToken;
        Assert.Equal("notes.read notes.write", (await shared.Exchange(writes).Read<TokenAnswer>()).Scope);
        Assert.Equal("notes.write", (await shared.Exchange(writes, more: ("scope", "notes.write")).Read<TokenAnswer>()).Scope);
        await shared.Exchange(reads, more: ("scope", "notes.read notes.write")).Refused("invalid_scope");
        await shared.Exchange(reads, more: ("scope", "tasks.read")).Refused("invalid_scope");
        await shared.Exchange(writes, more: ("scope", "openid notes.read")).Refused("invalid_scope");
        await shared.AddBackend("tasks-reader", "notes.read"); // Its own scope limits it too.
        await shared.Change(shared.TasksId, new { actingClients = AdminClient.Texts("tasks-api", "tasks-reader") });
        host.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("notes.read", (await shared.Exchange(writes, "tasks-reader").Read<TokenAnswer>()).Scope);
    }

    [Fact]
    public async Task It_never_lives_longer_than_the_users_token_or_than_the_API_says()
    {
        var subject = new JsonWebToken((await shared.SignIn()).AccessToken);
        Assert.Equal(600, (await shared.Exchange(subject.EncodedToken).Read<TokenAnswer>()).ExpiresIn);
        host.Clock.Advance(TimeSpan.FromSeconds(840));
        var tokens = await shared.Exchange(subject.EncodedToken).Read<TokenAnswer>();
        Assert.InRange(tokens.ExpiresIn, 1, 60);
        Assert.InRange(new JsonWebToken(tokens.AccessToken).ValidTo, DateTime.MinValue, subject.ValidTo);
        host.Clock.Advance(TimeSpan.FromSeconds(61));
        await shared.Exchange(subject.EncodedToken).Refused("invalid_request");
        Assert.False(await shared.IsActive(tokens.AccessToken));
    }

    [Fact]
    public async Task A_chain_of_APIs_names_all_of_them_the_latest_first_and_ends_after_four()
    {
        var token = (await shared.SignIn()).AccessToken;
        foreach (var (client, api) in new[] { ("tasks-api", ExchangeHost.Notes), ("notes-api", ExchangeHost.Tasks),
            ("tasks-api", ExchangeHost.Notes), ("notes-api", ExchangeHost.Tasks) })
            token = (await shared.Exchange(token, client, api).Read<TokenAnswer>()).AccessToken;
        Assert.Equal("""{"sub":"notes-api","act":{"sub":"tasks-api","act":{"sub":"notes-api","act":{"sub":"tasks-api"}}}}""",
            new JsonWebToken(token).GetClaim("act").Value);
        Assert.True(await shared.IsActive(token));
        await shared.Exchange(token).Refused("invalid_request");
    }

    [Fact]
    public async Task It_dies_with_the_users_session_and_can_be_revoked_by_itself()
    {
        var signedIn = await shared.SignIn();
        var first = (await shared.Exchange(signedIn.AccessToken).Read<TokenAnswer>()).AccessToken;
        var second = (await shared.Exchange(signedIn.AccessToken).Read<TokenAnswer>()).AccessToken; // As often as the API needs it.
        await Revoke("notes-api", first).Refused("invalid_grant");
        await Revoke("tasks-api", first).Is(200);
        Assert.Equal((false, true, true),
            (await shared.IsActive(first), await shared.IsActive(second), await shared.IsActive(signedIn.AccessToken)));
        // It is not written into the session's list, which ends the session when it is full: the app's user would be signed out.
        var session = new JsonWebToken(first).GetPayloadValue<string>("sid").Split('.');
        var row = await host.Service<IssuedTokens>().Tables.For(session[0]).Find($"demo|{session[1]}", "session", default);
        Assert.Null(row!.GetString("RevokedTokens"));
        await host.Http.PostAsync("/demo/oauth/revoke",
            TestHost.Form([("client_id", "first-party"), ("token", signedIn.RefreshToken!)])).Is(200);
        Assert.False(await shared.IsActive(second));
        await shared.Exchange(signedIn.AccessToken).Refused("invalid_request");
    }

    [Fact]
    public async Task It_dies_with_the_client_that_exchanged_it_even_if_another_gets_the_same_id()
    {
        await shared.AddBackend("short-lived", "notes.read");
        await shared.Change(shared.TasksId, new { actingClients = AdminClient.Texts("tasks-api", "short-lived") });
        host.Clock.Advance(TimeSpan.FromSeconds(6));
        var token = (await shared.Exchange((await shared.SignIn()).AccessToken, "short-lived").Read<TokenAnswer>()).AccessToken;
        Assert.True(await shared.IsActive(token));
        await (await host.Admin()).Do(HttpMethod.Delete, "clients/short-lived");
        await shared.AddBackend("short-lived", "notes.read");
        host.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.False(await shared.IsActive(token));
    }

    [Fact]
    public async Task Only_an_operator_lets_a_client_impersonate_and_the_audit_says_when_it_does()
    {
        var impersonators = new { impersonators = AdminClient.Texts("tasks-api") };
        var refused = await (await host.Admin()).Send(HttpMethod.Patch, $"apis/{shared.NotesId}", impersonators)
            .Fails(403, "insufficient_scope");
        Assert.Equal("operator", refused.Scope);
        var operators = await (await host.Operator()).Into("demo");
        await operators.Send(HttpMethod.Patch, $"apis/{shared.NotesId}", impersonators).Is(200);
        host.Clock.Advance(TimeSpan.FromSeconds(6));
        var subject = (await shared.SignIn()).AccessToken;
        var jwt = new JsonWebToken((await shared.Exchange(subject).Read<TokenAnswer>()).AccessToken);
        Assert.False(jwt.TryGetClaim("act", out _));
        Assert.Equal("tasks-api", jwt.GetClaim("client_id").Value);
        Assert.False((await shared.Introspect(jwt.EncodedToken)).TryGetProperty("act", out _));
        await Eventually.True(async () => (await (await host.Admin()).Audit("?type=impersonation"))
            .Any(entry => entry.Client == "tasks-api" && entry.Target == shared.NotesId && entry.Actor == jwt.Subject));
        var own = await host.Token("demo", ("grant_type", "client_credentials"), ("client_id", "tasks-api"),
            ("client_secret", TestClients.Secret), ("resource", ExchangeHost.Notes)).Read<TokenAnswer>();
        var asItself = await shared.Exchange(
            subject, more: [("actor_token", own.AccessToken), ("actor_token_type", ExchangeHost.AccessToken)]).Read<TokenAnswer>();
        Assert.Equal("""{"sub":"tasks-api"}""", new JsonWebToken(asItself.AccessToken).GetClaim("act").Value);
        await operators.Send(HttpMethod.Patch, $"apis/{shared.NotesId}", new { impersonators = Array.Empty<string>() }).Is(200);
        host.Clock.Advance(TimeSpan.FromSeconds(6));
    }

    [Fact]
    public async Task With_a_proof_it_is_bound_to_the_APIs_key_and_a_bound_users_token_can_be_exchanged()
    {
        using var app = new DPoPApp(host);
        var subject = await app.Token(("grant_type", "password"), ("client_id", "first-party"), ("username", "alice"),
            ("password", "alice-password"), ("resource", ExchangeHost.Tasks), ("scope", "tasks.read")).Read<TokenAnswer>();
        Assert.Equal("DPoP", subject.TokenType);
        using var api = new DPoPApp(host);
        var bound = await api.Token(ExchangeHost.Form(subject.AccessToken)).Read<TokenAnswer>();
        Assert.Equal("DPoP", bound.TokenType);
        var cnf = (await shared.Introspect(bound.AccessToken)).GetProperty("cnf");
        Assert.Equal(api.Key.Thumbprint, cnf.GetProperty("jkt").GetString());
    }

    [Fact]
    public async Task Audience_names_the_API_as_well_as_resource_does()
    {
        var subject = (await shared.SignIn()).AccessToken;
        var form = ExchangeHost.Form(subject).Where(pair => pair.Name != "resource").ToList();
        var tokens = await host.Token(
            "demo", [.. form, ("audience", ExchangeHost.Notes), ("requested_token_type", ExchangeHost.AccessToken)]).Read<TokenAnswer>();
        Assert.Equal(ExchangeHost.Notes, new JsonWebToken(tokens.AccessToken).Audiences.Single());
        await shared.Exchange(subject, more: ("audience", ExchangeHost.Notes)).Is(200);
        await shared.Exchange(subject, more: ("audience", ExchangeHost.Tasks)).Refused("invalid_target");
        await host.Token("demo", form).Refused("invalid_target");
    }

    [Fact]
    public async Task An_exchange_reads_the_session_and_the_user_and_writes_the_record_and_no_more()
    {
        var subject = (await shared.SignIn()).AccessToken;
        await shared.Exchange(subject).Is(200); // Tenant, client and the user's state are in the cache now.
        Assert.Equal(3, await host.Trips(() => shared.Exchange(subject).Is(200)));
    }

    Task<HttpResponseMessage> Revoke(string client, string token) => host.Http.PostAsync("/demo/oauth/revoke",
        TestHost.Form([("client_id", client), ("client_secret", TestClients.Secret), ("token", token)]));
}
