using System.Security.Cryptography;
using System.Text;
using Latchkey.Tests.Keys;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Tests.OAuth.Authorization;

/// <summary>OIDC Core §2, §3.1.3.6, §5.4 and §12.2.</summary>
public sealed class IdTokenTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task An_id_token_says_who_signed_in_when_and_how()
    {
        var tokens = await new Browser(host).Tokens(("scope", "openid profile email"));
        var token = await Verified(tokens.IdToken!);
        var access = new JsonWebToken(tokens.AccessToken);
        var now = host.Clock.Now.ToUnixTimeSeconds();
        Assert.Equal("RS256", token.Alg);
        Assert.Equal("JWT", token.Typ);
        Assert.Equal($"{host.Origin}/demo", token.Issuer);
        Assert.Equal(access.Subject, token.Subject);
        Assert.Equal(["mobile"], token.Audiences);
        Assert.Equal(now, token.GetPayloadValue<long>("iat"));
        Assert.Equal(now + 900, token.GetPayloadValue<long>("exp"));
        Assert.Equal(now, token.GetPayloadValue<long>("auth_time"));
        Assert.Equal("n-0S6_WzA2Mj", token.GetPayloadValue<string>("nonce"));
        Assert.Equal("1", token.GetPayloadValue<string>("acr"));
        Assert.Equal(["pwd"], token.GetPayloadValue<string[]>("amr"));
        Assert.Equal(access.GetPayloadValue<string>("sid"), token.GetPayloadValue<string>("sid"));
        Assert.Equal("Alice", token.GetPayloadValue<string>("name"));
        Assert.Equal("alice", token.GetPayloadValue<string>("preferred_username"));
        Assert.Equal("alice@demo.example", token.GetPayloadValue<string>("email"));
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes(access.EncodedToken))[..16];
        Assert.Equal(Base64UrlEncoder.Encode(hash), token.GetPayloadValue<string>("at_hash"));
    }

    [Fact]
    public async Task Name_and_address_come_only_with_their_scopes()
    {
        var token = Browser.IdToken(await new Browser(host).Tokens(("scope", "openid")));
        Assert.False(token.TryGetPayloadValue<string>("name", out _));
        Assert.False(token.TryGetPayloadValue<string>("preferred_username", out _));
        Assert.False(token.TryGetPayloadValue<string>("email", out _));
    }

    [Fact]
    public async Task Without_the_scope_openid_there_is_no_id_token()
    {
        Assert.Null((await new Browser(host).Tokens(("scope", "files.read"), ("nonce", null))).IdToken);
    }

    [Fact]
    public async Task A_client_may_have_its_id_tokens_signed_with_ES256()
    {
        var client = await Registered.WebApp(host, client => client with { IdTokenAlgorithm = "ES256" });
        var browser = new Browser(host);
        var code = (await browser.Answer(("client_id", client.Id), ("redirect_uri", Registered.Redirect)))["code"];
        var tokens = await browser.Redeem(code,
            ("client_id", client.Id), ("client_secret", Registered.Secret), ("redirect_uri", Registered.Redirect)).Read<TokenAnswer>();
        Assert.Equal("ES256", (await Verified(tokens.IdToken!)).Alg);
    }

    [Fact]
    public async Task A_refresh_brings_a_new_one_of_the_same_sign_in_without_a_nonce()
    {
        var tokens = await new Browser(host).Tokens();
        var first = Browser.IdToken(tokens);
        host.Clock.Advance(TimeSpan.FromMinutes(5));
        var again = Browser.IdToken(await host.Token("demo", ("grant_type", "refresh_token"),
            ("client_id", "mobile"), ("refresh_token", tokens.RefreshToken!)).Read<TokenAnswer>());
        foreach (var same in new[] { "iss", "sub", "sid" }) Assert.Equal(first.GetPayloadValue<string>(same),
            again.GetPayloadValue<string>(same));
        Assert.Equal(first.GetPayloadValue<long>("auth_time"), again.GetPayloadValue<long>("auth_time"));
        Assert.Equal(first.GetPayloadValue<long>("iat") + 300, again.GetPayloadValue<long>("iat"));
        Assert.False(again.TryGetPayloadValue<string>("nonce", out _));
    }

    async Task<JsonWebToken> Verified(string token) => await Tokens.Verify(token, await host.Http.GetByteArrayAsync("/demo/oauth/jwks"));
}
