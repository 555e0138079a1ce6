using Latchkey.Files;

namespace Latchkey.Tests.Files.Scanning;

/// <summary>Versions of files in a tenant that scans: bytes are the file's after the verdict, and a verdict is about the bytes that were
/// scanned, wherever they are by then.</summary>
public sealed class ScannedVersionTests(ScanningTests.OneHost one) : IClassFixture<ScanningTests.OneHost>
{
    readonly TestHost host = one.Host;

    [ClamdTheory, InlineData(false), InlineData(true)]
    public async Task A_version_replaces_the_bytes_only_after_the_verdict(bool inBlocks)
    {
        var alice = await Client();
        var folder = $"replaced{inBlocks}";
        var id = await Clean(alice, [1], folder);
        var upload = await Sent(alice, id, [2, 2], inBlocks);
        var waiting = await Complete();
        Assert.Equal((upload, id, "scanning", "pending"), (waiting.Id, waiting.Replaces, waiting.Status, waiting.Scan!.Result));
        Assert.Equal("scanning", (await Complete()).Status);
        Assert.Equal([1], await alice.DownloadBytes(id));
        await alice.Send(HttpMethod.Get, $"/{upload}/download").Fails(409, "file_scanning");
        Assert.Single((await alice.List($"?folder={folder}")).Files);
        await Books.Balance(host);
        await host.RunQueues();
        var file = await alice.Read(id);
        Assert.Equal(("available", "clean", 2, 2L), (file.Status, file.Scan!.Result, file.Version, file.Size));
        Assert.Equal([2, 2], await alice.DownloadBytes(id));
        Assert.Equal(id, (await Complete()).Id);
        Assert.Equal(id, (await alice.Progress(upload)).Id);
        var former = Assert.Single((await alice.Versions(id)).Versions);
        Assert.Equal([1], await alice.VersionBytes(id, former.Id));
        Assert.Equal(3, (await alice.RestoreVersion(id, former.Id)).Version);
        Assert.Equal([1], await alice.DownloadBytes(id));
        await Books.Balance(host);

        Task<FileAnswer> Complete() => inBlocks ? alice.Completed(upload, 1) : alice.Completed(upload);
    }

    [ClamdTheory, InlineData(false), InlineData(true)]
    public async Task Malware_ends_the_upload_and_the_file_keeps_its_bytes(bool inBlocks)
    {
        var alice = await Client();
        var (_, cursor) = await alice.Follow((await alice.Changes()).Cursor);
        var id = await Clean(alice, [1], "kept");
        var upload = await Sent(alice, id, Clamd.Malware, inBlocks);
        Assert.Equal("scanning", (inBlocks ? await alice.Completed(upload, 1) : await alice.Completed(upload)).Status);
        await host.RunQueues();
        Assert.Equal([1], await alice.DownloadBytes(id));
        Assert.Empty((await alice.Versions(id)).Versions);
        Assert.Equal("infected", (await alice.Completed(upload)).Status);
        await alice.Send(HttpMethod.Get, $"/{upload}/download").Fails(403, "file_infected");
        Assert.Empty(await host.Blobs(upload));
        var (changes, _) = await alice.Follow(cursor);
        Assert.Equal(["infected"], changes.Where(change => change.Id == upload).Select(change => change.Kind));
        await Eventually.True(async () => (await Audit(upload)) == 1);
        await Books.Balance(host);
        host.Clock.Advance(TimeSpan.FromDays(10));
        await host.RunTimer("sweep-uploads");
        host.Clock.Advance(TimeSpan.FromDays(-10));
        await alice.Send(HttpMethod.Get, $"/{upload}").Fails(404, "file_not_found");
        await Books.Balance(host);
    }

    [ClamdTheory, InlineData(false), InlineData(true)]
    public async Task Who_loses_while_it_is_scanned_may_complete_again_or_gets_a_copy(bool inBlocks)
    {
        var alice = await Client();
        var id = await Clean(alice, [1], $"raced{inBlocks}");
        var etag = (await alice.Read(id)).Etag;
        var (winner, loser) = (await Sent(alice, id, [2, 2], inBlocks, etag), await Sent(alice, id, [3, 3, 3], inBlocks, etag));
        var copied = await alice.SendVersion(id, [4], etag, "copy");
        foreach (var upload in (string[])[winner, loser, copied])
        {
            var isInBlocks = inBlocks && upload != copied;
            Assert.Equal("scanning", (isInBlocks ? await alice.Completed(upload, 1) : await alice.Completed(upload)).Status);
            if (upload == winner) await host.RunQueues();
            if (upload == winner) break;
        }
        // The others were begun for the version that is gone.
        await alice.Complete(loser).Fails(409, "version_conflict");
        Assert.Equal("scanning", (await alice.Completed(copied)).Status);
        await host.RunQueues();
        Assert.Contains("conflicted copy", (await alice.Read(copied)).Name, StringComparison.Ordinal);
        Assert.Equal([4], await alice.DownloadBytes(copied));
        // The race is lost between complete and the verdict.
        etag = (await alice.Read(id)).Etag;
        var (first, second) = (await Sent(alice, id, [5], inBlocks, etag), await Sent(alice, id, [6, 6], inBlocks, etag));
        foreach (var upload in (string[])[first, second])
            Assert.Equal("scanning", (inBlocks ? await alice.Completed(upload, 1) : await alice.Completed(upload)).Status);
        await host.RunQueues();
        var (won, lost) = (await alice.Read(id)).Etag == $"\"{first}\"" ? (first, second) : (second, first);
        Assert.Equal($"\"{won}\"", (await alice.Read(id)).Etag);
        Assert.Equal("pending", (await alice.Read(lost)).Status);
        await Books.Balance(host);
        var present = (await alice.Read(id)).Etag;
        // Its bytes are known to be clean.
        Assert.Equal(4, (await alice.CompleteVersion(lost, ifMatch: present).Read<FileAnswer>()).Version);
        await Books.Balance(host);
    }

    [ClamdFact]
    public async Task A_former_version_from_before_is_scanned_before_anybody_gets_it()
    {
        var (alice, admin) = (await Client(), await host.Admin());
        await admin.Patch("settings", new { malwareScanning = false });
        var (good, bad) = (await alice.Upload([1], "a"), await alice.Upload(Clamd.Malware, "b"));
        foreach (var id in (string[])[good, bad]) await alice.Replace(id, [2]);
        await admin.Patch("settings", new { malwareScanning = true });
        foreach (var id in (string[])[good, bad])
        {
            await alice.Send(HttpMethod.Get, $"/{id}/versions/{id}/download").Fails(409, "file_scanning");
            await alice.AskRestore(id, id).Fails(409, "file_scanning");
        }
        await host.RunQueues();
        Assert.Equal([1], await alice.VersionBytes(good, good));
        Assert.Equal("clean", (await alice.RestoreVersion(good, good)).Scan!.Result);
        Assert.Equal([1], await alice.DownloadBytes(good));
        await alice.Send(HttpMethod.Get, $"/{bad}/versions/{bad}/download").Fails(403, "file_infected");
        await alice.AskRestore(bad, bad).Fails(403, "file_infected");
        Assert.DoesNotContain(await host.Blobs(bad), blob => blob.Name == bad);
        Assert.Equal([2], await alice.DownloadBytes(bad));
        await Books.Balance(host);
    }

    [ClamdFact]
    public async Task A_verdict_never_lands_on_other_bytes_and_a_rescan_looks_at_former_versions()
    {
        var (alice, verdicts) = (await Client(), host.Service<ScanVerdicts>());
        var id = await Clean(alice, [1], "late");
        var scanned = (await host.Service<FileStore>().Find("demo", id, default))!;
        await alice.Completed(await alice.SendVersion(id, [2]));
        await host.RunQueues();
        await verdicts.Apply(scanned, ScanVerdict.Infected("Late"), default); // The scanner took its time.
        Assert.Equal("available", (await alice.Read(id)).Status);
        Assert.Equal([2], await alice.DownloadBytes(id));
        await alice.Send(HttpMethod.Get, $"/{id}/versions/{id}/download").Fails(403, "file_infected");
        await alice.AskRestore(id, id).Fails(403, "file_infected");
        Assert.DoesNotContain(await host.Blobs(id), blob => blob.Name == id);

        await (await host.Admin()).Patch("settings", new { malwareScanning = false });
        var other = await alice.Upload(Clamd.Malware, "other");
        await alice.Replace(other, [3]);
        await (await host.Admin()).Patch("settings", new { malwareScanning = true });
        await host.Send(HttpMethod.Post, "/demo/admin/files-scan", (await host.Admin()).Token).Is(202);
        await host.RunQueues();
        await alice.Send(HttpMethod.Get, $"/{other}/versions/{other}/download").Fails(403, "file_infected");
        Assert.Equal([3], await alice.DownloadBytes(other));
        await Books.Balance(host);
    }

    [ClamdFact]
    public async Task Malware_is_finished_by_the_sweep_told_once_and_mailed_once_in_a_quarter_of_an_hour()
    {
        await one.ForgetMails();
        var alice = await Client();
        // The process died right behind the verdict.
        var (store, id) = (host.Service<FileStore>(), await alice.Upload(Clamd.Malware, "dead"));
        var file = (await store.Find("demo", id, default))!;
        Assert.True(await store.TryMove(file, file.Infect("Found", host.Clock.GetUtcNow()), default, default));
        Assert.NotEmpty(await host.Blobs(id));
        host.Clock.Advance(TimeSpan.FromMinutes(31));
        await host.RunTimer("files-sweep");
        Assert.Empty(await host.Blobs(id));
        await Eventually.True(async () => await Audit(id) == 1); // Before the clock goes back: nobody reads what will be.
        host.Clock.Advance(TimeSpan.FromMinutes(-31));
        await one.ForgetMails();

        // The same URL creates the blob again: nothing is told any more.
        var begun = await alice.Begin(FilesClient.Declaration("again", Clamd.Malware.Length));
        for (var n = 0; n < 3; n++)
        {
            await FilesClient.Stored(begun, Clamd.Malware);
            if (n == 0) await alice.Completed(begun.Id);
            await host.Service<Latchkey.Storage.WorkQueues>().Send(
                Latchkey.Storage.QueueNames.Scans, new ScanMessage("demo", begun.Id), default);
            await host.RunQueues();
            Assert.Empty(await host.Blobs(begun.Id));
        }
        await alice.Upload(Clamd.Malware, "second");
        await host.RunQueues();
        await Eventually.True(async () => await Audit(begun.Id) == 1);
        Assert.Single(Directory.GetFiles(one.Mails, "*.txt"));
    }

    async Task<int> Audit(string id) =>
        (await (await host.Admin()).WholeAudit("?type=file-infected")).Count(entry => entry.Target == id);

    Task<VersionsClient> Client() => VersionsClient.Of(host);

    async Task<string> Clean(VersionsClient alice, byte[] bytes, string folder)
    {
        var id = await alice.Upload(bytes, "file.bin", folder);
        await host.RunQueues();
        return id;
    }

    static async Task<string> Sent(VersionsClient alice, string id, byte[] bytes, bool inBlocks, string? ifMatch = null)
    {
        if (!inBlocks) return await alice.SendVersion(id, bytes, ifMatch);
        var begun = await alice.BeginVersion(
            id, new { contentType = FilesClient.AnyType, size = bytes.Length, resumable = true }, ifMatch);
        await FilesClient.Block(begun.Url, BlockPlan.Id(0), bytes);
        return begun.Id;
    }
}
