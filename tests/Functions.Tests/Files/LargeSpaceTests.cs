using System.Diagnostics;
using System.Globalization;
using Azure.Data.Tables;
using Latchkey.Files;
using Latchkey.Storage;
using Xunit.Abstractions;

namespace Latchkey.Tests.Files;

/// <summary>
/// What a page of a large space costs: as many requests to storage as a page of a small one. With the variable
/// <c>LATCHKEY_LARGE_SPACE=50000</c> it measures that many files, of which a folder has a tenth, and jobs on that folder.
/// </summary>
public sealed class LargeSpaceTests(ITestOutputHelper output) : IAsyncLifetime
{
    const string Folder = "many";
    const int InOneFolder = 1000; // Of the others.
    const int Large = 50_000;

    readonly int most = int.Parse(Environment.GetEnvironmentVariable("LATCHKEY_LARGE_SPACE") ?? "2000", CultureInfo.InvariantCulture);
    readonly List<FileRecord> files = [];
    TestHost host = null!;
    FoldersClient alice = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start();
        alice = await FoldersClient.As(host);
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_page_of_each_listing_of_changes_and_of_a_search_takes_the_same_requests_in_a_small_and_in_a_large_space()
    {
        await alice.Upload([1], "first");
        var start = (await alice.Changes()).Cursor;
        await Fill(most / 10);
        var few = await Costs();
        await Fill(most);
        Assert.Equal(few, await Costs());
        if (most < Large) return;
        await Timed("rename", () => alice.Move(Folder, "renamed"));
        await Timed("back", () => alice.Move("renamed", Folder));
        await Timed("delete", () => alice.TrashFolder(Folder));
        await Timed("restore", () => alice.RestoreFolder(Folder));

        async Task<string> Costs()
        {
            var costs = new List<string>();
            ListingAnswer page = null!;
            foreach (var query in (string[])["sort=name", "sort=-created", "sort=-taken", "sort=name&prefix=img_1"])
            {
                await Count($"{query}, first", async () => page = await alice.List($"?folder={Folder}&limit=10&{query}"));
                Assert.Equal(10, page.Files.Count);
                await Count($"{query}, next", async () =>
                    page = await alice.List($"?folder={Folder}&limit=10&{query}&cursor={page.Cursor}"));
                Assert.Equal(10, page.Files.Count);
            }
            await Count("root", async () => page = await alice.List("?limit=10"));
            await Count("search", async () => page = await alice.Search("q=img&limit=10"));
            Assert.Equal(10, page.Files.Count);
            ChangesAnswer changes = null!;
            await Count("changes, first", async () => changes = await alice.Changes($"?cursor={start}&limit=100"));
            Assert.Equal((100, true), (changes.Items.Count, changes.More));
            await Count("changes, next", async () => changes = await alice.Changes($"?cursor={changes.Cursor}&limit=100"));
            Assert.Equal(100, changes.Items.Count);
            return string.Join('\n', costs);

            async Task Count(string what, Func<Task> step)
            {
                var time = Stopwatch.StartNew();
                costs.Add($"{what}: {await host.Trips(step)}");
                output.WriteLine($"{files.Count} files, {costs[^1]} requests, {time.ElapsedMilliseconds} ms");
            }
        }
    }

    async Task Timed(string what, Func<Task<JobAnswer>> step)
    {
        var time = Stopwatch.StartNew();
        JobAnswer job = null!;
        var trips = await host.Trips(async () => job = await step());
        output.WriteLine($"{what}: {job.Status}, {job.Done} done, {time.Elapsed.TotalSeconds:F1} s, {trips} requests");
        Assert.Equal("done", job.Status);
    }

    // Adds files until there are so many, with all rows that an upload writes but for the usage's.
    async Task Fill(int count)
    {
        var store = host.Service<FileStore>();
        var first = (await store.Find("demo", (await alice.List()).Files.Single(file => file.Name == "first").Id, default))!;
        var (partition, table) = (FileRows.Partition(first), host.Service<StorageClients>().Tables.GetTableClient("Files"));
        var usage = Usage.Read((await table.GetEntityAsync<TableEntity>(partition, RowKeys.SpaceUsage)).Value);
        var added = Enumerable.Range(files.Count, count - files.Count).Select(n => New(first, n)).ToList();
        files.AddRange(added);
        var rows = added.SelectMany((file, n) => (TableTransactionAction[])
        [
            new(TableTransactionActionType.Add, FileRows.RecordRow(file)),
            .. file.ListKeys.Select(key => new TableTransactionAction(TableTransactionActionType.Add, FileRows.ListRow(file, key))),
            ChangeRows.Write(partition, usage with { Changes = usage.Changes + n + 1 },
                FileChange.Between(file with { Status = FileStatus.Pending }, file)!, host.Clock.Now),
        ]);
        await Write([.. rows]);
        await Write([.. files.Select(file => file.Folder).Distinct().SelectMany(folder => FileRows.FolderRows(partition, folder))
            .DistinctBy(row => row.RowKey).Select(row => new TableTransactionAction(TableTransactionActionType.UpsertMerge, row))]);
        var index = TableClient.CreateQueryFilter(
            $"PartitionKey eq {partition} and RowKey ge {RowKeys.AnySearch} and RowKey lt {RowKeys.AnySearch + "~"}");
        await Write([.. table.Query<TableEntity>(index)
            .Select(row => new TableTransactionAction(TableTransactionActionType.Delete, row))]);
        await Write([.. Leaves([.. files, first]).Select(leaf => leaf.Write(partition))]);
        await table.SubmitTransactionAsync([(usage with
        {
            Files = files.Count + 1,
            Bytes = files.Sum(file => file.Size) + first.Size,
            Changes = usage.Changes + added.Count,
        }).Write(partition)]);

        Task Write(List<TableTransactionAction> all) => Parallel.ForEachAsync(all.Chunk(Table.MaxTransactionRows),
            new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (some, stop) => await table.SubmitTransactionAsync(some, stop));
    }

    // Half of them in one folder; of very many, a tenth.
    FileRecord New(FileRecord first, int n) => (first with
    {
        Id = first.Id[..16] + Ids.NewBase32(),
        Name = $"img_{n + 100_000}.jpg",
        Folder = n % (most < Large ? 2 : 10) == 0 ? Folder : $"other/{n / InOneFolder}",
        ContentType = "image/jpeg",
        Size = 3_000_000 + n,
        CreatedAt = first.CreatedAt.AddSeconds(-n),
        TakenAt = first.CreatedAt.AddSeconds(-n),
        ETag = default,
    }).Relist();

    static List<SearchLeaf> Leaves(IEnumerable<FileRecord> all)
    {
        var entries = all.Select(SearchEntry.Of).OrderBy(entry => entry.Key, StringComparer.Ordinal).ToList();
        var leaves = new List<SearchLeaf>();
        foreach (var some in entries.Chunk(150))
        {
            var to = some[^1] == entries[^1] ? SearchLeaf.Last : some[^1].Key;
            leaves.AddRange(new SearchLeaf(leaves.Count == 0 ? "" : leaves[^1].To, to, []).With([.. some], -1));
        }
        return leaves;
    }
}
