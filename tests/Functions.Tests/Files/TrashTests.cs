using Latchkey.Storage;

namespace Latchkey.Tests.Files;

/// <summary>Into the trash, back from it, and out of it for good.</summary>
public sealed class TrashTests : IAsyncLifetime
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
    public async Task What_is_deleted_is_gone_for_everything_but_the_trash_and_comes_back_as_it_was()
    {
        var id = await alice.Upload([1, 2, 3], "été.jpg", "a/b");
        var before = await alice.Read(id);
        Assert.Equal(204, (int)(await alice.Send(HttpMethod.Delete, $"/{id}")).StatusCode);
        Assert.Equal(204, (int)(await alice.Send(HttpMethod.Delete, $"/{id}")).StatusCode);

        foreach (var (method, path) in BadInputTests.Endpoints(id)
            .Where(e => e.Method == HttpMethod.Get || e.Path.EndsWith("complete", StringComparison.Ordinal)))
            await alice.Send(method, path).Fails(404, "file_not_found");
        await alice.Send(HttpMethod.Patch, $"/{id}", new { name = "x" }).Fails(404, "file_not_found");
        await alice.Send(HttpMethod.Post, $"/{id}/copy", new { }).Fails(404, "file_not_found");
        Assert.Empty((await alice.List("?folder=a/b")).Files);
        var trashed = Assert.Single((await alice.List("?trash=true")).Files);
        Assert.Equal((id, "deleted", "a/b"), (trashed.Id, trashed.Status, trashed.Folder));
        Assert.Equal(host.Clock.Now.AddDays(30), trashed.PurgeAfter!.Value, TimeSpan.FromSeconds(1));

        Assert.Equal(before, await alice.Restore(id));
        Assert.Equal(before, await alice.Restore(id));
        Assert.Equal(before, (await alice.List("?folder=a/b")).Files.Single());
        Assert.Empty((await alice.List("?trash=true")).Files);
        Assert.Equal([1, 2, 3], await (await alice.Download(id)).Content.ReadAsByteArrayAsync());
        await Books.Balance(host);
    }

    [Fact]
    public async Task The_sweep_purges_after_the_trash_time_and_only_what_is_still_deleted()
    {
        var (purged, restored, again) = (await alice.Upload([1], "purged"), await alice.Upload([1], "restored"),
            await alice.Upload([1], "again"));
        foreach (var id in (string[])[purged, restored, again]) await alice.Send(HttpMethod.Delete, $"/{id}");
        await alice.Restore(restored);
        await alice.Restore(again);
        host.Clock.Advance(TimeSpan.FromDays(29));
        alice = await host.As("alice");
        await alice.Send(HttpMethod.Delete, $"/{again}");
        await host.RunTimer("files-sweep");
        Assert.Equal(2, (await alice.List("?trash=true")).Files.Count);

        host.Clock.Advance(TimeSpan.FromDays(1));
        await host.RunTimer("files-sweep");
        alice = await host.As("alice");
        Assert.Equal(again, Assert.Single((await alice.List("?trash=true")).Files).Id);
        Assert.Equal(new[] { restored, again }.Order(), (await Books.Blobs(host)).Order());
        await alice.Send(HttpMethod.Post, $"/{purged}/restore").Fails(404, "file_not_found");
        await Books.Balance(host);

        // Once all is done and the days are over, no table of what was due is left but that of what is.
        host.Clock.Advance(TimeSpan.FromDays(40));
        await host.RunTimer("files-sweep");
        alice = await host.As("alice");
        Assert.Single(await Books.Blobs(host));
        host.Clock.Advance(TimeSpan.FromDays(40)); // Until then apps were told of what this sweep purged.
        await host.RunTimer("files-sweep");
        var tables = new List<string>();
        await foreach (var table in host.Service<StorageClients>().Tables.QueryAsync()) tables.Add(table.Name);
        Assert.DoesNotContain(tables, name => name.StartsWith("Due", StringComparison.Ordinal));
        await Books.Balance(host);
    }

    [Fact]
    public async Task The_sweep_reads_no_live_file()
    {
        await alice.Upload([1], "live 1");
        await host.RunTimer("files-sweep");
        var before = host.Service<RoundTrips>().Count;
        await host.RunTimer("files-sweep");
        var quiet = host.Service<RoundTrips>().Count - before;
        for (var n = 0; n < 5; n++) await alice.Upload([1], $"live {n}");
        before = host.Service<RoundTrips>().Count;
        await host.RunTimer("files-sweep");
        Assert.Equal(quiet, host.Service<RoundTrips>().Count - before);
    }

    [Fact]
    public async Task Deleting_for_good_leaves_nothing_from_wherever_it_starts()
    {
        var live = await alice.Upload([1], "live", "f");
        var trashed = await alice.Upload([1], "trashed", "f");
        await alice.Send(HttpMethod.Delete, $"/{trashed}");
        var pending = (await alice.Begin(FilesClient.Declaration())).Id;
        foreach (var id in (string[])[live, trashed])
            Assert.Equal(204, (int)(await alice.Send(HttpMethod.Delete, $"/{id}?permanent=true")).StatusCode);
        Assert.Equal(204, (int)(await alice.Send(HttpMethod.Delete, $"/{pending}")).StatusCode); // Nothing to come back.
        foreach (var id in (string[])[live, trashed, pending])
            await alice.Send(HttpMethod.Delete, $"/{id}?permanent=true").Fails(404, "file_not_found");
        Assert.Empty((await alice.List("?trash=true")).Files);
        Assert.Empty(await Books.Blobs(host));
        await alice.Send(HttpMethod.Delete, $"/{live}?permanent=yes").Fails(400, "invalid_query");
        await Books.Balance(host);
    }

    [Fact]
    public async Task A_trash_of_many_is_listed_page_by_page_the_last_deleted_first()
    {
        foreach (var n in Enumerable.Range(0, 5))
        {
            var id = await alice.Upload([1], $"{n}", $"folder {n}");
            await alice.Send(HttpMethod.Delete, $"/{id}");
            host.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        var (names, cursor) = (new List<string>(), "");
        do
        {
            var page = await alice.List($"?trash=true&limit=2{cursor}");
            names.AddRange(page.Files.Select(file => file.Name));
            cursor = page.Cursor is null ? null : $"&cursor={page.Cursor}";
        }
        while (cursor is not null);
        Assert.Equal(["4", "3", "2", "1", "0"], names);
        await alice.Send(HttpMethod.Get, "?trash=true&cursor=AAAA").Fails(400, "invalid_cursor");
    }

    [Fact]
    public async Task Of_restores_and_purges_at_once_one_wins_and_the_file_is_whole_or_gone()
    {
        for (var round = 0; round < 5; round++)
        {
            var id = await alice.Upload([1, 2], $"round {round}");
            await alice.Send(HttpMethod.Delete, $"/{id}");
            var answers = await Task.WhenAll(
                alice.Send(HttpMethod.Post, $"/{id}/restore"), alice.Send(HttpMethod.Delete, $"/{id}?permanent=true"),
                alice.Send(HttpMethod.Post, $"/{id}/restore"));
            Assert.All(answers, answer => Assert.True((int)answer.StatusCode is 200 or 204 or 404 or 409, $"{(int)answer.StatusCode}"));
            Assert.Equal(404, (int)(await alice.Send(HttpMethod.Get, $"/{id}")).StatusCode);
        }
        Assert.Empty(await Books.Blobs(host));
        await Books.Balance(host);
    }

}
