using Latchkey.Storage;

namespace Latchkey.Tests.Files;

/// <summary>Into the trash, back from it, and out of it for good.</summary>
public sealed class TrashTests : IAsyncLifetime
{
    TestHost host = null!;
    FilesOf alice = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start();
        alice = await FilesOf.SignedIn(host);
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task What_is_deleted_is_gone_for_everything_but_the_trash_and_comes_back_as_it_was()
    {
        var id = await alice.Upload([1, 2, 3], "été.jpg", "a/b");
        var before = (await alice.Read(id)).GetRawText();
        Assert.Equal(204, (int)(await alice.Send(HttpMethod.Delete, $"/{id}")).StatusCode);
        Assert.Equal(204, (int)(await alice.Send(HttpMethod.Delete, $"/{id}")).StatusCode);

        foreach (var (method, path) in BadInputTests.Endpoints(id).Where(e => e.Method == HttpMethod.Get || e.Path.EndsWith("complete", StringComparison.Ordinal)))
            Assert.Equal("file_not_found", await FilesOf.Code(await alice.Send(method, path), 404));
        Assert.Equal("file_not_found", await FilesOf.Code(await alice.Send(HttpMethod.Patch, $"/{id}", new { name = "x" }), 404));
        Assert.Equal("file_not_found", await FilesOf.Code(await alice.Send(HttpMethod.Post, $"/{id}/copy", new { }), 404));
        Assert.Empty((await alice.List("?folder=a/b")).Files);
        var trashed = Assert.Single((await alice.List("?trash=true")).Files);
        Assert.Equal((id, "deleted", "a/b"), (trashed.GetProperty("id").GetString(), trashed.GetProperty("status").GetString(), trashed.GetProperty("folder").GetString()));
        Assert.Equal(host.Clock.Now.AddDays(30).UtcDateTime, trashed.GetProperty("purgeAfter").GetDateTime(), TimeSpan.FromSeconds(1));

        Assert.Equal(before, (await TestHost.Json(await alice.Send(HttpMethod.Post, $"/{id}/restore"), 200)).GetRawText());
        Assert.Equal(before, (await TestHost.Json(await alice.Send(HttpMethod.Post, $"/{id}/restore"), 200)).GetRawText());
        Assert.Equal(before, (await alice.List("?folder=a/b")).Files.Single().GetRawText());
        Assert.Empty((await alice.List("?trash=true")).Files);
        Assert.Equal([1, 2, 3], await (await alice.Download(id)).Content.ReadAsByteArrayAsync());
        await Books.Balance(host);
    }

    [Fact]
    public async Task The_sweep_purges_after_the_trash_time_and_only_what_is_still_deleted()
    {
        var (purged, restored, again) = (await alice.Upload([1], "purged"), await alice.Upload([1], "restored"), await alice.Upload([1], "again"));
        foreach (var id in (string[])[purged, restored, again]) await alice.Send(HttpMethod.Delete, $"/{id}");
        await TestHost.Json(await alice.Send(HttpMethod.Post, $"/{restored}/restore"), 200);
        await TestHost.Json(await alice.Send(HttpMethod.Post, $"/{again}/restore"), 200);
        host.Clock.Advance(TimeSpan.FromDays(29));
        alice = await FilesOf.SignedIn(host);
        await alice.Send(HttpMethod.Delete, $"/{again}");
        await host.RunTimer("files-sweep");
        Assert.Equal(2, (await alice.List("?trash=true")).Files.Count);

        host.Clock.Advance(TimeSpan.FromDays(1));
        await host.RunTimer("files-sweep");
        alice = await FilesOf.SignedIn(host);
        Assert.Equal(again, Assert.Single((await alice.List("?trash=true")).Files).GetProperty("id").GetString());
        Assert.Equal(new[] { restored, again }.Order(), (await Books.Blobs(host)).Order());
        Assert.Equal("file_not_found", await FilesOf.Code(await alice.Send(HttpMethod.Post, $"/{purged}/restore"), 404));
        await Books.Balance(host);

        // Once all is done and the days are over, no table of what was due is left but that of what is.
        host.Clock.Advance(TimeSpan.FromDays(40));
        await host.RunTimer("files-sweep");
        alice = await FilesOf.SignedIn(host);
        Assert.Single(await Books.Blobs(host));
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
        var pending = (await alice.Begin(FilesOf.Declaration())).Id;
        foreach (var id in (string[])[live, trashed])
            Assert.Equal(204, (int)(await alice.Send(HttpMethod.Delete, $"/{id}?permanent=true")).StatusCode);
        Assert.Equal(204, (int)(await alice.Send(HttpMethod.Delete, $"/{pending}")).StatusCode); // Nothing to come back.
        foreach (var id in (string[])[live, trashed, pending])
            Assert.Equal("file_not_found", await FilesOf.Code(await alice.Send(HttpMethod.Delete, $"/{id}?permanent=true"), 404));
        Assert.Empty((await alice.List("?trash=true")).Files);
        Assert.Empty(await Books.Blobs(host));
        Assert.Equal("invalid_query", await FilesOf.Code(await alice.Send(HttpMethod.Delete, $"/{live}?permanent=yes"), 400));
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
            names.AddRange(page.Files.Select(file => file.GetProperty("name").GetString()!));
            cursor = page.Cursor is null ? null : $"&cursor={page.Cursor}";
        }
        while (cursor is not null);
        Assert.Equal(["4", "3", "2", "1", "0"], names);
        Assert.Equal("invalid_cursor", await FilesOf.Code(await alice.Send(HttpMethod.Get, "?trash=true&cursor=AAAA"), 400));
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
