using Latchkey.Account;
using Latchkey.Tenancy;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages.Leaving;

/// <summary>Deletions of the own account that break off, come twice, or meet somebody who changes their mind at the same moment.</summary>
public sealed class DeletionHostileTests(SignUpHost host) : IClassFixture<SignUpHost>, IAsyncLifetime
{
    readonly TestHost app = host.Host;

    public Task InitializeAsync() => host.Rules(new { selfDeletion = true, deletionDays = 2 });

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_death_between_any_two_writes_leaves_an_account_that_stays_or_one_that_the_timer_deletes(bool answerLost)
    {
        var (stay, go) = (new List<Leaver>(), new List<Leaver>());
        for (var cut = 0; ; cut++)
        {
            Assert.True(cut < 20, "The operation has more steps than expected.");
            var user = await Leaver.New(host);
            var token = await user.Token();
            host.Storage.CutAfter(cut, answerLost);
            var answer = await app.Send(HttpMethod.Delete, $"/demo/me?confirm={user.Id}", token);
            var wasCut = host.Storage.Mend();
            ((await user.Now())!.DeleteAt is null ? stay : go).Add(user);
            if (!wasCut) break;
            await answer.Fails(503, "storage_unavailable");
        }
        Assert.True(stay.Count > 0 && go.Count > 0, $"{stay.Count} stay, {go.Count} go");
        app.Clock.Advance(TimeSpan.FromDays(2) + TimeSpan.FromMinutes(1));
        await app.RunTimer("finish-removals");
        foreach (var user in stay) Assert.NotNull(await user.Now());
        foreach (var user in go) Assert.Null(await user.Now());
        Assert.Empty(await app.Service<RemovalNotes>().All(default));
    }

    [Fact]
    public async Task Whoever_keeps_the_account_as_the_timer_deletes_it_has_all_of_it_or_nothing()
    {
        var users = new List<Leaver>();
        for (var n = 0; n < 6; n++) users.Add(await Leaver.New(host));
        foreach (var user in users) await app.Send(HttpMethod.Delete, $"/demo/me?confirm={user.Id}", await user.Token()).Is(202);
        app.Clock.Advance(TimeSpan.FromDays(2) + TimeSpan.FromMinutes(1));
        // By then all have the page that asks: whoever is deleted before is shown none.
        var asked = await Task.WhenAll(users.Select(async user => await user.Asked(await user.SignIn())));
        var keeping = users.Zip(asked, (user, page) => user.Choose(page, "keep"));
        await Task.WhenAll([app.RunTimer("finish-removals"), .. keeping]);
        foreach (var user in users)
        {
            var now = await user.Now();
            if (now is null) continue;
            Assert.Equal((null, false, false), (now.DeleteAt, now.Deleting, now.Disabled));
            await user.Token();
        }
        await app.RunTimer("finish-removals");
        Assert.Empty(await app.Service<RemovalNotes>().All(default));
    }

    [Fact]
    public async Task A_deletion_that_was_asked_for_again_has_its_own_days()
    {
        var user = await Leaver.New(host);
        await app.Send(HttpMethod.Delete, $"/demo/me?confirm={user.Id}", await user.Token()).Is(202);
        await user.Answer(await user.SignIn(), "keep");
        app.Clock.Advance(TimeSpan.FromDays(1));
        await app.Send(HttpMethod.Delete, $"/demo/me?confirm={user.Id}", await user.Token()).Is(202);
        app.Clock.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1)); // The first one's time.
        await app.RunTimer("finish-removals");
        Assert.NotNull((await user.Now())!.DeleteAt);
        app.Clock.Advance(TimeSpan.FromDays(1));
        await app.RunTimer("finish-removals");
        Assert.Null(await user.Now());
    }

    [Fact]
    public async Task An_administrators_deletion_that_never_began_does_not_stop_the_users_own()
    {
        var user = await Leaver.New(host);
        await app.Send(HttpMethod.Delete, $"/demo/me?confirm={user.Id}", await user.Token()).Is(202);
        // The first write of the administrator's request, whose process dies then.
        await app.Service<RemovalNotes>().Add("demo", RemovalKind.User, user.Id, purge: true, default);
        app.Clock.Advance(TimeSpan.FromMinutes(11));
        await app.RunTimer("finish-removals");
        Assert.NotNull((await user.Now())!.DeleteAt);
        app.Clock.Advance(TimeSpan.FromDays(2));
        await app.RunTimer("finish-removals");
        Assert.Null(await user.Now());
        Assert.DoesNotContain(await app.Service<RemovalNotes>().All(default), note => note.Id == user.Id);
    }

    [Fact]
    public async Task Two_requests_at_once_are_one_deletion_and_a_form_counts_only_for_its_user()
    {
        var user = await Leaver.New(host);
        var token = await user.Token();
        var answers = await Task.WhenAll(Enumerable.Range(0, 4)
            .Select(_ => app.Send(HttpMethod.Delete, $"/demo/me?confirm={user.Id}", token)));
        Assert.All(answers, answer => Assert.True((int)answer.StatusCode is 202 or 401, $"{(int)answer.StatusCode}"));
        await host.Mail(user.Email);
        Assert.Single(host.Mails(user.Email));
        // Somebody else signs in with the browser in which the form is open.
        var other = await Leaver.New(host);
        await other.SignIn();
        var form = await Browser.Fields(await other.Browser.Get("/demo/account/delete"));
        var third = await Leaver.New(host);
        third.Browser = other.Browser;
        other.Browser.Cookies.Remove("signin-demo");
        await third.SignIn();
        await third.Browser.Post("/demo/account/delete", [.. form, ("action", "delete")]).Is(400);
        Assert.Null((await third.Now())!.DeleteAt);
        Assert.Null((await other.Now())!.DeleteAt);
    }

    [Fact]
    public async Task An_operator_stays()
    {
        var deletion = app.Service<AccountDeletion>();
        var tenant = await app.Service<TenantStore>().FindNow("operator", default);
        var user = new User { Id = "x", UserName = "root", Name = "Root", PasswordHash = "", Roles = [] };
        var refused = await Assert.ThrowsAsync<Latchkey.Http.Problem>(() => deletion.Run(tenant!, user, default));
        Assert.Equal("own_account", refused.Code);
    }
}
