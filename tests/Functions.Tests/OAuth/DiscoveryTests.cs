using System.Text.Json;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey.Tests.OAuth;

/// <summary>OpenID Connect Discovery §4, RFC 8414 §3, RFC 7517 §5.</summary>
public sealed class DiscoveryTests(DemoHost demo) : IClassFixture<DemoHost>
{
    static readonly JsonSerializerOptions Indentation = new() { WriteIndented = true };

    readonly TestHost host = demo.Host;

    [Fact]
    public async Task Both_documents_are_the_same_and_as_agreed()
    {
        var openId = await host.Http.GetStringAsync("/demo/.well-known/openid-configuration");
        var oauth = await host.Http.GetStringAsync("/.well-known/oauth-authorization-server/demo");
        Assert.Equal(openId, oauth);
        var golden = await File.ReadAllTextAsync(Repository.Path("tests/Functions.Tests/OAuth/discovery.golden.json"));
        Assert.Equal(Indented(golden), Indented(openId.Replace(host.Origin, "{origin}", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Every_endpoint_that_is_advertised_is_there()
    {
        var document = JsonDocument.Parse(await host.Http.GetStringAsync("/demo/.well-known/openid-configuration")).RootElement;
        foreach (var member in document.EnumerateObject().Where(m => m.Name.EndsWith("_endpoint", StringComparison.Ordinal) || m.Name == "jwks_uri"))
        {
            var preflight = new HttpRequestMessage(HttpMethod.Options, member.Value.GetString());
            if ((await host.Http.SendAsync(preflight)).StatusCode == System.Net.HttpStatusCode.NoContent) continue;
            // There, but not for scripts.
            var answer = await host.Http.GetAsync(member.Value.GetString());
            Assert.True((int)answer.StatusCode is 200 or 400, $"{member.Name}: {answer.StatusCode}");
        }
    }

    [Fact]
    public async Task A_grant_that_is_registered_is_advertised()
    {
        await using var extended = await TestHost.Start(services: services => services.AddSingleton<IGrant, ExampleGrant>());
        var document = JsonDocument.Parse(await extended.Http.GetStringAsync("/demo/.well-known/openid-configuration")).RootElement;
        Assert.Contains(ExampleGrant.Name, document.GetProperty("grant_types_supported").EnumerateArray().Select(type => type.GetString()));
    }

    sealed class ExampleGrant : IGrant
    {
        public const string Name = "urn:example:grant";

        public string Type => Name;

        public Task<TokenResponse> Redeem(TokenRequest request) => throw OAuthError.InvalidGrant("Nothing is granted.");
    }

    [Fact]
    public async Task The_issuer_does_not_follow_the_Host_header()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/demo/.well-known/openid-configuration");
        request.Headers.Host = "evil.example";
        request.Headers.Add("X-Forwarded-Host", "evil.example");
        Assert.DoesNotContain("evil", await (await host.Http.SendAsync(request)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_keys_are_public_and_one_for_each_algorithm()
    {
        var keys = JsonDocument.Parse(await host.Http.GetStringAsync("/demo/oauth/jwks")).RootElement.GetProperty("keys");
        Assert.Equal(["ES256", "RS256"], keys.EnumerateArray().Select(key => key.GetProperty("alg").GetString()!).Order());
        foreach (var key in keys.EnumerateArray())
        {
            Assert.Equal("sig", key.GetProperty("use").GetString());
            foreach (var secret in new[] { "d", "p", "q", "dp", "dq", "qi", "k" }) Assert.False(key.TryGetProperty(secret, out _));
        }
    }

    [Fact]
    public async Task Two_tenants_share_no_key()
    {
        var demoKeys = await Kids("demo");
        var acmeKeys = await Kids("acme");
        Assert.Empty(demoKeys.Intersect(acmeKeys));
    }

    async Task<List<string>> Kids(string tenant) =>
        [.. JsonDocument.Parse(await host.Http.GetStringAsync($"/{tenant}/oauth/jwks")).RootElement.GetProperty("keys")
            .EnumerateArray().Select(key => key.GetProperty("kid").GetString()!)];

    static string Indented(string json) =>
        JsonSerializer.Serialize(JsonDocument.Parse(json), Indentation);
}
