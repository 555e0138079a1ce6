using Latchkey.Files;
using Latchkey.Storage;

namespace Latchkey.Tests.Files;

/// <summary>The check finds what does not fit together, repairs what is safe and reports the rest.</summary>
public sealed class IntegrityCheckTests : IAsyncLifetime
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
    public async Task A_deployment_without_files_has_nothing_to_check()
    {
        await host.RunTimer("files-check");
        Assert.DoesNotContain(host.Log.Lines, line => line.Contains("Error", StringComparison.Ordinal));
        Assert.Equal(0, (await Send(HttpMethod.Get).Read<CheckAnswer>()).Records);
    }

    [Fact]
    public async Task A_blob_without_a_record_is_deleted_once_it_is_eight_days_old()
    {
        var (kept, orphan) = (await alice.Upload([1], "kept"), await alice.Upload([1], "orphan"));
        var trashed = await alice.Upload([1], "trashed");
        await alice.Send(HttpMethod.Delete, $"/{trashed}");
        var record = (await host.Service<FileStore>().Find("demo", orphan, default))!;
        await host.Service<StorageClients>().Tables.GetTableClient("Files")
            .DeleteEntityAsync(FileRows.Partition(record), RowKeys.File(orphan));
        var stray = host.Service<StorageClients>().Blobs.GetBlobContainerClient("files-demo").GetBlobClient("stray");
        await stray.UploadAsync(BinaryData.FromString("stray"));

        var young = await Run();
        Assert.Equal((2, 0), (young.Orphans, young.OrphansDeleted));
        host.Clock.Advance(TimeSpan.FromDays(8) + TimeSpan.FromMinutes(1));
        await host.RunTimer("files-check");
        var old = await Send(HttpMethod.Get).Read<CheckAnswer>();
        Assert.Equal((2, 2, 0), (old.Orphans, old.OrphansDeleted, old.Missing));
        Assert.Equal(new[] { kept, trashed }.Order(), (await Books.Blobs(host)).Order());
    }

    [Fact]
    public async Task A_record_without_its_blob_is_marked_and_reported_and_unmarked_when_the_bytes_are_back()
    {
        var id = await alice.Upload([1, 2, 3], "lost");
        await host.Service<BlobStore>().Delete("demo", id, default);
        var report = await Run();
        Assert.Equal((1, id), (report.Missing, report.MissingIds[0]));
        await alice.Send(HttpMethod.Get, $"/{id}/download").Fails(410, "bytes_missing");
        Assert.Contains(host.Log.Lines, line =>
            line.Contains("1 files without bytes", StringComparison.Ordinal) && line.Contains(id, StringComparison.Ordinal));
        Assert.Single((await alice.List()).Files);

        await host.Service<StorageClients>().Blobs.GetBlobContainerClient("files-demo").GetBlobClient(id)
            .UploadAsync(BinaryData.FromBytes(new byte[] { 1, 2, 3 }));
        Assert.Equal(0, (await Run()).Missing);
        await alice.DownloadUrl(id);
    }

    [Fact]
    public async Task Empty_folders_and_forgotten_parts_of_the_total_are_repaired()
    {
        var id = await alice.Upload([1], "leaves", "a/b/c");
        await alice.Upload([1], "stays", "a/x");
        var file = (await host.Service<FileStore>().Find("demo", id, default))!;
        // And the process died.
        await host.Service<FileStore>().TryMove(file, file.Delete(host.Clock.Now, TimeSpan.FromDays(1)), default, default);
        var spaces = new List<string> { file.Space };
        foreach (var user in new[] { "bob", "admin" }) spaces.Add((await (await host.As(user)).Upload([1]))[..16]);
        foreach (var space in spaces)
        {
            var usage = await host.Service<SpaceQuota>().Read("demo", space, default);
            await host.Service<TenantQuota>().Reserve("demo", space, usage, usage with { Bytes = 1L << 30 }, new(), default);
        }

        var report = await Run();
        Assert.Equal((2, 0), (report.FoldersRemoved, report.PartsRepaired));
        host.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(3, (await Run()).PartsRepaired);
        await Books.Balance(host);
        var page = await (await host.As("alice")).Send(HttpMethod.Get, "?folder=a").Read<ListingAnswer>();
        Assert.Equal(["x"], page.Folders!);
    }

    [Fact]
    public async Task A_check_goes_on_where_it_stopped()
    {
        for (var n = 0; n < 3; n++) await alice.Upload([1], $"{n}");
        var steps = host.Service<Latchkey.Files.IntegrityCheck>();
        var phases = new List<string>();
        for (var n = 0; n < 10; n++)
        {
            var state = (await steps.Run("demo", pages: 1, now: n == 0, default))!;
            phases.Add(state.Phase.ToString());
            if (state.FinishedAt is not null) break;
        }
        Assert.Equal(["Versions", "Blobs", "Folders", "Totals", "Done"], phases.Distinct());
        var before = host.Service<RoundTrips>().Count;
        await steps.Run("demo", pages: 10, now: false, default);
        Assert.Equal(1, host.Service<RoundTrips>().Count - before); // Done for today.
    }

    [Fact]
    public async Task Only_administrators_see_the_check_and_only_their_tenants()
    {
        await Send(HttpMethod.Get).Fails(404, "not_checked");
        await host.Send(HttpMethod.Get, "/demo/files-check", alice.Token).Fails(403, "insufficient_scope");
        var lost = await (await host.As("alice", "acme")).Upload([1], "theirs");
        await host.Service<BlobStore>().Delete("acme", lost, default);
        Assert.Equal(0, (await Run()).Missing);
    }

    async Task<CheckAnswer> Run()
    {
        CheckAnswer report;
        do report = await Send(HttpMethod.Post).Read<CheckAnswer>();
        while (report.FinishedAt is null);
        return report;
    }

    async Task<HttpResponseMessage> Send(HttpMethod method)
    {
        var token = (await host.Tokens("demo", "admin")).AccessToken;
        return await host.Send(method, "/demo/files-check", token);
    }
}
