using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Storage;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Latchkey.Tests.OAuth;

/// <summary>RFC 7009.</summary>
public sealed class RevocationTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_refresh_token_ends_its_session_with_all_its_tokens()
    {
        var first = await host.SessionTokens();
        var second = await host.Refresh("demo", first.RefreshToken!).Read<TokenAnswer>();
        await Ok(await Revoke(second.RefreshToken!));
        await host.Refresh("demo", second.RefreshToken!).Refused("invalid_grant");
        Assert.Equal((401, 401), (await host.Try(first.AccessToken), await host.Try(second.AccessToken)));
    }

    [Fact]
    public async Task An_old_refresh_token_ends_the_session_too()
    {
        var first = await host.SessionTokens();
        var second = await host.Refresh("demo", first.RefreshToken!).Read<TokenAnswer>();
        var third = await host.Refresh("demo", second.RefreshToken!).Read<TokenAnswer>();
        await Ok(await Revoke(first.RefreshToken!));
        await host.Refresh("demo", third.RefreshToken!).Refused("invalid_grant");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("access_token")]
    [InlineData("refresh_token")]
    [InlineData("unknown_kind")]
    public async Task An_access_token_dies_alone_whatever_the_hint_says(string? hint)
    {
        var first = await host.SessionTokens();
        var second = await host.Refresh("demo", first.RefreshToken!).Read<TokenAnswer>();
        await Ok(await Revoke(first.AccessToken, hint: hint));
        Assert.Equal((401, 200), (await host.Try(first.AccessToken), await host.Try(second.AccessToken)));
        var third = await host.Refresh("demo", second.RefreshToken!).Read<TokenAnswer>();
        Assert.Equal((401, 200), (await host.Try(first.AccessToken), await host.Try(third.AccessToken)));
        await Ok(await Revoke(first.AccessToken));
    }

    [Fact]
    public async Task A_services_own_token_dies()
    {
        var (token, other) = (await host.ServiceToken(), await host.ServiceToken());
        await Ok(await host.Http.PostAsync("/demo/oauth/revoke", TestHost.Form(
            ("token", token), ("client_id", "service"), ("client_secret", "service-secret-for-local-runs-only"))));
        Assert.Equal((401, 200), (await host.Try(token), await host.Try(other)));
    }

    [Fact]
    public async Task A_revocation_survives_the_refreshes_that_race_with_it()
    {
        var tokens = await host.SessionTokens();
        var dead = new List<string>();
        for (var round = 0; round < 15; round++)
        {
            var refresh = host.Refresh("demo", tokens.RefreshToken!);
            var revoke = Revoke(tokens.AccessToken);
            await Task.WhenAll(refresh, revoke);
            await Ok(await revoke);
            dead.Add(tokens.AccessToken);
            tokens = await refresh.Read<TokenAnswer>();
        }
        foreach (var token in dead) Assert.Equal(401, await host.Try(token));
        Assert.Equal(200, await host.Try(tokens.AccessToken));
    }

    [Fact]
    public async Task Twenty_revocations_at_once_all_count()
    {
        var tokens = new List<TokenAnswer> { await host.SessionTokens() };
        while (tokens.Count < 20) tokens.Add(await host.Refresh("demo", tokens[^1].RefreshToken!).Read<TokenAnswer>());
        var answers = await Task.WhenAll(tokens.Select(token => Revoke(token.AccessToken)));
        foreach (var answer in answers) await Ok(answer);
        foreach (var token in tokens) Assert.Equal(401, await host.Try(token.AccessToken));
        await host.Refresh("demo", tokens[^1].RefreshToken!).Is(200);
    }

    [Fact]
    public async Task The_list_forgets_tokens_that_have_expired()
    {
        var first = await host.SessionTokens();
        await Ok(await Revoke(first.AccessToken));
        host.Clock.Advance(TimeSpan.FromMinutes(16));
        var second = await host.Refresh("demo", first.RefreshToken!).Read<TokenAnswer>();
        await Ok(await Revoke(second.AccessToken));
        Assert.StartsWith(new JsonWebToken(second.AccessToken).Id, Assert.Single(Columns.Split(await ListOf(second.AccessToken))),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_revokes_too_many_tokens_ends()
    {
        var tokens = await host.SessionTokens();
        var jwt = new JsonWebToken(tokens.AccessToken);
        // All but the last at once: each would be a write of its own.
        var session = await SessionOf(tokens.AccessToken);
        var revoked = RevokedTokens.Of(session.Row);
        for (var number = 0; number < 499; number++) revoked = revoked.With(Token(number), host.Clock.Now);
        revoked.Write(session.Row, host.Clock.Now);
        Assert.True(await session.Table.TryReplace(session.Row, default));
        await host.Service<IssuedTokens>().Revoke(Token(499), default);
        Assert.Equal(500, Columns.Split((await SessionOf(tokens.AccessToken)).Row.GetString("RevokedTokens")).Count);
        Assert.Equal(200, await host.Try(tokens.AccessToken));
        await Ok(await Revoke(tokens.AccessToken));
        Assert.Equal(401, await host.Try(tokens.AccessToken));
        await host.Refresh("demo", tokens.RefreshToken!).Refused("invalid_grant");

        AccessToken Token(int number) =>
            new("demo", jwt.Subject, "first-party", Scope.None, $"20300101.{number:D22}", Claim(jwt, "sid"))
            {
                ExpiresAt = host.Clock.Now.AddMinutes(10),
            };
    }

    [Fact]
    public async Task What_is_no_token_is_answered_as_if_revoked()
    {
        var tokens = await host.SessionTokens();
        foreach (var unknown in new[]
        {
            "x", "tökén 🔑", "a.b.c", "a.b.c.d", new string('x', 60_000), tokens.AccessToken[..^6], tokens.RefreshToken! + "A",
            "20300101.aaaaaaaaaaaaaaaaaaaaaa.1." + new string('A', 43), "../../Tenants", "\r\n",
        }) await Ok(await Revoke(unknown));
        Assert.Equal(200, await host.Try(tokens.AccessToken));
        Assert.DoesNotContain(host.Log.Lines, line => line.StartsWith("Critical", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_clients_token_is_refused_and_stays_alive()
    {
        await host.AddClient("other");
        var tokens = await host.SessionTokens();
        foreach (var token in new[] { tokens.AccessToken, tokens.RefreshToken! })
            await Revoke(token, "other").Refused("invalid_grant");
        Assert.Equal(200, await host.Try(tokens.AccessToken));
        await host.Refresh("demo", tokens.RefreshToken!).Is(200);
    }

    [Fact]
    public async Task Another_tenants_token_is_unknown_and_stays_alive()
    {
        var tokens = await host.SessionTokens(tenant: "acme");
        foreach (var token in new[] { tokens.AccessToken, tokens.RefreshToken! }) await Ok(await Revoke(token));
        Assert.Equal(200, await host.Try(tokens.AccessToken, "acme"));
        await host.Refresh("acme", tokens.RefreshToken!).Is(200);
    }

    [Fact]
    public async Task The_client_must_prove_who_it_is()
    {
        var token = await host.ServiceToken();
        await Revoke(token, "service").Refused("invalid_client", 401);
        await Revoke(token, "nobody").Refused("invalid_client", 401);
        await host.Http.PostAsync("/demo/oauth/revoke", TestHost.Form(("token", token))).Refused("invalid_client", 401);
        Assert.Equal(200, await host.Try(token));
    }

    [Fact]
    public async Task A_malformed_request_is_refused()
    {
        await host.Http.PostAsync("/demo/oauth/revoke", TestHost.Form(("client_id", "first-party"))).Refused("invalid_request");
        await host.Http.PostAsync("/demo/oauth/revoke?token=x", TestHost.Form(("client_id", "first-party"))).Refused("invalid_request");
        await host.Http.PostAsync("/demo/oauth/revoke",
            TestHost.Form(("client_id", "first-party"), ("token", "x"), ("token", "y"))).Refused("invalid_request");
        Assert.Equal(404, (int)(await host.Http.GetAsync("/demo/oauth/revoke")).StatusCode);
    }

    Task<HttpResponseMessage> Revoke(string token, string client = "first-party", string? hint = null)
    {
        List<(string, string)> form = [("token", token), ("client_id", client)];
        if (hint is not null) form.Add(("token_type_hint", hint));
        return host.Http.PostAsync("/demo/oauth/revoke", TestHost.Form(form));
    }

    async Task<string?> ListOf(string accessToken) => (await SessionOf(accessToken)).Row.GetString("RevokedTokens");

    async Task<(Table Table, TableEntity Row)> SessionOf(string accessToken)
    {
        var session = Claim(new JsonWebToken(accessToken), "sid").Split('.');
        var table = host.Service<IssuedTokens>().Tables.For(session[0]);
        return (table, (await table.Find($"demo|{session[1]}", "session", default))!);
    }

    static string Claim(JsonWebToken jwt, string name) => jwt.GetPayloadValue<string>(name);

    static async Task Ok(HttpResponseMessage answer)
    {
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal("", await answer.Content.ReadAsStringAsync());
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }
}
