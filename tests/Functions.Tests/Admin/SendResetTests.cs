using System.Net;
using System.Text.RegularExpressions;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Admin;

/// <summary>An administrator has a user mailed the link to a new password.</summary>
public sealed partial class SendResetTests : IAsyncLifetime
{
    readonly string folder = Path.Combine(Path.GetTempPath(), $"latchkey-mail-{Guid.CreateVersion7():n}");

    TestHost host = null!;
    AdminClient admin = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start(
            settings: new() { ["Latchkey:Mail:Folder"] = folder, ["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true" });
        admin = await host.Admin();
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await Eventually.Gone(folder);
    }

    [Fact]
    public async Task The_link_from_the_mail_sets_the_password_once_and_the_audit_says_who_had_it_sent()
    {
        var id = await admin.UserId("alice");
        await admin.Do(HttpMethod.Post, $"users/{id}/send-reset");
        var mail = await File.ReadAllTextAsync(Assert.Single(Mails()));
        Assert.Contains("To: alice@demo.example", mail, StringComparison.Ordinal);
        Assert.Contains("An administrator has sent you this link", mail, StringComparison.Ordinal);
        await host.Tokens("demo"); // Until it is used the old password is good.
        var browser = new Browser(host);
        var page = await browser.Get(new Uri(Url().Match(mail).Value).PathAndQuery);
        Assert.Equal(HttpStatusCode.OK,
            (await browser.Post("/demo/reset", [.. await Browser.Fields(page), ("new", "a new password")])).StatusCode);
        var start = await browser.Get("/demo/account");
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.SignIn(start)).StatusCode);
        Assert.Equal("/demo/account", Browser.Location(await browser.SignIn(start, "alice", "a new password")));
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.Get(new Uri(Url().Match(mail).Value).PathAndQuery)).StatusCode);
        var by = await admin.UserId("admin");
        await Eventually.True(async () => (await admin.Audit("?type=admin-user-send-reset"))
            .Any(entry => entry.Target == id && entry.Actor == by && entry.Result == "ok"));
    }

    [Fact]
    public async Task Whom_no_mail_helps_gets_none_and_the_answer_says_why()
    {
        var without = (await admin.AddUser(new { userName = "carol" })).Id;
        var disabled = (await admin.AddUser(new { userName = "dora", email = "dora@demo.example" })).Id;
        await admin.ChangeUser(disabled, new { disabled = true });
        Assert.Equal("user_without_email", await Code(without, 409));
        Assert.Equal("user_disabled", await Code(disabled, 409));
        Assert.Equal("user_not_found", await Code(new string('x', 22), 404));
        Assert.Equal("user_not_found", await Code("alice", 404));
        Assert.Empty(Mails());
    }

    [Fact]
    public async Task Only_an_administrator_of_the_users_tenant_or_an_operator_in_it_sends_it()
    {
        var (id, acme) = (await admin.UserId("alice"), await host.Admin("acme"));
        Assert.Equal(404, (int)(await acme.Send(HttpMethod.Post, $"users/{id}/send-reset")).StatusCode);
        Assert.Equal(401, (int)(await host.Send(HttpMethod.Post, $"/demo/admin/users/{id}/send-reset", acme.Token)).StatusCode);
        Assert.Equal(401, (int)(await host.Send(HttpMethod.Post, $"/demo/admin/users/{id}/send-reset", null)).StatusCode);
        var user = (await host.Tokens("demo", "bob")).AccessToken;
        await host.Send(HttpMethod.Post, $"/demo/admin/users/{id}/send-reset", user).Fails(403, "insufficient_scope");
        Assert.Empty(Mails());
        await (await (await host.Operator()).Into("demo")).Do(HttpMethod.Post, $"users/{id}/send-reset");
        Assert.Single(Mails());
    }

    [Fact]
    public async Task Strangers_requests_use_up_none_of_the_administrators_and_no_administrator_floods_a_mailbox()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(Ask));
        await Eventually.True(() => Mails().Length == 5);
        var id = await admin.UserId("alice");
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => admin.Send(HttpMethod.Post, $"users/{id}/send-reset")));
        Assert.Equal(5, answers.Count(answer => answer.StatusCode == HttpStatusCode.NoContent));
        Assert.All(answers.Where(answer => answer.StatusCode != HttpStatusCode.NoContent), answer =>
            Assert.NotNull(answer.Headers.RetryAfter));
        Assert.Equal("too_many_mails", await Code(id, 429));
        Assert.Equal(10, Mails().Length);
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        admin = await host.Admin();
        await admin.Do(HttpMethod.Post, $"users/{id}/send-reset");
        Assert.Equal(11, Mails().Length);
    }

    [Fact]
    public async Task A_deployment_without_mail_says_so()
    {
        await using var without = await TestHost.Start(settings: new() { ["Latchkey:Mail:Mode"] = "None" });
        admin = await without.Admin();
        Assert.Equal("no_mail", await Code(await admin.UserId("alice"), 409));
    }

    [Fact]
    public async Task A_mail_server_that_does_not_answer_and_a_storage_that_does_not_are_503s_of_their_own()
    {
        using var storage = await Files.CuttableStorage.Start();
        await using var broken = await storage.Host(new()
        {
            ["Latchkey:Mail:Mode"] = "Smtp",
            ["Latchkey:Mail:SmtpHost"] = "127.0.0.1",
            ["Latchkey:Mail:From"] = "latchkey@demo.example",
            ["Latchkey:Mail:SmtpPort"] = "1",
        });
        admin = await broken.Admin();
        var id = await admin.UserId("alice");
        for (var n = 0; n < 6; n++) Assert.Equal("mail_unavailable", await Code(id, 503)); // What was not sent does not count.
        for (var cut = 0; ; cut++)
        {
            storage.CutAfter(cut, answerLost: false);
            var code = await Code(id, 503);
            if (!storage.Mend()) break;
            Assert.Equal("storage_unavailable", code);
        }
    }

    async Task Ask(int stranger)
    {
        var browser = new Browser(host);
        var form = TestHost.Form([.. await Browser.Fields(await browser.Get("/demo/reset")), ("username", "alice")]);
        var request = new HttpRequestMessage(HttpMethod.Post, "/demo/reset") { Content = form };
        request.Headers.Add("X-Forwarded-For", $"198.51.100.{stranger}");
        request.Headers.Add("Cookie", string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        await host.Http.SendAsync(request);
    }

    async Task<string?> Code(string? user, int status)
    {
        var answer = await admin.Send(HttpMethod.Post, $"users/{user}/send-reset").Json(status);
        return answer.GetProperty("code").GetString();
    }

    string[] Mails() => Directory.Exists(folder) ? Directory.GetFiles(folder, "*.txt") : [];

    [GeneratedRegex(@"http://\S+")]
    private static partial Regex Url();
}
