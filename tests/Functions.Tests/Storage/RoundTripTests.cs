using Latchkey.Storage;

namespace Latchkey.Tests.Storage;

/// <summary>The budget of storage round trips (design.md §7), with tenant and client in the cache.</summary>
public sealed class RoundTripTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public Task Client_credentials_takes_one() => Costs(1, () => host.Token("demo", ("grant_type", "client_credentials"),
        ("client_id", "service"), ("client_secret", "service-secret-for-local-runs-only")));

    [Fact]
    public async Task A_refresh_takes_two()
    {
        var tokens = await host.SignIn("demo");
        await Costs(2, async () =>
        {
            var answer = await host.Refresh("demo", tokens.GetProperty("refresh_token").GetString()!);
            tokens = await TestHost.Json(answer, 200);
            return answer;
        });
    }

    [Fact]
    public async Task Code_to_tokens_takes_two_of_the_three_that_it_may()
    {
        var browser = new OAuth.Authorization.Browser(host);
        var code = (await browser.Answer())["code"];
        var next = OAuth.Authorization.Browser.Returned(OAuth.Authorization.Browser.Location(await browser.Authorize()))["code"];
        await Costs(2, async () =>
        {
            var answer = await browser.Redeem(code);
            code = next;
            return answer;
        });
    }

    [Fact] // SCHEMA.md, "Round trips": of them six are the attempt's, two the user's and four the session's.
    public async Task A_sign_in_by_password_takes_twelve_and_nine_on_a_known_device()
    {
        (string, string)[] form = [("grant_type", "password"), ("client_id", "first-party"), ("username", "bob"), ("password", "bob-password")];
        await Costs(12, () => host.Token("demo", form));
        var device = (await TestHost.Json(await host.Token("demo", form), 200)).GetProperty("device_token").GetString()!;
        await Costs(9, () => host.Token("demo", [.. form, ("device_token", device)]));
    }

    [Theory]
    [InlineData("/demo/.well-known/openid-configuration")]
    [InlineData("/demo/oauth/jwks")]
    public Task Metadata_takes_none(string path) => Costs(0, () => host.Http.GetAsync(path));

    async Task Costs(int budget, Func<Task<HttpResponseMessage>> request)
    {
        (await request()).EnsureSuccessStatusCode(); // Fills the caches and makes the day's tables.
        var roundTrips = host.Service<RoundTrips>();
        var before = roundTrips.Count;
        (await request()).EnsureSuccessStatusCode();
        Assert.Equal(budget, roundTrips.Count - before);
    }
}
