using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Latchkey.Tests.OAuth;

/// <summary>RFC 6749 §4.4, and client authentication (§2.3.1, §5.2), which every grant shares.</summary>
public sealed class ClientCredentialsTests(DemoHost demo) : IClassFixture<DemoHost>
{
    const string Secret = "service-secret-for-local-runs-only";

    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_service_gets_a_token_with_its_secret_in_the_form()
    {
        var answer = await host.Token("demo",
            ("grant_type", "client_credentials"), ("client_id", "service"), ("client_secret", Secret));
        var json = await answer.Read<TokenAnswer>();
        Assert.Equal("Bearer", json.TokenType);
        Assert.Equal(900, json.ExpiresIn);
        Assert.Equal("files.read files.write", json.Scope);
        Assert.Null(json.RefreshToken);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Equal("no-cache", answer.Headers.Pragma.ToString());
    }

    [Fact]
    public async Task The_access_token_is_what_RFC_9068_says()
    {
        var json = await WithBasic("service", Secret).Read<TokenAnswer>();
        var jwt = new JsonWebToken(json.AccessToken);
        var now = host.Clock.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal(("at+jwt", "ES256"), (jwt.Typ, jwt.Alg));
        var claims = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Base64UrlDecode(jwt.EncodedPayload))!;
        Assert.Equal(
            ["aud", "client_id", "exp", "iat", "iss", "jti", "scope", "sub", "tid"], claims.Keys.Order());
        Assert.Equal($"{host.Origin}/demo", claims["iss"].GetString());
        Assert.Equal($"{host.Origin}/demo", claims["aud"].GetString());
        Assert.Equal("service", claims["sub"].GetString());
        Assert.Equal("demo", claims["tid"].GetString());
        Assert.InRange(claims["iat"].GetInt64(), now - 1, now); // Never back-dated.
        Assert.Equal(900, claims["exp"].GetInt64() - claims["iat"].GetInt64());
    }

    [Fact]
    public async Task Basic_credentials_are_form_url_decoded()
    {
        await WithBasic("%73ervice", "service%2Dsecret-for-local-runs-only").Is(200);
    }

    [Theory]
    [InlineData("service", "wrong")]
    [InlineData("service", "")]
    [InlineData("nobody", Secret)]
    [InlineData("../service", Secret)]
    [InlineData("first-party", "a-public-client-has-none")]
    public async Task Wrong_credentials_in_the_header_get_401_with_a_challenge(string id, string secret)
    {
        var answer = await WithBasic(id, secret);
        var json = await answer.Problem(401);
        Assert.Equal("invalid_client", json.Error);
        Assert.Equal("Basic", answer.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Fact]
    public async Task Wrong_credentials_in_the_form_get_401_with_a_challenge_too()
    {
        var answer = await host.Token("demo",
            ("grant_type", "client_credentials"), ("client_id", "service"), ("client_secret", "wrong"));
        await answer.Refused("invalid_client", 401);
        Assert.Equal("Basic", answer.Headers.WwwAuthenticate.Single().Scheme); // RFC 9110 §15.5.2
    }

    [Theory]
    [InlineData("Basic")]
    [InlineData("Basic %%%")]
    [InlineData("Basic bm9jb2xvbg==")]
    [InlineData("Basic /zpzZWNyZXQ=")]
    [InlineData("Bearer abc")]
    public async Task Broken_authorization_headers_get_401(string header)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/demo/oauth/token")
        {
            Content = TestHost.Form(("grant_type", "client_credentials")),
        };
        request.Headers.TryAddWithoutValidation("Authorization", header);
        var json = await host.Http.SendAsync(request).Problem(401);
        Assert.Equal("invalid_client", json.Error);
    }

    [Fact]
    public async Task Two_ways_of_authentication_at_once_are_refused()
    {
        var answer = await WithBasic("service", Secret, ("client_secret", Secret));
        await answer.Refused("invalid_request");
    }

    [Theory]
    [InlineData("files.read", "files.read")]
    [InlineData("files.write files.read files.write", "files.write files.read")]
    public async Task The_scope_is_what_was_asked_for(string asked, string given)
    {
        var json = await WithBasic("service", Secret, ("scope", asked)).Read<TokenAnswer>();
        Assert.Equal(given, json.Scope);
    }

    [Theory]
    [InlineData("admin")]
    [InlineData("files.read openid")]
    [InlineData("FILES.READ")]
    [InlineData("files\"read")]
    [InlineData("files.read\u00e9")]
    public async Task A_scope_that_the_client_may_not_have_is_refused(string asked)
    {
        var json = await WithBasic("service", Secret, ("scope", asked)).Problem(400);
        Assert.Equal("invalid_scope", json.Error);
    }

    [Fact]
    public async Task A_public_client_has_no_client_credentials_grant()
    {
        var answer = await host.Token("demo", ("grant_type", "client_credentials"), ("client_id", "first-party"));
        await answer.Refused("unauthorized_client");
    }

    Task<HttpResponseMessage> WithBasic(string id, string secret, params IEnumerable<(string, string)> more)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/demo/oauth/token")
        {
            Content = TestHost.Form([("grant_type", "client_credentials"), .. more]),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:{secret}")));
        return host.Http.SendAsync(request);
    }

    static byte[] Base64UrlDecode(string text) => System.Buffers.Text.Base64Url.DecodeFromChars(text);
}
