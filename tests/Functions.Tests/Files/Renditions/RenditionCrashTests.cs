using Latchkey.Files;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey.Tests.Files.Renditions;

/// <summary>
/// The process dies at every write while it makes thumbnails, or while it purges a picture that has some. The next message, or the next
/// look, makes it whole; nothing is counted twice or left behind.
/// </summary>
public sealed class RenditionCrashTests : OnCuttableStorage
{
    FilesClient alice = null!;

    private protected override async Task Prepare()
    {
        alice = await host.As("alice");
        await alice.MakeDueTables();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Thumbnails_that_died_anywhere_are_made_by_the_next_message(bool answerLost)
    {
        var maker = host.Service<RenditionMaker>();
        var cuts = 0;
        for (; ; cuts++)
        {
            var id = await Picture();
            storage.CutAfter(cuts, answerLost);
            var died = await Record.ExceptionAsync(() => maker.Make("demo", id, isLastTry: false, default)) is not null;
            if (!storage.Mend()) break;
            Assert.True(died);
            await maker.Make("demo", id, isLastTry: false, default);
            Assert.Equal([id, $"{id}.128", $"{id}.512"], (await host.Blobs(id)).Select(blob => blob.Name));
            await alice.Send(HttpMethod.Get, $"/{id}/thumbnail").Is(200);
            await alice.Purge(id);
            Assert.Empty(await host.Blobs(id));
        }
        Assert.InRange(cuts, 5, 6); // Record, bytes, two blobs, record; the usage is read again after a failure.
        await Books.Balance(host);
    }

    [Theory, InlineData(0), InlineData(1)]
    public async Task Thumbnails_of_bytes_that_were_replaced_and_purged_meanwhile_are_not_left(int kept)
    {
        await (await host.Operator()).ChangeTenant("demo", new { limits = new { versions = kept } });
        var versions = await VersionsClient.Of(host);
        var id = await Picture();
        var upload = await versions.SendVersion(id, [1]);
        storage.Before = async request =>
        {
            if (!request.StartsWith("PUT", StringComparison.Ordinal) || !request.Contains($"{id}.128", StringComparison.Ordinal)) return;
            storage.Before = null;
            await versions.Completed(upload);
        };
        await host.Service<RenditionMaker>().Make("demo", id, isLastTry: false, default);
        Assert.Null(storage.Before);
        Assert.Equal(kept == 0 ? [] : [id, $"{id}.128", $"{id}.512"], (await host.Blobs(id)).Select(blob => blob.Name));
        await Books.Balance(host);
        await versions.Purge(id);
        Assert.Empty(await host.Blobs(id));
    }

    [Theory, InlineData(1), InlineData(4), InlineData(5)]
    public async Task A_failure_of_storage_is_not_counted_against_the_picture(int dequeueCount)
    {
        var id = await Picture();
        var queue = ActivatorUtilities.CreateInstance<RenditionQueue>(host.Service<IServiceProvider>());
        var before = await Messages();
        storage.CutAfter(0, answerLost: false, requests: 3); // One request with its retries.
        await queue.Run($$"""{"v":1,"tenant":"demo","file":"{{id}}"}""", dequeueCount, default);
        Assert.True(storage.Mend());
        Assert.Equal(before + 1, await Messages());
        await alice.Send(HttpMethod.Get, $"/{id}/thumbnail").Fails(409, "thumbnail_pending");
    }

    [Fact]
    public async Task A_tenant_that_has_had_its_share_waits_and_others_do_not()
    {
        var acme = await host.As("alice", "acme");
        host.Service<TenantShare>().Add("demo", TimeSpan.FromMinutes(1));
        var first = await Picture();
        var other = await acme.Upload(Pictures.Bmp(160, 100), "other.bmp", contentType: "image/bmp");
        Assert.Equal(2, await host.RunQueues());
        await acme.Send(HttpMethod.Get, $"/{other}/thumbnail").Is(200);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await alice.Send(HttpMethod.Get, $"/{first}/thumbnail").Fails(409, "thumbnail_pending");
        Assert.Equal(1, await host.RunQueues());
        await alice.Send(HttpMethod.Get, $"/{first}/thumbnail").Is(200);
    }

    async Task<int> Messages()
    {
        var queue = host.Service<StorageClients>().Queues.GetQueueClient(QueueNames.Renditions);
        return (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount;
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_picture_is_complete_even_if_its_message_is_lost(bool answerLost)
    {
        await host.RunQueues(); // The queue is there.
        for (var passing = 0; ; passing++)
        {
            var begun = await alice.Begin(FilesClient.Declaration("lost.bmp", Pictures.Bmp(9, 9).Length, "image/bmp"));
            await FilesClient.Stored(begun, Pictures.Bmp(9, 9));
            storage.CutAfter(passing, answerLost);
            var answer = await alice.Complete(begun.Id);
            if (!storage.Mend()) break;
            if ((int)answer.StatusCode == 503) await alice.Completed(begun.Id); // Or its message was lost alone, which nobody is told.
            await alice.Send(HttpMethod.Get, $"/{begun.Id}/thumbnail").Fails(409, "thumbnail_pending");
            await host.RunQueues();
            await alice.Send(HttpMethod.Get, $"/{begun.Id}/thumbnail").Is(200);
        }
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_purge_that_died_anywhere_leaves_no_thumbnail(bool answerLost)
    {
        var cuts = await storage.CutEverywhere(answerLost, id => alice.Send(HttpMethod.Delete, $"/{id}?permanent=true"),
            prepare: async () =>
            {
                var id = await Picture();
                await host.Service<RenditionMaker>().Make("demo", id, isLastTry: false, default);
                return id;
            },
            check: async id =>
            {
                await alice.Send(HttpMethod.Delete, $"/{id}?permanent=true");
                Assert.Empty(await host.Blobs(id));
            });
        Assert.True(cuts >= 8);
        await Books.Balance(host);
    }

    Task<string> Picture() => alice.Upload(Pictures.Bmp(160, 100), "picture.bmp", contentType: "image/bmp");
}
