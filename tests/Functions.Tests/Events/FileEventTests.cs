using Latchkey.Events;
using Latchkey.Tests.Files;
using Microsoft.Extensions.Hosting;

namespace Latchkey.Tests.Events;

/// <summary>Others are told of files and shares, if and only if they changed. The timer sends, as if every process died after its
/// answer.</summary>
public sealed class FileEventTests : IAsyncLifetime
{
    const int MostWrites = 14; // More than any step has.

    readonly WebhookReceiver receiver = new();
    CuttableStorage storage = null!;
    TestHost host = null!;
    FilesClient alice = null!;

    public async Task InitializeAsync()
    {
        await receiver.Start();
        storage = await CuttableStorage.Start();
        host = await storage.Host();
        await host.Service<IEnumerable<IHostedService>>().OfType<EventWorker>().Single().StopAsync(default);
        await (await host.Admin()).Post("webhooks", new { url = receiver.Origin + "/hook", types = new[] { "file.*", "share.*" } });
        alice = await host.As("alice");
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        storage.Dispose();
        await receiver.DisposeAsync();
    }

    [Fact]
    public async Task A_files_life_is_told_with_its_sequence_and_without_its_name()
    {
        var id = await alice.Upload([1, 2, 3]);
        await Told("file.created");
        await alice.Change(id, new { name = "secret-name.bin" });
        var changed = await Told("file.changed");
        await alice.Change(id, new { folder = "secret-folder" });
        await Told("file.moved");
        var share = (await alice.Share(id, new { with = new { user = "bob" }, access = "read" })).Id;
        Assert.Equal(share, (await Told("share.created")).Of("shareId"));
        await alice.Send(HttpMethod.Delete, $"/{id}/shares/{share}").Is(204);
        var revoked = await Told("share.revoked");
        Assert.Equal((share, id), (revoked.Of("shareId"), revoked.Of("fileId")));
        await alice.Trash(id);
        await Told("file.trashed");
        await alice.Restore(id);
        await Told("file.restored");
        await alice.Purge(id);
        var purged = await Told("file.purged");

        Assert.Equal((id, id), (changed.Of("fileId"), purged.Of("fileId")));
        Assert.Equal(("user", await host.UserId("alice"), 3L), (
            changed.Of("ownerKind"), changed.Of("ownerId"), changed.Data.GetProperty("size").GetInt64()));
        Assert.DoesNotContain("secret", changed.Body, StringComparison.Ordinal);
        Assert.Equal(6, purged.Data.GetProperty("sequence").GetInt64() - changed.Data.GetProperty("sequence").GetInt64());
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_change_of_a_file_that_died_anywhere_is_told_if_and_only_if_it_was_made(bool answerLost)
    {
        var id = await alice.Upload([1, 2, 3]);
        await Sent();
        for (var cut = 0; cut < MostWrites; cut++)
        {
            receiver.Received.Clear();
            storage.CutAfterWrites(cut, answerLost);
            await alice.Send(HttpMethod.Patch, $"/{id}", new { name = $"name{cut}.bin" });
            var wasCut = storage.Mend();
            var made = (await alice.Send(HttpMethod.Get, $"/{id}").Json()).GetProperty("name").GetString() == $"name{cut}.bin";
            await Sent();
            Assert.Equal(made ? 1 : 0, receiver.Received.Count);
            if (!wasCut) return;
        }
        Assert.Fail("It has more writes than expected.");
    }

    // Whatever there is to send is sent: notes after a minute.
    async Task Sent()
    {
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        await host.RunTimer("send-events");
        alice = await host.As("alice");
    }

    async Task<Hook> Told(string type)
    {
        await Sent();
        var one = Assert.Single(receiver.Received);
        receiver.Received.Clear();
        Assert.Equal(type, one.Type);
        return one;
    }
}
