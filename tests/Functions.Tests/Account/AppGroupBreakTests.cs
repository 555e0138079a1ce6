using Latchkey.Tests.Files;

namespace Latchkey.Tests.Account;

/// <summary>Storage fails, or the process dies, while an app makes a group, says where a user is, or is deleted with its groups.</summary>
public sealed class AppGroupBreakTests : OnCuttableStorage
{
    AdminClient admin = null!;

    private protected override async Task Prepare()
    {
        admin = await host.Admin();
    }

    [Fact]
    public async Task A_request_that_storage_fails_is_a_503_and_leaves_nothing_half_done()
    {
        await admin.AddGroup(new { id = "museum" });
        await admin.Do(HttpMethod.Put, "groups/museum/rule", new { place = new { latitude = 0, longitude = 0, radiusMeters = 100 } }, 200);
        var token = (await host.Tokens("demo", scope: "groups groups.write")).AccessToken;
        var (made, cuts) = (0, 0);
        for (var cut = 0; cut < 7; cut++)
        {
            foreach (var path in (string[])["me/groups", "groups"])
            {
                object body = path == "groups" ? new { name = "x" } : new { latitude = 0, longitude = 0 };
                storage.CutAfter(cut, answerLost: false);
                var answer = await host.Send(HttpMethod.Post, $"/demo/{path}", token, body);
                if (storage.Mend()) cuts++;
                else Assert.True(answer.IsSuccessStatusCode);
                if (answer.IsSuccessStatusCode) made += path == "groups" ? 1 : 0;
                else Assert.NotNull((await answer.Is(503)).Headers.RetryAfter);
            }
        }
        Assert.True(cuts > 5 && made > 0, $"{cuts} cuts, {made} made");
        var listed = (await host.Send(HttpMethod.Get, "/demo/groups", token).Json()).GetProperty("groups").EnumerateArray().ToList();
        // A group whose maker got no answer may be there, but then it is whole: the maker sees it, owns it and can delete it.
        Assert.InRange(listed.Count, made, 7);
        foreach (var group in listed)
            await host.Send(HttpMethod.Delete, $"/demo/groups/{group.GetProperty("id").GetString()}", token).Is(204);
        Assert.DoesNotContain(await admin.All<GroupAnswer>("groups", "groups", 200), group => group.App is not null);
    }

    [Fact]
    public async Task The_groups_of_an_app_whose_deletion_broke_off_are_removed_by_the_timer()
    {
        var gone = new List<string>();
        foreach (var cut in (int[])[4, 8, 12, 15, 17, 19, 22, 26])
        {
            var app = $"app{cut}";
            await admin.AddClient(new
            {
                id = app,
                name = "App",
                authMethod = "none",
                grants = AdminClient.Texts("password"),
                scope = AdminClient.Texts("groups.write"),
            });
            var token = (await host.Token("demo", ("grant_type", "password"), ("client_id", app), ("username", "alice"),
                ("password", "alice-password"), ("scope", "groups.write")).Read<TokenAnswer>()).AccessToken;
            await host.Send(HttpMethod.Post, "/demo/groups", token, new { name = "x" }).Is(201);
            storage.CutAfter(cut, answerLost: false);
            await admin.Send(HttpMethod.Delete, $"clients/{app}");
            storage.Mend();
            if ((int)(await admin.Send(HttpMethod.Get, $"clients/{app}")).StatusCode == 404) gone.Add(app);
        }
        Assert.InRange(gone.Count, 2, 7);
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        await host.RunTimer("finish-removals");
        admin = await host.Admin();
        var apps = (await admin.All<GroupAnswer>("groups", "groups", 200)).Select(group => group.App).OfType<string>().ToList();
        Assert.Empty(apps.Intersect(gone));
        Assert.Equal(8 - gone.Count, apps.Count); // The others were not deleted, and keep theirs.
        Assert.Empty(await host.Service<Latchkey.Tenancy.RemovalNotes>().All(default));
    }
}
