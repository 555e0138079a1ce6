using Microsoft.Extensions.Logging;

namespace Latchkey.Tests.Telemetry;

/// <summary>The search of what the suite logs finds what it is there for.</summary>
public sealed class LeakSearchTests
{
    [Theory]
    [InlineData("token eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2ln")]
    [InlineData("PUT http://127.0.0.1:10000/account1/files-demo/abc?sv=2025&sig=abcdefgh%3D")]
    [InlineData("refused b20260101.AAAAAAAAAAAAAAAAAAAAAA.3.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Authorization: Basic c2VydmljZTpzZWNyZXQ=")]
    [InlineData("authorization: Bearer abcdefghijklmnop")]
    [InlineData("GET /callback?code=abcdefgh&state=x")]
    [InlineData("body was grant_type=password&password=hunter22")]
    [InlineData("alice-password")]
    [InlineData("secret service-secret-for-local-runs-only refused")]
    [InlineData("AccountName=x;AccountKey=AAAA==;")]
    [InlineData("{\"kty\":\"EC\",\"d\":\"AAAAAAAAAAAAAAAAAAAAAAAA\"}")]
    [InlineData("the secret is known-from-an-answer")]
    public void A_line_with_a_secret_is_found_and_not_repeated(string line)
    {
        var leak = Assert.Throws<LeakException>(() => LeakSearch.Search(["Information: fine", line], ["known-from-an-answer"]));
        Assert.DoesNotContain(line, leak.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST token refused: 400 invalid_grant: wrong password")]
    [InlineData("https://host/x?sig=REDACTED&sv=REDACTED")]
    [InlineData("WWW-Authenticate: Bearer error=\"invalid_token\"")]
    [InlineData("Tenant demo, client first-party, user AAAAAAAAAAAAAAAAAAAAAA: refresh token reused, 2 generations old")]
    public void A_line_without_a_secret_is_let_be(string line) => LeakSearch.Search([line], ["known-from-an-answer"]);

    [Fact]
    public async Task A_host_that_logged_a_secret_fails_its_test()
    {
        var host = await TestHost.Start();
        var token = (await host.Tokens("demo")).AccessToken;
        host.Service<ILogger<LeakSearchTests>>().LogInformation("Signature {Part}", token.Split('.')[2]);
        var leak = await Assert.ThrowsAsync<LeakException>(async () => await host.DisposeAsync());
        Assert.StartsWith("1 lines", leak.Message, StringComparison.Ordinal);
    }
}
