namespace Latchkey.Tests.OAuth.Apis;

/// <summary>The metadata of Latchkey's own protected resources (RFC 9728), and the way to it from a challenge.</summary>
public sealed class ProtectedResourceTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_refusal_of_the_file_API_leads_to_its_metadata_and_from_there_to_the_issuer()
    {
        var refused = await host.Http.GetAsync("/demo/files").Is(401);
        var link = $"resource_metadata=\"{host.Origin}/.well-known/oauth-protected-resource/demo/files\"";
        Assert.StartsWith($"Bearer {link}, DPoP algs=", Challenge(refused), StringComparison.Ordinal);
        var metadata = await host.Http.GetAsync("/.well-known/oauth-protected-resource/demo/files").Json();
        Assert.Equal($"{host.Origin}/demo/files", metadata.GetProperty("resource").GetString()); // §3.3
        Assert.Equal(["files.read", "files.write", "files.share"], Texts(metadata.GetProperty("scopes_supported")));
        var issuer = Texts(metadata.GetProperty("authorization_servers")).Single();
        Assert.Equal($"{host.Origin}/demo", issuer);
        foreach (var path in (string[])["/.well-known/oauth-authorization-server/demo", "/.well-known/openid-configuration/demo",
            "/demo/.well-known/openid-configuration"])
            Assert.Equal(issuer, (await host.Http.GetAsync(path).Json()).GetProperty("issuer").GetString());
    }

    [Theory]
    [InlineData("/demo/admin/users")]
    [InlineData("/demo/oauth/userinfo")]
    public async Task What_is_not_the_file_API_leads_to_the_metadata_of_the_issuer(string path)
    {
        var refused = await host.Send(HttpMethod.Get, path, "not-a-token").Is(401);
        var link = $", resource_metadata=\"{host.Origin}/.well-known/oauth-protected-resource/demo\"";
        Assert.EndsWith(link, Challenge(refused), StringComparison.Ordinal);
        var metadata = await host.Http.GetAsync("/.well-known/oauth-protected-resource/demo").Json();
        Assert.Equal($"{host.Origin}/demo", metadata.GetProperty("resource").GetString());
        Assert.Contains("admin", Texts(metadata.GetProperty("scopes_supported")));
    }

    [Fact]
    public async Task A_token_without_the_scope_is_told_where_the_scopes_are_listed()
    {
        var token = (await host.Tokens("demo", scope: "openid")).AccessToken;
        var refused = await host.Send(HttpMethod.Get, "/demo/files", token).Is(403);
        Assert.StartsWith("Bearer error=\"insufficient_scope\", scope=\"files.read\", resource_metadata=", Challenge(refused),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_tenant_has_no_metadata_and_no_endpoint_of_OAuth_leads_to_any()
    {
        await host.Http.GetAsync("/.well-known/oauth-protected-resource/nobody/files").Fails(404, "unknown_tenant");
        var refused = await host.Token("demo", ("grant_type", "client_credentials"), ("client_id", "nobody")).Is(401);
        Assert.DoesNotContain("resource_metadata", Challenge(refused), StringComparison.Ordinal);
    }

    static string Challenge(HttpResponseMessage answer) => string.Join(", ", answer.Headers.GetValues("WWW-Authenticate"));

    static List<string> Texts(System.Text.Json.JsonElement array) => [.. array.EnumerateArray().Select(text => text.GetString()!)];
}
