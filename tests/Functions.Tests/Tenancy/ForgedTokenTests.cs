using System.Buffers.Text;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Latchkey.Keys;

namespace Latchkey.Tests.Tenancy;

/// <summary>Tokens that are nearly ours, and headers that are nearly a token: each gets a 401, none a 500.</summary>
public sealed class ForgedTokenTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Theory]
    [InlineData("{\"tid\":null}")]
    [InlineData("{\"tid\":5}")]
    [InlineData("{\"tid\":true}")]
    [InlineData("{\"tid\":\"\"}")]
    [InlineData("{\"tid\":[\"demo\"]}")]
    [InlineData("{\"tid\":{\"demo\":\"demo\"}}")]
    [InlineData("{\"tid\":\"\\ud800\"}")]
    [InlineData("{\"tid\":1e999}")]
    [InlineData("{\"tid\":\"demo\",\"exp\":99999999999999999999}")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"demo\"")]
    [InlineData("")]
    public async Task A_payload_of_any_shape_is_no_token(string payload)
    {
        var parts = (await Token("demo")).Split('.');
        await AssertRefused($"{parts[0]}.{Base64(payload)}.{parts[2]}");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"alg\":null,\"kid\":null,\"typ\":null}")]
    [InlineData("{\"alg\":5,\"kid\":[],\"typ\":{}}")]
    [InlineData("{\"alg\":\"none\",\"typ\":\"at+jwt\"}")]
    [InlineData("{\"alg\":\"dir\",\"enc\":\"A128GCM\",\"typ\":\"at+jwt\"}")]
    public async Task A_header_of_any_shape_is_no_token(string header)
    {
        var parts = (await Token("demo")).Split('.');
        foreach (var end in new[] { $"{parts[1]}.{parts[2]}", $"{parts[1]}.", $"{parts[1]}.{parts[2]}.{parts[1]}.{parts[2]}", "..", "" })
            await AssertRefused($"{Base64(header)}.{end}");
    }

    [Fact]
    public async Task Only_the_tenants_own_ES256_key_makes_access_tokens()
    {
        var (demo, acme) = (await Key("demo", "ES256"), await Key("acme", "ES256"));
        var rsa = await Key("demo", "RS256");
        var claims = Claims(await Token("demo"));
        await AssertRefused(await Signed("demo", rsa, Header("RS256", rsa.Kid), claims)); // The key of ID tokens.
        await AssertRefused(await Signed("demo", rsa, Header("ES256", rsa.Kid), claims));
        await AssertRefused(await Signed("acme", acme, Header("ES256", acme.Kid), claims));
        await AssertRefused(await Signed("acme", acme, Header("ES256", demo.Kid), claims));
        await AssertRefused(await Signed("demo", demo, "{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}", claims));
        Assert.Equal(200, await Status(await Signed("demo", demo, Header("ES256", demo.Kid), claims)));
    }

    [Fact]
    public async Task A_public_key_is_no_secret_for_HS256()
    {
        var key = (await host.Service<ISigner>().PublicKeys("demo", default)).First(key => key.Alg == "ES256");
        var signed = $"{Base64(Header("HS256", key.Kid))}.{Base64(Claims(await Token("demo")))}";
        foreach (var secret in new[] { Base64Url.DecodeFromChars(key.X), Encoding.ASCII.GetBytes(key.X + key.Y), [] })
            await AssertRefused($"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(signed)))}");
    }

    [Theory]
    [InlineData("typ", "JWT")] // An ID token's.
    [InlineData("aud", "https://elsewhere.example")]
    [InlineData("iss", "https://elsewhere.example")]
    [InlineData("exp", -5)]
    [InlineData("exp", 1)]
    [InlineData("exp", 1e300)]
    [InlineData("exp", null)]
    [InlineData("tid", "acme")]
    [InlineData("jti", null)]
    [InlineData("client_id", null)]
    public async Task A_token_of_our_own_key_that_says_something_else_is_refused(string name, object? value)
    {
        var key = await Key("demo", "ES256");
        var (header, claims) = (Header("ES256", key.Kid), Claims(await Token("demo")));
        var member = new Regex($"\"{name}\":(\"[^\"]*\"|[0-9]+)");
        var instead = $"\"{name}\":{System.Text.Json.JsonSerializer.Serialize(value)}";
        await AssertRefused(await Signed("demo", key, member.Replace(header, instead), member.Replace(claims, instead)));
    }

    [Fact]
    public async Task An_expired_token_is_told_that_it_has_expired()
    {
        var token = await Token("demo");
        host.Clock.Advance(TimeSpan.FromSeconds(900));
        var problem = await host.Send(HttpMethod.Get, "/demo/files", token).Problem(401);
        Assert.Equal("The access token has expired.", problem.Detail);
    }

    [Theory]
    [InlineData("Authorization: Bearer {0}\r\nAuthorization: Bearer {0}")]
    [InlineData("Authorization: Bearer {0}\r\nauthorization: Basic eDp5")]
    [InlineData("Authorization: Bearer {0}, Bearer {0}")]
    [InlineData("Authorization: Bearer {0} {0}")]
    [InlineData("Authorization: Bearer\u00A0{0}")]
    [InlineData("Authorization: {0}")]
    [InlineData("Authorization: Basic {0}")]
    [InlineData("Authorization: Bearer ")]
    [InlineData("Authorization:")]
    [InlineData("X-Authorization: Bearer {0}")]
    public async Task A_header_that_is_not_one_bearer_token_gets_401(string headers)
    {
        var answer = await Raw(string.Format(System.Globalization.CultureInfo.InvariantCulture, headers, await Token("demo")));
        Assert.Matches("^HTTP/1.1 40[01] ", answer); // 400 is Kestrel's own: a header that is not ASCII.
        Assert.DoesNotContain("\"files\"", answer, StringComparison.Ordinal);
    }

    async Task<string> Token(string tenant) => (await host.Tokens(tenant)).AccessToken;

    ValueTask<SigningKey> Key(string tenant, string algorithm) => host.Service<ISigner>().Current(tenant, algorithm, default);

    async Task<string> Signed(string tenant, SigningKey key, string header, string claims)
    {
        var signed = $"{Base64(header)}.{Base64(claims)}";
        var signature = await host.Service<ISigner>().Sign(tenant, key, Encoding.ASCII.GetBytes(signed), default);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    async Task AssertRefused(string token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/demo/files");
        Assert.True(request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}"));
        var answer = await host.Http.SendAsync(request);
        await answer.Fails(401, "invalid_token");
        Assert.Contains("invalid_token", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    async Task<int> Status(string token) => (int)(await host.Send(HttpMethod.Get, "/demo/files", token)).StatusCode;

    async Task<string> Raw(string headers)
    {
        using var socket = new TcpClient("127.0.0.1", host.Http.BaseAddress!.Port);
        await socket.GetStream()
            .WriteAsync(Encoding.UTF8.GetBytes($"GET /demo/files HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n\r\n"));
        return await new StreamReader(socket.GetStream()).ReadToEndAsync();
    }

    static string Header(string algorithm, string kid) => $"{{\"alg\":\"{algorithm}\",\"kid\":\"{kid}\",\"typ\":\"at+jwt\"}}";

    static string Claims(string token) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.Split('.')[1]));

    static string Base64(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
