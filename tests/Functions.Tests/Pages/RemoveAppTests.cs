using System.Net;
using Latchkey.OAuth;
using Latchkey.Tenancy;
using Latchkey.Tests.Files;
using Latchkey.Tests.OAuth;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages;

/// <summary>An app that a user removes on the account page is out by one write, whatever becomes of the request.</summary>
public sealed class RemoveAppTests : OnCuttableStorage
{
    [Fact]
    public async Task None_of_many_sessions_goes_on_when_the_connection_is_cut_in_the_middle()
    {
        var browser = new Browser(host);
        await browser.SignIn(await browser.Get("/demo/account"));
        var tokens = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => host.Tokens("demo")));
        var other = await new Browser(host).Tokens();
        using var connection = new HttpClient { BaseAddress = host.Http.BaseAddress };
        using var cut = new CancellationTokenSource();
        var request = new HttpRequestMessage(HttpMethod.Post, "/demo/account") { Content = TestHost.Form(await Form(browser)) };
        request.Headers.Add("Cookie", string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        var sending = connection.SendAsync(request, cut.Token);
        while ((await Alice()).RemovedApps.Count == 0) await Task.Yield();
        await cut.CancelAsync();
        await Task.WhenAny(sending);
        foreach (var answer in await Task.WhenAll(tokens.Select(each => host.Refresh("demo", each.RefreshToken!)))) await answer.Refused(
            "invalid_grant");
        Assert.All(await Task.WhenAll(tokens.Select(each => host.Try(each.AccessToken))), status => Assert.Equal(401, status));
        Assert.Equal(200, await host.Try(other.AccessToken)); // Another app's.
        await host.Refresh("demo", (await host.Tokens("demo")).RefreshToken!).Is(200);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_death_after_any_write_leaves_the_app_whole_or_out_with_its_sessions_and_its_approval(bool answerLost)
    {
        var (whole, gone) = (0, 0);
        var tenant = await host.Tenant("demo");
        var mobile = (await host.Service<ClientStore>().Find(tenant, "mobile", default))!;
        for (var cuts = 0; ; cuts++)
        {
            var browser = new Browser(host);
            var tokens = await browser.Tokens();
            var form = await Form(browser, "mobile");
            storage.CutAfter(cuts, answerLost);
            var answer = await browser.Post("/demo/account", form);
            var cut = storage.Mend();
            var refreshed = await host.Token("demo", ("grant_type", "refresh_token"), ("client_id", "mobile"),
                ("refresh_token", tokens.RefreshToken!));
            var asked = (await host.Service<Consents>().Find(tenant, await Alice(), mobile, default)).Own.IsEmpty;
            Assert.Equal(asked, refreshed.StatusCode == HttpStatusCode.BadRequest);
            if (asked) gone++;
            else whole++;
            if (!cut)
            {
                Assert.Equal((HttpStatusCode.SeeOther, true), (answer.StatusCode, asked));
                break;
            }
        }
        Assert.True(whole > 0 && gone > 1, $"{whole} whole, {gone} gone");
    }

    [Fact]
    public async Task An_app_that_signs_in_just_then_with_the_user_as_they_were_has_ended_before_it_began()
    {
        var tenant = await host.Tenant("demo");
        var (read, users) = (await Alice(), host.Service<UserStore>());
        var client = (await host.Service<ClientStore>().Find(tenant, "first-party", default))!;
        await host.Service<ConsentWithdrawal>().Withdraw(tenant, read.Id, "first-party", default);
        var signIn = new SignIn(tenant, client, read, Latchkey.Protocol.Scope.Of("files.read"),
            Latchkey.Sessions.Authentication.ByPassword(host.Clock.Now));
        var late = await host.Service<SessionIssuer>().Start(signIn, new("", ""), Latchkey.Http.KeyBinding.None, default);
        await host.Refresh("demo", late.RefreshToken!).Refused("invalid_grant");
        // An approval that was on its way is none either.
        await host.Service<Consents>().Add(tenant, read, client, new(Latchkey.Protocol.Scope.Of("files.read"), []), default);
        Assert.True((await host.Service<Consents>().Find(tenant, await Alice(), client, default)).Own.IsEmpty);
    }

    [Fact]
    public async Task Who_removes_more_apps_than_a_row_holds_is_signed_out_of_all_instead()
    {
        var tenant = await host.Tenant("demo");
        var tokens = await host.Tokens("demo");
        var (users, alice) = (host.Service<UserStore>(), await Alice());
        Assert.True(
            await users.TryReplace(tenant,
                alice with { RemovedApps = Enumerable.Range(1, 300).ToDictionary(n => new string('a', 60) + n, n => (long)n) }, default));
        await host.Refresh("demo", tokens.RefreshToken!).Is(200);
        tokens = await host.Tokens("demo");
        await users.RemoveApp(tenant, alice.Id, "one-more", default);
        Assert.Equal(300, (await Alice()).RemovedApps.Count);
        await host.Refresh("demo", tokens.RefreshToken!).Refused("invalid_grant");
    }

    async Task<User> Alice() => (await host.Service<UserStore>().FindByName(await host.Tenant("demo"), "alice", default))!;

    static async Task<List<(string, string)>> Form(Browser browser, string app = "first-party") =>
        [(await Browser.Fields(await browser.Get("/demo/account"))).First(field => field.Item1 == "form"), ("action", "remove"),
            ("client", app)];
}
