using System.IO.Compression;
using Latchkey.Files;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Tests.Files.Archives;

/// <summary>The process dies at every request while an archive is begun, made or removed: one archive, whole, and counted once.</summary>
public sealed class ArchiveCrashTests : OnCuttableStorage
{
    const int MostSteps = 80;

    FoldersClient alice = null!;

    private protected override async Task Prepare()
    {
        alice = await FoldersClient.As(host);
        await alice.MakeDueTables();
        for (var n = 0; n < 3; n++) await alice.Place([1, (byte)n], $"{n}", n == 0 ? "all" : "all/inner");
        // What is left out is said by a note, which must be there once.
        var files = host.Service<FileStore>();
        var lost = (await files.Find("demo", await alice.Place([9], "lost", "all"), default))!;
        Assert.True(await files.TryMove(lost, lost with { MissingSince = host.Clock.Now }, default, default));
        await alice.Ended(host.Send(HttpMethod.Post, "/demo/archives", alice.Token, new { folder = "all" })); // Queue and tables are there.
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_archive_is_made_whatever_dies(bool answerLost)
    {
        for (var cut = 0; ; cut++)
        {
            Assert.True(cut < MostSteps, "The operation has more steps than expected.");
            var job = await host.Send(HttpMethod.Post, "/demo/archives", alice.Token, new { folder = "all" }).Read<JobAnswer>(202);
            storage.CutAfter(cut, answerLost);
            await Record.ExceptionAsync(() => Turn(job.Id));
            var wasCut = storage.Mend();
            await Check(job.Id);
            if (!wasCut) break;
        }
        await Books.Balance(host);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_request_that_died_begins_one_job_or_none(bool answerLost)
    {
        for (var cut = 0; ; cut++)
        {
            Assert.True(cut < MostSteps, "The operation has more steps than expected.");
            storage.CutAfter(cut, answerLost);
            var answer = await host.Send(HttpMethod.Post, "/demo/archives", alice.Token, new { folder = "all" });
            var wasCut = storage.Mend();
            if ((int)answer.StatusCode == 202) await Check((await answer.Read<JobAnswer>(202)).Id);
            else await answer.Fails(503, "storage_unavailable");
            if (!wasCut) break;
        }
        await foreach (var job in Jobs()) await Check(job.Id); // Those of which only the answer was lost.
        await Books.Balance(host);
    }

    [Fact]
    public async Task What_died_while_it_was_cancelled_or_removed_is_gone_after_the_day()
    {
        for (var cut = 0; ; cut++)
        {
            var job = await alice.Ended(host.Send(HttpMethod.Post, "/demo/archives", alice.Token, new { folder = "all" }));
            storage.CutAfter(cut, answerLost: cut % 2 == 0);
            var answer = await host.Send(HttpMethod.Delete, $"/demo/jobs/{job.Id}", alice.Token);
            if (!storage.Mend()) break;
            await answer.Fails(503, "storage_unavailable");
        }
        await Books.Balance(host);
        host.Clock.Advance(TimeSpan.FromHours(2));
        await host.RunTimer("files-sweep");
        host.Clock.Advance(TimeSpan.FromHours(25));
        for (var cut = 0; ; cut++)
        {
            storage.CutAfter(cut * 3, answerLost: cut % 2 == 0, requests: 3);
            await Record.ExceptionAsync(() => host.RunTimer("files-sweep"));
            if (!storage.Mend()) break;
        }
        await host.RunTimer("files-sweep");
        Assert.Equal(0, await Jobs().CountAsync());
        Assert.DoesNotContain(await Books.Blobs(host), name =>
            name.EndsWith(".zip", StringComparison.Ordinal) || name.EndsWith(".plan", StringComparison.Ordinal));
        await Books.Balance(host);
    }

    [Fact]
    public async Task Two_workers_make_one_archive()
    {
        var job = await host.Send(HttpMethod.Post, "/demo/archives", alice.Token, new { folder = "all" }).Read<JobAnswer>(202);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Turn(job.Id)));
        await Check(job.Id);
        // One that was thought dead goes on with a turn that is over.
        var jobs = host.Service<FolderJobs>();
        job = await host.Send(HttpMethod.Post, "/demo/archives", alice.Token, new { folder = "all" }).Read<JobAnswer>(202);
        var dead = (await jobs.TryTake((await jobs.Find("demo", job.Id, default))!, default))!;
        var living = (await jobs.TryTake(dead, default))!;
        await Run(living, TimeSpan.Zero);
        await Run(dead, TimeSpan.FromMinutes(1));
        await Check(job.Id);
        await Books.Balance(host);
    }

    async Task Turn(string id)
    {
        var jobs = host.Service<FolderJobs>();
        if (await jobs.TryTake((await jobs.Find("demo", id, default))!, default) is { } taken) await Run(taken, TimeSpan.FromMinutes(1));
    }

    async Task Run(FolderJob job, TimeSpan time) => await host.Service<ArchiveWork>().Run(
        (await host.Service<TenantStore>().Find("demo", default))!, job, time, default);

    // As the sweep does an hour later.
    async Task Check(string id)
    {
        var jobs = host.Service<FolderJobs>();
        for (var tries = 0; tries < 5 && await jobs.Find("demo", id, default) is { IsOver: false } job; tries++)
        {
            await jobs.Send(job, null);
            await host.RunQueues();
        }
        var ended = await alice.Job(id);
        Assert.Equal(("done", 4L, 3L, 1L), (ended.Status, ended.Total, ended.Done, ended.Failed));
        using var zip = new ZipArchive(await (await FilesClient.Fetch(await alice.Download(ended))).Content.ReadAsStreamAsync());
        Assert.Equal(["0 0", "NOT INCLUDED.txt", "inner/1 1", "inner/2 2"], zip.Entries
            .Select(entry => entry.Length > 2 ? entry.FullName : $"{entry.FullName} {Last(entry)}").Order(StringComparer.Ordinal));
    }

    static int Last(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        var bytes = new byte[2];
        stream.ReadExactly(bytes);
        return bytes[1];
    }

    IAsyncEnumerable<FolderJob> Jobs() => host.Service<StorageClients>().Tables.GetTableClient(TableNames.Files)
        .QueryAsync<Azure.Data.Tables.TableEntity>().Where(row => row.RowKey.StartsWith(RowKeys.AnyJob, StringComparison.Ordinal))
        .Select(row => FolderJob.Read("demo", row));
}
