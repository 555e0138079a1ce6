using System.Text.Json.Nodes;
using Latchkey.Storage;

namespace Latchkey.Tests.OAuth;

/// <summary>RFC 9449 §7: bound access tokens at protected endpoints.</summary>
public sealed class DPoPResourceTests(DemoHost demo) : IClassFixture<DemoHost>
{
    const string Path = "/demo/files";

    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_bound_token_opens_every_kind_of_endpoint_with_a_proof()
    {
        using var app = new DPoPApp(host);
        var token = (await app.SignIn()).AccessToken;
        var answer = await app.Send(HttpMethod.Get, Path, token);
        await answer.Is(200);
        Assert.NotEmpty(answer.Headers.GetValues("DPoP-Nonce").Single());
        await app.Send(HttpMethod.Get, "/demo/oauth/userinfo", token).Is(200);
        await app.Send(HttpMethod.Post, "/demo/oauth/userinfo", token).Is(200);
    }

    [Fact]
    public async Task A_bound_token_is_never_taken_as_a_bearer_token()
    {
        using var app = new DPoPApp(host);
        var token = (await app.SignIn()).AccessToken;
        foreach (var answer in new[] { await host.Send(HttpMethod.Get, Path, token),
            await app.Send(HttpMethod.Get, Path, token, scheme: "Bearer") })
        {
            var problem = await answer.Problem(401);
            Assert.Equal("invalid_token", problem.Code);
            Assert.Equal("DPoP", answer.Headers.WwwAuthenticate.Single().Scheme);
        }
        var form = await host.Http.PostAsync("/demo/oauth/userinfo", TestHost.Form(("access_token", token)));
        Assert.Equal(401, (int)form.StatusCode);
    }

    [Fact]
    public async Task An_unbound_token_sent_as_DPoP_is_refused()
    {
        using var app = new DPoPApp(host);
        await app.LearnNonce();
        var answer = await app.Send(HttpMethod.Get, Path, await host.ServiceToken());
        var problem = await answer.Problem(401);
        Assert.Equal("invalid_token", problem.Code);
        Assert.Equal("DPoP", answer.Headers.WwwAuthenticate.Single().Scheme);
    }

    public static TheoryData<string, string, Action<JsonObject>> Bad() => new()
    {
        { "no nonce", "use_dpop_nonce", claims => claims.Remove("nonce") },
        { "another nonce", "use_dpop_nonce", claims => claims["nonce"] = new string('A', 43) },
        { "no ath", "invalid_dpop_proof", claims => claims.Remove("ath") },
        { "ath of another token", "invalid_dpop_proof", claims => claims["ath"] = "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo" },
        { "another method", "invalid_dpop_proof", claims => claims["htm"] = "POST" },
        { "another file", "invalid_dpop_proof", claims => claims["htu"] = claims["htu"] + "/x" },
        { "old", "invalid_dpop_proof", claims => claims["iat"] = (long)claims["iat"]! - 660 },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_bad_proof_gets_a_challenge_that_says_why(string what, string error, Action<JsonObject> claims)
    {
        using var app = new DPoPApp(host);
        var token = (await app.SignIn()).AccessToken;
        var answer = await app.Send(HttpMethod.Get, Path, token, app.Proof("GET", host.Origin + Path, token, claims: claims));
        var problem = await answer.Problem(401);
        Assert.Equal(error, problem.Code);
        var challenge = answer.Headers.WwwAuthenticate.Single();
        Assert.Equal("DPoP", challenge.Scheme);
        Assert.StartsWith($"error=\"{error}\"", challenge.Parameter, StringComparison.Ordinal);
        var metadata = $"{host.Origin}/.well-known/oauth-protected-resource/demo/files";
        Assert.EndsWith($"algs=\"ES256 RS256 PS256\", resource_metadata=\"{metadata}\"", challenge.Parameter, StringComparison.Ordinal);
        Assert.NotEmpty(what);
    }

    [Fact]
    public async Task Whoever_has_the_token_but_not_the_key_is_refused()
    {
        using var app = new DPoPApp(host);
        using var thief = new DPoPApp(host);
        var token = (await app.SignIn()).AccessToken;
        await thief.LearnNonce();
        var problem = await thief.Send(HttpMethod.Get, Path, token).Problem(401);
        Assert.Equal("invalid_token", problem.Code);
    }

    [Fact]
    public async Task Without_a_proof_a_bound_token_is_refused()
    {
        using var app = new DPoPApp(host);
        var token = (await app.SignIn()).AccessToken;
        var request = new HttpRequestMessage(HttpMethod.Get, Path);
        request.Headers.TryAddWithoutValidation("Authorization", $"DPoP {token}");
        var problem = await host.Http.SendAsync(request).Problem(401);
        Assert.Equal("invalid_dpop_proof", problem.Code);
    }

    [Fact]
    public async Task A_proof_is_good_once_even_if_twenty_try_at_once()
    {
        using var app = new DPoPApp(host);
        var token = (await app.SignIn()).AccessToken;
        var proof = app.Proof("GET", host.Origin + Path, token);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => app.Send(HttpMethod.Get, Path, token, proof)));
        Assert.Single(answers, answer => answer.IsSuccessStatusCode);
        Assert.All(answers.Where(answer => !answer.IsSuccessStatusCode), answer => Assert.Equal(401, (int)answer.StatusCode));
    }

    [Fact]
    public async Task The_query_of_the_request_does_not_count()
    {
        using var app = new DPoPApp(host);
        var token = (await app.SignIn()).AccessToken;
        await app.Send(HttpMethod.Get, $"{Path}?limit=5", token).Is(200);
        await app.Send(HttpMethod.Get, $"{Path}?limit=5", token, app.Proof("GET", host.Origin + Path, token)).Is(200);
    }

    [Fact]
    public async Task A_foreign_tenants_bound_token_is_refused()
    {
        using var app = new DPoPApp(host);
        using var abroad = new DPoPApp(host, "acme", app.Key);
        var token = (await app.SignIn()).AccessToken;
        await abroad.LearnNonce();
        foreach (var user in new[] { app, abroad })
        {
            var problem = await user.Send(HttpMethod.Get, "/acme/files", token).Problem(401);
            Assert.Contains("belongs to tenant demo", problem.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_scope_that_is_missing_is_told_in_DPoP()
    {
        using var app = new DPoPApp(host);
        var token = (await app.SignIn(scope: "openid")).AccessToken;
        var answer = await app.Send(HttpMethod.Get, Path, token);
        await answer.Is(403);
        Assert.Equal("DPoP", answer.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Fact]
    public async Task Scripts_of_the_tenants_origins_can_read_the_nonce()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Path);
        request.Headers.Add("Origin", "capacitor://localhost");
        var answer = await host.Http.SendAsync(request);
        Assert.Contains("DPoP-Nonce", answer.Headers.GetValues("Access-Control-Expose-Headers").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_costs_one_storage_round_trip_more_than_with_a_bearer_token()
    {
        using var app = new DPoPApp(host);
        var bound = (await app.SignIn()).AccessToken;
        var bearer = (await host.Tokens("demo")).AccessToken;
        var roundTrips = host.Service<RoundTrips>();
        await app.Send(HttpMethod.Get, Path, bound).Is(200);
        var before = roundTrips.Count;
        await host.Send(HttpMethod.Get, Path, bearer).Is(200);
        var cost = roundTrips.Count - before;
        before = roundTrips.Count;
        await app.Send(HttpMethod.Get, Path, bound).Is(200);
        Assert.Equal(cost + 1, roundTrips.Count - before);
    }
}
