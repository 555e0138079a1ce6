using System.Globalization;
using System.Security.Cryptography;
using Azure.Data.Tables;
using Latchkey.Files;
using Latchkey.Storage;

namespace Latchkey.Tests.Files;

/// <summary>The index by which files are found: what it costs in a large space, and that nothing puts it out of step.</summary>
public sealed class SearchIndexTests : IAsyncLifetime
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
    public async Task A_page_takes_the_same_requests_among_a_thousand_files_and_among_fifty_thousand()
    {
        var (oldest, newest) = (await alice.Upload([1], "needle"), await alice.Upload([1], "IMG_new needle"));
        await alice.Change(oldest, new { takenAt = "1990-01-01T00:00:00Z" });
        foreach (var count in new[] { 1_000, 50_000 })
        {
            await Fill(newest, count);
            ListingAnswer page = null!;
            Assert.Equal([newest, oldest], await Follow("q=needle", 4)); // Revocation, index, two records.
            Assert.Equal(3, await host.Trips(async () => page = await alice.Search("q=img&limit=1")));
            Assert.Equal(newest, Assert.Single(page.Files).Id);
            Assert.NotNull(page.Cursor);
            Assert.Empty(await Follow("q=nowhere", 2));
            Assert.Equal(3, await host.Trips(async () => page = await alice.Search("type=application&to=1991-01-01T00:00:00Z")));
            Assert.Equal(oldest, Assert.Single(page.Files).Id);
            // Other orders cost the same, as far as a page reaches.
            if (count == 50_000) await alice.Send(HttpMethod.Get, "/search?sort=size").Fails(400, "search_too_large");
            var most = count == 50_000 ? "&to=2019-01-01T00:00:00Z" : ""; // Some 21,000 of them.
            foreach (var sort in new[] { "name", "-name", "size", "-size", "time" })
                Assert.Equal(3, await host.Trips(async () => page = await alice.Search($"sort={sort}&limit=1&q=needle{most}")));
            Assert.Equal(oldest, Assert.Single(page.Files).Id);
        }
        // One change there reads and writes one small row, or only writes it, if it was the last.
        await alice.Change(oldest, new { name = "renamed" });
        Assert.Equal(4, await host.Trips(() => alice.Change(newest, new { name = "renamed" })));
        Assert.Equal(3, await host.Trips(() => alice.Change(newest, new { name = "renamed again" })));

        // A large index has pages, each of which costs no more than the only one of a small index.
        async Task<List<string>> Follow(string query, int trips)
        {
            var (found, cursor) = (new List<string>(), "");
            do
            {
                ListingAnswer page = null!;
                Assert.InRange(await host.Trips(async () => page = await alice.Search($"{query}&cursor={cursor}")), 2, trips);
                found.AddRange(page.Files.Select(file => file.Id));
                cursor = page.Cursor;
            }
            while (cursor is not null);
            return found;
        }
    }

    [Fact]
    public async Task A_page_of_the_trash_or_of_what_is_shared_takes_the_same_requests_however_much_there_is()
    {
        var id = await alice.Upload([1], "needle");
        await alice.Trash(id);
        Assert.Equal(2, await host.Trips(() => alice.Search("trash=true&q=needle")));
        var table = host.Service<StorageClients>().Tables.GetTableClient("Files");
        var (partition, now) = (FileRows.Partition("demo", id), host.Clock.GetUtcNow());
        var row = await table.QueryAsync<TableEntity>(one => one.PartitionKey == partition)
            .FirstAsync(one => one.RowKey.StartsWith(RowKeys.Trash, StringComparison.Ordinal));
        await host.WriteRows("Files", partition, 1_100, n => new(row)
        {
            RowKey = RowKeys.Trashed(now.AddSeconds(n + 1), id[..16] + Ids.NewBase32()),
            ["Name"] = $"hay {n + 1}",
        });
        ListingAnswer page = null!;
        Assert.Equal(2, await host.Trips(async () => page = await alice.Search("trash=true&q=needle")));
        Assert.Empty(page.Files);
        Assert.Equal(2, await host.Trips(async () => page = await alice.Search($"trash=true&q=needle&cursor={page.Cursor}")));
        Assert.Equal((id, null), (Assert.Single(page.Files).Id, page.Cursor));

        var bob = await host.As("bob");
        var trips = new List<long>();
        foreach (var more in new[] { 4, 8 })
        {
            for (var n = 0; n < more; n++)
                await alice.Share(await alice.Upload([1], $"shared {n}"), new { with = new { user = "bob" }, access = "read" });
            await bob.Search("space=shared");
            trips.Add(await host.Trips(async () => page = await bob.Search("space=shared&q=needle&limit=3")));
            Assert.Empty(page.Files);
            Assert.NotNull(page.Cursor);
        }
        Assert.Equal(trips[0], trips[1]);
        Assert.InRange(trips[0], 8, 10); // Revocation, groups, index; of each of three the record and the share.
    }

    [Fact]
    public void A_process_keeps_the_rows_of_the_spaces_that_changed_last_and_no_more()
    {
        var kept = new KeptLeaves();
        for (var n = 0; n < KeptLeaves.Max + 2; n++)
        {
            kept.Keep($"{n}", new("1"), SearchLeaf.Empty);
            kept.Keep("0", new("2"), SearchLeaf.Empty); // It changes all the time.
        }
        Assert.Equal((null, null), (kept.Find("1", new("1")), kept.Find("0", new("1"))));
        Assert.NotNull(kept.Find("0", new("2")));
        Assert.NotNull(kept.Find("3", new("1")));
        kept.Keep("3", new("2"), null);
        Assert.Null(kept.Find("3", new("1")));
    }

    [Fact]
    public async Task Nothing_is_lost_or_there_twice_while_rows_divide_and_empty()
    {
        // Names as long as they may be: some twenty files to a row.
        await alice.Upload([1]);
        var store = host.Service<FileStore>();
        var first = (await store.Find("demo", (await alice.List()).Files[0].Id, default))!;
        var files = new List<string>();
        foreach (var days in Enumerable.Range(0, 48).Select(n => n < 20 ? n : n < 35 ? -n : n * 37 % 71))
        {
            var file = first with
            {
                Id = first.Id[..16] + Ids.NewBase32(),
                Status = FileStatus.Pending,
                Name = days.ToString(CultureInfo.InvariantCulture) + new string('漢', 250),
                TakenAt = new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(days),
                CompletedAt = null,
                ListKeys = [],
                UploadKey = null,
            };
            await store.Add(file, file.Owner, default);
            Assert.True(
                await store.TryComplete((await store.Find("demo", file.Id, default))!.Complete(host.Clock.GetUtcNow(), scan: false),
                    default));
            files.Add(file.Id);
        }
        Assert.InRange(await Rows(), 3, 9);
        await Matches(49);
        for (var n = 0; n < files.Count; n += 3)
            await alice.Change(files[n], new { takenAt = n % 2 == 0 ? "" : $"20{n + 10:D2}-01-01T00:00:00Z", name = $"{n}" });
        await Matches(49);
        foreach (var id in files.Skip(5)) await alice.Trash(id);
        await Matches(6);
        Assert.InRange(await Rows(), 1, 7);
        foreach (var id in files) await store.TryMove((await store.Find("demo", id, default))!,
            (await store.Find("demo", id, default))!.Purge(), default, default);
        await Matches(1);

        async Task Matches(int count)
        {
            var (found, cursor) = (new List<string>(), "");
            do
            {
                var page = await alice.Search($"limit=9&cursor={cursor}");
                found.AddRange(page.Files.Select(file => file.Id));
                cursor = page.Cursor;
            }
            while (cursor is not null);
            Assert.Equal(count, found.Distinct().Count());
            Assert.Equal(count, found.Count);
        }
    }

    [Fact]
    public async Task Of_uploads_and_renames_on_two_instances_at_once_every_one_is_found()
    {
        await using var other = await TestHost.Start(clock: host.Clock, settings: new()
        {
            ["Latchkey:Storage:ConnectionString"] = host.Service<Settings>().ConnectionString,
        });
        FilesClient[] clients = [alice, await other.As("alice")];
        var ids = await Task.WhenAll(Enumerable.Range(0, 12).Select(n => clients[n % 2].Upload([1], $"file {n}")));
        Assert.Equal(ids.Order(), (await alice.Search("q=file")).Files.Select(file => file.Id).Order());
        await Task.WhenAll(ids.Select((id, n) => n % 3 == 0 ? clients[(n + 1) % 2].Trash(id)
            : clients[n / 2 % 2].Change(id, new { name = $"renamed {n}" })));
        Assert.Equal(8, (await alice.Search("q=renamed")).Files.Count);
        await Books.Balance(host);
    }

    [Fact]
    public async Task The_integrity_check_adds_files_from_before_to_both_indexes_and_what_an_older_version_wrote_since()
    {
        var bytes = new byte[] { 1, 2 };
        var hash = SHA256.HashData(bytes);
        var ids = new List<string>();
        foreach (var name in new[] { "before", "renamed", "trashed", "unchanged" })
        {
            var begun = await alice.Begin(FilesClient.Declaration(name, 2, sha256: hash));
            await FilesClient.Stored(begun, bytes);
            ids.Add((await alice.Completed(begun.Id)).Id);
        }
        var table = host.Service<StorageClients>().Tables.GetTableClient("Files");
        var usage = await table.GetEntityAsync<TableEntity>(FileRows.Partition("demo", ids[0]), RowKeys.SpaceUsage);

        // A version that keeps no index renames one, and trashes one. Its row of the usage has no incarnation, so what was known is void.
        await Write(ids[1], row => row["Name"] = "called otherwise");
        await Write(ids[2], row => (row["Status"], row["DeletedAt"]) = ("Deleted", host.Clock.GetUtcNow()));
        usage.Value.Remove("Incarnation");
        await table.UpdateEntityAsync(usage.Value, usage.Value.ETag, TableUpdateMode.Replace);
        Assert.Equal(["before", "called otherwise", "unchanged"], (await alice.Search("")).Files.Select(file => file.Name).Order());
        Assert.Empty((await alice.Search("q=otherwise")).Files);

        // And all rows are as before the feature; changes are numbered anew as well.
        await foreach (var row in table.QueryAsync<TableEntity>())
            if (row.RowKey.Split('|')[0] is "find" or "change") await table.DeleteEntityAsync(row.PartitionKey, row.RowKey);
        await using var upgraded = await TestHost.Start(clock: host.Clock, settings: new()
        {
            ["Latchkey:Storage:ConnectionString"] = host.Service<Settings>().ConnectionString,
        });
        alice = await upgraded.As("alice");
        Assert.Empty((await alice.Search("")).Files);
        var admin = await upgraded.Admin();
        await upgraded.Send(HttpMethod.Post, "/demo/files-check", admin.Token).Is(200);
        Assert.Equal(["before", "called otherwise", "unchanged"], (await alice.Search("")).Files.Select(file => file.Name).Order());
        var known = await alice.Send(HttpMethod.Post, "/known", new { items = new[] { new { sha256 = Convert.ToHexString(hash) } } })
            .Read<KnownAnswer>();
        Assert.True(known.Items[0].Known);
        await Books.Balance(upgraded);

        // The second time there is nothing to do.
        var etags = await ETags();
        upgraded.Clock.Advance(TimeSpan.FromMinutes(1));
        await upgraded.Send(HttpMethod.Post, "/demo/files-check", admin.Token).Is(200);
        Assert.Equal(etags, await ETags());
        await alice.Restore(ids[2]);
        Assert.Equal("trashed", Assert.Single((await alice.Search("q=trashed")).Files).Name);
        await Books.Balance(upgraded);

        async Task Write(string id, Action<TableEntity> change)
        {
            var row = (await table.GetEntityAsync<TableEntity>(FileRows.Partition("demo", id), RowKeys.File(id))).Value;
            row.Remove("Indexed");
            change(row);
            await table.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace);
        }

        async Task<List<string>> ETags() => [.. (await Task.WhenAll(ids.Select(async id =>
            (await host.Service<FileStore>().Find("demo", id, default))!.ETag.ToString())))];
    }

    async Task<int> Rows()
    {
        var count = 0;
        await foreach (var row in host.Service<StorageClients>().Tables.GetTableClient("Files").QueryAsync<TableEntity>())
            if (row.RowKey.StartsWith(RowKeys.AnySearch, StringComparison.Ordinal)) count++;
        return count;
    }

    // Makes the index that of a space with so many files more, between the newest and the oldest.
    async Task Fill(string newest, int count)
    {
        var partition = FileRows.Partition("demo", newest);
        var table = host.Service<StorageClients>().Tables.GetTableClient("Files");
        var own = new List<SearchEntry>();
        await foreach (var row in table.QueryAsync<TableEntity>(row => row.PartitionKey == partition))
        {
            if (!row.RowKey.StartsWith(RowKeys.AnySearch, StringComparison.Ordinal)) continue;
            own.AddRange(SearchLeaf.EntriesOf(row).Where(entry => !entry.Name.StartsWith("img_2", StringComparison.Ordinal)));
            await table.DeleteEntityAsync(partition, row.RowKey);
        }
        var start = SearchEntry.InMilliseconds(new DateTimeOffset(2015, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var entries = own.Concat(Enumerable.Range(0, count).Select(n => new SearchEntry(Ids.NewBase32(),
            $"img_{20150000 + n}_{RandomNumberGenerator.GetInt32(1_000_000):D6}.jpg", $"Camera/{2015 + n / 5000}", "image/jpeg", "",
            RandomNumberGenerator.GetInt32(8_000_000),
            start + n * 6_000_000L + RandomNumberGenerator.GetInt32(6_000_000),
            start + n * 6_000_000L,
            start + n * 6_000_000L
                + RandomNumberGenerator.GetInt32(6_000_000)))).OrderBy(entry => entry.Key, StringComparer.Ordinal).ToList();
        var leaves = new List<SearchLeaf>();
        foreach (var some in entries.Chunk(150))
        {
            var to = some[^1] == entries[^1] ? SearchLeaf.Last : some[^1].Key;
            leaves.AddRange(new SearchLeaf(leaves.Count == 0 ? "" : leaves[^1].To, to, []).With([.. some], -1));
        }
        foreach (var rows in leaves.Chunk(Table.MaxTransactionRows))
            await table.SubmitTransactionAsync(rows.Select(leaf => leaf.Write(partition)));
        // So that the process looks again.
        var usage = await table.GetEntityAsync<TableEntity>(partition, RowKeys.SpaceUsage);
        await table.UpdateEntityAsync(usage.Value, usage.Value.ETag, TableUpdateMode.Replace);
    }
}
