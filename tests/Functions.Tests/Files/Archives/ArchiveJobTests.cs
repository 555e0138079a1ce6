using System.IO.Compression;
using System.Text.Json;
using Latchkey.Files;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey.Tests.Files.Archives;

/// <summary>A job makes an archive, which can be downloaded for a day.</summary>
public sealed class ArchiveJobTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_folder_becomes_an_archive_that_counts_and_is_gone_a_day_later()
    {
        await using var host = await TestHost.Start(); // Its clock goes on by more than a day.
        var alice = await FoldersClient.As(host);
        var large = FilesClient.Bytes(9 << 20); // More than a block.
        await alice.Upload(large, "large", "big/inner");
        await alice.Upload([1, 2], "Grüße 👋.txt", "big");
        await alice.Upload([], "empty", "big");
        var before = await Bytes(host);
        var begun = await Make(alice, new { folder = "big" }, host);
        Assert.Equal(("archive", "queued", "big", "big.zip"), (begun.Kind, begun.Status, begun.Path, begun.Name));
        await alice.Download(begun, 409, "job_running");
        var done = await alice.Ended(begun);
        Assert.Equal(("done", 3L, 3L, 0L), (done.Status, done.Total, done.Done, done.Failed));
        Assert.Equal(done.Bytes, await Bytes(host) - before);
        var url = await alice.Download(done);
        using var served = await FilesClient.Fetch(url);
        Assert.Equal(("application/zip", "big.zip"),
            (served.Content.Headers.ContentType?.MediaType, served.Content.Headers.ContentDisposition?.FileNameStar));
        using var zip = new ZipArchive(await served.Content.ReadAsStreamAsync());
        Assert.Equal(done.Bytes, served.Content.Headers.ContentLength);
        Assert.Equal(["Grüße 👋.txt", "empty", "inner/large"], zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal));
        Assert.Equal(large, Unpacked(zip, "inner/large"));
        await Books.Balance(host);

        Assert.Equal(TimeSpan.FromDays(1), done.ExpiresAt - done.FinishedAt);
        host.Clock.Advance(TimeSpan.FromHours(2));
        await host.RunTimer("files-sweep");
        alice = await FoldersClient.As(host);
        await alice.Download(done);
        host.Clock.Advance(TimeSpan.FromHours(23));
        await host.RunTimer("files-sweep");
        alice = await FoldersClient.As(host);
        await host.Send(HttpMethod.Get, $"/demo/jobs/{done.Id}", alice.Token).Fails(404, "job_not_found");
        Assert.Equal(before, await Bytes(host));
        Assert.Empty(await host.Blobs(done.Id));
        await Books.Balance(host);
    }

    [Fact]
    public async Task What_is_shared_goes_in_and_stays_away_from_who_may_not_read_it_any_more()
    {
        var (alice, bob) = (await FoldersClient.As(host), await FoldersClient.As(host, "bob"));
        var (own, shared) = (await bob.Upload([1], "same"), await alice.Upload([2], "same"));
        await Refused(bob, new { files = (string[])[own, shared] }, 404, "file_not_found");
        var share = await alice.Share(shared, new { with = new { user = "bob" }, access = "read" });
        var done = await bob.Ended(await Make(bob, new { files = (string[])[own, shared], name = "both.zip" }));
        Assert.Equal(("done", (string?)null, "both.zip"), (done.Status, done.Path, done.Name));
        using (var zip = await Opened(bob, done))
            Assert.Equal(["same", "same (2)"], zip.Entries.Select(entry => entry.FullName));
        await host.Send(HttpMethod.Get, $"/demo/jobs/{done.Id}", alice.Token).Fails(404, "job_not_found");
        await alice.Download(done, 404, "job_not_found");
        await host.Send(HttpMethod.Delete, $"/demo/jobs/{done.Id}", alice.Token).Fails(404, "job_not_found");

        // Begun with the right, and worked on without it.
        var late = await Make(bob, new { files = (string[])[own, shared] });
        await alice.Send(HttpMethod.Delete, $"/{shared}/shares/{share.Id}").Is(204);
        late = await bob.Ended(late);
        Assert.Equal(("failed", "file_not_found", null), (late.Status, late.Code, late.Bytes));
        await bob.Download(late, 409, "job_failed");
        await bob.Download(done, 409, "archive_outdated");
        await Books.Balance(host);
    }

    [Fact]
    public async Task What_changes_meanwhile_comes_as_it_was_or_is_left_out_and_the_archive_says_so()
    {
        var alice = await FoldersClient.As(host);
        await alice.Upload([0], "first", "moving");
        string[] ids = [await alice.Upload([1], "kept", "moving"), await alice.Upload([2], "lost", "moving"),
            await alice.Upload([3], "moved", "moving")];
        var job = await Make(alice, new { folder = "moving" });
        await OneTurn(job, TimeSpan.Zero); // Planned, and one file of it written.
        await alice.Trash(ids[1]);
        await alice.Change(ids[2], new { name = "renamed", folder = "elsewhere" });
        await (await VersionsClient.Of(host)).Replace(ids[0], [9, 9]);
        await alice.Upload([4], "new", "moving");
        var done = await alice.Ended(job);
        Assert.Equal(("done", 4L, 3L, 1L, "file_not_available"), (done.Status, done.Total, done.Done, done.Failed, done.Code));
        using var zip = await Opened(alice, done);
        Assert.Equal(["NOT INCLUDED.txt", "first", "kept", "moved"],
            zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal));
        Assert.Equal([1], Unpacked(zip, "kept"));
        Assert.Equal([3], Unpacked(zip, "moved"));
        await host.Send(HttpMethod.Delete, $"/demo/jobs/{done.Id}", alice.Token).Is(204);
        await Books.Balance(host);
    }

    [Fact]
    public async Task Malware_that_is_found_in_a_former_version_ends_the_archives_that_may_have_it()
    {
        var (alice, verdicts) = (await VersionsClient.Of(host), host.Service<ScanVerdicts>());
        var folders = await FoldersClient.As(host);
        var id = await alice.Upload([1], "replaced", "former");
        var before = (await host.Service<FileStore>().Find("demo", id, default))!;
        var (done, late) = (await folders.Ended(await Make(folders, new { files = (string[])[id] })),
            await Make(folders, new { files = (string[])[id], name = "late.zip" }));
        var demo = (await host.Service<TenantStore>().Find("demo", default))!;
        await host.Service<ArchivePlans>().Of(demo, (await host.Service<FolderJobs>().Find("demo", late.Id, default))!, default);
        await alice.Replace(id, [9, 9]);
        await folders.Download(done); // It has what was there, and that is clean as far as anybody knows.
        await verdicts.Apply(before, ScanVerdict.Infected("Test-Malware"), default);
        Assert.Equal("available", (await alice.Read(id)).Status);
        await folders.Download(done, 409, "archive_outdated");
        late = await folders.Ended(late);
        Assert.Equal(("failed", "file_not_available"), (late.Status, late.Code));
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var next = await folders.Ended(await Make(folders, new { files = (string[])[id] }));
        using var zip = await Opened(folders, next);
        Assert.Equal([9, 9], Unpacked(zip, "replaced"));
        await Books.Balance(host);
    }

    [Fact]
    public async Task What_is_too_much_or_nothing_ends_with_a_code_and_counts_nothing()
    {
        var alice = await FoldersClient.As(host);
        var before = await Bytes();
        Assert.Equal("file_not_found", (await alice.Ended(await Make(alice, new { folder = "there/is/none" }))).Code);
        await Refused(alice, new { folder = "", space = "group:nobodys" }, 404, "space_not_found");
        await Refused(alice, new { }, 400, "invalid_field");
        var id = await alice.Upload([1], "full", "full");
        var tenants = host.Service<TenantStore>();
        var demo = (await tenants.FindNow("demo", default))!;
        await tenants.TryReplace(demo with { Limits = demo.Limits with { SpaceBytes = await Bytes() + 100 } }, default);
        host.Clock.Advance(TimeSpan.FromSeconds(10)); // The tenant is read again.
        alice = await FoldersClient.As(host);
        var full = await alice.Ended(await Make(alice, new { folder = "full" }));
        Assert.Equal(("failed", "quota_exceeded"), (full.Status, full.Code));
        await tenants.TryReplace((await tenants.FindNow("demo", default))! with { Limits = demo.Limits }, default);
        host.Clock.Advance(TimeSpan.FromSeconds(10));
        alice = await FoldersClient.As(host);

        // As a file of 100 GB would be recorded.
        var files = host.Service<FileStore>();
        var record = (await files.Find("demo", id, default))!;
        Assert.True(await files.TryMove(record, record with { Size = 100_000_000_001 }, default, default));
        Assert.Equal("archive_too_large", (await alice.Ended(await Make(alice, new { folder = "full" }))).Code);
        record = (await files.Find("demo", id, default))!;
        Assert.True(await files.TryMove(record, record with { Size = 1 }, default, default));
        Assert.Equal(before + 1, await Bytes());
        await Books.Balance(host);
    }

    [Fact]
    public async Task An_archive_is_cancelled_while_it_is_made_and_deleted_when_it_is_done()
    {
        var alice = await FoldersClient.As(host);
        await alice.Upload([1], "one", "cancel");
        await alice.Upload([1], "two", "cancel");
        var before = await Bytes();
        foreach (var turns in (int[])[0, 1, 100])
        {
            var job = await Make(alice, new { folder = "cancel" });
            for (var n = 0; n < Math.Min(turns, 1); n++) await OneTurn(job, turns == 100 ? TimeSpan.FromMinutes(1) : TimeSpan.Zero);
            await host.Send(HttpMethod.Delete, $"/demo/jobs/{job.Id}", alice.Token).Is(204);
            await host.Send(HttpMethod.Delete, $"/demo/jobs/{job.Id}", alice.Token).Is(204);
            await host.RunQueues();
            var ended = await alice.Job(job.Id);
            Assert.Equal(("failed", "cancelled"), (ended.Status, ended.Code));
            Assert.Empty(await host.Blobs(job.Id));
            Assert.Equal(before, await Bytes());
            await alice.Download(job, 409, "job_failed");
        }
        var move = await alice.Move("cancel", "cancelled");
        await host.Send(HttpMethod.Delete, $"/demo/jobs/{move.Id}", alice.Token).Fails(409, "job_not_cancellable");
        await Books.Balance(host);
    }

    [Fact]
    public async Task A_user_who_is_disabled_gets_no_archive_and_no_more_than_three_are_made_at_the_same_time()
    {
        var bob = await FoldersClient.As(host, "bob");
        await bob.Upload([1], "one", "many");
        var jobs = new List<JobAnswer>();
        for (var n = 0; n < ArchiveStarter.MaxAtOnce; n++) jobs.Add(await Make(bob, new { folder = "many" }));
        await Refused(bob, new { folder = "many" }, 429, "too_many_jobs");
        var admin = await host.Admin();
        await admin.Patch($"users/{await host.UserId("bob")}", new { disabled = true });
        host.Clock.Advance(TimeSpan.FromSeconds(6));
        await host.RunQueues();
        var store = host.Service<FolderJobs>();
        foreach (var job in jobs)
        {
            var ended = (await store.Find("demo", job.Id, default))!;
            Assert.Equal((FolderJobStatus.Failed, "insufficient_rights"), (ended.Status, ended.Code));
        }
        await (await host.Admin()).Patch($"users/{await host.UserId("bob")}", new { disabled = false });
        await Books.Balance(host);
    }

    [Fact]
    public async Task Folders_do_not_wait_for_archives_and_a_tenant_that_has_had_its_share_of_these_does()
    {
        var alice = await FoldersClient.As(host);
        await alice.Upload([1], "one", "share");
        host.Service<ArchivePlaces>().Share.Add("demo", TimeSpan.FromMinutes(2));
        var job = await Make(alice, new { folder = "share" });
        // Only while another tenant waits too.
        var other = new FolderJobMessage("acme", FileRecord.NewId("acme", Owner.User("x")), 0);
        await host.Service<WorkQueues>().Send(QueueNames.Archives, other, default);
        var jobs = host.Service<FolderJobs>();
        var turn = (await jobs.Find("demo", job.Id, default))!.Turn;
        await ActivatorUtilities.CreateInstance<ArchiveQueue>(host.Service<IServiceProvider>())
            .Run(JsonSerializer.Serialize(new { v = 1, tenant = "demo", job = job.Id, turn }), default);
        Assert.Equal("queued", (await alice.Job(job.Id)).Status);
        Assert.Equal("done", (await alice.Move("share", "shared")).Status);
        host.Clock.Advance(TimeSpan.FromMinutes(4));
        await jobs.Send((await jobs.Find("demo", job.Id, default))!, null);
        Assert.Equal("file_not_found", (await alice.Ended(job)).Code); // There is no such folder any more.
    }

    [Fact]
    public async Task Malware_that_is_found_later_ends_the_archives_of_the_space()
    {
        var alice = await FoldersClient.As(host);
        var id = await alice.Upload([1], "bad", "rescanned");
        await alice.Upload([2], "good", "rescanned");
        var done = await alice.Ended(await Make(alice, new { folder = "rescanned" }));
        await alice.Download(done);
        var file = (await host.Service<FileStore>().Find("demo", id, default))!;
        await host.Service<ScanVerdicts>().Apply(file, ScanVerdict.Infected("Late"), default);
        await alice.Download(done, 409, "archive_outdated");
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var without = await alice.Ended(await Make(alice, new { folder = "rescanned" }));
        Assert.Equal(("done", 1L, 1L), (without.Status, without.Done, without.Failed));
        await alice.Download(without);
        await Books.Balance(host);
    }

    [Fact]
    public async Task A_worker_that_died_right_behind_the_last_byte_of_a_file_is_followed_by_another()
    {
        var alice = await FoldersClient.As(host);
        await alice.Upload([1], "one", "edge");
        await alice.Upload([2, 3], "two", "edge");
        var job = await Make(alice, new { folder = "edge" });
        await OneTurn(job, TimeSpan.Zero);
        var (jobs, dead) = (host.Service<FolderJobs>(), await Take(job));
        var plan = await host.Service<ArchivePlans>().Of((await host.Service<TenantStore>().Find("demo", default))!, dead, default);
        var (blob, header) = (new ArchiveBlob(host.Service<StagedBlobs>(), dead), ZipFormat.Header("two", 2, plan.Files[1].Time));
        blob.Add(header);
        blob.Add([2, 3]);
        var state = dead.Archive!;
        state = state with
        {
            Start = state.Length,
            Offset = 2,
            Crc = ZipCrc.Append(0, [2, 3]),
            Length = state.Length + header.Length + 2,
        };
        var saved = await jobs.TrySave(dead with { Archive = await blob.Flush(state, default) }, [], default(UsageChange), default);
        await jobs.Send(saved!, null);
        var done = await alice.Ended(job);
        Assert.Equal(("done", 2L), (done.Status, done.Done));
        using var zip = await Opened(alice, done);
        Assert.Equal([2, 3], Unpacked(zip, "two"));
        await Books.Balance(host);
    }

    [Fact]
    public async Task Whoever_cancels_an_archive_while_it_is_planned_leaves_no_blocks()
    {
        var alice = await FoldersClient.As(host);
        await alice.Upload([1], "one", "early");
        var job = await Make(alice, new { folder = "early" });
        var before = await Take(job); // As the request that cancels it reads it.
        await host.Service<ArchiveWork>().Run(
            (await host.Service<TenantStore>().Find("demo", default))!, before, TimeSpan.Zero, default);
        Assert.NotEmpty(await host.Blobs(job.Id));
        var ended = await host.Service<ArchiveEnd>().TryEnd(before with { Code = "cancelled" }, null, default);
        Assert.Equal((FolderJobStatus.Failed, 1L), (ended!.Status, ended.Total));
        Assert.Empty(await host.Blobs(job.Id));
        await Books.Balance(host);
    }

    async Task OneTurn(JobAnswer job, TimeSpan time)
    {
        var tenant = (await host.Service<TenantStore>().Find("demo", default))!;
        await host.Service<ArchiveWork>().Run(tenant, await Take(job), time, default);
    }

    async Task<FolderJob> Take(JobAnswer job)
    {
        var jobs = host.Service<FolderJobs>();
        return (await jobs.TryTake((await jobs.Find("demo", job.Id, default))!, default))!;
    }

    Task<JobAnswer> Make(FilesClient caller, object asked, TestHost? at = null) =>
        (at ?? host).Send(HttpMethod.Post, "/demo/archives", caller.Token, asked).Read<JobAnswer>(202);

    async Task Refused(FilesClient caller, object asked, int status, string code) =>
        await host.Send(HttpMethod.Post, "/demo/archives", caller.Token, asked).Fails(status, code);

    static async Task<ZipArchive> Opened(FoldersClient caller, JobAnswer job) =>
        new(await (await FilesClient.Fetch(await caller.Download(job))).Content.ReadAsStreamAsync());

    Task<long> Bytes() => Bytes(host);

    static async Task<long> Bytes(TestHost at) =>
        (await at.Service<SpaceQuota>().Read("demo", new Owner("user", await at.UserId("alice")).SpaceKey("demo"), default)).Bytes;

    static byte[] Unpacked(ZipArchive zip, string path)
    {
        using var stream = zip.GetEntry(path)!.Open();
        using var read = new MemoryStream();
        stream.CopyTo(read);
        return read.ToArray();
    }
}
