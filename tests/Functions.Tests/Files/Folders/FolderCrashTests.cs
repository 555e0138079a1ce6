using Latchkey.Files;
using Latchkey.Storage;

namespace Latchkey.Tests.Files.Folders;

/// <summary>Storage goes away at every request of a job. The queue brings the job to its end, and its numbers are right.</summary>
public sealed class FolderCrashTests : OnCuttableStorage
{
    const int MostSteps = 80;

    FoldersClient alice = null!;
    string partition = "";

    private protected override async Task Prepare()
    {
        alice = await FoldersClient.As(host);
        partition = RowKeys.Space("demo", Owner.User(await host.UserId("alice")).SpaceKey("demo"));
        await alice.MakeDueTables();
        await host.Service<StorageClients>().Queues.GetQueueClient(QueueNames.FolderJobs).CreateIfNotExistsAsync();
    }

    [Fact]
    public Task A_move_ends_whatever_dies() => Dies(
        (from, n) => alice.Folders(HttpMethod.Patch, new { path = from, to = $"moved {n}" }),
        async (from, n, before) => Assert.Equal((before, ""), (await alice.Tree($"moved {n}"), await alice.Tree(from))));

    [Fact]
    public Task A_deletion_ends_whatever_dies() => Dies(
        (from, _) => alice.Folders(HttpMethod.Delete, null, $"?path={from}"),
        async (from, _, before) =>
        {
            Assert.Equal("", await alice.Tree(from));
            Assert.Equal("done", (await alice.RestoreFolder(from)).Status);
            Assert.Equal(before, await alice.Tree(from));
        });

    [Fact]
    public Task A_restoration_ends_whatever_dies() => Dies(
        (from, _) => alice.Folders(HttpMethod.Post, new { path = from }, "/restore"),
        async (from, _, before) => Assert.Equal(before, await alice.Tree(from)),
        prepare: async from => await alice.TrashFolder(from));

    [Fact]
    public Task A_copy_ends_whatever_dies() => Dies(
        (from, n) => alice.Folders(HttpMethod.Post, new { path = from, to = $"copy {n}" }, "/copy"),
        async (from, n, before) => Assert.Equal((before, before), (await alice.Tree($"copy {n}"), await alice.Tree(from))));

    async Task Dies(Func<string, int, Task<HttpResponseMessage>> act, Func<string, int, string, Task> check,
        Func<string, Task>? prepare = null)
    {
        var before = ""; // The same each time.
        // In turn before storage does it and afterwards; every fifth place is enough once the steps repeat themselves.
        for (var cut = 0; cut < MostSteps; cut += cut < 8 ? 1 : 5)
        {
            var from = $"from{cut}";
            for (var n = 0; n < 2; n++) await alice.Place([1], $"{n}", n == 0 ? from : $"{from}/inner");
            await alice.Make($"{from}/empty");
            if (cut == 0) before = await alice.Tree(from);
            if (prepare is not null) await prepare(from);
            storage.CutAfter(cut, answerLost: cut % 2 == 0);
            var answer = await act(from, cut);
            var wasCut = storage.Mend();
            if ((int)answer.StatusCode == 503)
            {
                // The job has begun, or not: it goes on, or the request is sent again.
                await GoOn();
                var again = await act(from, cut);
                Assert.True((int)again.StatusCode is 202 or 404 or 409, $"{(int)again.StatusCode}");
            }
            else
            {
                var job = await answer.Read<JobAnswer>(202);
                var ended = await alice.Job(job.Id);
                for (var tries = 0; tries < 3 && ended.Status is "queued" or "running"; tries++)
                {
                    await GoOn();
                    ended = await alice.Job(job.Id);
                }
                Assert.Equal(("done", 2L, 2L, 0L), (ended.Status, ended.Total, ended.Done, ended.Failed));
            }
            await check(from, cut, before);
            if (!wasCut) break;
            Assert.True(cut < MostSteps - 5, "The operation has more steps than expected.");
        }
        await Books.Balance(host);
    }

    [Fact]
    public async Task What_is_purged_from_the_trash_takes_its_folders_and_the_job_with_it()
    {
        await alice.Place([1], "a", "old");
        await alice.Make("old/empty");
        var job = await alice.TrashFolder("old");
        host.Clock.Advance(TimeSpan.FromHours(2));
        await host.RunTimer("files-sweep");
        host.Clock.Advance(TimeSpan.FromDays(31));
        await host.RunTimer("files-sweep");
        alice = await FoldersClient.As(host);
        await host.Send(HttpMethod.Get, $"/demo/jobs/{job.Id}", alice.Token).Fails(404, "job_not_found");
        await alice.Folders(HttpMethod.Post, new { path = "old" }, "/restore").Fails(404, "folder_not_found");
        await Books.Balance(host);
        var rows = await host.Service<StorageClients>().Tables.GetTableClient(TableNames.Files)
            .QueryAsync<Azure.Data.Tables.TableEntity>().Where(row => row.PartitionKey.StartsWith("demo|", StringComparison.Ordinal))
                .ToListAsync();
        Assert.DoesNotContain(rows, row => row.RowKey.Split('|')[0] is "job" or "deleted" or "made" or "folder" or "file");
    }

    // What the sweep does an hour later, when an upload's URL would be of the future.
    async Task GoOn()
    {
        var (jobs, from, to) = (host.Service<FolderJobs>(), RowKeys.AnyJob, RowKeys.AnyJob + "~");
        await foreach (var row in host.Service<StorageClients>().Tables.GetTableClient(TableNames.Files)
            .QueryAsync<Azure.Data.Tables.TableEntity>(row => row.PartitionKey == partition
                && row.RowKey.CompareTo(from) >= 0 && row.RowKey.CompareTo(to) < 0))
        {
            if (FolderJob.Read("demo", row) is { IsOver: false } job) await jobs.Send(job, null);
        }
        await host.RunQueues();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_job_whose_message_is_lost_goes_on_when_somebody_looks_or_with_the_sweep(bool bySweep)
    {
        await alice.Place([1], "a", "lost");
        storage.CutAfterWrites(3, answerLost: false); // The schedule, the message for later, the job.
        var job = await alice.Folders(HttpMethod.Patch, new { path = "lost", to = "found" }).Read<JobAnswer>(202);
        storage.Mend();
        Assert.Equal(("queued", 0), (job.Status, await host.RunQueues()));
        Assert.Equal(("a", "found/"), (await alice.Tree("lost"), await alice.Tree(""))); // In its parent it has its new name already.
        host.Clock.Advance(bySweep ? TimeSpan.FromHours(2) : TimeSpan.FromMinutes(2));
        alice = await FoldersClient.As(host);
        if (bySweep) await host.RunTimer("files-sweep");
        else await alice.Job(job.Id);
        Assert.Equal(1, await host.RunQueues());
        Assert.Equal("done", (await alice.Job(job.Id)).Status);
        Assert.Equal("a", await alice.Tree("found"));
    }

    [Fact]
    public async Task A_message_that_comes_twice_and_two_workers_at_once_do_no_harm()
    {
        for (var n = 0; n < 12; n++) await alice.Place([1], $"{n}", n % 2 == 0 ? "twice" : "twice/inner");
        var before = await alice.Tree("twice");
        // Everything after the first writes is lost, so that the queue has all of it to do.
        storage.CutAfterWrites(3, answerLost: false); // The schedule, the message for later, the job.
        var job = await alice.Folders(HttpMethod.Patch, new { path = "twice", to = "once" }).Read<JobAnswer>(202);
        storage.Mend();
        Assert.Equal("queued", job.Status);
        var jobs = host.Service<FolderJobs>();
        var start = (await alice.Changes()).Cursor;
        var found = (await jobs.Find("demo", job.Id, default))!;
        var work = host.Service<FolderWork>();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => work.Run(found, TimeSpan.FromMinutes(1), default)));
        for (var n = 0; n < 2; n++) await jobs.Send(found, null);
        await host.RunQueues();
        var ended = await alice.Job(job.Id);
        Assert.Equal(("done", 12L, 0L), (ended.Status, ended.Done, ended.Failed));
        Assert.Equal(before, await alice.Tree("once"));
        Assert.Equal(12, (await alice.Follow(start)).Items.Count(item => item.Kind == "moved"));
        await Books.Balance(host);
    }

    [Fact]
    public async Task A_slice_that_ends_early_leads_to_the_next_one()
    {
        for (var n = 0; n < 30; n++) await alice.Place([1], $"{n:D2}", $"slices/{n % 3}");
        storage.CutAfterWrites(3, answerLost: false); // The schedule, the message for later, the job.
        var job = await alice.Folders(HttpMethod.Delete, null, "?path=slices").Read<JobAnswer>(202);
        storage.Mend();
        var (jobs, work) = (host.Service<FolderJobs>(), host.Service<FolderWork>());
        var seen = new List<long>();
        for (var slices = 0; slices < 100; slices++)
        {
            var now = (await jobs.Find("demo", job.Id, default))!;
            seen.Add(now.Done);
            if (now.IsOver) break;
            await work.Run(now, TimeSpan.Zero, default);
        }
        Assert.Equal((0, 30), (seen[0], seen[^1]));
        Assert.True(seen.Distinct().Count() > 3, string.Join(' ', seen));
        Assert.Equal("done", (await alice.Job(job.Id)).Status);
        await host.RunQueues(); // The messages of all slices: nothing is left to do.
        Assert.Equal(30,
            (await alice.List("?trash=true&limit=200")).Files.Count(file => file.Folder.StartsWith("slices", StringComparison.Ordinal)));
        await Books.Balance(host);
    }
}
