using System.Security.Cryptography;
using ImageMagick;
using Latchkey.Files;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Latchkey.Tests.Files.Renditions;

namespace Latchkey.Tests.Files;

/// <summary>Files whose bytes are replaced: they keep their id, and what they were.</summary>
public sealed class VersionTests : IAsyncLifetime
{
    TestHost host = null!;
    VersionsClient alice = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start();
        alice = await VersionsClient.Of(host);
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_file_whose_bytes_are_replaced_keeps_its_id_name_folder_shares_and_link()
    {
        var id = await alice.Upload([1, 2, 3], "report.bin", "work");
        var bob = await host.As("bob");
        await alice.Share(id, new { with = new { user = "bob" }, access = "read" });
        var link = (await alice.Share(id, new { link = new { }, access = "read" })).Link!.Url!;
        var before = await alice.Send(HttpMethod.Get, $"/{id}");
        var first = await before.Read<FileAnswer>();
        Assert.Equal((1, null), (first.Version, before.Headers.ETag)); // The tag is that of the bytes, and this is another representation.
        var url = await alice.DownloadUrl(id);
        var cursor = (await alice.Changes()).Cursor;

        var upload = await alice.SendVersion(id, [4, 5, 6, 7], first.Etag);
        Assert.NotEqual(id, upload);
        Assert.Equal([1, 2, 3], await alice.DownloadBytes(id)); // Until it is complete.
        Assert.Single((await alice.List("?folder=work")).Files);
        Assert.Equal((id, "pending"), (await alice.Read(upload)) is var pending ? (pending.Replaces, pending.Status) : default);
        var answer = await alice.Complete(upload);
        var second = await answer.Read<FileAnswer>();

        Assert.Equal((id, "report.bin", "work", 4L, 2), (second.Id, second.Name, second.Folder, second.Size, second.Version));
        Assert.Null(answer.Headers.ETag);
        Assert.NotEqual(first.Etag, second.Etag);
        Assert.NotEqual(url, await alice.DownloadUrl(id));
        Assert.Equal([4, 5, 6, 7], await alice.DownloadBytes(id));
        Assert.Equal([4, 5, 6, 7], await bob.DownloadBytes(id));
        var shown = await host.Http.PostAsync(link, TestHost.Form());
        Assert.Equal([4, 5, 6, 7], await (await FilesClient.Fetch(shown.Headers.Location!.ToString())).Content.ReadAsByteArrayAsync());
        var listed = Assert.Single((await alice.List("?folder=work")).Files);
        Assert.Equal((4L, second.Etag), (listed.Size, listed.Etag));
        var change = Assert.Single((await alice.Changes($"?cursor={cursor}")).Items);
        Assert.Equal(("changed", id, 4L), (change.Kind, change.Id, change.File!.Size));
        // The same request again, after a lost answer.
        Assert.Equal(second.Etag, (await alice.Completed(upload)).Etag);
        Assert.Equal(id, (await alice.Progress(upload)).Id);
        await alice.Send(HttpMethod.Get, $"/{upload}").Fails(404, "file_not_found");
        await Books.Balance(host);
    }

    [Fact]
    public async Task The_former_versions_are_listed_read_restored_and_deleted()
    {
        var id = await alice.Upload([1], "a.bin");
        await alice.Replace(id, [2, 2]);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await alice.Replace(id, [3, 3, 3]);
        var versions = await alice.Versions(id);
        Assert.Equal((3, 3L), (versions.Current.Version, versions.Current.Size));
        Assert.Equal([(2, 2L), (1, 1L)], versions.Versions.Select(version => (version.Version, version.Size)));
        Assert.All(versions.Versions.Append(versions.Current), version =>
            Assert.Equal(("a.bin", FilesClient.AnyType), (version.Name, version.ContentType)));
        var user = await host.UserId("alice");
        Assert.All(versions.Versions.Append(versions.Current), version => Assert.Equal(user, version.UploadedBy!.User));
        var (second, first) = (versions.Versions[0], versions.Versions[1]);
        Assert.Equal(TimeSpan.FromDays(30), second.PurgeAfter - second.ReplacedAt);
        Assert.Equal(id, first.Id);
        Assert.Equal([1], await alice.VersionBytes(id, first.Id));
        Assert.Equal([2, 2], await alice.VersionBytes(id, second.Id));
        Assert.Equal([3, 3, 3], await alice.VersionBytes(id, versions.Current.Id));

        var restored = await alice.RestoreVersion(id, first.Id);
        Assert.Equal((id, 4, 1L), (restored.Id, restored.Version, restored.Size));
        Assert.Equal([1], await alice.DownloadBytes(id));
        Assert.Equal(4, (await alice.RestoreVersion(id, first.Id)).Version); // Again: nothing more happens.
        Assert.Equal([3L, 2L], (await alice.Versions(id)).Versions.Select(version => version.Size));
        await Books.Balance(host);

        await alice.Send(HttpMethod.Delete, $"/{id}/versions/{second.Id}").Is(204);
        await alice.Send(HttpMethod.Delete, $"/{id}/versions/{second.Id}").Fails(404, "version_not_found");
        await alice.Send(HttpMethod.Delete, $"/{id}/versions/{first.Id}").Fails(409, "version_current");
        await alice.AskRestore(id, second.Id).Fails(404, "version_not_found");
        await alice.Send(HttpMethod.Get, $"/{id}/versions/{second.Id}/download").Fails(404, "version_not_found");
        Assert.Equal([3L], (await alice.Versions(id)).Versions.Select(version => version.Size));
        Assert.DoesNotContain(second.Id, await Books.Blobs(host));
        await Books.Balance(host);
    }

    [Fact]
    public async Task Of_two_devices_that_replace_the_same_version_one_gets_409_and_keeps_its_bytes_as_a_copy_if_it_asks()
    {
        var id = await alice.Upload([1], "notes.txt", "shared");
        var etag = (await alice.Read(id)).Etag!;
        var (phone, tablet) = (await alice.SendVersion(id, [2, 2], etag), await alice.SendVersion(id, [3, 3, 3], etag));
        var late = await alice.SendVersion(id, [4, 4, 4, 4], etag, "copy");
        var current = await alice.Completed(phone);

        var lost = await alice.Complete(tablet).Fails(409, "version_conflict");
        Assert.Equal((current.Etag, 2L), (lost.Text("etag"), lost.Number("version")));
        Assert.Equal([2, 2], await alice.DownloadBytes(id));
        await alice.AskVersion(id, new { size = 1 }, etag).Fails(409, "version_conflict");
        var copy = await alice.CompleteVersion(tablet, "copy").Read<FileAnswer>();
        var day = copy.CompletedAt!.Value.UtcDateTime.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal((tablet, $"notes (conflicted copy {day}).txt", "shared", 1),
            (copy.Id, copy.Name, copy.Folder, copy.Version));
        Assert.Equal([3, 3, 3], await alice.DownloadBytes(copy.Id));
        Assert.Equal(copy.Name, (await alice.CompleteVersion(tablet, "copy").Read<FileAnswer>()).Name);
        var other = await alice.Completed(late); // It had asked when it began.
        if (other.CompletedAt!.Value.UtcDateTime.Date == copy.CompletedAt!.Value.UtcDateTime.Date) // Not about midnight.
            Assert.Equal((late, $"notes (conflicted copy {day} 2).txt"), (other.Id, other.Name));
        Assert.Equal([2, 2], await alice.DownloadBytes(id));
        Assert.Single((await alice.Versions(id)).Versions);
        await Books.Balance(host);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task The_same_complete_twice_at_once_never_loses_against_itself(bool inBlocks)
    {
        var id = await alice.Upload([1]);
        for (byte round = 0; round < 4; round++)
        {
            var (etag, body) = ((await alice.Read(id)).Etag, new { contentType = FilesClient.AnyType, size = 1, resumable = inBlocks });
            var begun = await alice.BeginVersion(id, body, etag);
            if (inBlocks) await FilesClient.Block(begun.Url, BlockPlan.Id(0), [round]);
            else await FilesClient.Stored(begun, [round]);
            var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ =>
                inBlocks ? alice.Complete(begun.Id, 1) : alice.CompleteVersion(begun.Id, ifMatch: etag)));
            foreach (var answer in answers) Assert.Equal(id, (await answer.Read<FileAnswer>()).Id);
            Assert.Equal([round], await alice.DownloadBytes(id));
        }
        await Books.Balance(host);
    }

    [Fact]
    public async Task Completes_of_the_same_upload_at_once_are_all_told_that_it_won()
    {
        for (byte n = 0; n < 5; n++)
        {
            var id = await alice.Upload([n]);
            var upload = await alice.SendVersion(id, [n, n], (await alice.Read(id)).Etag);
            foreach (var answer in await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => alice.Complete(upload))))
                Assert.Equal(2, (await answer.Read<FileAnswer>()).Version);
        }
        await Books.Balance(host);
    }

    [Fact]
    public async Task The_loser_may_look_and_replace_the_winner()
    {
        var id = await alice.Upload([1]);
        var etag = (await alice.Read(id)).Etag!;
        var (one, two) = (await alice.SendVersion(id, [1, 1], etag), await alice.SendVersion(id, [2, 2], etag));
        var winner = await alice.Completed(one);
        await alice.Complete(two).Fails(409, "version_conflict");
        await alice.CompleteVersion(two, ifMatch: "\"other\"").Fails(409, "version_conflict");
        Assert.Equal(3, (await alice.CompleteVersion(two, ifMatch: winner.Etag).Read<FileAnswer>()).Version);
        // Without a condition the last one counts; nothing is lost.
        var (three, four) = (await alice.SendVersion(id, [3]), await alice.SendVersion(id, [4]));
        await alice.Completed(three);
        await alice.Completed(four);
        Assert.Equal([4], await alice.DownloadBytes(id));
        Assert.Equal(4, (await alice.Versions(id)).Versions.Count);
        await Books.Balance(host);
    }

    [Fact]
    public async Task As_many_versions_stay_as_the_tenant_keeps_and_as_long()
    {
        var operators = await host.Operator();
        await operators.ChangeTenant("demo", new { limits = new { versions = 2, versionDays = 7 } });
        var limits = (await operators.TenantOf("demo")).Limits;
        Assert.Equal((2, 7), (limits.Versions, limits.VersionDays));
        var id = await alice.Upload([0]);
        for (byte n = 1; n <= 4; n++) await alice.Replace(id, [n, n]);
        // The first of the hour stays a day.
        Assert.Equal([4, 3, 1], (await alice.Versions(id)).Versions.Select(version => version.Version));
        Assert.Equal(4, (await Books.Blobs(host)).Count);
        await Books.Balance(host);

        host.Clock.Advance(TimeSpan.FromDays(6));
        await host.RunTimer("files-sweep");
        Assert.Equal(3, (await Books.Blobs(host)).Count);
        host.Clock.Advance(TimeSpan.FromDays(1.1));
        await host.RunTimer("files-sweep");
        host.Clock.Advance(TimeSpan.FromDays(-7.1));
        Assert.Empty((await alice.Versions(id)).Versions);
        Assert.Equal([4, 4], await alice.DownloadBytes(id));
        Assert.Single(await Books.Blobs(host));
        await Books.Balance(host);

        await operators.ChangeTenant("demo", new { limits = new { versions = 0 } });
        await alice.Replace(id, [5]);
        Assert.Empty((await alice.Versions(id)).Versions);
        Assert.Single(await Books.Blobs(host));
        await Books.Balance(host);
        await operators.Send(HttpMethod.Patch, "tenants/demo", new { limits = new { versions = 101 } }).Fails(400, "invalid_field");
        await operators.Send(HttpMethod.Patch, "tenants/demo", new { limits = new { versionDays = 0 } }).Fails(400, "invalid_field");
    }

    [Fact]
    public async Task The_trash_keeps_the_versions_and_a_purge_takes_them_and_frees_their_quota()
    {
        var id = await alice.Upload([1, 1, 1], "kept");
        await alice.Replace(id, [2]);
        await alice.Trash(id);
        await alice.Send(HttpMethod.Get, $"/{id}/versions").Fails(404, "file_not_found");
        await Books.Balance(host);
        Assert.Equal((4L, 1L), await Used());
        await alice.Restore(id);
        Assert.Equal([1, 1, 1], await alice.VersionBytes(id, Assert.Single((await alice.Versions(id)).Versions).Id));
        var pending = await alice.SendVersion(id, [9]);
        await alice.Purge(id);
        await alice.Complete(pending).Fails(404, "file_not_found");
        Assert.Equal(pending, (await alice.CompleteVersion(pending, "copy").Read<FileAnswer>()).Id); // Its bytes are not lost.
        await alice.Purge(pending);
        Assert.Equal((0L, 0L), await Used());
        Assert.Empty(await Books.Blobs(host));
        await Books.Balance(host);
    }

    [Fact]
    public async Task Versions_in_blocks_and_with_hashes_are_verified_and_known_as_any_upload()
    {
        byte[] bytes = [5, 6, 7, 8];
        var id = await alice.Upload([1, 2, 3]);
        var begun = await alice.BeginVersion(id, new
        {
            contentType = "application/octet-stream",
            size = 4,
            resumable = true,
            sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            modifiedAt = "2026-07-01T18:30:00Z",
        });
        await FilesClient.Block(begun.Url, BlockPlan.Id(0), bytes);
        var file = await alice.Completed(begun.Id, 1);
        Assert.True(file.Sha256Verified);
        Assert.Equal(bytes, await alice.DownloadBytes(id));
        var known = await alice.Send(HttpMethod.Post, "/known", new { items = new[] { new { sha256 = file.Sha256 } } }).Read<KnownAnswer>();
        Assert.Equal(id, known.Items[0].Id);
        await Books.Balance(host);

        // The URL of the bytes that are served can still write, but only below them, as with any file.
        await FilesClient.Block(begun.Url, BlockPlan.Id(0), [9, 9, 9, 9]);
        await alice.RestoreVersion(id, id);
        await Books.Balance(host);
        await alice.RestoreVersion(id, begun.Id);
        Assert.Equal(bytes, await alice.DownloadBytes(id));
        host.Clock.Advance(TimeSpan.FromDays(10));
        await host.RunTimer("sweep-uploads");
        host.Clock.Advance(TimeSpan.FromDays(-10));
        Assert.Equal(bytes, await alice.DownloadBytes(id));
        Assert.Equal([1, 2, 3], await alice.VersionBytes(id, id));
        await Books.Balance(host);

        var wrong = await alice.BeginVersion(id, new { size = 4, md5 = Convert.ToBase64String(new byte[16]), contentType = "image/png" });
        await FilesClient.PutTo(wrong.Url, [1, 2, 3, 4], ("x-ms-blob-type", "BlockBlob"));
        Assert.Equal(422, (int)(await alice.Complete(wrong.Id)).StatusCode);
        Assert.Equal(bytes, await alice.DownloadBytes(id));
        await Books.Balance(host);
    }

    [Fact]
    public async Task The_same_idempotency_key_begins_the_same_version()
    {
        var id = await alice.Upload([1]);
        var begun = await alice.BeginVersion(id, new { size = 2 }, key: "once");
        Assert.Equal(begun.Id, (await alice.AskVersion(id, new { size = 2 }, key: "once").Read<ProgressAnswer>()).Id);
        await alice.AskVersion(id, new { size = 3 }, key: "once").Fails(422, "idempotency_key_reused");
        await alice.Send(HttpMethod.Patch, $"/{id}", new { name = "renamed.bin" }).Is(200); // It asks for the same as before.
        Assert.Equal(begun.Id, (await alice.AskVersion(id, new { size = 2 }, key: "once").Read<ProgressAnswer>()).Id);
        await FilesClient.Stored(begun, [2, 2]);
        await alice.Completed(begun.Id);
        await alice.Change(id, new { name = "other", folder = "elsewhere" });
        var again = await alice.AskVersion(id, new { size = 2 }, key: "once");
        Assert.Equal((id, "available"), await again.Read<ProgressAnswer>() is var progress ? (progress.Id, progress.Status) : default);
        Assert.EndsWith($"/files/{id}", again.Headers.Location!.ToString(), StringComparison.Ordinal);
        await alice.Replace(id, [3]);
        await alice.Send(HttpMethod.Delete, $"/{id}/versions/{begun.Id}").Is(204);
        Assert.NotEqual(begun.Id, (await alice.BeginVersion(id, new { size = 2 }, key: "once")).Id); // The key went with the version.
        await Books.Balance(host);
    }

    [Fact]
    public async Task Who_may_only_read_sees_no_former_version_and_who_may_write_by_a_share_makes_one_but_no_copy()
    {
        var id = await alice.Upload([1]);
        await alice.Replace(id, [2]);
        var etag = (await alice.Read(id)).Etag!;
        var bob = await VersionsClient.Of(host, "bob");
        foreach (var (method, path) in Endpoints(id)) await bob.Send(method, path).Fails(404, "file_not_found");
        await alice.Share(id, new { with = new { user = "bob" }, access = "read" });
        foreach (var (method, path) in Endpoints(id)) await bob.Send(method, path).Fails(403, "insufficient_rights");
        await bob.AskVersion(id, new { size = 1 }).Fails(403, "insufficient_rights");
        await alice.Share(id, new { with = new { user = "bob" }, access = "write" });
        foreach (var (method, path) in Endpoints(id)) await bob.Send(method, path).Fails(403, "insufficient_rights"); // What it was before.
        var upload = await bob.SendVersion(id, [3], etag);
        await alice.Replace(id, [4]);
        await bob.Complete(upload).Fails(409, "version_conflict");
        await bob.CompleteVersion(upload, "copy").Fails(403, "insufficient_rights");
        await bob.AskVersion(id, new { size = 1, conflict = "copy" }).Fails(403, "insufficient_rights");
        Assert.Equal(4, (await bob.CompleteVersion(upload, ifMatch: "*").Read<FileAnswer>()).Version);
        Assert.Equal(await host.UserId("bob"), (await alice.Versions(id)).Current.UploadedBy!.User);
        await Books.Balance(host);
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused()
    {
        var id = await alice.Upload([1]);
        var pending = await alice.Begin(FilesClient.Declaration());
        await alice.AskVersion(pending.Id, new { size = 1 }).Fails(409, "file_pending");
        await alice.Send(HttpMethod.Get, $"/{pending.Id}/versions").Fails(409, "file_pending");
        await alice.AskVersion(id, new { size = -1 }).Fails(400, "invalid_size");
        await alice.AskVersion(id, new { }).Fails(400, "invalid_json");
        await alice.AskVersion(id, new { size = 1, conflict = "win" }).Fails(400, "invalid_conflict");
        await alice.AskVersion(id, new { size = 1 }, "\"a\", \"b\"").Fails(400, "invalid_if_match");
        await alice.AskVersion(id, new { size = 1 }, "\"another\"").Fails(409, "version_conflict");
        await alice.AskRestore(id, "nothing").Fails(404, "version_not_found");
        await alice.AskVersion("f3k2m5q7r9t4v6x8f3k2m5q7r9t4v6x8", new { size = 1 }).Fails(404, "file_not_found");
        // The body of a begin will do, and the tag may be weak.
        var etag = (await alice.Read(id)).Etag;
        await alice.AskVersion(id, FilesClient.Declaration("x", 1, folder: "ignored"), $"W/{etag}").Is(201);
    }

    [Fact]
    public async Task A_name_of_any_length_and_form_makes_a_name_for_the_copy()
    {
        foreach (var name in (string[])["noextension", ".hidden", "a.tar.gz", new string('x', 251) + ".txt", new string('é', 255)])
        {
            var id = await alice.Upload([1], name, "names");
            var etag = (await alice.Read(id)).Etag!;
            var upload = await alice.SendVersion(id, [2], etag, "copy");
            await alice.Replace(id, [3]);
            var copy = (await alice.Completed(upload)).Name;
            Assert.Contains(" (conflicted copy 20", copy, StringComparison.Ordinal);
            Assert.True(copy.Length <= 255);
            if (name.EndsWith(".txt", StringComparison.Ordinal)) Assert.EndsWith(").txt", copy, StringComparison.Ordinal);
        }
        await Books.Balance(host);
    }

    [Fact]
    public async Task A_version_whose_bytes_are_lost_is_found_and_cannot_be_restored()
    {
        var id = await alice.Upload([1]);
        await alice.Replace(id, [2]);
        await host.Service<BlobStore>().Delete("demo", id, default);
        await alice.AskRestore(id, id).Fails(410, "bytes_missing");
        var admin = (await host.Admin()).Token;
        CheckAnswer check;
        do check = await host.Send(HttpMethod.Post, "/demo/files-check", admin).Read<CheckAnswer>();
        while (check.FinishedAt is null);
        Assert.Equal((1L, id), (check.Missing, check.MissingIds.Single()));
        await alice.Send(HttpMethod.Get, $"/{id}/versions/{id}/download").Fails(410, "bytes_missing");
        Assert.Equal([2], await alice.DownloadBytes(id));
    }

    [Fact]
    public async Task A_new_version_of_a_picture_has_thumbnails_of_its_own_and_a_restored_one_has_its_former_ones()
    {
        var id = await alice.Upload(Pictures.Of(MagickFormat.Png, 60, 20), "icon.png", contentType: "image/png");
        await host.RunQueues();
        var first = await Thumbnail();
        await alice.Completed(await alice.SendVersion(id, Pictures.Of(MagickFormat.Png, 20, 60), contentType: "image/png"));
        await alice.Send(HttpMethod.Get, $"/{id}/thumbnail?size=128").Fails(409, "thumbnail_pending");
        await host.RunQueues();
        var second = await Thumbnail();
        Assert.NotEqual(new Uri(first).AbsolutePath, new Uri(second).AbsolutePath);
        await Books.Balance(host);
        await alice.RestoreVersion(id, id);
        Assert.Equal(new Uri(first).AbsolutePath, new Uri(await Thumbnail()).AbsolutePath);
        await host.RunQueues();
        await Books.Balance(host);
        await alice.Purge(id);
        Assert.Empty(await Books.Blobs(host));
        await Books.Balance(host);

        async Task<string> Thumbnail()
        {
            var url = (await alice.Send(HttpMethod.Get, $"/{id}/thumbnail?size=128").Read<DownloadAnswer>()).Url;
            await FilesClient.Fetch(url).Is(200);
            return url;
        }
    }

    [Fact]
    public async Task A_users_data_has_the_former_versions_and_the_users_end_is_theirs()
    {
        var id = await alice.Upload([1], "mine");
        await alice.Replace(id, [2, 2]);
        await alice.SendVersion(id, [3, 3, 3]); // Never completed.
        var tenant = (await host.Service<TenantStore>().Find("demo", default))!;
        var user = (await host.Service<UserStore>().FindByName(tenant, "alice", default))!;
        var exported = await host.Service<SpaceExport>().Files(tenant, user, "test", default).SingleAsync();
        var version = Assert.Single(exported.Versions!);
        Assert.Equal((2L, 1L), (exported.File.Size, version.Version.Size));
        Assert.Equal([1], await (await FilesClient.Fetch(version.Download!.Url)).Content.ReadAsByteArrayAsync());
        await (await host.Admin()).DeleteUser(user.Id);
        await Eventually.True(async () => (await Books.Blobs(host)).Count == 0);
        await Books.Balance(host);
    }

    static IEnumerable<(HttpMethod Method, string Path)> Endpoints(string id) =>
    [
        (HttpMethod.Get, $"/{id}/versions"), (HttpMethod.Get, $"/{id}/versions/{id}/download"),
        (HttpMethod.Post, $"/{id}/versions/{id}/restore"), (HttpMethod.Delete, $"/{id}/versions/{id}"),
    ];

    async Task<(long Bytes, long Files)> Used()
    {
        var space = Owner.User(await host.UserId("alice")).SpaceKey("demo");
        var usage = await host.Service<SpaceQuota>().Read("demo", space, default);
        return (usage.Bytes, usage.Files);
    }
}
