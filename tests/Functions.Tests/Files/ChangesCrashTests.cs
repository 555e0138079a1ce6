namespace Latchkey.Tests.Files;

/// <summary>Storage goes away at every write of a change. Whoever repeats it finds it told once.</summary>
public sealed class ChangesCrashTests : OnCuttableStorage
{
    FilesClient alice = null!;

    private protected override async Task Prepare()
    {
        alice = await host.As("alice");
        await alice.MakeDueTables();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_change_that_died_anywhere_is_told_once(bool answerLost)
    {
        var bob = new { with = new { user = "bob" }, access = "read" };
        await Dies("changed", id => alice.Send(HttpMethod.Patch, $"/{id}", new { name = "renamed" }));
        await Dies("moved", id => alice.Send(HttpMethod.Patch, $"/{id}", new { folder = "moved" }));
        await Dies("trashed", id => alice.Send(HttpMethod.Delete, $"/{id}"));
        await Dies("restored", id => alice.Send(HttpMethod.Post, $"/{id}/restore"), id => alice.Trash(id));
        await Dies("shared", id => alice.Send(HttpMethod.Post, $"/{id}/shares", bob));
        await Dies("purged", id => alice.Send(HttpMethod.Delete, $"/{id}?permanent=true"));

        async Task Dies(string kind, Func<string, Task<HttpResponseMessage>> act, Func<string, Task>? prepare = null)
        {
            var (start, acted) = ((await alice.Changes()).Cursor, 0);
            var cuts = await storage.CutEverywhere(answerLost, act,
                prepare: async () =>
                {
                    var id = await alice.Place([1], kind);
                    if (prepare is not null) await prepare(id);
                    acted++;
                    return id;
                },
                check: async id =>
                {
                    // 404 only for what the first try purged.
                    Assert.True((int)(await act(id)).StatusCode is 200 or 201 or 204 or 404);
                    Assert.Single((await alice.Follow(start)).Items, item => item.Id == id && item.Kind == kind);
                });
            Assert.InRange(cuts, 2, 20);
            Assert.Equal(acted, (await alice.Follow(start)).Items.Count(item => item.Kind == kind));
            await Books.Balance(host);
        }
    }

    [Fact]
    public async Task One_lost_answer_tells_nothing_twice()
    {
        var start = (await alice.Changes()).Cursor;
        for (var cut = 0; cut < 8; cut++)
        {
            var id = await alice.Place([1], $"{cut}");
            storage.CutAfter(cut, answerLost: true, requests: 1);
            var share = await alice.Share(id, new { link = new { }, access = "read" });
            storage.Mend();
            storage.CutAfter(cut, answerLost: true, requests: 1);
            await alice.Change(id, new { name = "renamed" });
            storage.Mend();
            storage.CutAfter(cut, answerLost: true, requests: 1);
            await alice.Send(HttpMethod.Delete, $"/{id}/shares/{share.Id}").Is(204);
            storage.Mend();
        }
        var kinds = (await alice.Follow(start)).Items.Select(item => item.Kind);
        Assert.Equal(Enumerable.Repeat<string[]>(["created", "shared", "changed", "unshared"], 8).SelectMany(some => some), kinds);
        await Books.Balance(host);
    }

    [Fact]
    public async Task The_days_changes_are_scheduled_before_the_first_of_them()
    {
        var id = await alice.Upload([1]);
        host.Clock.Advance(TimeSpan.FromDays(1));
        alice = await host.As("alice");
        var start = (await alice.Changes()).Cursor;
        await storage.CutEverywhere(answerLost: false, _ =>
            alice.Send(HttpMethod.Patch, $"/{id}", new { name = $"{Guid.CreateVersion7()}" }),
            prepare: () => Task.FromResult(0), check: _ => Task.CompletedTask);
        host.Clock.Advance(TimeSpan.FromDays(31));
        await host.RunTimer("files-sweep");
        alice = await host.As("alice");
        await alice.Send(HttpMethod.Get, $"/changes?cursor={start}").Fails(410, "changes_gone");
    }
}
