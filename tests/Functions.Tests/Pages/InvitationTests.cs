using System.Net;
using Latchkey.Tenancy;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages;

/// <summary>An administrator invites somebody, who makes an account by the link in the mail.</summary>
public sealed class InvitationTests(SignUpHost host) : IClassFixture<SignUpHost>, IAsyncLifetime
{
    readonly TestHost app = host.Host;
    AdminClient admin = null!;

    public async Task InitializeAsync()
    {
        admin = await app.Admin("acme");
        await host.Rules(
            new { signUp = "invited", signUpRoles = new[] { "member" }, termsUri = "", termsVersion = "", passkeys = false }, "acme");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task The_link_makes_an_account_with_the_roles_and_groups_that_were_said_and_without_a_code()
    {
        var made = await admin.Post("invitations", new
        {
            email = "ada@guests.example",
            name = "Ada",
            roles = new[] { "admin" },
            groups = new[] { new { group = "family", role = "editor" } },
        });
        Assert.Equal(app.Clock.GetUtcNow().AddDays(7), made.GetProperty("expiresAt").GetDateTimeOffset(), TimeSpan.FromMinutes(1));
        var browser = new Browser(app, "acme");
        var path = await Open(browser, await host.LinkTo("ada@guests.example"));
        var page = await (await browser.Get(path)).Content.ReadAsStringAsync();
        Assert.Contains("value=\"Ada\"", page, StringComparison.Ordinal);
        Assert.Contains("value=\"ada@guests.example\" readonly", page, StringComparison.Ordinal);
        Assert.Equal("/acme/account", Browser.Location(await Use(browser, path, "Ada Lovelace")));
        Assert.Equal(HttpStatusCode.OK, (await browser.Get("/acme/account")).StatusCode);
        var user = (await host.User("ada@guests.example", "acme"))!;
        Assert.Equal(("ada@guests.example", "Ada Lovelace", true), (user.UserName, user.Name, user.EmailVerified));
        Assert.Equal(["admin"], user.Roles.Select(role => role.Name));
        Assert.Equal(GroupRole.Editor, (await app.Service<GroupStore>().Find("acme", "family", user.Id, default))!.Role);
        Assert.DoesNotContain("ada@guests.example", (await admin.Get("invitations")).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_works_once_for_six_at_once_and_looking_at_it_uses_nothing_up()
    {
        await admin.Post("invitations", new { email = "six@guests.example" });
        var link = await host.LinkTo("six@guests.example");
        var browsers = Enumerable.Range(0, 6).Select(_ => new Browser(app, "acme")).ToList();
        var paths = await Task.WhenAll(browsers.Select(browser => Open(browser, link)));
        var forms = await Task.WhenAll(browsers.Select(async (browser, n) => await Browser.Fields(await browser.Get(paths[n]))));
        var answers = await Task.WhenAll(browsers.Select((browser, n) => browser.Post("/acme/signup",
            [.. forms[n], ("name", $"Six {n}"), ("new", $"{SignUpHost.Password} {n}")])));
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.SeeOther);
        Assert.Equal(["member"], (await host.User("six@guests.example", "acme"))!.Roles.Select(role => role.Name));
        Assert.Equal(HttpStatusCode.BadRequest, (await new Browser(app, "acme").Get(link)).StatusCode);
    }

    [Fact]
    public async Task What_was_withdrawn_renewed_or_is_a_week_old_or_another_tenants_works_no_more()
    {
        var id = (await admin.Post("invitations", new { email = "old@guests.example" })).GetProperty("id").GetString();
        var first = await host.LinkTo("old@guests.example");
        await admin.Post("invitations", new { email = "OLD@guests.example" }, 409);
        await admin.Do(HttpMethod.Post, $"invitations/{id}/resend", new { });
        var second = await host.LinkTo("old@guests.example", 2);
        Assert.Equal(HttpStatusCode.BadRequest, (await new Browser(app, "acme").Get(first)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest,
            (await new Browser(app).Get(second.Replace("/acme/", "/demo/", StringComparison.Ordinal))).StatusCode);
        var browser = new Browser(app, "acme");
        var form = await Browser.Fields(await browser.Get(await Open(browser, second)));
        await admin.Do(HttpMethod.Delete, $"invitations/{id}");
        await admin.Do(HttpMethod.Delete, $"invitations/{id}", status: 404);
        await admin.Do(HttpMethod.Post, $"invitations/{id}/resend", new { }, status: 404);
        Assert.Equal(HttpStatusCode.BadRequest,
            (await browser.Post("/acme/signup", [.. form, ("name", "Old"), ("new", SignUpHost.Password)])).StatusCode);

        await admin.Post("invitations", new { email = "old@guests.example" });
        var third = await host.LinkTo("old@guests.example", 3);
        app.Clock.Advance(TimeSpan.FromDays(7));
        admin = await app.Admin("acme"); // The token has expired as well.
        Assert.Equal(HttpStatusCode.BadRequest, (await new Browser(app, "acme").Get(third)).StatusCode);
        await admin.Post("invitations", new { email = "old@guests.example" }); // In place of the one that has expired.
        Assert.Contains("old@guests.example", (await admin.Get("invitations")).GetRawText(), StringComparison.Ordinal);
        Assert.Null(await host.User("old@guests.example", "acme"));
    }

    [Fact]
    public async Task An_address_that_has_an_account_by_now_is_told_so_and_stays_as_it_is()
    {
        await admin.Post("invitations", new { email = "late@guests.example", groups = new[] { new { group = "family" } } });
        var browser = new Browser(app, "acme");
        var path = await Open(browser, await host.LinkTo("late@guests.example"));
        await admin.AddUser(new { userName = "late@guests.example", password = "administrators-choice" });
        var before = (await host.User("late@guests.example", "acme"))!;
        var page = await Use(browser, path, "Late");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("You have an account already", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var after = (await host.User("late@guests.example", "acme"))!;
        Assert.Equal(before.ETag, after.ETag);
        var members = (await admin.Get("groups/family/members")).GetRawText();
        Assert.DoesNotContain("\"userName\":null", members, StringComparison.Ordinal); // Nobody who does not exist is left in it.
        await admin.Post("invitations", new { email = "late@guests.example" }, 409);
    }

    [Fact]
    public async Task What_is_not_good_invites_nobody()
    {
        foreach (var body in new object[]
        {
            new { email = "no address" }, new { email = "a@localhost" }, new { email = "a@guests.example", roles = new[] { "none" } },
            new { email = "a@guests.example", groups = new[] { new { group = "none" } } },
            new { email = "a@guests.example", groups = new[] { new { group = "family", role = "king" } } },
        })
            await admin.Post("invitations", body, 400);
        await host.Rules(new { signUp = "off" }, "acme");
        await admin.Post("invitations", new { email = "a@guests.example" }, 409);
        Assert.Empty(host.Mails("a@guests.example"));
    }

    [Fact]
    public async Task Storage_that_dies_leaves_the_invitation_good_or_the_account_whole()
    {
        await admin.Post("invitations", new { email = "cut@guests.example", groups = new[] { new { group = "family" } } });
        var browser = new Browser(app, "acme");
        var path = await Open(browser, await host.LinkTo("cut@guests.example"));
        var form = await Browser.Fields(await browser.Get(path));
        for (var cut = 0; ; cut++)
        {
            Assert.True(cut < 20, "more steps than expected");
            host.Storage.CutAfter(cut, answerLost: false);
            var answer = await browser.Post("/acme/signup", [.. form, ("name", "Cut"), ("new", SignUpHost.Password)]);
            var wasCut = host.Storage.Mend();
            if (await host.User("cut@guests.example", "acme") is { } user)
            {
                Assert.NotNull(await app.Service<GroupStore>().Find("acme", "family", user.Id, default));
                var again = new Browser(app, "acme");
                Assert.Equal("/acme/account", Browser.Location(
                    await again.SignIn(await again.Get("/acme/account"), "cut@guests.example", SignUpHost.Password)));
                return;
            }
            Assert.True(wasCut);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        }
    }

    // Follows the mail's link to the form.
    static async Task<string> Open(Browser browser, string link) => Browser.Location(await browser.Get(link));

    static async Task<HttpResponseMessage> Use(Browser browser, string path, string name) => await browser.Post("/acme/signup",
        [.. await Browser.Fields(await browser.Get(path)), ("name", name), ("new", SignUpHost.Password)]);
}
