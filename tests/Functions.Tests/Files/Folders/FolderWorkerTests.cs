using System.Text.Json;
using Azure.Data.Tables;
using Latchkey.Files;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey.Tests.Files.Folders;

/// <summary>A job has one worker, works on what no other job works on, and stops when it has to.</summary>
public sealed class FolderWorkerTests : OnCuttableStorage
{
    FoldersClient alice = null!;

    private protected override async Task Prepare()
    {
        alice = await FoldersClient.As(host);
        await alice.MakeDueTables();
        await host.Service<StorageClients>().Queues.GetQueueClient(QueueNames.FolderJobs).CreateIfNotExistsAsync();
    }

    FolderJobs Jobs => host.Service<FolderJobs>();

    Table Files => new(host.Service<StorageClients>().Tables.GetTableClient(TableNames.Files));

    // The entry in the schedule, the first message and the job get through; the request does nothing else.
    async Task<FolderJob> Queued(HttpMethod method, object? json, string more = "")
    {
        storage.CutAfterWrites(3, answerLost: false);
        var answer = await alice.Folders(method, json, more);
        storage.Mend();
        var job = await answer.Read<JobAnswer>(202);
        Assert.Equal("queued", job.Status);
        Assert.Equal("1", answer.Headers.GetValues("Retry-After").Single());
        return (await Jobs.Find("demo", job.Id, default))!;
    }

    // The message of a job at once, which is in the queue for later.
    Task Work(FolderJob job) => ActivatorUtilities.CreateInstance<FolderJobQueue>(host.Service<IServiceProvider>()).Run(
        JsonSerializer.Serialize(new { v = 1, tenant = job.Tenant, job = job.Id, turn = job.Turn }), default);

    async Task Fill(string folder, int files)
    {
        for (var n = 0; n < files; n++) await alice.Place([1], $"{n:D2}", folder);
    }

    [Fact]
    public async Task A_message_that_comes_three_times_has_one_worker_and_no_file_is_left_out()
    {
        await Fill("thrice", 30);
        var job = await Queued(HttpMethod.Delete, null, "?path=thrice");
        // It is in the queue already: the process may die behind the transaction.
        var queue = host.Service<StorageClients>().Queues.GetQueueClient(QueueNames.FolderJobs);
        Assert.Equal(1, (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Work(job)));
        await Work(job);
        var ended = (await Jobs.Find("demo", job.Id, default))!;
        Assert.Equal((FolderJobStatus.Done, 30, 0, 1), (ended.Status, ended.Done, ended.Failed, ended.Turn));
        await Books.Balance(host);
    }

    [Fact]
    public async Task While_a_job_is_at_work_none_begins_above_or_below_it_or_on_the_source_of_a_copy()
    {
        await Fill("a/b", 2);
        await Fill("other", 1);
        var job = await Queued(HttpMethod.Patch, new { path = "a/b", to = "c" });
        foreach (var (method, body, more) in new (HttpMethod, object?, string)[]
        {
            (HttpMethod.Delete, null, "?path=a"), (HttpMethod.Delete, null, "?path=a/b"), (HttpMethod.Delete, null, "?path=c"),
            (HttpMethod.Patch, new { path = "a", to = "out" }, ""), (HttpMethod.Patch, new { path = "other", to = "c/other" }, ""),
            (HttpMethod.Post, new { path = "a", to = "out" }, "/copy"), (HttpMethod.Post, new { path = "c/new" }, ""),
            (HttpMethod.Post, new { path = "a" }, "/restore"),
        })
        {
            var busy = await alice.Folders(method, body, more).Json(409);
            Assert.Equal(("folder_busy", job.Id), (busy.GetProperty("code").GetString(), busy.GetProperty("job").GetString()));
        }
        await Work(job);
        Assert.Equal("done", (await alice.TrashFolder("c")).Status);

        var copy = await Queued(HttpMethod.Post, new { path = "other", to = "copied" }, "/copy");
        await alice.Folders(HttpMethod.Delete, null, "?path=other").Fails(409, "folder_busy");
        Assert.Equal("done", (await alice.CopyFolder("other", "copied too")).Status); // Both only read it.
        // Of the files of a copy one may still go away by itself; then it is not all that was there.
        await alice.Trash((await alice.List("?folder=other")).Files.Single().Id);
        await Work(copy);
        var ended = await alice.Job(copy.Id);
        Assert.Equal(("failed", "folder_changed"), (ended.Status, ended.Code));
        await Books.Balance(host);
    }

    [Fact]
    public async Task A_folder_that_is_moved_to_safety_while_what_is_above_it_is_deleted_is_not_divided()
    {
        for (var round = 0; round < 4; round++)
        {
            await Fill($"up{round}/in", 4);
            var both = await Task.WhenAll(
                alice.Folders(HttpMethod.Delete, null, $"?path=up{round}"),
                alice.Folders(HttpMethod.Patch, new { path = $"up{round}/in", to = $"safe{round}" }));
            await host.RunQueues();
            var safe = (await alice.List($"?folder=safe{round}")).Files.Count;
            Assert.True(safe is 0 or 4, $"{safe}");
            Assert.All(both, answer => Assert.Contains((int)answer.StatusCode, new[] { 202, 404, 409 }));
        }
        await Books.Balance(host);
    }

    [Fact]
    public async Task Two_workers_make_each_copy_once_and_a_record_that_was_not_read_is_not_written()
    {
        await Fill("twice", 8);
        var start = (await alice.Changes()).Cursor;
        var job = await Queued(HttpMethod.Post, new { path = "twice", to = "copy" }, "/copy");
        var work = host.Service<FolderWork>();
        // Not by their turn: one that has lost it may be in the middle of a page.
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => work.Run(job, TimeSpan.FromMinutes(1), default)));
        for (var tries = 0; tries < 5; tries++) await Work((await Jobs.Find("demo", job.Id, default))!);
        var ended = await alice.Job(job.Id);
        Assert.Equal(("done", 8L), (ended.Status, ended.Done));
        Assert.Equal(8, (await alice.Follow(start)).Items.Count(item => item.Kind == "created"));
        await Books.Balance(host);

        var files = host.Service<FileStore>();
        var file = (await files.Find("demo", (await alice.List("?folder=copy")).Files[0].Id, default))!;
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            files.TryMove(file with { ETag = default }, file with { Name = "lost" }, default, default));
        // What a job copies never makes the space of somebody who is gone.
        var gone = Owner.User("nobody");
        var copy = file with { Id = FileRecord.NewId("demo", gone), Owner = gone, Status = FileStatus.Copying, ListKeys = [] };
        Assert.Equal("space_busy", (await Assert.ThrowsAsync<Problem>(() => files.AddCopy(copy, gone, default))).Code);
    }

    [Fact]
    public async Task A_copy_that_lacks_a_file_which_moved_behind_it_is_not_called_done()
    {
        var work = host.Service<FolderWork>();
        host.Service<FolderCopyCheck>().PageSize = 1; // Each change is a step of its own.
        foreach (var (name, toSpace, move) in ((string, string, bool)[])[("kept", "group:family", false), ("mine", "me", true),
            ("theirs", "group:family", true)])
        {
            await alice.Place([1], "first", $"{name}/a");
            var moving = await alice.Place([2], "behind the first", $"{name}/b");
            var job = await Queued(HttpMethod.Post, new { path = name, to = $"copy of {name}", toSpace }, "/copy");
            await work.Run(job, TimeSpan.Zero, default); // The page of the first folder.
            if (move)
            {
                await alice.Change(moving, new { folder = $"{name}/a" });
                await alice.Place([3], "in its place", $"{name}/b");
            }
            await alice.Place([4], "elsewhere", "aside"); // Nobody's business.
            for (var tries = 0; tries < 5; tries++) await Work((await Jobs.Find("demo", job.Id, default))!);
            var ended = await alice.Job(job.Id);
            Assert.Equal(move ? ("failed", "folder_changed", 2L) : ("done", null, 2L), (ended.Status, ended.Code, ended.Done));
        }
        await Books.Balance(host);
    }

    [Fact]
    public async Task A_tenant_that_has_had_its_time_waits_while_another_does_and_has_all_of_it_alone()
    {
        await Fill("long", 3);
        var job = await Queued(HttpMethod.Delete, null, "?path=long");
        var queue = host.Service<StorageClients>().Queues.GetQueueClient(QueueNames.FolderJobs);
        await queue.ClearMessagesAsync();
        host.Service<FolderWork>().Share.Add("demo", TimeSpan.FromMinutes(5));
        var other = JsonSerializer.Serialize(new { v = 1, tenant = "acme", job = "of-acme", turn = 0 });
        await queue.SendMessageAsync(other);
        await Work(job);
        Assert.Equal(0, (await Jobs.Find("demo", job.Id, default))!.Turn);
        Assert.Equal(2, (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount); // It is back, for later.
        await queue.ClearMessagesAsync();
        await Work(job);
        Assert.Equal(FolderJobStatus.Done, (await Jobs.Find("demo", job.Id, default))!.Status);
        // And what it used alone does not count against it.
        Assert.InRange(host.Service<FolderWork>().Share.Delay("demo") ?? TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_restoration_that_left_something_behind_can_be_done_again_and_only_standing_still_gives_a_job_up()
    {
        await Fill("later", 30);
        var before = await alice.Tree("later");
        await alice.TrashFolder("later");
        var job = await Queued(HttpMethod.Post, new { path = "later" }, "/restore");
        var (watch, day) = (host.Service<FolderJobWatch>(), TimeSpan.FromDays(1));
        host.Clock.Advance(1.5 * day);
        for (var n = 0; n < 2; n++) await host.Service<FolderWork>()
            .Run((await Jobs.Find("demo", job.Id, default))!, TimeSpan.Zero, default);
        await watch.TryFinish("demo", job.Id, job.CreatedAt + 3 * day, default);
        var now = (await Jobs.Find("demo", job.Id, default))!;
        Assert.Equal((false, true), (now.IsOver, now.Done is > 0 and < 30));
        await watch.TryFinish("demo", job.Id, job.CreatedAt + 4 * day, default);
        now = (await Jobs.Find("demo", job.Id, default))!;
        Assert.Equal((FolderJobStatus.Failed, "job_gave_up"), (now.Status, now.Code));
        alice = await FoldersClient.As(host);
        Assert.Equal("done", (await alice.RestoreFolder("later")).Status);
        Assert.Equal(before, await alice.Tree("later"));
        await Books.Balance(host);
    }

    [Fact]
    public async Task A_job_ends_when_whoever_has_begun_it_has_lost_the_right()
    {
        await alice.Place([1], "ours", "ours", "group:family");
        var job = await Queued(HttpMethod.Post, new { path = "ours", space = "group:family", to = "mine", toSpace = "me" }, "/copy");
        var (admin, id) = (await host.Admin(), await host.UserId("alice"));
        await admin.Do(HttpMethod.Put, $"groups/family/members/{await host.UserId("bob")}", new { role = "owner" }, 200);
        await admin.Do(HttpMethod.Delete, $"groups/family/members/{id}");
        await Work(job);
        var ended = await alice.Job(job.Id);
        Assert.Equal(("failed", "insufficient_rights", 0), (ended.Status, ended.Code, ended.Done));
        Assert.Equal("", await alice.Tree("mine"));
        await Eventually.True(async () => (await admin.WholeAudit("?type=folders-copy"))
            .Any(entry => entry.Target == job.Id && entry.Detail == "copy group:family: ours to me: mine"));
    }

    [Fact]
    public async Task A_copy_waits_while_as_many_files_as_may_be_are_not_complete()
    {
        await Fill("few", 2);
        await host.Save((await host.Service<TenantStore>().Find("demo", default))! with { Limits = new() { SpacePending = 1 } });
        var begun = await alice.Begin(FilesClient.Declaration(size: 1));
        var job = await Queued(HttpMethod.Post, new { path = "few", to = "more" }, "/copy");
        await Work(job);
        Assert.Equal("running", (await alice.Job(job.Id)).Status);
        await alice.Purge(begun.Id);
        for (var tries = 0; tries < 5; tries++) await Work((await Jobs.Find("demo", job.Id, default))!);
        Assert.Equal("done", (await alice.Job(job.Id)).Status);
    }

    [Fact]
    public async Task A_file_that_is_not_scanned_yet_stays_when_its_folder_is_deleted()
    {
        await Fill("scanned", 1);
        var id = await alice.Place([1], "waits", "scanned");
        Assert.True(await Files.TryMerge(
            new TableEntity(FileRows.Partition("demo", id), RowKeys.File(id)) { ["Status"] = nameof(FileStatus.Scanning) }, default));
        var job = await alice.TrashFolder("scanned");
        Assert.Equal(("failed", "file_scanning", 1L, 1L), (job.Status, job.Code, job.Done, job.Failed));
        Assert.Equal("scanning", (await alice.Read(id)).Status);
        Assert.Equal("waits", await alice.Tree("scanned"));
    }

    [Fact]
    public async Task At_most_twenty_jobs_are_at_work_in_a_space()
    {
        await Fill("one more", 1);
        var partition = RowKeys.Space("demo", Owner.User(await host.UserId("alice")).SpaceKey("demo"));
        var claims = await FolderClaims.In(Files, partition, default);
        var full = claims.With(Enumerable.Range(0, FolderClaims.MaxJobs)
            .Select(n => new FolderClaim($"job {n}".Replace(' ', '-'), false, $"busy {n}")));
        Assert.True(await Files.TryTransact([full.Write()], default));
        await alice.Folders(HttpMethod.Delete, null, "?path=one%20more").Fails(429, "too_many_jobs");
        Assert.True(await Files.TryDelete(partition, RowKeys.Jobs, default));
        Assert.Equal("done", (await alice.TrashFolder("one more")).Status);
    }

    [Fact]
    public async Task What_a_job_did_is_found_where_it_is_then_however_many_rows_of_the_index_it_takes()
    {
        // Each file with so many words fills an eighth of a row of the index.
        var tags = Enumerable.Range(0, 10).Select(n => $"{n}".PadRight(64, '東')).ToArray();
        var ids = new List<string>();
        for (var n = 0; n < 40; n++) ids.Add(await alice.Place([1], $"needle {n:D2}", "hay"));
        await alice.Bulk(new { action = "tag", ids, tags });
        async Task Found(string folder, int files)
        {
            var found = (await alice.Search("q=needle&limit=200")).Files;
            Assert.Equal(Enumerable.Repeat(folder, files), found.Where(file => file.Folder == folder).Select(file => file.Folder));
            Assert.Equal(files == 0 ? 0 : 40, found.Count(file => ids.Contains(file.Id)));
        }
        await Found("hay", 40);
        var files = host.Service<FileStore>();
        var all = await Task.WhenAll(ids.Take(20).Select(async id => (await files.Find("demo", id, default))!));
        await Assert.ThrowsAsync<TransactionTooLargeException>(() => files.TryMoveAll(
            [.. all.Select(file => (file, (file with { Folder = "x" }).Relist()))],
            new(TableTransactionActionType.Add, new TableEntity(FileRows.Partition(all[0]), "none")), default));
        var moved = await alice.Move("hay", "barn/hay");
        Assert.Equal(("done", 40L), (moved.Status, moved.Done));
        await Found("barn/hay", 40);
        await alice.TrashFolder("barn/hay");
        await Found("barn/hay", 0);
        await alice.RestoreFolder("barn/hay");
        await Found("barn/hay", 40);
        await alice.CopyFolder("barn/hay", "copy");
        await Found("copy", 40);
        await Books.Balance(host);
    }
}
