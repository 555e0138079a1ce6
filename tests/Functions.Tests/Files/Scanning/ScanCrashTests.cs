using Latchkey.Files;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey.Tests.Files.Scanning;

/// <summary>
/// The process dies at every request to storage, at complete and at the verdict. The next complete, the next message or the sweep makes it
/// whole: no file is available without a verdict, and no infected one keeps its bytes.
/// </summary>
public sealed class ScanCrashTests : OnCuttableStorage
{
    FilesClient alice = null!;

    private protected override Dictionary<string, string?> Settings => new()
    {
        ["Latchkey:Scan:Mode"] = "ClamAv",
        ["Latchkey:Scan:Address"] = Clamd.IsInstalled ? $"unix:{Clamd.Shared.GetAwaiter().GetResult().Socket}" : "none:1",
    };

    private protected override async Task Prepare()
    {
        alice = await host.As("alice");
        await alice.MakeDueTables();
        await (await host.Admin()).Patch("settings", new { malwareScanning = true });
        await alice.Trash(await alice.Upload([1]));
        await host.RunQueues();
    }

    [ClamdTheory, InlineData(true), InlineData(false)]
    public async Task A_complete_that_died_anywhere_is_scanned_in_the_end(bool answerLost)
    {
        var ids = new List<string>();
        for (var passing = 0; ; passing++)
        {
            var begun = await alice.Begin(FilesClient.Declaration());
            ids.Add(begun.Id);
            await FilesClient.Stored(begun, [1, 2, 3]);
            storage.CutAfter(passing, answerLost);
            var answer = await alice.Complete(begun.Id);
            if (!storage.Mend()) break;
            Assert.NotEqual("available", (await alice.Read(begun.Id)).Status);
            if ((int)answer.StatusCode == 503) Assert.Equal("scanning", (await alice.Completed(begun.Id)).Status);
        }
        Assert.InRange(ids.Count, 7, 11);
        host.Clock.Advance(TimeSpan.FromHours(1)); // Whose message was lost the sweep finds.
        await host.RunTimer("files-sweep");
        await host.RunQueues();
        alice = await host.As("alice");
        foreach (var id in ids) Assert.Equal("available", (await alice.Read(id)).Status);
        await Books.Balance(host);
    }

    [ClamdTheory, InlineData(true, true), InlineData(false, true), InlineData(true, false), InlineData(false, false)]
    public async Task A_verdict_that_died_anywhere_is_reached_by_the_next_message(bool answerLost, bool infected)
    {
        var queue = ActivatorUtilities.CreateInstance<ScanQueue>(host.Service<IServiceProvider>());
        var cuts = 0;
        for (; ; cuts++)
        {
            var id = await alice.Upload(infected ? Clamd.Malware : [1, 2, 3]);
            var message = $$"""{"v":1,"tenant":"demo","file":"{{id}}"}""";
            storage.CutAfter(cuts, answerLost);
            var died = await Record.ExceptionAsync(() => queue.Run(message, 1, default)) is not null;
            if (!storage.Mend()) break;
            Assert.True(died);
            await queue.Run(message, 2, default);
            Assert.Equal(infected ? "infected" : "available", (await alice.Read(id)).Status);
            Assert.Equal(infected ? 0 : 1, (await host.Blobs(id)).Count);
        }
        Assert.InRange(cuts, 4, 14);
        await Books.Balance(host);
    }

    [ClamdTheory, InlineData(true), InlineData(false)]
    public async Task A_rescan_that_died_anywhere_goes_on_with_the_same_message(bool answerLost)
    {
        var admin = await host.Admin();
        for (var n = 0; n < 3; n++) await alice.Upload([(byte)n]);
        await host.RunQueues();
        var queue = ActivatorUtilities.CreateInstance<RescanQueue>(host.Service<IServiceProvider>());
        var store = host.Service<RescanStore>();
        for (var cut = 0; ; cut++)
        {
            await host.Send(HttpMethod.Post, "/demo/admin/files-scan", admin.Token).Is(202);
            var run = (await store.Find("demo", default))!.Run;
            var message = $$"""{"v":1,"tenant":"demo","run":"{{run}}"}""";
            storage.CutAfter(cut, answerLost);
            await Record.ExceptionAsync(() => queue.Run(message, default));
            if (!storage.Mend()) break;
            await queue.Run(message, default);
            await host.RunQueues();
            var state = (await store.Find("demo", default))!;
            Assert.Equal((3, 0), (state.Scanned, state.Failed));
            Assert.NotNull(state.FinishedAt);
        }
    }
}
