using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Latchkey.Storage;
using Microsoft.AspNetCore.WebUtilities;

namespace Latchkey.Tests.Files;

/// <summary>The whole way of a file: begun, sent, completed, served.</summary>
public sealed class TransferTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_file_comes_down_as_it_went_up()
    {
        var alice = await host.As("alice");
        var bytes = FilesClient.Bytes(3_000_001);
        var begun = await alice.Begin(FilesClient.Declaration(
            "Été 2025.jpg", bytes.Length, folder: "/Photos/été/", md5: FilesClient.Md5(bytes), sha256: SHA256.HashData(bytes)));
        Assert.Equal("pending", (await alice.Read(begun.Id)).Status);
        await FilesClient.Stored(begun, bytes);
        var file = await alice.Completed(begun.Id);

        Assert.Equal("available", file.Status);
        Assert.Equal("Été 2025.jpg", file.Name);
        Assert.Equal("Photos/été", file.Folder);
        Assert.Equal(bytes.Length, file.Size);
        Assert.Equal(Convert.ToBase64String(FilesClient.Md5(bytes)), file.Md5);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), file.Sha256);
        var completedAt = (await alice.Send(HttpMethod.Get, $"/{begun.Id}").Json()).GetProperty("completedAt");
        Assert.EndsWith("Z", completedAt.GetString(), StringComparison.Ordinal);
        Assert.Equal(file, await alice.Read(begun.Id));
        Assert.Equal(file, (await alice.List("?folder=Photos/%C3%A9t%C3%A9")).Files.Single());

        var served = await alice.Download(begun.Id);
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
        Assert.Equal(bytes, await served.Content.ReadAsByteArrayAsync());
        Assert.Equal(FilesClient.AnyType, served.Content.Headers.ContentType?.MediaType);
        Assert.Equal("attachment", served.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal("Été 2025.jpg", served.Content.Headers.ContentDisposition?.FileNameStar);
    }

    [Fact]
    public async Task Begin_answers_with_a_request_that_is_ready_to_send()
    {
        var alice = await host.As("alice");
        var md5 = FilesClient.Md5([1, 2, 3]);
        var answer = await alice.Send(HttpMethod.Post, "", FilesClient.Declaration(md5: md5));
        var begun = await answer.Read<BeginAnswer>(201);

        var id = begun.Id;
        Assert.Matches("^[a-z2-7]{32}$", id);
        Assert.Equal($"{host.Origin}/demo/files/{id}", answer.Headers.Location?.ToString());
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.Equal("pending", begun.Status);
        var upload = begun.Upload;
        Assert.Equal("PUT", upload.Method);
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["x-ms-blob-type"] = "BlockBlob",
                ["Content-Type"] = FilesClient.AnyType,
                ["x-ms-blob-content-disposition"] = "attachment",
                ["Content-MD5"] = Convert.ToBase64String(md5),
            },
            upload.Headers);
        Assert.Equal(host.Clock.Now.AddMinutes(30), upload.ExpiresAt, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task The_urls_allow_one_thing_to_one_blob_for_a_short_time()
    {
        var alice = await host.As("alice");
        var begun = await alice.Begin(FilesClient.Declaration());
        await FilesClient.Stored(begun, [1, 2, 3]);
        await alice.Completed(begun.Id);

        CheckSas(begun.Url, begun.Id, "c", host.Clock.Now, minutes: 30);
        var window = TimeSpan.FromMinutes(15); // In which the URL stays the same.
        var begin = host.Clock.Now - TimeSpan.FromTicks(host.Clock.Now.Ticks % window.Ticks);
        CheckSas(await alice.DownloadUrl(begun.Id), begun.Id, "r", begin, minutes: 30);
    }

    static void CheckSas(string url, string id, string permission, DateTimeOffset from, int minutes)
    {
        var uri = new Uri(url);
        var query = QueryHelpers.ParseQuery(uri.Query);
        Assert.EndsWith($"/files-demo/{id}", uri.AbsolutePath, StringComparison.Ordinal);
        Assert.Equal(permission, query["sp"]);
        Assert.Equal("b", query["sr"]);
        Assert.Equal(from.AddMinutes(-15), DateTimeOffset.Parse(query["st"]!, CultureInfo.InvariantCulture),
            TimeSpan.FromSeconds(1));
        Assert.Equal(from.AddMinutes(minutes), DateTimeOffset.Parse(query["se"]!, CultureInfo.InvariantCulture),
            TimeSpan.FromSeconds(1));
        Assert.DoesNotContain("%25", uri.Query.Split("sig=")[1], StringComparison.Ordinal); // Encoded once, not twice.
    }

    [Fact]
    public async Task Content_redirects_to_the_bytes()
    {
        var alice = await host.As("alice");
        var bytes = FilesClient.Bytes(1000);
        var id = await alice.Upload(bytes, "naïve \"quoted\" 100%.txt", contentType: "text/plain; charset=utf-8");
        var answer = await alice.Send(HttpMethod.Get, $"/{id}/content");

        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.True(answer.Headers.CacheControl?.NoStore);
        var served = await FilesClient.Fetch(answer.Headers.GetValues("Location").Single());
        Assert.Equal(bytes, await served.Content.ReadAsByteArrayAsync());
        Assert.Equal("text/plain; charset=utf-8", served.Content.Headers.ContentType?.ToString());
        Assert.Equal("na_ve _quoted_ 100_.txt", served.Content.Headers.ContentDisposition?.FileName);
        Assert.Equal("naïve \"quoted\" 100%.txt", served.Content.Headers.ContentDisposition?.FileNameStar);
    }

    [Theory]
    [InlineData("text/html", "page.html")]
    [InlineData("image/svg+xml", "drawing.svg")]
    public async Task What_could_run_in_a_browser_is_never_served_inline(string contentType, string name)
    {
        var alice = await host.As("alice");
        var id = await alice.Upload(FilesClient.Bytes(10), name, contentType: contentType);
        var url = await alice.DownloadUrl(id);
        Assert.Equal("attachment", (await FilesClient.Fetch(url)).Content.Headers.ContentDisposition?.DispositionType);
        var properties = await host.Service<BlobStore>().Find("demo", id, default);
        Assert.Equal("attachment", properties!.ContentDisposition);
    }

    [Fact]
    public async Task An_upload_url_that_is_still_alive_changes_nothing_after_complete()
    {
        var alice = await host.As("alice");
        var bytes = FilesClient.Bytes(500);
        var begun = await alice.Begin(FilesClient.Declaration(size: bytes.Length));
        await FilesClient.Stored(begun, bytes);
        await alice.Completed(begun.Id);

        Assert.Equal(HttpStatusCode.Forbidden, (await FilesClient.Put(begun, FilesClient.Bytes(500))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await FilesClient.Fetch(begun.Url)).StatusCode);
        Assert.Equal(bytes, await (await alice.Download(begun.Id)).Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_service_has_files_of_its_own()
    {
        var service = await host.AsService();
        var alice = await host.As("alice");
        var bytes = FilesClient.Bytes(20);
        var id = await service.Upload(bytes, folder: "of the service");

        Assert.Equal(bytes, await (await service.Download(id)).Content.ReadAsByteArrayAsync());
        Assert.Single((await service.List("?folder=of+the+service")).Files);
        Assert.Empty((await alice.List("?folder=of+the+service")).Files);
        await alice.Send(HttpMethod.Get, $"/{id}").Fails(404, "file_not_found");
    }

    [Fact]
    public async Task The_round_trips_to_storage_stay_within_the_budget()
    {
        var alice = await host.As("alice");
        var id = await alice.Upload([1, 2, 3]); // From here on tenant and container are known to the process.
        await alice.MakeDueTables();
        const int revocation = 1;

        Begun begun = null!;
        Assert.Equal(revocation + 2, await Count(async () => begun = await alice.Begin(FilesClient.Declaration())));
        Assert.Equal(revocation + 1, await Count(() => alice.DownloadUrl(id)));
        Assert.Equal(revocation + 1, await Count(() => alice.Read(id)));
        Assert.Equal(revocation + 2, await Count(() => alice.List("?limit=1"))); // Files and folders, at once.
        await FilesClient.Stored(begun, [1, 2, 3]);
        // Record, first bytes and what the blob is, record and list row at once.
        Assert.Equal(revocation + 3, await Count(() => alice.Completed(begun.Id)));
        Assert.Equal(revocation + 1, await Count(() => alice.Completed(begun.Id)));
        // Record, what is due, record and list rows at once.
        Assert.Equal(revocation + 3, await Count(() => alice.Send(HttpMethod.Delete, $"/{begun.Id}")));
        Assert.Equal(revocation + 2, await Count(() => alice.Send(HttpMethod.Post, $"/{begun.Id}/restore")));
        Assert.Equal(revocation + 2, await Count(() => alice.Send(HttpMethod.Patch, $"/{begun.Id}", new { name = "new" })));
        // Record, what is due, mark and list rows at once, bytes, shares, record and usage at once.
        Assert.Equal(revocation + 6, await Count(() => alice.Send(HttpMethod.Delete, $"/{begun.Id}?permanent=true")));
    }

    async Task<long> Count(Func<Task> steps)
    {
        var trips = host.Service<RoundTrips>();
        var before = trips.Count;
        await steps();
        return trips.Count - before;
    }

    [Fact]
    public async Task Every_url_handed_out_is_logged_without_what_makes_it_work()
    {
        var alice = await host.As("alice");
        var begun = await alice.Begin(FilesClient.Declaration());
        await FilesClient.Stored(begun, [1, 2, 3]);
        await alice.Completed(begun.Id);
        await alice.DownloadUrl(begun.Id);

        var lines = host.Log.Lines.Where(line => line.Contains(begun.Id, StringComparison.Ordinal)).ToList();
        Assert.Contains(lines, line => line.Contains("tenant demo", StringComparison.Ordinal)
            && line.Contains("permission create", StringComparison.Ordinal)
                && line.Contains("client first-party", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("permission read", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Log.Lines, line => line.Contains("sig=", StringComparison.Ordinal));
    }
}
