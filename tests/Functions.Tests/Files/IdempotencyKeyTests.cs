using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Latchkey.Tests.Files.Tus;

namespace Latchkey.Tests.Files;

/// <summary>The same key begins the same file, whatever broke off in between.</summary>
public sealed class IdempotencyKeyTests : OnCuttableStorage
{
    FilesClient alice = null!;

    private protected override async Task Prepare()
    {
        alice = await host.As("alice");
        await alice.Upload([1], "there");
    }

    [Fact]
    public async Task A_key_leads_to_its_file_as_long_as_there_is_one()
    {
        var body = new { name = "a", size = 2, folder = "f" };
        var first = await Begin("\"k-1\"", body).Read<BeginAnswer>(201);
        var again = await Begin("k-1", body).Read<ProgressAnswer>(200); // With or without quotation marks.
        Assert.Equal((first.Id, "pending"), (again.Id, again.Status));
        await Begin("k-1", new { name = "a", size = 3, folder = "f" }).Fails(422, "idempotency_key_reused");
        Assert.NotEqual(first.Id, (await Begin("k-2", body).Read<BeginAnswer>(201)).Id);
        Assert.NotEqual(first.Id, (await Begin("k-1", body, await host.As("bob")).Read<BeginAnswer>(201)).Id);
        Assert.NotEqual(first.Id,
            (await Begin("k-1", new { name = "a", size = 2, folder = "f", space = "app" }).Read<BeginAnswer>(201)).Id);

        var upload = again.Upload!;
        await FilesClient.Stored(new Begun(first.Id, upload.Url, upload.Headers), [1, 2]);
        again = await Begin("k-1", body).Read<ProgressAnswer>();
        Assert.Equal((2, null), (again.ReceivedBytes, again.Upload)); // All has arrived: complete is next.
        await alice.Completed(first.Id);
        Assert.Equal("available", (await Begin("k-1", body).Read<ProgressAnswer>()).Status);
        await alice.Change(first.Id, new { name = "renamed" });
        await alice.Trash(first.Id);
        again = await Begin("k-1", body).Read<ProgressAnswer>();
        Assert.Equal((first.Id, "deleted"), (again.Id, again.Status));
        await alice.Purge(first.Id);
        var other = await Begin("k-1", body).Read<BeginAnswer>(201);
        Assert.NotEqual(first.Id, other.Id);

        host.Clock.Advance(TimeSpan.FromDays(8)); // Too late to be completed, and not swept yet.
        alice = await host.As("alice");
        Assert.NotEqual(other.Id, (await Begin("k-1", body).Read<BeginAnswer>(201)).Id);
        await Books.Balance(host);
    }

    [Fact]
    public async Task A_key_is_checked()
    {
        foreach (var key in new[] { "", "\"\"", new string('k', 256), "a b" })
            await Begin(key, new { name = "a", size = 1 }).Fails(400, "invalid_idempotency_key");
        var twice = Request(HttpMethod.Post, "/demo/files", "one", JsonContent.Create(new { name = "a", size = 1 }));
        twice.Headers.Add("Idempotency-Key", "two");
        await host.Http.SendAsync(twice).Fails(400, "invalid_idempotency_key");
        await Begin(new string('k', 255), new { name = "a", size = 1 }).Is(201);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_begin_that_died_anywhere_begins_one_file(bool answerLost)
    {
        var (key, keys) = ("", 0);
        var body = new { name = "once", size = 3, folder = "once" };
        var cuts = await storage.CutEverywhere(answerLost, _ => Begin(key, body),
            prepare: () => Task.FromResult(key = $"key-{keys++}"),
            check: async _ =>
            {
                var first = await Begin(key, body);
                Assert.True(first.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created);
                var id = (await first.Json((int)first.StatusCode)).GetProperty("id").GetString()!;
                var upload = (await Begin(key, body).Read<ProgressAnswer>()).Upload!;
                await FilesClient.Stored(new Begun(id, upload.Url, upload.Headers), [1, 2, 3]);
                await alice.Completed(id);
                Assert.Equal(new ProgressAnswer { Id = id, Status = "available" }, await Begin(key, body).Read<ProgressAnswer>());
            });
        Assert.InRange(cuts, 4, 6);
        Assert.Equal(cuts, (await alice.List("?folder=once")).Files.Count);
        await Books.Balance(host);
        // No other was begun, but the last, which came through and is pending.
        Assert.Single((await Books.Records(host)).Except(await Books.Blobs(host)));
    }

    [Fact]
    public async Task Of_begins_at_once_with_one_key_one_begins_the_file()
    {
        var body = new { name = "many", size = 1 };
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Begin("many", body)));
        var ids = await Task.WhenAll(
            answers.Select(async answer => (await answer.Json((int)answer.StatusCode)).GetProperty("id").GetString()));
        Assert.Single(ids.Distinct());
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        await Books.Balance(host);
    }

    [Fact]
    public async Task Tus_goes_on_with_the_file_of_its_key()
    {
        var tus = new TusClient(host, alice.Token);
        var metadata = TusClient.Metadata(("filename", "t"), ("takenAt", "2026-07-01T18:30:00Z"), ("metadata", "{\"a\":\"1\"}"));
        var path = (await tus.Create(3, metadata, ("Idempotency-Key", "tus"))).Headers.Location!.AbsolutePath;
        await tus.Patch(path, 0, [1, 2]);
        var again = await tus.Create(3, metadata, ("Idempotency-Key", "tus"));
        Assert.Equal((201, path, 2), ((int)again.StatusCode, again.Headers.Location!.AbsolutePath, TusClient.OffsetOf(again)));
        await tus.Create(4, metadata, ("Idempotency-Key", "tus")).Fails(422, "idempotency_key_reused");
        await tus.Create(3, TusClient.Metadata(("metadata", "[1]"))).Fails(400, "invalid_metadata");
        await tus.Patch(path, 2, [3]);
        again = await tus.Create(3, metadata, ("Idempotency-Key", "tus"));
        Assert.Equal((path, 3), (again.Headers.Location!.AbsolutePath, TusClient.OffsetOf(again)));
        var file = await alice.Read(TusClient.Id(path));
        Assert.Equal(("available", "1"), (file.Status, file.Metadata!["a"]));
        Assert.Equal(2026, file.TakenAt!.Value.Year);
    }

    [Fact]
    public async Task A_form_with_the_same_key_is_the_same_file_also_after_it_died()
    {
        var file = await Form("form", [1, 2]).Read<FileAnswer>(201);
        Assert.Equal("1", file.Metadata!["a"]);
        Assert.Equal(file.Id, (await Form("form", [1, 2]).Read<FileAnswer>(200)).Id);
        await Form("form", [1, 2, 3]).Fails(422, "idempotency_key_reused");
        var (key, keys) = ("", 0);
        await storage.CutEverywhere(answerLost: true, _ => Form(key, [4]),
            prepare: () => Task.FromResult(key = $"form-{keys++}"),
            check: async _ =>
            {
                var again = await Form(key, [4]);
                Assert.True((int)again.StatusCode is 200 or 201);
                var id = (await again.Json((int)again.StatusCode)).GetProperty("id").GetString();
                Assert.Equal(id, (await Form(key, [4]).Read<FileAnswer>(200)).Id);
            });
        Assert.Equal(keys + 1, (await alice.List("?folder=forms")).Files.Count);
        host.Clock.Advance(TimeSpan.FromDays(10));
        await host.RunTimer("sweep-uploads");
        await host.RunTimer("files-sweep");
        await Books.Balance(host);
        Assert.Equal(await Books.Records(host), (await Books.Blobs(host)).Order(StringComparer.Ordinal));
    }

    Task<HttpResponseMessage> Begin(string key, object body, FilesClient? caller = null) =>
        host.Http.SendAsync(Request(HttpMethod.Post, "/demo/files", key, JsonContent.Create(body), caller));

    Task<HttpResponseMessage> Form(string key, byte[] bytes) =>
        host.Http.SendAsync(Request(HttpMethod.Post, "/demo/files/upload", key, new MultipartFormDataContent
        {
            { new ByteArrayContent(bytes), "file", "form.bin" }, { new StringContent("forms"), "folder" },
            { new StringContent("2026-07-01T18:30:00Z"), "modifiedAt" }, { new StringContent("{\"a\":\"1\"}"), "metadata" },
        }));

    HttpRequestMessage Request(HttpMethod method, string path, string key, HttpContent body, FilesClient? caller = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = body };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (caller ?? alice).Token);
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return request;
    }
}
