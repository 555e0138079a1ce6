using System.Net;
using Latchkey.Tenancy;
using Latchkey.Tests.OAuth.Authorization;
using Microsoft.Net.Http.Headers;

namespace Latchkey.Tests.OAuth;

/// <summary>Refresh by cookie: an app in a browser stays signed in and never holds its refresh token.</summary>
public sealed class RefreshCookieTests(DemoHost demo) : IClassFixture<DemoHost>
{
    const string Origin = "http://localhost:8100";

    readonly TestHost host = demo.Host;

    [Fact]
    public async Task The_refresh_token_is_a_cookie_for_the_token_endpoint_alone_and_not_in_the_answer()
    {
        var (client, browser, answer) = await SignIn();
        var tokens = await answer.Read<TokenAnswer>();
        Assert.Null(tokens.RefreshToken);
        var cookie = Cookie(answer, client);
        Assert.Equal("/demo/oauth/token", cookie.Path.Value);
        Assert.True(cookie.HttpOnly);
        Assert.Equal(Microsoft.Net.Http.Headers.SameSiteMode.Strict, cookie.SameSite);
        Assert.Equal(TimeSpan.FromSeconds(client.SessionIdleSeconds), cookie.MaxAge);
        Assert.False(cookie.Secure); // Over http, which is Development.
        Assert.NotNull(browser);
    }

    [Fact]
    public async Task The_refresh_cookie_is_secure_in_production()
    {
        await using var own = await TestHost.Start(settings: new() { ["Latchkey:Origin"] = "https://login.example.com" });
        var (client, _, answer) = await SignIn(own);
        var set = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith($"__Secure-refresh-demo.{client.Id}=", set, StringComparison.Ordinal);
        Assert.Contains("; secure", set, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_cookie_refreshes_and_rotates()
    {
        var (client, _, answer) = await SignIn();
        var first = Cookie(answer, client).Value.Value!;
        var refreshed = await Refresh(client, first);
        var tokens = await refreshed.Read<TokenAnswer>();
        Assert.Null(tokens.RefreshToken);
        Assert.NotEqual(first, Cookie(refreshed, client).Value.Value);
        Assert.Equal(Origin, refreshed.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("true", refreshed.Headers.GetValues("Access-Control-Allow-Credentials").Single());
    }

    [Fact]
    public async Task A_refresh_without_its_cookie_is_login_required()
    {
        var (client, _, _) = await SignIn();
        Assert.Equal("login_required", await Error(await Refresh(client, null)));
    }

    [Fact]
    public async Task A_cookie_that_is_not_good_is_invalid_grant_and_taken_back()
    {
        var (client, _, answer) = await SignIn();
        var cookie = Cookie(answer, client).Value.Value!;
        var refused = await Refresh(client, cookie[..^4] + "AAAA");
        Assert.Equal("invalid_grant", await Error(refused));
        Assert.Equal(DateTimeOffset.UnixEpoch, Cookie(refused, client).Expires);
        await Refresh(client, cookie).Is(200);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("https://evil.example")]
    [InlineData("http://localhost:8100.evil.example")]
    [InlineData("null")]
    public async Task The_refresh_cookie_is_not_taken_from_a_foreign_origin(string? origin)
    {
        var (client, _, answer) = await SignIn();
        var cookie = Cookie(answer, client).Value.Value!;
        var refused = await Refresh(client, cookie, origin);
        Assert.Equal("invalid_request", await Error(refused));
        Assert.False(refused.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.False(refused.Headers.Contains("Access-Control-Allow-Credentials"));
        await Refresh(client, cookie).Is(200); // And it was not used up.
    }

    [Fact]
    public async Task Reuse_of_a_refresh_token_from_a_cookie_ends_the_session()
    {
        var (client, _, answer) = await SignIn();
        var first = Cookie(answer, client).Value.Value!;
        var second = Cookie(await Refresh(client, first), client).Value.Value!;
        var third = Cookie(await Refresh(client, second), client).Value.Value!;
        Assert.Equal("invalid_grant", await Error(await Refresh(client, first)));
        Assert.Equal("invalid_grant", await Error(await Refresh(client, third)));
    }

    [Fact]
    public async Task Twenty_refreshes_at_once_stay_signed_in()
    {
        var (client, _, answer) = await SignIn();
        var cookie = Cookie(answer, client).Value.Value!;
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Refresh(client, cookie)));
        Assert.All(answers, one => Assert.Equal(HttpStatusCode.OK, one.StatusCode));
        Assert.Single(answers.Select(one => Cookie(one, client).Value.Value).Distinct());
    }

    [Fact]
    public async Task A_client_that_is_not_registered_for_it_gets_no_cookie_and_none_is_taken()
    {
        var client = await Registered.WebApp(host, client => client with { SecretHashes = [] });
        var tokens = await SignIn(client);
        Assert.False(tokens.Headers.Contains("Set-Cookie"));
        var token = (await tokens.Read<TokenAnswer>()).RefreshToken!;
        Assert.Equal("invalid_request", await Error(await Refresh(client, token)));
    }

    [Fact]
    public async Task A_refresh_cookie_of_another_client_or_tenant_is_not_taken()
    {
        var (client, _, answer) = await SignIn();
        var cookie = Cookie(answer, client).Value.Value!;
        var other = await ByCookie(host);
        Assert.Equal("login_required", await Error(await Refresh(other, cookie, name: $"refresh-demo.{client.Id}")));
        Assert.Equal("invalid_grant", await Error(await Refresh(other, cookie)));
        await Refresh(client, cookie).Is(200);
    }

    [Fact]
    public async Task Logout_takes_the_cookie_back_and_ends_the_session()
    {
        var (client, browser, answer) = await SignIn();
        var cookie = Cookie(answer, client).Value.Value!;
        var hint = (await answer.Read<TokenAnswer>()).IdToken!;
        var page = await browser.Get($"/demo/oauth/logout?id_token_hint={hint}");
        Assert.Equal(DateTimeOffset.UnixEpoch, Cookie(page, client).Expires);
        Assert.Equal("/demo/oauth/token", Cookie(page, client).Path.Value);
        Assert.Equal("invalid_grant", await Error(await Refresh(client, cookie)));
    }

    [Fact]
    public async Task Revoking_the_access_token_does_too_because_the_app_has_no_other()
    {
        var (client, _, answer) = await SignIn();
        var cookie = Cookie(answer, client).Value.Value!;
        var token = (await answer.Read<TokenAnswer>()).AccessToken;
        var revoked = await host.Http.PostAsync("/demo/oauth/revoke", TestHost.Form(("client_id", client.Id), ("token", token)));
        Assert.Equal(HttpStatusCode.OK, revoked.StatusCode);
        Assert.Equal(DateTimeOffset.UnixEpoch, Cookie(revoked, client).Expires);
        Assert.Equal("invalid_grant", await Error(await Refresh(client, cookie)));
    }

    [Fact]
    public async Task No_endpoint_but_the_token_endpoint_allows_credentials_from_another_origin()
    {
        foreach (var path in new[] { "/demo/files", "/demo/oauth/jwks", "/demo/oauth/userinfo" })
        {
            var request = new HttpRequestMessage(HttpMethod.Options, path);
            request.Headers.Add("Origin", Origin);
            Assert.False((await host.Http.SendAsync(request)).Headers.Contains("Access-Control-Allow-Credentials"), path);
        }
    }

    [Fact]
    public async Task A_good_token_without_the_role_is_403_and_a_bad_one_401()
    {
        var (client, _, answer) = await SignIn();
        var token = (await answer.Read<TokenAnswer>()).AccessToken;
        Assert.Equal(HttpStatusCode.Forbidden, (await host.Send(HttpMethod.Post, "/demo/files", token, new { })).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Send(HttpMethod.Post, "/demo/files", token + "x", new { })).StatusCode);
        Assert.NotNull(client);
    }

    static Task<Client> ByCookie(TestHost host) =>
        Registered.WebApp(host, client => client with { SecretHashes = [], RefreshByCookie = true });

    async Task<(Client, Browser, HttpResponseMessage)> SignIn(TestHost? on = null)
    {
        var client = await ByCookie(on ?? host);
        var browser = new Browser(on ?? host);
        return (client, browser, await SignIn(client, browser));
    }

    async Task<HttpResponseMessage> SignIn(Client client, Browser? browser = null)
    {
        browser ??= new Browser(host);
        (string, string?)[] changes = [("client_id", client.Id), ("redirect_uri", Registered.Redirect),
            ("scope", "openid offline_access files.read")];
        var answer = await browser.Answer(changes);
        return await browser.Redeem(answer["code"], ("client_id", client.Id), ("redirect_uri", Registered.Redirect));
    }

    Task<HttpResponseMessage> Refresh(Client client, string? cookie, string? origin = Origin, string? name = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/demo/oauth/token")
        {
            Content = TestHost.Form(("grant_type", "refresh_token"), ("client_id", client.Id)),
        };
        if (origin is not null) request.Headers.Add("Origin", origin);
        if (cookie is not null) request.Headers.Add("Cookie", $"{name ?? $"refresh-demo.{client.Id}"}={cookie}");
        return host.Http.SendAsync(request);
    }

    static SetCookieHeaderValue Cookie(HttpResponseMessage answer, Client client) =>
        SetCookieHeaderValue.ParseList([.. answer.Headers.GetValues("Set-Cookie")])
            .Single(cookie => cookie.Name == $"refresh-demo.{client.Id}");

    static async Task<string?> Error(HttpResponseMessage answer) => (await answer.Problem(400)).Error;
}
