using System.Text.Json;
using Azure.Storage.Queues;
using Latchkey.Files;
using Latchkey.Storage;

namespace Latchkey.Tests.Files.Scanning;

/// <summary>Defender for Storage's results, as Event Grid delivers them into the queue.</summary>
public sealed class DefenderTests(DefenderTests.OneHost one) : IClassFixture<DefenderTests.OneHost>
{
    const string Topic = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-test-latchkey/providers"
        + "/Microsoft.EventGrid/topics/evgt-scan-test";

    readonly TestHost host = one.Host;
    readonly FilesClient alice = one.Alice;

    public sealed class OneHost : IAsyncLifetime
    {
        internal TestHost Host { get; private set; } = null!;

        internal FilesClient Alice { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Host = await TestHost.Start(settings: new() { ["Latchkey:Scan:Mode"] = "Defender", ["Latchkey:Scan:Topic"] = Topic });
            await (await Host.Admin()).Patch("settings", new { malwareScanning = true });
            Alice = await Host.As("alice");
            await Host.Service<StorageClients>().Queues.GetQueueClient(QueueNames.ScanResults).CreateAsync(); // As infra does.
        }

        public async Task DisposeAsync() => await Host.DisposeAsync();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_result_that_comes_after_the_complete_request_decides(bool inBlocks)
    {
        var (clean, bad) = (await Upload(inBlocks), await Upload(inBlocks));
        Assert.Equal("scanning", (await alice.Read(clean)).Status);
        await Told(await BlobOf(clean), "No threats found");
        await Told(await BlobOf(bad), "Malicious", "Virus:DOS/Test_File");
        Assert.Equal("available", (await alice.Read(clean)).Status);
        Assert.Equal([1, 2, 3], await alice.DownloadBytes(clean));
        var file = await alice.Read(bad);
        Assert.Equal(("infected", "Virus:DOS/Test_File"), (file.Status, file.Scan!.Threat));
        Assert.Empty(await host.Blobs(bad));
        // Late, and once more.
        await Told((Uri(bad), "0x1"), "No threats found");
        Assert.Equal("infected", (await alice.Read(bad)).Status);
        await Books.Balance(host);
    }

    [Theory]
    [InlineData("No threats found", "available"), InlineData("Malicious", "infected")]
    [InlineData("Error", "scanning"), InlineData("Something new", "scanning")]
    public async Task A_result_that_is_quicker_than_the_complete_request_waits_for_it(string result, string status)
    {
        var begun = await alice.Begin(FilesClient.Declaration());
        await FilesClient.Stored(begun, [1, 2, 3]);
        var uploaded = await BlobOf(begun.Id);
        await Told(uploaded, result);
        Assert.Equal(status, (await alice.Completed(begun.Id)).Status);
        Assert.Equal(status == "infected", (await host.Blobs(begun.Id)).Count == 0);
        if (status != "scanning") return;
        Assert.Equal(("failed", "not_scannable"), (await alice.Read(begun.Id)).Scan is var scan ? (scan!.Result, scan.Reason) : default);
        // Complete leaves the blob as Defender has seen it, however often it is repeated.
        Assert.Equal(uploaded.ETag, (await BlobOf(begun.Id)).ETag);
        await Told(uploaded, "No threats found");
        Assert.Equal("available", (await alice.Read(begun.Id)).Status);
    }

    [Fact]
    public async Task A_quick_result_that_was_not_applied_is_applied_by_the_sweep()
    {
        var id = await Upload();
        var store = host.Service<FileStore>();
        var file = (await store.Find("demo", id, default))!;
        var scan = file.Scan!.With(new EarlyVerdict(file.Scan.ETags[0], "")); // As if the process had died after complete's write.
        Assert.True(await store.TryMove(file, file with { Scan = scan }, default, default));
        host.Clock.Advance(TimeSpan.FromMinutes(31));
        await host.RunTimer("files-sweep");
        host.Clock.Advance(TimeSpan.FromMinutes(-31));
        Assert.Equal("available", (await alice.Read(id)).Status);
    }

    [Fact]
    public async Task A_result_that_was_lost_is_said_after_a_day_and_one_that_comes_later_counts()
    {
        var id = await Upload();
        foreach (var hours in (int[])[2, 25])
        {
            host.Clock.Advance(TimeSpan.FromHours(hours));
            await host.RunTimer("files-sweep");
            if (hours > 24) await Eventually.True(async () => (await Audit("file-not-scanned", id)).SequenceEqual(["no_result"]));
            host.Clock.Advance(TimeSpan.FromHours(-hours));
            var waiting = await alice.Read(id);
            Assert.Equal(("scanning", hours < 24 ? ("pending", null) : ("failed", "no_result")),
                (waiting.Status, (waiting.Scan!.Result, waiting.Scan.Reason)));
        }
        await alice.Send(HttpMethod.Get, $"/{id}/download").Fails(409, "file_scanning");
        await Told(await BlobOf(id), "No threats found"); // The operator has started a scan of the account.
        Assert.Equal([1, 2, 3], await alice.DownloadBytes(id));
    }

    [Fact]
    public async Task After_a_death_before_anybody_was_told_the_same_result_tells_once_also_of_a_former_version()
    {
        var (file, former) = await Replaced(await VersionsClient.Of(host));
        var id = file.Id;
        var blob = await BlobOf(id);
        Assert.NotNull((await host.Service<FormerVerdicts>().TryJudge(file, former, ScanVerdict.Infected("X"), default)).Version);
        for (var times = 0; times < 2; times++) await Told(blob, "Malicious", "X"); // The queue delivers it again.
        Assert.Empty(await host.Blobs(id));
        await Eventually.True(async () => (await Audit("file-infected", id)).SequenceEqual(["X"]));
        Assert.Equal([4, 5], await alice.DownloadBytes(id));
    }

    [Fact]
    public async Task A_former_version_that_changes_while_others_are_being_told_is_told_of_before_its_bytes_go()
    {
        var (file, former) = await Replaced(await VersionsClient.Of(host));
        var (id, store) = (file.Id, host.Service<VersionStore>());
        var judged = (await host.Service<FormerVerdicts>().TryJudge(file, former, ScanVerdict.Infected("X"), default)).Version!;
        Assert.True(await store.TryChange(judged, default)); // Somebody else writes it.
        await host.Service<ScanVerdicts>().Finish(judged);
        Assert.Empty(await host.Blobs(id));
        await Eventually.True(async () => (await Audit("file-infected", id)).SequenceEqual(["X"]));
    }

    [Fact]
    public async Task A_verdict_about_a_former_version_that_is_restored_at_that_moment_is_not_lost()
    {
        var versions = await VersionsClient.Of(host);
        for (var round = 0; round < 4; round++)
        {
            var (file, former) = await Replaced(versions);
            var id = file.Id;
            await Task.WhenAll(versions.AskRestore(id, id),
                host.Service<ScanVerdicts>().Apply(former, ScanVerdict.Infected("X"), default));
            Assert.Empty(await host.Blobs(id));
            Assert.Contains((await alice.Read(id)).Status, (string[])["infected", "available"]);
            Assert.True((await host.Service<VersionStore>().FindBytes("demo", id, default))!.IsInfected);
        }
        await Books.Balance(host);
    }

    [Fact]
    public async Task A_version_waits_for_its_result_and_a_late_one_about_a_former_version_is_about_that()
    {
        var versions = await VersionsClient.Of(host);
        var id = await Upload();
        await Told(await BlobOf(id), "No threats found");
        var upload = await versions.SendVersion(id, [4, 5, 6, 7]);
        Assert.Equal("scanning", (await alice.Completed(upload)).Status);
        Assert.Equal([1, 2, 3], await alice.DownloadBytes(id));
        await Told(await BlobOf(upload), "No threats found");
        Assert.Equal([4, 5, 6, 7], await alice.DownloadBytes(id));
        await Told(await BlobOf(id), "Malicious");
        Assert.Equal([4, 5, 6, 7], await alice.DownloadBytes(id));
        await versions.AskRestore(id, id).Fails(403, "file_infected");
        // One that is quicker than complete.
        var quick = await versions.SendVersion(id, [8]);
        await Told(await BlobOf(quick), "No threats found");
        Assert.Equal((id, 3), (await alice.Completed(quick)) is var file ? (file.Id, file.Version) : default);
        await Books.Balance(host);
    }

    [Fact]
    public async Task Whoever_completes_a_copy_for_which_there_is_no_room_is_told_so()
    {
        var versions = await VersionsClient.Of(host);
        var id = await Upload();
        await Told(await BlobOf(id), "No threats found");
        var etag = (await alice.Read(id)).Etag;
        var (late, winner) = (await versions.SendVersion(id, [3, 3], etag), await versions.SendVersion(id, [2]));
        foreach (var upload in (string[])[late, winner]) await Told(await BlobOf(upload), "No threats found");
        Assert.Equal(2, (await alice.Completed(winner)).Version);
        var file = (await host.Service<FileStore>().Find("demo", id, default))!;
        await Limit((await host.Service<SpaceQuota>().Read("demo", file.Space, default)).Files);
        Assert.Equal("space files", (await versions.CompleteVersion(late, "copy").Fails(403, "quota_exceeded")).Text("what"));
        Assert.Equal("pending", (await alice.Read(late)).Status);
        await Books.Balance(host);
        await Limit(new Latchkey.Tenancy.FileLimits().SpaceFiles);
        Assert.Equal(late, (await versions.CompleteVersion(late, "copy").Read<FileAnswer>()).Id);
        await Books.Balance(host);

        async Task Limit(long spaceFiles)
        {
            await (await host.Operator()).ChangeTenant("demo", new { limits = new { spaceFiles } });
            host.Clock.Advance(TimeSpan.FromSeconds(6)); // A tenant is cached so long.
        }
    }

    [Fact]
    public async Task A_verdict_about_other_bytes_does_not_count()
    {
        var begun = await alice.BeginBlocks(FilesClient.Declaration());
        await FilesClient.Block(begun.Url, Convert.ToBase64String("00000000"u8), [9, 9, 9]);
        await FilesClient.PutTo($"{begun.Url}&comp=blocklist", System.Text.Encoding.UTF8.GetBytes(
            $"<BlockList><Latest>{Convert.ToBase64String("00000000"u8)}</Latest></BlockList>"));
        await Told(await BlobOf(begun.Id, ".staging"), "No threats found"); // Of bytes that will not be the file.
        await FilesClient.Block(begun.Url, Convert.ToBase64String("00000000"u8), [1, 2, 3]);
        Assert.Equal("scanning", (await alice.Completed(begun.Id, 1)).Status);
        await Told((Uri(begun.Id, ".staging"), "0x8DCE730957D80DE"), "No threats found");
        Assert.Equal("scanning", (await alice.Read(begun.Id)).Status);
        await Told(await BlobOf(begun.Id, ".staging"), "No threats found");
        Assert.Equal("available", (await alice.Read(begun.Id)).Status);
        Assert.Equal([1, 2, 3], await alice.DownloadBytes(begun.Id));
    }

    [Fact]
    public async Task A_result_that_is_not_from_our_topic_or_not_of_our_account_is_put_aside()
    {
        var id = await Upload();
        var (uri, etag) = await BlobOf(id);
        var poison = host.Service<StorageClients>().Queues.GetQueueClient(QueueNames.ScanResults + QueueNames.PoisonSuffix);
        string[] forged =
        [
            Event(uri, etag, "No threats found", topic: Topic + "2"),
            Event(uri, etag, "No threats found", type: "Microsoft.Storage.BlobCreated"),
            Event(uri.Replace("/account", "/other", StringComparison.Ordinal), etag, "No threats found"),
            $"[{Event(uri, etag, "No threats found")}]", "{}", "null", "not json",
            """{"v":1,"tenant":"demo","file":"x"}""",
        ];
        foreach (var message in forged) await Send(message);
        await host.RunQueues();
        Assert.Equal("scanning", (await alice.Read(id)).Status);
        Assert.Equal(forged.Length, (await poison.GetPropertiesAsync()).Value.ApproximateMessagesCount);
        // What else is in the account is nobody's business, and no failure.
        foreach (var other in new[] { $"{uri}.128", $"{uri}/x", uri.Replace("files-demo", "files-nobody", StringComparison.Ordinal),
            uri.Replace("files-demo", "other", StringComparison.Ordinal), $"{uri}?snapshot=1" })
            await Told((other, etag), "Malicious");
        Assert.Equal("scanning", (await alice.Read(id)).Status);
        await alice.Trash(id);
        await Told((uri, etag), "Malicious");
        Assert.Equal(forged.Length, (await poison.GetPropertiesAsync()).Value.ApproximateMessagesCount);
    }

    [Fact]
    public async Task A_file_that_is_served_already_ends_only_where_the_tenant_wants_it()
    {
        var acme = await host.As("alice", "acme");
        var theirs = await acme.Upload([1, 2, 3]);
        await Told(await BlobOf(theirs, tenant: "acme"), "Malicious");
        Assert.Equal("available", (await acme.Read(theirs)).Status);
        // An on-demand scan.
        var ours = await Upload();
        await Told(await BlobOf(ours), "No threats found");
        await Told(await BlobOf(ours), "Malicious");
        Assert.Equal("infected", (await alice.Read(ours)).Status);
        await host.Send(HttpMethod.Post, "/demo/admin/files-scan", (await host.Admin()).Token).Fails(409, "scanned_by_defender");
    }

    async Task<IEnumerable<string?>> Audit(string type, string id) =>
        (await (await host.Admin()).WholeAudit($"?type={type}")).Where(entry => entry.Target == id).Select(entry => entry.Detail);

    // A file that has other bytes by now, and the version with its first ones; both are clean.
    async Task<(FileRecord File, FileRecord Former)> Replaced(VersionsClient versions)
    {
        var id = await Upload();
        await Told(await BlobOf(id), "No threats found");
        var upload = await versions.SendVersion(id, [4, 5]);
        await alice.Completed(upload);
        await Told(await BlobOf(upload), "No threats found");
        var file = (await host.Service<FileStore>().Find("demo", id, default))!;
        return (file, (await host.Service<VersionStore>().Find(file, id, default))!);
    }

    async Task<string> Upload(bool inBlocks = false)
    {
        if (!inBlocks) return await alice.Upload([1, 2, 3]);
        var begun = await alice.BeginBlocks(FilesClient.Declaration());
        await FilesClient.Block(begun.Url, Convert.ToBase64String("00000000"u8), [1, 2, 3]);
        await alice.Completed(begun.Id, 1);
        return begun.Id;
    }

    async Task Told((string Uri, string ETag) blob, string result, string? threat = null)
    {
        await Send(Event(blob.Uri, blob.ETag, result, threat));
        await host.RunQueues();
    }

    async Task Send(string message) => await new QueueClient(
        host.Service<Microsoft.Extensions.Configuration.IConfiguration>()["Latchkey:Storage:ConnectionString"], QueueNames.ScanResults,
        new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 }).SendMessageAsync(message);

    string Uri(string id, string suffix = "", string tenant = "demo") =>
        $"{host.Service<StorageClients>().Blobs.Uri.AbsoluteUri.TrimEnd('/')}/files-{tenant}/{id}{suffix}";

    async Task<(string Uri, string ETag)> BlobOf(string id, string suffix = "", string tenant = "demo")
    {
        var container = host.Service<StorageClients>().Blobs.GetBlobContainerClient($"files-{tenant}");
        if (suffix.Length == 0 && !await container.GetBlobClient(id).ExistsAsync()) suffix = ".staging";
        var blob = await container.GetBlobClient(id + suffix).GetPropertiesAsync();
        return (Uri(id, suffix, tenant), blob.Value.ETag.ToString().Trim('"'));
    }

    // As Microsoft documents it ("Event Grid event schema" of malware scanning).
    static string Event(string uri, string etag, string result, string? threat = null, string topic = Topic,
        string type = "Microsoft.Security.MalwareScanningResult") => JsonSerializer.Serialize(new
        {
            id = "52d00da0-8f1a-4c3c-aa2c-24831967356b",
            subject = "storageAccounts/app/containers/files-demo/blobs/file",
            data = new
            {
                correlationId = "52d00da0-8f1a-4c3c-aa2c-24831967356b",
                blobUri = uri,
                eTag = etag,
                scanFinishedTimeUtc = "2026-11-26T08:34:06.5187908Z",
                scanResultType = result,
                scanResultDetails = threat is null ? null : new { malwareNamesFound = new[] { threat }, sha256 = "00" },
            },
            eventType = type,
            dataVersion = "1.0",
            metadataVersion = "1",
            eventTime = "2026-11-26T08:34:06.5187908Z",
            topic,
        });
}
