namespace Latchkey.Tests.Files;

/// <summary>Storage goes away anywhere while a file is handed in. The sender tries again, and it is there and counted once.</summary>
public sealed class RequestCrashTests : OnCuttableStorage
{
    FilesClient alice = null!;

    private protected override async Task Prepare()
    {
        alice = await host.As("alice");
        await FilesClient.MakeDueTables(alice);
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

    async Task Balance() => await Books.Balance(host);
}
