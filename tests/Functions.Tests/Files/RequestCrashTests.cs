namespace Latchkey.Tests.Files;

/// <summary>Storage goes away anywhere while a file is handed in. The sender tries again, and it is there and counted once.</summary>
public sealed class RequestCrashTests : OnCuttableStorage
{
    FilesClient alice = null!;

    private protected override async Task Prepare()
    {
        alice = await host.As("alice");
        await alice.MakeDueTables();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_file_that_is_handed_in_again_after_a_death_anywhere_is_there_once(bool answerLost)
    {
        var request = await host.Send(HttpMethod.Post, "/demo/requests", alice.Token, new { title = "Crash" }).Read<FileRequestAnswer>(201);
        var (ada, sent) = (new HandInSender(host, request.Url!), 1L);
        await ada.Send([1], "first"); // Tables and caches.
        var cuts = await storage.CutEverywhere(answerLost, key => ada.Begin("same", 1, key: key),
            prepare: () => Task.FromResult($"k{sent++}"), check: async key =>
            {
                var again = await ada.Begin("same", 1, key: key);
                var begun = await again.Read<HandInAnswer>((int)again.StatusCode);
                await ada.Put(begun, [1]);
                await ada.Complete(begun.Id).Is(200);
            });
        Assert.InRange(cuts, 3, 12);
        await Balance();

        cuts = await storage.CutEverywhere(answerLost, id => ada.Complete(id),
            prepare: async () =>
            {
                var begun = await ada.Begin($"other {sent++}", 1).Read<HandInAnswer>(201);
                await ada.Put(begun, [1]);
                return begun.Id;
            },
            check: id => ada.Complete(id).Is(200));
        Assert.InRange(cuts, 5, 18);
        await Balance();

        // What is never completed gives its place back, however often the sweep dies.
        await ada.Begin("abandoned", 1).Read<HandInAnswer>(201);
        host.Clock.Advance(TimeSpan.FromDays(10));
        for (var cut = 0; cut < 12; cut++)
        {
            storage.CutAfterWrites(cut, answerLost);
            await Record.ExceptionAsync(() => host.RunTimer("sweep-uploads"));
            storage.Mend();
        }
        await host.RunTimer("sweep-uploads");
        await host.RunTimer("files-sweep");
        alice = await host.As("alice");
        await Balance();
        var now = await host.Send(HttpMethod.Get, $"/demo/requests/{request.Id}", alice.Token).Read<FileRequestAnswer>();
        Assert.Equal(now.Received, now.Files);
        Assert.Equal(now.Files, (await alice.List("?limit=200")).Files.Count);
        Assert.Equal(now.Files, (await alice.List("?limit=200")).Files.Select(file => file.Name).Distinct().Count());
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_change_that_died_anywhere_was_made_whole_or_not_and_can_be_made_again(bool answerLost)
    {
        var patch = new { title = "New", maxFiles = 5, expiresInSeconds = 90 * 24 * 3600 };
        async Task<string> New(string kind, object body) =>
            (await host.Send(HttpMethod.Post, $"/demo/{kind}", alice.Token, body).Json(201)).GetProperty("id").GetString()!;
        await host.Send(HttpMethod.Patch, $"/demo/requests/{await New("requests", new { title = "x" })}", alice.Token, patch).Is(200);
        var cuts = await storage.CutEverywhere(answerLost, id => host.Send(HttpMethod.Patch, $"/demo/requests/{id}", alice.Token, patch),
            prepare: () => New("requests", new { title = "Old", maxFiles = 3 }), check: async id =>
            {
                var path = $"/demo/requests/{id}";
                var now = await host.Send(HttpMethod.Get, path, alice.Token).Read<FileRequestAnswer>();
                Assert.Contains((now.Title, now.MaxFiles), new[] { ("Old", 3L), ("New", 5L) });
                await host.Send(HttpMethod.Patch, path, alice.Token, patch).Is(200);
                Assert.Equal("New", (await host.Send(HttpMethod.Get, path, alice.Token).Read<FileRequestAnswer>()).Title);
            });
        Assert.Equal(5, cuts); // Revocation, row, row again, what is due, row.
        var change = new { title = "New", until = host.Clock.Now.AddDays(90) };
        cuts = await storage.CutEverywhere(answerLost, id => host.Send(HttpMethod.Patch, $"/demo/links/{id}", alice.Token, change),
            prepare: () => New("links", new { folder = "", until = host.Clock.Now.AddDays(1) }),
            check: id => host.Send(HttpMethod.Patch, $"/demo/links/{id}", alice.Token, change).Is(200));
        Assert.Equal(4, cuts); // Revocation, row, what is due, row.
    }

    async Task Balance() => await Books.Balance(host);
}
