using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using Latchkey.Files;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Tests.Files.Archives;

/// <summary>Several files, or a folder, as one archive that any program can unpack and that nowhere is whole.</summary>
public sealed class ArchiveTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_folder_comes_with_all_that_is_below_it()
    {
        var alice = await host.As("alice");
        var picture = FilesClient.Bytes(300_000);
        await alice.Upload(picture, "beach.jpg", "Ferien/2026", "image/jpeg");
        await alice.Upload(Encoding.UTF8.GetBytes(new string('a', 100_000)), "Grüße 👋.txt", "Ferien", "text/plain");
        await alice.Upload([], "empty", "Ferien/2026/leer");
        await alice.Upload([1], "elsewhere", "Ferien2");
        using var answer = await Archive(alice, new { folder = "Ferien" });
        Assert.Equal("application/zip", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(("attachment", "Ferien.zip"),
            (answer.Content.Headers.ContentDisposition?.DispositionType, answer.Content.Headers.ContentDisposition?.FileNameStar));
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.Equal(answer.Content.Headers.ContentLength, bytes.Length); // Known before the first byte, because nothing is compressed.
        using var zip = new ZipArchive(new MemoryStream(bytes));
        Assert.Equal(["2026/beach.jpg", "2026/leer/empty", "Grüße 👋.txt"],
            zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal));
        await using var unpacked = zip.GetEntry("2026/beach.jpg")!.Open();
        using var read = new MemoryStream();
        await unpacked.CopyToAsync(read);
        Assert.Equal(picture, read.ToArray());
        var admin = await host.Admin();
        await Eventually.True(async () => (await admin.WholeAudit()).Any(entry => entry.Detail == "archive of 3 files, 400000 bytes"));
    }

    [Fact]
    public async Task Selected_files_keep_their_names_and_no_name_leads_elsewhere()
    {
        var alice = await host.As("alice");
        var ids = new List<string>();
        foreach (var name in new[] { "same.txt", "SAME.txt", "same.txt", @"..\..\evil.dll", "...", "nul.txt", "c:d", "tail. " })
            ids.Add(await alice.Upload([(byte)ids.Count], name, ids.Count % 2 == 0 ? "left" : "right"));
        var blocks = await alice.BeginBlocks(FilesClient.Declaration("blocks", 2));
        await FilesClient.Block(blocks.Url, "MDAwMDAwMDA=", [7, 7]);
        await alice.Completed(blocks.Id, 1);
        ids.Add(blocks.Id);
        using var answer = await Archive(alice, new { files = ids.Append(ids[0]), name = "mine.zip" });
        Assert.Equal("mine.zip", answer.Content.Headers.ContentDisposition?.FileNameStar);
        using var zip = new ZipArchive(await answer.Content.ReadAsStreamAsync());
        Assert.Equal(["same.txt", "SAME (2).txt", "same (3).txt", ".._.._evil.dll", "_", "_nul.txt", "c_d", "tail", "blocks"],
            zip.Entries.Select(entry => entry.FullName));
        Assert.Equal([7, 7], Unpacked(zip.GetEntry("blocks")!));
        Assert.Equal([3], Unpacked(zip.Entries[3]));
    }

    [Fact]
    public async Task Every_file_must_be_one_that_the_caller_may_read()
    {
        var (alice, bob) = (await host.As("alice"), await host.As("bob"));
        var (own, others) = (await bob.Upload([1], "own"), await alice.Upload([2], "others"));
        await bob.Send(HttpMethod.Post, "/archive", new { files = (string[])[own, others] }).Fails(404, "file_not_found");
        await alice.Share(others, new { with = new { user = "bob" }, access = "read" });
        using (var answer = await Archive(bob, new { files = (string[])[own, others] }))
        {
            using var zip = new ZipArchive(await answer.Content.ReadAsStreamAsync());
            Assert.Equal(["own", "others"], zip.Entries.Select(entry => entry.FullName));
        }
        await alice.Trash(others);
        await bob.Send(HttpMethod.Post, "/archive", new { files = (string[])[others] }).Fails(404, "file_not_found");
        var begun = await bob.Begin(FilesClient.Declaration());
        await bob.Send(HttpMethod.Post, "/archive", new { files = (string[])[begun.Id] }).Fails(409, "file_pending");
        await bob.Send(HttpMethod.Post, "/archive", new { folder = "", space = "group:nobodys" }).Fails(404, "space_not_found");
        await bob.Send(HttpMethod.Post, "/archive", new { folder = "there/is/none" }).Fails(404, "file_not_found");
    }

    [Fact]
    public async Task What_is_asked_for_is_bounded_before_anything_is_read()
    {
        var alice = await host.As("alice");
        var id = await alice.Upload([1], "one");
        foreach (var wrong in new object[] { new { }, new { files = Array.Empty<string>() }, new { files = (string[])[id], folder = "" },
            new { files = (string[])[id], space = "me" }, new { files = Enumerable.Repeat(id, 1001) } })
            await alice.Send(HttpMethod.Post, "/archive", wrong).Fails(400, "invalid_field");
        await alice.Send(HttpMethod.Post, "/archive", new { files = (string[])[id], name = "a/b" }).Fails(400, "invalid_name");

        // As a file of 4 GB would be recorded.
        var files = host.Service<FileStore>();
        var record = (await files.Find("demo", await alice.Upload([1], "huge", "large"), default))!;
        Assert.True(await files.TryMove(record, record with { Size = 4_000_000_001 }, default, default));
        var refused = await alice.Send(HttpMethod.Post, "/archive", new { folder = "large" }).Json(413);
        Assert.Equal(("archive_too_large", "bytes", 4_000_000_000), (refused.GetProperty("code").GetString(),
            refused.GetProperty("what").GetString(), refused.GetProperty("limit").GetInt64()));
    }

    [Fact]
    public async Task An_archive_that_can_not_be_finished_is_no_archive()
    {
        var alice = await host.As("alice");
        var (first, lost) = (await alice.Upload(FilesClient.Bytes(500_000), "first"), await alice.Upload([2], "lost"));
        await host.Service<BlobStore>().Delete("demo", lost, default);
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            using var answer = await Archive(alice, new { files = (string[])[first, lost] });
            await answer.Content.ReadAsByteArrayAsync();
        });
        var taken = Take(4); // And its place is free again.
        // Before anything is read.
        await alice.Send(HttpMethod.Post, "/archive", new { files = (string[])["none"] }).Fails(503, "server_busy");
        taken.ForEach(place => place.Dispose());
        await alice.Purge(lost);
    }

    [Fact]
    public async Task A_caller_who_hangs_up_ends_the_reads()
    {
        var alice = await host.As("alice");
        var id = await alice.Upload(FilesClient.Bytes(24 << 20), "long"); // More than a connection keeps on its way.
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{host.Origin}/demo/files/archive")
        {
            Headers = { Authorization = new("Bearer", alice.Token) },
            Content = JsonContent.Create(new { files = (string[])[id] }),
        };
        using (await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            Assert.Throws<Problem>(() => Take(4)); // It has one.
        }
        await Eventually.True(() =>
        {
            try
            {
                Take(4).ForEach(place => place.Dispose());
                return true;
            }
            catch (Problem)
            {
                return false;
            }
        });
        await alice.Purge(id);
    }

    [Fact]
    public void One_user_or_tenant_does_not_take_all_places()
    {
        var places = new ArchivePlaces(TimeProvider.System);
        using var first = places.Take("demo", "alice");
        using var second = places.Take("demo", "alice");
        Assert.Throws<Problem>(() => places.Take("demo", "alice"));
        using var third = places.Take("demo", "bob");
        var fourth = places.Take("demo", "bob");
        Assert.Throws<Problem>(() => places.Take("demo", "admin"));
        using var other = places.Take("acme", "alice");
        fourth.Dispose();
        fourth.Dispose();
        using var next = places.Take("demo", "admin");
        Assert.Throws<Problem>(() => places.Take("demo", "admin"));
        // Those who have a link have their own.
        using var linked = places.TakeForLink("acme");
        using var both = places.TakeForLink("acme");
        Assert.Throws<Problem>(() => places.TakeForLink("acme"));
        using var free = places.Take("acme", "bob");
    }

    // All that a tenant has, or none.
    List<ArchivePlace> Take(int count)
    {
        var (places, taken) = (host.Service<ArchivePlaces>(), new List<ArchivePlace>());
        try
        {
            for (var n = 0; n < count; n++) taken.Add(places.Take("demo", $"user {n}"));
            return taken;
        }
        catch
        {
            taken.ForEach(place => place.Dispose());
            throw;
        }
    }

    static async Task<HttpResponseMessage> Archive(FilesClient caller, object asked) =>
        await caller.Send(HttpMethod.Post, "/archive", asked).Is((int)HttpStatusCode.OK);

    static byte[] Unpacked(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var read = new MemoryStream();
        stream.CopyTo(read);
        return read.ToArray();
    }
}
