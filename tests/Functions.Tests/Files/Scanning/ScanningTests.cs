using System.Net.Http.Headers;
using Latchkey.Tests.Events;
using Latchkey.Tests.Files.Tus;

namespace Latchkey.Tests.Files.Scanning;

/// <summary>A tenant that wants it has its files scanned by a real ClamAV before anybody gets them.</summary>
public sealed class ScanningTests(ScanningTests.OneHost one) : IClassFixture<ScanningTests.OneHost>
{
    readonly TestHost host = one.Host;
    readonly FilesClient alice = one.Alice;

    public sealed class OneHost : IAsyncLifetime
    {
        internal string Mails { get; } = Directory.CreateTempSubdirectory("latchkey-mail-").FullName;

        internal WebhookReceiver Receiver { get; } = new();

        internal TestHost Host { get; private set; } = null!;

        internal FilesClient Alice { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            if (!Clamd.IsInstalled) return;
            await Receiver.Start();
            Host = await TestHost.Start(settings: new()
            {
                ["Latchkey:Scan:Mode"] = "ClamAv",
                ["Latchkey:Scan:Address"] = $"127.0.0.1:{(await Clamd.Shared).Port}",
                ["Latchkey:Scan:MaxBytes"] = $"{4 * Clamd.MaxBytes}",
                ["Latchkey:Mail:Folder"] = Mails,
            });
            await (await Host.Admin()).Patch("settings", new { malwareScanning = true });
            await (await Host.Admin()).Post("webhooks", new { url = Receiver.Origin + "/hook", types = new[] { "file.*" } });
            Alice = await Host.As("alice");
        }

        /// <summary>
        /// From now on there may be a mail again, as after a quarter of an hour. The clock stays, because storage's own judges the URLs.
        /// </summary>
        internal async Task ForgetMails()
        {
            foreach (var file in Directory.GetFiles(Mails)) File.Delete(file);
            var tables = Host.Service<Latchkey.Storage.StorageClients>().Tables;
            await foreach (var table in tables.QueryAsync(table => table.Name.CompareTo("Seen") >= 0 && table.Name.CompareTo("Seeo") < 0))
            {
                var seen = tables.GetTableClient(table.Name);
                await foreach (var row in seen.QueryAsync<Azure.Data.Tables.TableEntity>())
                {
                    if (row.PartitionKey.Contains("infection-mail", StringComparison.Ordinal))
                        await seen.DeleteEntityAsync(row.PartitionKey, row.RowKey);
                }
            }
        }

        public async Task DisposeAsync()
        {
            if (Host is not null) await Host.DisposeAsync();
            await Receiver.DisposeAsync();
            Directory.Delete(Mails, recursive: true);
        }
    }

    [ClamdTheory, InlineData(false), InlineData(true)]
    public async Task A_new_version_or_its_conflicted_copy_is_there_only_after_the_verdict_and_malware_never(bool blocks)
    {
        var client = new VersionsClient(host, alice.Token);
        var id = await Arrive("put", [1]);
        await host.RunQueues();
        var etag = (await client.Read(id)).Etag!;
        var (first, second, third, bad) = (await Send([2, 2], null), await Send([3, 3, 3], "copy"), await Send([5, 5, 5, 5], null),
            await Send(Clamd.Malware, null));

        foreach (var upload in (string[])[first, third, bad])
            Assert.Equal((upload, "scanning"), await Complete(upload) is var waits ? (waits.Id, waits.Status) : default);
        Assert.Equal([1], await client.DownloadBytes(id));
        Assert.Equal((etag, "available"), await client.Read(id) is var before ? (before.Etag, before.Status) : default);
        Assert.DoesNotContain((await client.List("?folder=put")).Files, file => file.Replaces is not null);
        await Books.Balance(host);
        await host.RunQueues();

        // Whoever got the verdict first has won.
        var (won, lost) = (await client.Read(id)).Size == 2 ? (first, third) : (third, first);
        Assert.Equal((id, 2, $"\"{won}\""), await Complete(won) is var file ? (file.Id, file.Version, file.Etag) : default);
        Assert.Equal(won == first ? [2, 2] : [5, 5, 5, 5], await client.DownloadBytes(id));
        await client.Complete(lost, blocks ? 1 : null).Fails(409, "version_conflict");
        Assert.Equal("scanning", (await Complete(second)).Status); // It had asked to be a copy.
        await client.Send(HttpMethod.Get, $"/{second}/download").Fails(409, "file_scanning");
        await host.RunQueues();
        Assert.Equal([3, 3, 3], await client.DownloadBytes(second));
        Assert.Equal((bad, "infected"), await Complete(bad) is var infected ? (infected.Id, infected.Status) : default);
        await client.Send(HttpMethod.Get, $"/{bad}/download").Fails(403, "file_infected");
        Assert.Empty(await host.Blobs(bad));
        await client.RestoreVersion(id, id);
        Assert.Equal([1], await client.DownloadBytes(id));
        Clear();
        await Books.Balance(host);

        async Task<string> Send(byte[] bytes, string? conflict)
        {
            if (!blocks) return await client.SendVersion(id, bytes, etag, conflict);
            var begun = await client.BeginVersion(id,
                new { contentType = FilesClient.AnyType, size = bytes.Length, resumable = true, conflict = conflict ?? "fail" }, etag);
            await FilesClient.Block(begun.Url, Latchkey.Files.BlockPlan.Id(0), bytes);
            return begun.Id;
        }

        Task<FileAnswer> Complete(string upload) => client.Completed(upload, blocks ? 1 : null);
    }

    [ClamdTheory, InlineData("put"), InlineData("blocks"), InlineData("form"), InlineData("tus"), InlineData("copy")]
    public async Task A_file_is_available_only_after_the_verdict_however_it_came(string way)
    {
        var id = await Arrive(way, [1, 2, 3]);
        var waiting = await alice.Read(id);
        Assert.Equal(("scanning", "pending"), (waiting.Status, waiting.Scan!.Result));
        Assert.Contains((await alice.List($"?folder={way}")).Files, file => file.Id == id);
        await IsRefused(id, 409, "file_scanning");
        await host.RunQueues();
        var there = await alice.Read(id);
        Assert.Equal(("available", "clean"), (there.Status, there.Scan!.Result));
        Assert.Equal([1, 2, 3], await alice.DownloadBytes(id));
        await Books.Balance(host);
    }

    [ClamdTheory, InlineData("put"), InlineData("blocks"), InlineData("form"), InlineData("tus")]
    public async Task Malware_is_never_served_and_told_by_event_mail_and_audit(string way)
    {
        await one.ForgetMails();
        var (_, cursor) = await alice.Follow((await alice.Changes()).Cursor);
        one.Receiver.Received.Clear();
        var id = await Arrive(way, Clamd.Malware, "my holiday.jpg.bin");
        await host.RunQueues();
        var infected = await alice.Read(id);
        Assert.Equal(("infected", "infected", Clamd.Threat), (infected.Status, infected.Scan!.Result, infected.Scan.Threat));
        await IsRefused(id, 403, "file_infected");
        Assert.Empty(await host.Blobs(id));
        Assert.Contains((await alice.List($"?folder={way}")).Files, file => file.Id == id && file.Status == "infected");
        var (changes, _) = await alice.Follow(cursor);
        Assert.Equal(["infected"], changes.Where(change => change.Id == id).Select(change => change.Kind));

        await Eventually.True(async () => (await (await host.Admin()).WholeAudit("?type=file-infected"))
            .Any(entry => entry.Target == id && entry.Detail == Clamd.Threat));
        var mail = Mails().Single(text => text.Contains("my holiday jpg bin", StringComparison.Ordinal));
        Assert.Contains("To: alice", mail, StringComparison.Ordinal);
        Assert.DoesNotContain("http", mail, StringComparison.Ordinal);
        Clear();
        await Eventually.True(() => one.Receiver.Received.Any(hook => hook.Type == "file.infected" && hook.Of("fileId") == id));
        var hook = one.Receiver.Received.Single(hook => hook.Of("fileId") == id);
        Assert.Equal(("user", Clamd.Threat), (hook.Of("ownerKind"), hook.Of("threat")));

        await alice.Trash(id); // There is nothing to restore.
        await alice.Send(HttpMethod.Get, $"/{id}").Fails(404, "file_not_found");
        await Books.Balance(host);
    }

    [ClamdFact]
    public async Task A_verdict_about_a_file_that_is_gone_or_that_comes_twice_does_no_harm()
    {
        var (gone, twice) = (await Arrive("put", Clamd.Malware), await Arrive("put", [7]));
        await alice.Trash(gone);
        await Scan(twice);
        await Scan(twice);
        await host.RunQueues();
        await Scan(gone);
        Assert.Equal(1, await host.RunQueues()); // One try: it did not fail.
        Assert.Equal("available", (await alice.Read(twice)).Status);
        Assert.Empty(Mails());
        await Books.Balance(host);
    }

    [ClamdFact]
    public async Task What_the_scanner_can_not_take_is_refused_before_it_is_uploaded_or_stays_where_it_is()
    {
        await alice.Send(HttpMethod.Post, "", FilesClient.Declaration(size: (4 * Clamd.MaxBytes) + 1)).Fails(413, "file_too_large");
        // The deployment's setting promises more than clamd takes.
        var id = await Arrive("put", FilesClient.Bytes(2 * Clamd.MaxBytes));
        await host.RunQueues();
        var file = await alice.Read(id);
        Assert.Equal(("scanning", "failed", "too_large"), (file.Status, file.Scan!.Result, file.Scan.Reason));
        await IsRefused(id, 409, "file_scanning");
        await alice.Trash(id);
        Assert.Empty(await host.Blobs(id));
    }

    [ClamdFact]
    public async Task Files_from_before_are_scanned_again_when_the_administrator_asks_and_their_urls_end()
    {
        var (acme, admin) = (await host.As("alice", "acme"), await host.Admin("acme"));
        var (clean, bad) = (await acme.Upload([1, 2]), await acme.Upload(Clamd.Malware));
        var (trashed, url) = (await acme.Upload(Clamd.Malware, "trashed"), await acme.DownloadUrl(bad));
        var link = (await acme.Share(bad, new { link = new { }, access = "read" })).Link!.Url!;
        await acme.Trash(trashed);
        Assert.Equal(200, (int)(await FilesClient.Fetch(url)).StatusCode);
        var before = await State();
        Assert.Equal((false, "clamav", true, null), (before.Enabled, before.Scanner, before.Up, before.LastRun));

        for (var n = 0; n < 25; n++) await acme.Upload([(byte)n], $"more{n}"); // Several messages.
        await host.Send(HttpMethod.Post, "/acme/admin/files-scan", admin.Token).Read<ScanningAnswer>(202);
        await host.RunQueues();

        var run = (await State()).LastRun!;
        Assert.Equal((28, 2, 0), (run.Scanned, run.Infected, run.Failed));
        Assert.NotNull(run.FinishedAt);
        Assert.Equal("available", (await acme.Read(clean)).Status);
        Assert.Equal("infected", (await acme.Read(bad)).Status);
        Assert.Equal(404, (int)(await FilesClient.Fetch(url)).StatusCode);
        Assert.Equal(404, (int)(await host.Http.GetAsync(new Uri(link))).StatusCode);
        Assert.Equal("infected", (await acme.Restore(trashed)).Status);
        await acme.Send(HttpMethod.Get, $"/{trashed}/download").Fails(403, "file_infected");
        await Books.Balance(host, "acme");
        Clear();

        Task<ScanningAnswer> State() => host.Send(HttpMethod.Get, "/acme/admin/files-scan", admin.Token).Read<ScanningAnswer>();
    }

    [ClamdFact]
    public async Task A_unix_socket_does_as_well()
    {
        var scanner = new Latchkey.Files.ClamAvScanner(new(ScanMode.ClamAv, null, 0, (await Clamd.Shared).Socket, 1, ""));
        Assert.True(await scanner.IsUp(default));
        Assert.Equal(Clamd.Threat, (await scanner.Scan(new MemoryStream(Clamd.Malware), Clamd.Malware.Length, default)).Threat);
        Assert.Equal(Latchkey.Files.ScanVerdict.Clean, await scanner.Scan(new MemoryStream(), 0, default));
    }

    [ClamdFact]
    public async Task The_readiness_check_tells_of_the_scanner()
    {
        Assert.Equal("up", (await host.Http.GetAsync("/health/ready").Json()).GetProperty("scanner").GetString());
    }

    // Completes it; the id.
    async Task<string> Arrive(string way, byte[] bytes, string name = "file.bin")
    {
        switch (way)
        {
            case "blocks":
                var begun = await alice.BeginBlocks(FilesClient.Declaration(name, bytes.Length, folder: way));
                await FilesClient.Block(begun.Url, Convert.ToBase64String("00000000"u8), bytes);
                Assert.Equal("scanning", (await alice.Completed(begun.Id, 1)).Status);
                return begun.Id;
            case "form":
                var form = new MultipartFormDataContent
                {
                    { new StringContent(way), "folder" }, { new ByteArrayContent(bytes), "file", name },
                };
                var request = new HttpRequestMessage(HttpMethod.Post, "/demo/files/upload") { Content = form };
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", alice.Token);
                return (await host.Http.SendAsync(request).Read<FileAnswer>(201)).Id;
            case "tus":
                var tus = new TusClient(host, alice.Token);
                var path = await tus.Created(bytes.Length, $"filename {Encoded(name)},folder {Encoded(way)}");
                await tus.Patch(path, 0, bytes).Is(204);
                return path.Split('/')[^1];
            case "copy":
                var source = await Arrive("put", bytes);
                await host.RunQueues();
                var copy = await alice.Copy(source, new { folder = way });
                await alice.Read(copy.Id);
                return copy.Id;
            default:
                return await alice.Upload(bytes, name, way);
        }
    }

    static string Encoded(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    async Task IsRefused(string id, int status, string code)
    {
        foreach (var path in new[] { "download", "content", "thumbnail" })
            await alice.Send(HttpMethod.Get, $"/{id}/{path}").Fails(status, code);
        await alice.Send(HttpMethod.Post, $"/{id}/copy", new { }).Fails(status, code);
        await alice.Send(HttpMethod.Post, $"/{id}/shares", new { link = new { }, access = "read" }).Fails(status, code);
        await alice.Send(HttpMethod.Post, "/archive", new { files = new[] { id } }).Fails(status, code);
        // Of a folder it is left out, or refused too if nothing else is there.
        var folder = await alice.Send(HttpMethod.Post, "/archive", new { folder = (await alice.Read(id)).Folder });
        if (folder.StatusCode != System.Net.HttpStatusCode.OK)
        {
            await folder.Fails(status, code);
            return;
        }
        using var archive = new System.IO.Compression.ZipArchive(await folder.Content.ReadAsStreamAsync());
        Assert.Contains(archive.Entries, entry => entry.Name == "NOT INCLUDED.txt");
    }

    Task Scan(string id) => host.Service<Latchkey.Storage.WorkQueues>().Send(
        Latchkey.Storage.QueueNames.Scans, new Latchkey.Files.ScanMessage("demo", id), default);

    List<string> Mails() => [.. Directory.GetFiles(one.Mails, "*.txt").Select(File.ReadAllText)];

    void Clear()
    {
        foreach (var file in Directory.GetFiles(one.Mails)) File.Delete(file);
    }
}
