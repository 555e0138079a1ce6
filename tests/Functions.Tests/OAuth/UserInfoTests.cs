using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Latchkey.Tests.OAuth;

/// <summary>OpenID Connect Core §5.3 and §5.4, RFC 6750.</summary>
public sealed class UserInfoTests(DemoHost demo) : IClassFixture<DemoHost>
{
    const string Path = "/demo/oauth/userinfo";

    readonly TestHost host = demo.Host;

    [Theory]
    [InlineData("openid", "sub")]
    [InlineData("openid profile", "name preferred_username sub")]
    [InlineData("openid email", "email email_verified sub")]
    [InlineData("openid profile email files.read", "email email_verified name preferred_username sub")]
    public async Task The_scopes_decide_what_is_told(string scope, string claims)
    {
        var token = (await host.Tokens("demo", scope: scope)).AccessToken;
        var json = await host.Send(HttpMethod.Get, Path, token).Json();
        var answer = json.As<UserInfoAnswer>();
        Assert.Equal(claims.Split(' '), json.EnumerateObject().Select(claim => claim.Name).Order(StringComparer.Ordinal));
        Assert.Equal(new JsonWebToken(token).Subject, answer.Sub);
        if (scope.Contains("profile", StringComparison.Ordinal)) Assert.Equal("Alice", answer.Name);
        if (scope.Contains("email", StringComparison.Ordinal)) Assert.Equal("alice@demo.example", answer.Email);
    }

    [Fact]
    public async Task A_token_without_openid_is_refused()
    {
        foreach (var token in new[] { (await host.Tokens("demo", scope: "profile files.read")).AccessToken, await host.ServiceToken() })
        {
            var answer = await host.Send(HttpMethod.Get, Path, token);
            await answer.Fails(403, "insufficient_scope");
            var metadata = $"{host.Origin}/.well-known/oauth-protected-resource/demo";
            Assert.Equal($"error=\"insufficient_scope\", scope=\"openid\", resource_metadata=\"{metadata}\"",
                answer.Headers.WwwAuthenticate.Single().Parameter);
        }
    }

    [Fact]
    public async Task A_post_carries_the_token_in_its_header_or_in_its_form_but_not_in_both()
    {
        var token = (await host.Tokens("demo", scope: "openid")).AccessToken;
        await host.Send(HttpMethod.Post, Path, token).Is(200);
        await host.Http.PostAsync(Path, TestHost.Form(("access_token", token))).Is(200);
        var both = new HttpRequestMessage(HttpMethod.Post, Path) { Content = TestHost.Form(("access_token", token)) };
        both.Headers.Authorization = new("Bearer", token);
        await host.Http.SendAsync(both).Refused("invalid_request");
        await host.Http.PostAsync(Path, TestHost.Form(("access_token", token), ("access_token", token))).Refused("invalid_request");
    }

    [Fact]
    public async Task A_token_in_the_address_is_not_looked_at()
    {
        var token = (await host.Tokens("demo", scope: "openid")).AccessToken;
        Assert.Equal(401, (int)(await host.Http.GetAsync($"{Path}?access_token={token}")).StatusCode);
    }

    [Fact]
    public async Task Bad_forms_and_tokens_are_refused()
    {
        Assert.Equal(401, (int)(await host.Http.PostAsync(Path, TestHost.Form())).StatusCode);
        Assert.Equal(401, (int)(await host.Http.PostAsync(Path, TestHost.Form(("access_token", "🔑")))).StatusCode);
        Assert.Equal(401, (int)(await host.Http.PostAsync(Path, TestHost.Form(("access_token", new string('x', 60_000))))).StatusCode);
        Assert.Equal(413, (int)(await host.Http.PostAsync(Path, TestHost.Form(("access_token", new string('x', 70_000))))).StatusCode);
        var halfASurrogate = $"{AppKey.Part("""{"alg":"ES256","typ":"at+jwt"}""")}.{AppKey.Part("""{"tid":"\ud800","iat":{}}""")}.AAAA";
        Assert.Equal(401, (int)(await host.Send(HttpMethod.Get, Path, halfASurrogate)).StatusCode);
        Assert.DoesNotContain(host.Log.Lines, line => line.StartsWith("Critical", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Userinfo_tells_the_user_as_stored_now_and_nothing_of_one_who_is_disabled()
    {
        var tenant = await host.Tenant("demo");
        var users = host.Service<UserStore>();
        await users.TryAdd(tenant, new User
        {
            Id = Ids.New(),
            UserName = "zoë",
            Name = "Zoë 🌍",
            PasswordHash = await host.Service<Latchkey.OAuth.Passwords>().Hash("zoë-password", default),
            Roles = ["member"],
        }, default);
        var token = (await host.Tokens("demo", "zoë", "openid profile email")).AccessToken;
        var answer = await host.Send(HttpMethod.Get, Path, token).Read<UserInfoAnswer>();
        Assert.Equal(("Zoë 🌍", "zoë"), (answer.Name, answer.PreferredUsername));
        Assert.Null(answer.Email);
        var row = new TableEntity("demo", RowKeys.User(answer.Sub)) { ["Name"] = "Zoe" };
        var table = host.Service<StorageClients>().Tables.GetTableClient("Users");
        await table.UpdateEntityAsync(row, Azure.ETag.All);
        answer = await host.Send(HttpMethod.Get, Path, token).Read<UserInfoAnswer>();
        Assert.Equal("Zoe", answer.Name);
        row["Disabled"] = true;
        await table.UpdateEntityAsync(row, Azure.ETag.All);
        var problem = await host.Send(HttpMethod.Get, Path, token).Problem(401);
        Assert.Equal("invalid_token", problem.Code);
    }

    [Fact]
    public async Task A_web_view_may_ask_for_userinfo()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Path);
        request.Headers.Authorization = new("Bearer", (await host.Tokens("demo", scope: "openid")).AccessToken);
        request.Headers.Add("Origin", "capacitor://localhost");
        var answer = await host.Http.SendAsync(request);
        Assert.Equal("capacitor://localhost", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }
}
