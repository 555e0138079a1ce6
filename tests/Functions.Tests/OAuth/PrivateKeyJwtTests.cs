using System.Text.Json.Nodes;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Tests.OAuth;

/// <summary>Client authentication by private_key_jwt: RFC 7523 §2.2 and §3, OpenID Connect Core §9.</summary>
public sealed class PrivateKeyJwtTests(DemoHost demo) : IClassFixture<DemoHost>, IAsyncLifetime
{
    const string JwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    // One key and one count for all tests: they share the host, which knows the client's key and each jti that was used.
    static readonly AppKey key = AppKey.New();
    static int number;
    readonly TestHost host = demo.Host;

    public Task InitializeAsync() => Add("signer", key);

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("ES256")]
    [InlineData("RS256")]
    [InlineData("PS256")]
    public async Task A_client_signs_in_with_its_key(string algorithm)
    {
        using var own = AppKey.New(algorithm);
        await Add($"signer-{algorithm}", own);
        await Token(Assertion(id: $"signer-{algorithm}", signer: own)).Is(200);
    }

    [Fact]
    public async Task The_key_is_found_by_its_kid_or_by_trying()
    {
        using var second = AppKey.New();
        var set = new JsonObject { ["keys"] = new JsonArray(With(key, "old"), With(second, "new")) }.ToJsonString();
        await host.AddClient("rotating", client => client with { AuthMethod = ClientAuthMethod.PrivateKeyJwt, Jwks = set });
        foreach (var (signer, kid) in new[] { (key, "old"), (second, "new"), (second, null) })
            await Token(Assertion(id: "rotating", signer: signer, header: header => { if (kid is not null) header["kid"] = kid; })).Is(200);

        static JsonObject With(AppKey key, string kid)
        {
            var jwk = key.Public();
            jwk["kid"] = kid;
            return jwk;
        }
    }

    [Theory]
    [InlineData("""["{issuer}"]""")]
    [InlineData("\"{issuer}/oauth/token\"")]
    [InlineData("""["{issuer}", "{issuer}/oauth/token"]""")]
    public async Task The_audience_may_be_the_issuer_and_the_token_endpoint(string audience) => await Token(Assertion(
        claims: claims =>
            claims["aud"] = JsonNode.Parse(audience.Replace("{issuer}", $"{host.Origin}/demo", StringComparison.Ordinal))))
                .Read<TokenAnswer>();

    public static TheoryData<string, Action<JsonObject>?, Action<JsonObject>?> Bad() => new()
    {
        { "alg none", header => header["alg"] = "none", null },
        { "alg HS256", header => header["alg"] = "HS256", null },
        { "critical extension", header => header["crit"] = new JsonArray("b64"), null },
        { "iss of another", null, claims => claims["iss"] = "service" },
        { "no iss", null, claims => claims.Remove("iss") },
        { "sub of another", null, claims => { claims["iss"] = "service"; claims["sub"] = "service"; } },
        { "sub of nobody", null, claims => { claims["iss"] = "nobody"; claims["sub"] = "nobody"; } },
        { "no sub", null, claims => claims.Remove("sub") },
        { "sub a list", null, claims => claims["sub"] = new JsonArray("signer") },
        { "aud of another tenant", null, claims =>
            claims["aud"] = claims["aud"]!.ToString().Replace("/demo", "/acme", StringComparison.Ordinal) },
        { "aud elsewhere", null, claims => claims["aud"] = "https://other.example" },
        { "aud ours and another's", null, claims => claims["aud"] = new JsonArray(claims["aud"]!.ToString(), "https://other.example") },
        { "empty aud", null, claims => claims["aud"] = new JsonArray() },
        { "aud a number", null, claims => claims["aud"] = 1 },
        { "no aud", null, claims => claims.Remove("aud") },
        { "no exp", null, claims => claims.Remove("exp") },
        { "exp a text", null, claims => claims["exp"] = "soon" },
        { "expired", null, claims => claims["exp"] = (long)claims["iat"]! },
        { "exp in 62 minutes", null, claims => claims["exp"] = (long)claims["iat"]! + 3720 },
        { "nbf in two minutes", null, claims => claims["nbf"] = (long)claims["iat"]! + 120 },
        { "iat in two minutes", null, claims => claims["iat"] = (long)claims["iat"]! + 120 },
        { "no jti", null, claims => claims.Remove("jti") },
        { "long jti", null, claims => claims["jti"] = new string('j', 257) },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_bad_assertion_is_refused(string what, Action<JsonObject>? header, Action<JsonObject>? claims)
    {
        await Token(Assertion(header, claims)).Refused("invalid_client", 401);
        Assert.NotEmpty(what);
    }

    [Fact]
    public async Task What_is_no_assertion_is_refused()
    {
        var good = Assertion();
        var halfASurrogate = $"{good.Split('.')[0]}.{AppKey.Part("""{"sub":"\ud800","iss":"\ud800"}""")}.AAAA";
        foreach (var bad in new[] { "x", "a.b.c", good + ".x", good[..^4], "🔑", new string('x', 20_000), halfASurrogate })
            await Token(bad).Refused("invalid_client", 401);
        await Token("").Refused("invalid_request");
        Assert.DoesNotContain(host.Log.Lines, line => line.StartsWith("Critical", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_clients_key_is_refused()
    {
        using var other = AppKey.New();
        await Add("other", other);
        await Token(Assertion(signer: other)).Refused("invalid_client", 401);
        await Token(Assertion(id: "other", signer: key)).Refused("invalid_client", 401);
    }

    [Fact]
    public async Task An_assertion_is_good_once_even_if_twenty_try_at_once()
    {
        var assertion = Assertion();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Token(assertion)));
        Assert.Single(answers, answer => answer.IsSuccessStatusCode);
        foreach (var answer in answers.Where(answer => !answer.IsSuccessStatusCode)) await answer.Refused("invalid_client", 401);
    }

    [Fact]
    public async Task Two_clients_may_use_the_same_jti()
    {
        await Add("twin", key);
        foreach (var id in new[] { "signer", "twin" })
            await Token(Assertion(id: id, claims: claims => claims["jti"] = "same")).Is(200);
    }

    [Fact]
    public async Task A_client_uses_its_own_way_and_no_other()
    {
        await host.AddConfidential("secretive");
        await Token(Assertion(id: "secretive")).Refused("invalid_client", 401);
        await Token(Assertion(id: "first-party")).Refused("invalid_client", 401);
        foreach (var form in new (string, string)[][] { [("client_id", "signer")], [("client_id", "signer"), ("client_secret", "x")] })
            await host.Token("demo", [("grant_type", "client_credentials"), .. form]).Refused("invalid_client", 401);
        // Not even with a secret that is left over from before.
        await host.AddClient("changed", client => client with
        {
            AuthMethod = ClientAuthMethod.PrivateKeyJwt,
            Jwks = key.Set(),
            SecretHashes = [Client.HashSecret(TestClients.Secret)],
        });
        await host.Token("demo", ("grant_type", "client_credentials"), ("client_id", "changed"),
            ("client_secret", TestClients.Secret)).Refused("invalid_client", 401);
        await Token(Assertion(id: "changed")).Is(200);
    }

    [Fact]
    public async Task Two_ways_at_once_are_refused()
    {
        await Token(Assertion(), ("client_secret", "x")).Refused("invalid_request");
        await Token(Assertion(), ("client_id", "service")).Refused("invalid_request");
        await Token(Assertion(), ("client_id", "signer")).Is(200);
        var request = new HttpRequestMessage(HttpMethod.Post, "/demo/oauth/token") { Content = TestHost.Form(Form(Assertion())) };
        request.Headers.Authorization = new("Basic", "c2lnbmVyOng=");
        await host.Http.SendAsync(request).Refused("invalid_request");
    }

    [Fact]
    public async Task Another_type_of_assertion_is_refused()
    {
        foreach (var type in new[] { "urn:ietf:params:oauth:client-assertion-type:saml2-bearer", "" })
        {
            await host.Token("demo", ("grant_type", "client_credentials"),
                ("client_assertion", Assertion()), ("client_assertion_type", type)).Refused("invalid_request");
        }
    }

    [Fact]
    public async Task An_assertion_serves_at_revocation_and_introspection_too()
    {
        var token = (await Token(Assertion()).Read<TokenAnswer>()).AccessToken;
        async Task<HttpResponseMessage> Post(string endpoint) => await host.Http.PostAsync($"/demo/oauth/{endpoint}",
            TestHost.Form(("token", token), ("client_assertion_type", JwtBearer), ("client_assertion", Assertion())));
        Assert.True((await Post("introspect").Json()).GetProperty("active").GetBoolean());
        Assert.Equal(200, (int)(await Post("revoke")).StatusCode);
        Assert.False((await Post("introspect").Json()).GetProperty("active").GetBoolean());
    }

    [Fact]
    public async Task A_missing_nonce_for_DPoP_uses_no_assertion_up()
    {
        using var app = new DPoPApp(host);
        var form = Form(Assertion());
        await app.TokenWith([app.Proof("POST", app.TokenUrl)], form).Refused("use_dpop_nonce");
        await app.TokenWith([app.Proof("POST", app.TokenUrl)], form).Is(200);
    }

    Task<Client> Add(string id, AppKey own) =>
        host.AddClient(id, client => client with { AuthMethod = ClientAuthMethod.PrivateKeyJwt, Jwks = own.Set() });

    string Assertion(Action<JsonObject>? header = null, Action<JsonObject>? claims = null, string id = "signer", AppKey? signer = null)
    {
        var now = host.Clock.Now.ToUnixTimeSeconds();
        var head = new JsonObject { ["alg"] = (signer ?? key).Algorithm };
        var body = new JsonObject
        {
            ["iss"] = id,
            ["sub"] = id,
            ["aud"] = $"{host.Origin}/demo",
            ["iat"] = now,
            ["exp"] = now
                + 60,
            ["jti"] = $"jti-{Interlocked.Increment(ref number)}",
        };
        header?.Invoke(head);
        claims?.Invoke(body);
        return (signer ?? key).Sign(head, body);
    }

    static List<(string, string)> Form(string assertion) =>
    [
        ("grant_type", "client_credentials"), ("scope", "files.read"), ("client_assertion_type", JwtBearer),
        ("client_assertion", assertion),
    ];

    Task<HttpResponseMessage> Token(string assertion, params IEnumerable<(string, string)> more) =>
        host.Token("demo", [.. Form(assertion), .. more]);
}
