using System.Text.Json.Nodes;
using Latchkey.Storage;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Latchkey.Tests.OAuth;

/// <summary>RFC 9449 §5 and §8 at the token endpoint.</summary>
public sealed class DPoPTokenTests(DemoHost demo) : IClassFixture<DemoHost>
{
    static readonly (string, string)[] Service =
    [
        ("grant_type", "client_credentials"), ("client_id", "service"), ("client_secret", "service-secret-for-local-runs-only"),
    ];

    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_proof_without_a_nonce_is_told_the_nonce_and_nothing_is_issued()
    {
        using var app = new DPoPApp(host);
        var answer = await app.TokenWith([app.Proof("POST", app.TokenUrl)], Service);
        await answer.Refused("use_dpop_nonce");
        Assert.NotEmpty(answer.Headers.GetValues("DPoP-Nonce").Single());
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }

    [Theory]
    [InlineData("ES256")]
    [InlineData("RS256")]
    [InlineData("PS256")]
    public async Task A_token_is_bound_to_the_key_of_the_proof(string algorithm)
    {
        using var app = new DPoPApp(host, key: AppKey.New(algorithm));
        var answer = await app.Token(Service);
        var tokens = await answer.Read<TokenAnswer>();
        Assert.Equal("DPoP", tokens.TokenType);
        Assert.Equal($$"""{"jkt":"{{app.Key.Thumbprint}}"}""",
            new JsonWebToken(tokens.AccessToken).GetPayloadValue<System.Text.Json.JsonElement>("cnf").GetRawText());
        Assert.NotEmpty(answer.Headers.GetValues("DPoP-Nonce").Single());
    }

    [Fact]
    public async Task Without_a_proof_a_token_is_a_bearer_token()
    {
        var tokens = await host.Token("demo", Service).Read<TokenAnswer>();
        Assert.Equal("Bearer", tokens.TokenType);
        Assert.False(new JsonWebToken(tokens.AccessToken).TryGetPayloadValue<object>("cnf", out _));
    }

    public static TheoryData<string, Action<JsonObject>?, Action<JsonObject>?> Bad() => new()
    {
        { "typ is JWT", header => header["typ"] = "JWT", null },
        { "no typ", header => header.Remove("typ"), null },
        { "alg none", header => header["alg"] = "none", null },
        { "alg HS256", header => header["alg"] = "HS256", null },
        { "alg of another kind", header => header["alg"] = "RS256", null },
        { "no jwk", header => header.Remove("jwk"), null },
        { "another's jwk", header => header["jwk"] = AppKey.New().Public(), null },
        { "a jwk with a private member", header => header["jwk"]!["d"] = "AAAA", null },
        { "an unknown critical header", header => header["crit"] = new JsonArray("exp"), null },
        { "htm GET", null, claims => claims["htm"] = "GET" },
        { "no htm", null, claims => claims.Remove("htm") },
        { "htu elsewhere", null, claims => claims["htu"] = "https://evil.example/demo/oauth/token" },
        { "htu of another tenant", null, claims =>
            claims["htu"] = claims["htu"]!.ToString().Replace("/demo/", "/acme/", StringComparison.Ordinal) },
        { "htu of another endpoint", null, claims =>
            claims["htu"] = claims["htu"]!.ToString().Replace("/token", "/revoke", StringComparison.Ordinal) },
        { "htu with a user", null, claims =>
            claims["htu"] = claims["htu"]!.ToString().Replace("http://", "http://evil@", StringComparison.Ordinal) },
        { "htu not absolute", null, claims => claims["htu"] = "/demo/oauth/token" },
        { "no htu", null, claims => claims.Remove("htu") },
        { "no jti", null, claims => claims.Remove("jti") },
        { "empty jti", null, claims => claims["jti"] = "" },
        { "jti a number", null, claims => claims["jti"] = 7 },
        { "long jti", null, claims => claims["jti"] = new string('j', 257) },
        { "no iat", null, claims => claims.Remove("iat") },
        { "iat a text", null, claims => claims["iat"] = "now" },
        { "iat beyond all time", null, claims => claims["iat"] = 1e300 },
        { "iat eleven minutes ago", null, claims => claims["iat"] = (long)claims["iat"]! - 660 },
        { "iat in eleven minutes", null, claims => claims["iat"] = (long)claims["iat"]! + 660 },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_bad_proof_is_refused(string what, Action<JsonObject>? header, Action<JsonObject>? claims)
    {
        using var app = new DPoPApp(host);
        await app.LearnNonce();
        var answer = await app.TokenWith([app.Proof("POST", app.TokenUrl, null, header, claims)], Service);
        await answer.Refused("invalid_dpop_proof");
        Assert.NotEmpty(what);
    }

    [Fact]
    public async Task What_is_no_proof_at_all_is_refused()
    {
        using var app = new DPoPApp(host);
        await app.LearnNonce();
        var good = app.Proof("POST", app.TokenUrl);
        var halfASurrogate = good.Split('.')[0] + "." + AppKey.Part("""{"jti":"\ud800"}""") + "." + good.Split('.')[2];
        foreach (var bad in new[]
        {
            "", "x", "a.b.c", "..", good + ".x", good[..^4], good.Replace('.', ' '), halfASurrogate,
            AppKey.Part("[]") + "." + AppKey.Part("[]") + ".AA", new string('x', 9000), $"{AppKey.Part("{}")}.{AppKey.Part("{}")}.",
        }) await app.TokenWith([bad], Service).Refused("invalid_dpop_proof");
        await app.TokenWith([good, app.Proof("POST", app.TokenUrl)], Service).Refused("invalid_dpop_proof");
        Assert.DoesNotContain(host.Log.Lines, line => line.StartsWith("Critical", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("RS256", 1024)]
    [InlineData("ES384", 0)]
    public async Task A_key_that_is_too_weak_or_of_another_curve_is_refused(string algorithm, int bits)
    {
        using var app = new DPoPApp(host, key: AppKey.New(algorithm, bits));
        var answer = await app.TokenWith([app.Proof("POST", app.TokenUrl)], Service);
        await answer.Refused("invalid_dpop_proof");
    }

    [Fact]
    public async Task The_address_is_the_issuers_whatever_the_Host_header_says()
    {
        using var app = new DPoPApp(host);
        await app.LearnNonce();
        async Task<HttpResponseMessage> Send(string htu)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/demo/oauth/token") { Content = TestHost.Form(Service) };
            request.Headers.Host = "evil.example";
            request.Headers.Add("X-Forwarded-Host", "evil.example");
            request.Headers.Add("DPoP", app.Proof("POST", htu));
            return await host.Http.SendAsync(request);
        }
        await Send("http://evil.example/demo/oauth/token").Refused("invalid_dpop_proof");
        await Send(app.TokenUrl).Is(200);
    }

    [Theory]
    [InlineData("?a=b")]
    [InlineData("#part")]
    public async Task Query_and_fragment_of_htu_do_not_count(string tail)
    {
        using var app = new DPoPApp(host);
        await app.LearnNonce();
        await app.TokenWith([app.Proof("POST", app.TokenUrl + tail)], Service).Is(200);
    }

    [Fact]
    public async Task A_proof_is_good_once_even_if_twenty_try_at_once()
    {
        using var app = new DPoPApp(host);
        await app.LearnNonce();
        var proof = app.Proof("POST", app.TokenUrl);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => app.TokenWith([proof], Service)));
        Assert.Single(answers, answer => answer.IsSuccessStatusCode);
        foreach (var answer in answers.Where(answer => !answer.IsSuccessStatusCode)) await answer.Refused("invalid_dpop_proof");
    }

    [Fact]
    public async Task Two_keys_may_use_the_same_jti()
    {
        foreach (var _ in Enumerable.Range(0, 2))
        {
            using var app = new DPoPApp(host);
            await app.LearnNonce();
            await app.TokenWith([app.Proof("POST", app.TokenUrl, claims: claims => claims["jti"] = "same")], Service).Is(200);
        }
    }

    [Fact]
    public async Task A_refused_client_uses_no_proof_up()
    {
        using var app = new DPoPApp(host);
        await app.LearnNonce();
        var proof = app.Proof("POST", app.TokenUrl);
        await app.TokenWith([proof], [("grant_type", "client_credentials"), ("client_id", "service"), ("client_secret", "wrong")])
            .Refused("invalid_client", 401);
        await app.TokenWith([proof], Service).Is(200);
    }

    [Fact]
    public async Task A_nonce_is_of_one_tenant()
    {
        using var app = new DPoPApp(host);
        using var abroad = new DPoPApp(host, "acme");
        await app.LearnNonce();
        abroad.Nonce = app.Nonce;
        await abroad.TokenWith([abroad.Proof("POST", abroad.TokenUrl)], Service).Refused("use_dpop_nonce");
    }

    [Fact]
    public async Task A_client_that_must_use_DPoP_gets_nothing_without()
    {
        await host.AddClient("must-dpop", client => client with { RequireDpop = true });
        await host.Token("demo", ("grant_type", "password"), ("client_id", "must-dpop"),
            ("username", "alice"), ("password", "alice-password")).Refused("invalid_request");
        using var app = new DPoPApp(host);
        await app.SignIn("must-dpop");
    }

    [Fact]
    public async Task A_token_request_costs_one_storage_round_trip_more()
    {
        using var app = new DPoPApp(host);
        await app.Token(Service); // Fills the caches and makes the day's tables.
        var roundTrips = host.Service<RoundTrips>();
        var before = roundTrips.Count;
        await app.Token(Service).Is(200);
        Assert.Equal(2, roundTrips.Count - before);
        var tokens = await app.SignIn();
        before = roundTrips.Count;
        await app.Refresh(tokens.RefreshToken!).Is(200);
        Assert.Equal(4, roundTrips.Count - before); // Two of the three others, session and user, are sent at once.
    }
}
