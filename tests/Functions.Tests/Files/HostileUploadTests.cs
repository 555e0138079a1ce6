using System.Net;
using Azure.Data.Tables;
using Latchkey.Files;
using Latchkey.Storage;

namespace Latchkey.Tests.Files;

/// <summary>What somebody can do with an upload URL who means harm: nothing that outlives the file or stops its removal.</summary>
public sealed class HostileUploadTests : IAsyncLifetime
{
    TestHost host = null!;
    FilesClient alice = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start();
        alice = await host.As("alice");
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_lease_taken_with_the_upload_url_keeps_no_finished_file_from_going()
    {
        var id = (await Leased(isComplete: true)).Id;
        Assert.Equal(HttpStatusCode.NoContent, (await alice.Send(HttpMethod.Delete, $"/{id}?permanent=true")).StatusCode);
        await AssertNothing();
    }

    [Fact]
    public async Task A_lease_taken_with_the_upload_url_keeps_no_pending_file_from_going()
    {
        var id = (await Leased(isComplete: false)).Id;
        Assert.Equal(HttpStatusCode.NoContent, (await alice.Send(HttpMethod.Delete, $"/{id}")).StatusCode);
        await AssertNothing();
    }

    [Fact]
    public async Task A_lease_taken_with_the_upload_url_does_not_keep_the_sweep_from_ending_an_upload()
    {
        await Leased(isComplete: false);
        host.Clock.Advance(TimeSpan.FromDays(10));
        await host.RunTimer("sweep-uploads");
        await AssertNothing();
    }

    [Fact]
    public async Task A_lease_does_not_keep_what_was_written_after_complete_from_being_swept()
    {
        var begun = await Leased(isComplete: true, write: true);
        host.Clock.Advance(TimeSpan.FromDays(10));
        await host.RunTimer("sweep-uploads");
        Assert.Equal([0, 3], (await host.Blobs(begun.Id)).Select(item => item.Properties.ContentLength!.Value).Order());
    }

    [Fact]
    public async Task A_lease_taken_with_the_upload_url_does_not_keep_a_user_from_being_deleted()
    {
        await Leased(isComplete: true);
        var admin = await host.Admin();
        await admin.Do(HttpMethod.Delete, $"users/{await host.UserId("alice")}");
        Assert.Empty(await host.Blobs(""));
    }

    [Fact]
    public async Task A_lease_taken_with_the_upload_url_does_not_keep_the_integrity_check_from_its_end()
    {
        var begun = await Leased(isComplete: false);
        var files = host.Service<StorageClients>().Tables.GetTableClient("Files");
        await foreach (var row in files.QueryAsync<TableEntity>(row => row.RowKey == RowKeys.File(begun.Id)))
            await files.DeleteEntityAsync(row);
        host.Clock.Advance(TimeSpan.FromDays(9));
        var state = await host.Service<IntegrityCheck>().Run("demo", pages: 20, now: true, default);
        Assert.Equal((1, 1), (state!.Orphans, state.OrphansDeleted));
        Assert.Empty(await host.Blobs(""));
    }

    async Task<Begun> Leased(bool isComplete, bool write = false)
    {
        var begun = await alice.BeginBlocks(FilesClient.Declaration());
        await FilesClient.Block(begun.Url, BlockPlan.Id(0), [1, 2, 3]);
        if (isComplete) await alice.Completed(begun.Id, 1);
        if (write || !isComplete) await FilesClient.PutTo(begun.Url, FilesClient.Bytes(5000), ("x-ms-blob-type", "BlockBlob"));
        var lease = await FilesClient.PutTo($"{begun.Url}&comp=lease", [], ("x-ms-lease-action", "acquire"), ("x-ms-lease-duration", "-1"));
        Assert.Equal(HttpStatusCode.Created, lease.StatusCode);
        return begun;
    }

    async Task AssertNothing()
    {
        Assert.Empty(await host.Blobs(""));
        Assert.Empty(await Books.Records(host));
        await Books.Balance(host);
    }
}
