using System.Security.Cryptography;
using System.Text.Json;
using Latchkey.Files;
using Latchkey.Storage;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Latchkey.Tests.Callers;

/// <summary>A begun upload: the file, and the request that sends its bytes.</summary>
sealed record Begun(string Id, string Url, IReadOnlyDictionary<string, string> Headers);

/// <summary>
/// A caller with an access token, and the usual steps with files. Each step asserts that it succeeds; <see cref="Send"/> sends anything
/// and asserts nothing.
/// </summary>
class FilesClient(TestHost host, string token, string tenant = "demo")
{
    // Storage's, not the host's: no base address, no token.
    static readonly HttpClient Storage = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    /// <summary>A type that any bytes may have.</summary>
    public const string AnyType = "application/octet-stream";

    public string Token => token;

    public static byte[] Md5(byte[] bytes) => CryptographicOperations.HashData(HashAlgorithmName.MD5, bytes);

    /// <summary>Bytes of no known type: any first byte, once in 256 times, would be that of a text in XML.</summary>
    public static byte[] Bytes(int count)
    {
        var bytes = RandomNumberGenerator.GetBytes(count);
        if (count > 0) bytes[0] = 1;
        return bytes;
    }

    /// <summary>The body that begins an upload.</summary>
    public static object Declaration(
        string name = "photo.jpg", long size = 3, string contentType = AnyType, string? folder = null, byte[]? md5 = null,
        byte[]? sha256 = null, string? space = null)
    {
        var body = new Dictionary<string, object> { ["name"] = name, ["contentType"] = contentType, ["size"] = size };
        if (folder is not null) body["folder"] = folder;
        if (space is not null) body["space"] = space;
        if (md5 is not null) body["md5"] = Convert.ToBase64String(md5);
        if (sha256 is not null) body["sha256"] = Convert.ToHexStringLower(sha256);
        return body;
    }

    /// <summary>The raw way: any request to the file endpoints.</summary>
    public Task<HttpResponseMessage> Send(HttpMethod method, string path, object? json = null) =>
        host.Send(method, $"/{tenant}/files{path}", token, json);

    public async Task<List<SpaceAnswer>> Spaces() =>
        (await host.Send(HttpMethod.Get, $"/{tenant}/spaces", token).Read<SpacesAnswer>()).Spaces;

    public async Task<Begun> Begin(object declaration)
    {
        var answer = await Send(HttpMethod.Post, "", declaration).Read<BeginAnswer>(201);
        return new Begun(answer.Id, answer.Upload.Url, answer.Upload.Headers);
    }

    /// <summary>Begins an upload in blocks.</summary>
    public async Task<Begun> BeginBlocks(object declaration)
    {
        var body = JsonSerializer.SerializeToNode(declaration)!;
        body["resumable"] = true;
        return await Begin(body);
    }

    /// <summary>PUTs the bytes as the answer of begin says; <paramref name="change"/> may make it a different request.</summary>
    public static Task<HttpResponseMessage> Put(Begun begun, byte[] bytes, Action<HttpRequestMessage>? change = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, begun.Url) { Content = new ByteArrayContent(bytes) };
        foreach (var (name, value) in begun.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content.Headers.TryAddWithoutValidation(name, value);
        }
        change?.Invoke(request);
        return Storage.SendAsync(request);
    }

    /// <summary>The same, and fails if storage does not take it.</summary>
    public static async Task Stored(Begun begun, byte[] bytes, Action<HttpRequestMessage>? change = null) =>
        await Succeeded(Put(begun, bytes, change));

    /// <summary>PUTs one block, and fails if storage does not take it.</summary>
    public static async Task Block(string url, string blockId, byte[] bytes) =>
        await Succeeded(PutTo($"{url}&comp=block&blockid={Uri.EscapeDataString(blockId)}", bytes));

    /// <summary>PUTs bytes to a URL of storage with no header but those given.</summary>
    public static Task<HttpResponseMessage> PutTo(string url, byte[] bytes, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, url) { Content = new ByteArrayContent(bytes) };
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        return Storage.SendAsync(request);
    }

    public static Task<HttpResponseMessage> ToStorage(HttpMethod method, string url) => Storage.SendAsync(new(method, url));

    public static Task<HttpResponseMessage> Fetch(string url) => Storage.GetAsync(new Uri(url));

    public Task<ProgressAnswer> Progress(string id) => Send(HttpMethod.Get, $"/{id}/upload").Read<ProgressAnswer>();

    /// <summary>Asks to complete; the raw answer.</summary>
    public Task<HttpResponseMessage> Complete(string id, object? blocks = null) =>
        Send(HttpMethod.Post, $"/{id}/complete", blocks is null ? null : new { blocks });

    public Task<FileAnswer> Completed(string id, object? blocks = null) => Complete(id, blocks).Read<FileAnswer>();

    /// <summary>Begins, PUTs and completes; the id.</summary>
    public async Task<string> Upload(byte[] bytes, string name = "photo.jpg", string? folder = null, string contentType = AnyType,
        string? space = null)
    {
        var begun = await Begin(Declaration(name, bytes.Length, contentType, folder, space: space));
        await Stored(begun, bytes);
        await Completed(begun.Id);
        return begun.Id;
    }

    /// <summary>
    /// What <see cref="Upload"/> leaves, without its requests: for tests that need files and test no upload. There is no note of an upload,
    /// nothing is scanned and no thumbnail made. The id.
    /// </summary>
    public async Task<string> Place(byte[] bytes, string name = "photo.jpg", string? folder = null, string space = "me")
    {
        var (files, now) = (host.Service<FileStore>(), host.Clock.Now);
        var who = Owner.User(new JsonWebToken(token).Subject);
        var owner = space == "me" ? who : Owner.Group(space["group:".Length..]);
        var begun = await files.Add(new FileRecord
        {
            Tenant = tenant,
            Id = FileRecord.NewId(tenant, owner),
            Owner = owner,
            CreatedBy = "first-party",
            Name = name,
            Folder = folder ?? "",
            ContentType = AnyType,
            Size = bytes.Length,
            CreatedAt = now,
        }, who, default);
        await host.Service<BlobStore>().EnsureContainer(tenant, default);
        await host.Service<StorageClients>().Blobs.GetBlobContainerClient($"files-{tenant}").GetBlobClient(begun.BlobName)
            .UploadAsync(BinaryData.FromBytes(bytes));
        Assert.True(await files.TryComplete(begun.Complete(now, scan: false), default));
        return begun.Id;
    }

    public Task<FileAnswer> Read(string id) => Send(HttpMethod.Get, $"/{id}").Read<FileAnswer>();

    public Task<ListingAnswer> List(string query = "") => Send(HttpMethod.Get, query).Read<ListingAnswer>();

    public Task<ListingAnswer> Search(string query) => Send(HttpMethod.Get, $"/search?{query}").Read<ListingAnswer>();

    public Task<ChangesAnswer> Changes(string query = "") => Send(HttpMethod.Get, $"/changes{query}").Read<ChangesAnswer>();

    /// <summary>All changes behind a cursor, page by page, and the cursor behind them.</summary>
    public async Task<(List<ChangeAnswer> Items, string Cursor)> Follow(string cursor, int limit = 200, string space = "me")
    {
        var items = new List<ChangeAnswer>();
        for (var more = true; more;)
        {
            var page = await Changes($"?cursor={cursor}&limit={limit}&space={space}");
            items.AddRange(page.Items);
            (cursor, more) = (page.Cursor, page.More);
        }
        return (items, cursor);
    }

    public async Task<string> DownloadUrl(string id) => (await Send(HttpMethod.Get, $"/{id}/download").Read<DownloadAnswer>()).Url;

    /// <summary>What storage serves under the file's download URL.</summary>
    public async Task<HttpResponseMessage> Download(string id) => await Fetch(await DownloadUrl(id));

    /// <summary>The file's bytes as storage serves them.</summary>
    public async Task<byte[]> DownloadBytes(string id) => await (await Download(id)).Content.ReadAsByteArrayAsync();

    /// <summary>Renames or moves.</summary>
    public Task<FileAnswer> Change(string id, object change) => Send(HttpMethod.Patch, $"/{id}", change).Read<FileAnswer>();

    public Task<FileAnswer> Copy(string id, object how) => Send(HttpMethod.Post, $"/{id}/copy", how).Read<FileAnswer>(202);

    /// <summary>Deletes into the trash.</summary>
    public async Task Trash(string id) => await Send(HttpMethod.Delete, $"/{id}").Is(204);

    public Task<FileAnswer> Restore(string id) => Send(HttpMethod.Post, $"/{id}/restore").Read<FileAnswer>();

    /// <summary>Deletes for good.</summary>
    public async Task Purge(string id) => await Send(HttpMethod.Delete, $"/{id}?permanent=true").Is(204);

    public Task<ShareAnswer> Share(string id, object share) => Send(HttpMethod.Post, $"/{id}/shares", share).Read<ShareAnswer>(201);

    public async Task<List<ShareAnswer>> Shares(string id) => (await Send(HttpMethod.Get, $"/{id}/shares").Read<SharesAnswer>()).Shares;

    /// <summary>
    /// Deletes a file both ways, so that the tables of what is due on those days are there; and makes those of today and tomorrow, in which
    /// a copy or a job that begins now is due.
    /// </summary>
    public async Task MakeDueTables()
    {
        var id = await Place([1], "deleted");
        await Trash(id);
        await Purge(id);
        foreach (var day in new[] { 0, 1 })
            await host.Service<StorageClients>().Tables.CreateTableIfNotExistsAsync(
                TableNames.Due + ExpiringTables.Bucket(host.Clock.Now.AddDays(day)));
    }

    static async Task Succeeded(Task<HttpResponseMessage> put)
    {
        var answer = await put;
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }
}
