
namespace Latchkey.Tests.OAuth;

public sealed class ClientCredentialsTests(DemoHost demo) : IClassFixture<DemoHost>
{
    const string Secret = "service-secret-for-local-runs-only";

    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_service_gets_a_token_with_its_secret_in_the_form()
    {
        var answer = await host.Token("demo",
            ("grant_type", "client_credentials"), ("client_id", "service"), ("client_secret", Secret));
        var json = await TestHost.Json(answer, 200);
        Assert.Equal("Bearer", json.GetProperty("token_type").GetString());
        Assert.Equal(600, json.GetProperty("expires_in").GetInt32());
        Assert.Equal("files.read files.write", json.GetProperty("scope").GetString());
        Assert.False(json.TryGetProperty("refresh_token", out _));
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }
}
