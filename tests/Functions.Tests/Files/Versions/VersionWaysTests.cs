using System.Net.Http.Headers;
using Latchkey.Tests.Files.Tus;

namespace Latchkey.Tests.Files;

/// <summary>The bytes of a file are replaced by tus and by a form, with the same conditions as by any other upload.</summary>
public sealed class VersionWaysTests : OnCuttableStorage
{
    VersionsClient alice = null!;
    TusClient tus = null!;

    private protected override async Task Prepare()
    {
        (alice, tus) = (await VersionsClient.Of(host), await TusClient.SignedIn(host));
        await alice.Replace(await alice.Upload([0]), [0]); // From now on tables and the schedule of the day are there.
    }

    [Fact]
    public async Task By_tus_a_file_gets_other_bytes_and_keeps_its_id_and_name()
    {
        var id = await alice.Upload([1], "notes.txt", "work");
        var etag = (await alice.Read(id)).Etag!;
        var path = await Created(id, 3, etag);
        Assert.NotEqual(id, TusClient.Id(path));
        await tus.Patch(path, 0, [2, 2]).Is(204);
        Assert.Equal([1], await alice.DownloadBytes(id));
        await tus.Patch(path, 2, [2]).Is(204);
        var file = await alice.Read(id);
        Assert.Equal(("notes.txt", "work", 3L, 2), (file.Name, file.Folder, file.Size, file.Version));
        Assert.Equal([2, 2, 2], await alice.DownloadBytes(id));
        // Whoever has lost the answer is told that it is done, also once the file has other bytes again.
        Assert.Equal(3, await tus.Offset(path));
        await alice.Replace(id, [4]);
        Assert.Equal(3, await tus.Offset(path));
        var done = await tus.Send(HttpMethod.Delete, path);
        Assert.Contains($"/files/{id}", await done.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await done.Fails(409, "upload_complete");
        await Books.Balance(host);

        await (await Create(id, 1, etag)).Fails(409, "version_conflict");
        await (await Create(id, 1, "\"a\", \"b\"")).Fails(400, "invalid_if_match");
        await (await Create(id, 1, null, ("conflict", "win"))).Fails(400, "invalid_conflict");
        await (await Create("f3k2m5q7r9t4v6x8f3k2m5q7r9t4v6x8", 1)).Fails(404, "file_not_found");
        var bob = await TusClient.SignedIn(host, "bob");
        await bob.Create(1, TusClient.Metadata(("replaces", id))).Fails(404, "file_not_found");
        await alice.Share(id, new { with = new { user = "bob" }, access = "write" });
        await bob.Create(1, TusClient.Metadata(("replaces", id), ("conflict", "copy"))).Fails(403, "insufficient_rights");
        // Names on alice's device are hers.
        Assert.True((await tus.Head(path)).Headers.Contains("Upload-Metadata"));
        Assert.False((await bob.Head(path).Is(200)).Headers.Contains("Upload-Metadata"));
        await bob.Create(0, TusClient.Metadata(("replaces", id))).Is(201);
        Assert.Equal((4, 0L), (await alice.Read(id)) is var last ? (last.Version!.Value, last.Size) : default);
    }

    [Fact]
    public async Task By_tus_the_loser_gets_409_and_its_bytes_wait_or_become_a_copy()
    {
        var id = await alice.Upload([1], "notes.txt", "shared");
        var etag = (await alice.Read(id)).Etag!;
        var (late, copies) = (await Created(id, 2, etag), await Created(id, 2, etag, ("conflict", "copy")));
        await alice.Replace(id, [9]);
        await tus.Patch(late, 0, [2, 2]).Fails(409, "version_conflict");
        Assert.Equal(409, (int)(await tus.Head(late)).StatusCode);
        await tus.Patch(copies, 0, [3, 3]).Is(204);
        Assert.Equal([3, 3], await alice.DownloadBytes(TusClient.Id(copies)));
        var copy = await alice.CompleteVersion(TusClient.Id(late), "copy").Read<FileAnswer>();
        Assert.StartsWith("notes (conflicted copy 20", copy.Name, StringComparison.Ordinal);
        Assert.Equal([2, 2], await alice.DownloadBytes(copy.Id));
        Assert.Equal([9], await alice.DownloadBytes(id));
        await Books.Balance(host);
    }

    [Fact]
    public async Task By_a_form_a_file_gets_other_bytes_and_nothing_is_left_of_a_loser()
    {
        var id = await alice.Upload([1], "photo.bin", "forms");
        var etag = (await alice.Read(id)).Etag!;
        var file = await Post([2, 2], $"?replaces={id}", etag).Read<FileAnswer>();
        Assert.Equal((id, "photo.bin", "forms", 2L, 2), (file.Id, file.Name, file.Folder, file.Size, file.Version));
        Assert.Equal([2, 2], await alice.DownloadBytes(id));
        var blobs = (await Books.Blobs(host)).Count;
        await Post([3], $"?replaces={id}", etag).Fails(409, "version_conflict");
        await Post([3], $"?replaces={id}&conflict=win").Fails(400, "invalid_conflict");
        await Post([3], "?conflict=copy").Fails(400, "invalid_query");
        await Post([3], $"?replaces={id}&space=me").Fails(400, "invalid_query");
        await Post([3], $"?replaces={id[..31]}!").Fails(404, "file_not_found");
        Assert.Equal(blobs, (await Books.Blobs(host)).Count);
        var copy = await Post([3], $"?replaces={id}&conflict=copy", etag).Read<FileAnswer>(201);
        Assert.StartsWith("photo (conflicted copy 20", copy.Name, StringComparison.Ordinal);
        Assert.Equal([2, 2], await alice.DownloadBytes(id));
        // With a key, the second time is answered with the file, although its version is not the one in If-Match any more.
        etag = (await alice.Read(id)).Etag;
        Assert.Equal(3, (await Post([4], $"?replaces={id}", etag, "once").Read<FileAnswer>()).Version);
        Assert.Equal((id, 3), (await Post([4], $"?replaces={id}", etag, "once").Read<FileAnswer>()) is var again
            ? (again.Id, again.Version) : default);
        await Books.Balance(host);
    }

    [Fact]
    public async Task Whoever_leaves_a_group_while_their_form_is_received_leaves_no_copy_in_its_space()
    {
        var (admin, bob, user) = (await host.Admin(), await VersionsClient.Of(host, "bob"), await host.UserId("bob"));
        await admin.AddGroup(new { id = "team", owner = await host.UserId("alice") });
        await admin.Send(HttpMethod.Put, $"groups/team/members/{user}", new { role = "editor" }).Is(200);
        var id = await alice.Upload([1], space: "group:team");
        var etag = (await alice.Read(id)).Etag;
        await alice.Share(id, new { with = new { user = "bob" }, access = "write" });
        await alice.Replace(id, [2]);
        storage.Before = async request =>
        {
            if (!request.Contains("comp=block&", StringComparison.Ordinal)) return;
            storage.Before = null;
            await host.Service<Latchkey.Tenancy.GroupStore>().TryRemoveMember("demo", "team", user, default);
        };
        await Post([3], $"?replaces={id}&conflict=copy", etag, by: bob).Fails(403, "insufficient_rights");
        Assert.Null(storage.Before);
        Assert.Single((await alice.List("?space=group:team")).Files);
        await Books.Balance(host);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_form_and_a_last_piece_that_died_anywhere_replace_the_bytes_once_or_not_at_all(bool answerLost)
    {
        var n = 0;
        var cuts = await storage.CutEverywhere(answerLost, made => Post([2, 2], $"?replaces={made.Id}", made.Etag, made.Key),
            prepare: async () =>
            {
                var id = await alice.Place([1]);
                return (Id: id, Etag: (await alice.Read(id)).Etag, Key: $"form{n++}");
            },
            check: async made =>
            {
                Assert.True((await alice.DownloadBytes(made.Id)).Length is 1 or 2);
                Assert.Equal(2, (await Post([2, 2], $"?replaces={made.Id}", made.Etag, made.Key).Read<FileAnswer>()).Version);
                Assert.Equal([2, 2], await alice.DownloadBytes(made.Id));
            });
        Assert.InRange(cuts, 10, 19);
        cuts = await storage.CutEverywhere(answerLost, made => tus.Patch(made.Path, 0, [2, 2]),
            prepare: async () =>
            {
                var id = await alice.Place([1]);
                return (Id: id, Path: await Created(id, 2, (await alice.Read(id)).Etag));
            },
            check: async made =>
            {
                if (await tus.Offset(made.Path) == 0) await tus.Patch(made.Path, 0, [2, 2]).Is(204);
                Assert.Equal(2, await tus.Offset(made.Path));
                Assert.Equal([2, 2], await alice.DownloadBytes(made.Id));
                Assert.Equal(2, (await alice.Read(made.Id)).Version);
            });
        Assert.InRange(cuts, 8, 19);
        host.Clock.Advance(TimeSpan.FromDays(10));
        for (var run = 0; run < 2; run++) await host.RunTimer("sweep-uploads");
        await host.RunTimer("files-sweep");
        host.Clock.Advance(TimeSpan.FromDays(-10));
        await Books.Balance(host);
    }

    Task<HttpResponseMessage> Create(string id, long size, string? ifMatch = null, params IEnumerable<(string, string)> more) => tus.Create(
        size, TusClient.Metadata([("replaces", id), .. more]), ifMatch is null ? [] : [("If-Match", ifMatch)]);

    async Task<string> Created(string id, long size, string? ifMatch = null, params IEnumerable<(string, string)> more) =>
        (await (await Create(id, size, ifMatch, more)).Is(201)).Headers.Location!.AbsolutePath;

    Task<HttpResponseMessage> Post(byte[] bytes, string query, string? ifMatch = null, string? key = null, VersionsClient? by = null)
    {
        var file = new ByteArrayContent(bytes);
        file.Headers.ContentType = new MediaTypeHeaderValue(FilesClient.AnyType);
        var request = new HttpRequestMessage(HttpMethod.Post, $"/demo/files/upload{query}")
        {
            Content = new MultipartFormDataContent { { file, "file", "camera.bin" } },
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (by ?? alice).Token);
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return host.Http.SendAsync(request);
    }
}
