namespace Latchkey.Tests;

/// <summary>HTTP Strict Transport Security (RFC 6797): said over https, and of this one host name.</summary>
public sealed class TransportSecurityTests(DemoHost demo) : IClassFixture<DemoHost>
{
    static readonly string[] Paths =
        ["/health/live", "/demo/login", "/demo/files", "/demo/.well-known/openid-configuration", "/nobody/login"];

    [Fact]
    public async Task Where_the_origin_is_https_every_answer_of_ours_says_so()
    {
        await using var host = await TestHost.Start(settings: new() { ["Latchkey:Origin"] = "https://id.example.com" });
        foreach (var path in Paths)
        {
            // Good answers, pages, and refusals of every kind. Nothing is said of subdomains, nor for browsers' preload lists.
            var answer = await host.Http.GetAsync(path);
            Assert.Equal(["max-age=31536000"], answer.Headers.GetValues("Strict-Transport-Security"));
        }
        var preflight = await host.Http.SendAsync(new(HttpMethod.Options, "/demo/oauth/token"));
        Assert.Equal(["max-age=31536000"], preflight.Headers.GetValues("Strict-Transport-Security"));
    }

    [Fact]
    public async Task Over_http_no_answer_asks_for_strict_transport_security()
    {
        foreach (var path in Paths)
            Assert.False((await demo.Host.Http.GetAsync(path)).Headers.Contains("Strict-Transport-Security"), path); // RFC 6797 §7.2
    }
}
