using System.Security.Cryptography;
using System.Text.Json;
using Latchkey.Tenancy;

namespace Latchkey.Tests.Files;

/// <summary>A begun upload as its answer says it.</summary>
sealed record Begun(string Id, string Url, IReadOnlyDictionary<string, string> Headers);

/// <summary>One signed-in caller's view of the file endpoints, and of the storage URLs that they hand out.</summary>
sealed class FilesOf(TestHost host, string token, string tenant = "demo")
{
    // Storage's, not the host's: no base address, no token.
    static readonly HttpClient Storage = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    /// <summary>A type that any bytes may have.</summary>
    public const string AnyType = "application/octet-stream";

    public string Token => token;

    public static async Task<FilesOf> SignedIn(TestHost host, string user = "alice", string tenant = "demo") =>
        new(host, (await host.SignIn(tenant, user)).GetProperty("access_token").GetString()!, tenant);

    public static async Task<FilesOf> Service(TestHost host, string tenant = "demo")
    {
        var answer = await host.Token(tenant, ("grant_type", "client_credentials"), ("client_id", "service"),
            ("client_secret", "service-secret-for-local-runs-only"));
        return new(host, (await TestHost.Json(answer, 200)).GetProperty("access_token").GetString()!, tenant);
    }

    /// <summary>A demo user's <c>sub</c>.</summary>
    public static async Task<string> UserId(TestHost host, string user, string tenant = "demo")
    {
        var home = await host.Service<TenantStore>().Find(tenant, default);
        return (await host.Service<UserStore>().FindByName(home!, user, default))!.Id;
    }

    /// <summary>Deletes a file both ways, so that the tables of what is due on those days are there.</summary>
    public static async Task MakeDueTables(FilesOf caller)
    {
        var id = await caller.Upload([1], "deleted");
        Assert.Equal(204, (int)(await caller.Send(HttpMethod.Delete, $"/{id}")).StatusCode);
        Assert.Equal(204, (int)(await caller.Send(HttpMethod.Delete, $"/{id}?permanent=true")).StatusCode);
    }

    public static byte[] Md5(byte[] bytes) => CryptographicOperations.HashData(HashAlgorithmName.MD5, bytes);

    public static byte[] Bytes(int count) => RandomNumberGenerator.GetBytes(count);

    public static object Declaration(
        string name = "photo.jpg", long size = 3, string contentType = AnyType, string? folder = null, byte[]? md5 = null, byte[]? sha256 = null,
        string? space = null)
    {
        var body = new Dictionary<string, object> { ["name"] = name, ["contentType"] = contentType, ["size"] = size };
        if (folder is not null) body["folder"] = folder;
        if (space is not null) body["space"] = space;
        if (md5 is not null) body["md5"] = Convert.ToBase64String(md5);
        if (sha256 is not null) body["sha256"] = Convert.ToHexStringLower(sha256);
        return body;
    }

    public Task<HttpResponseMessage> Send(HttpMethod method, string path, object? json = null) =>
        host.Send(method, $"/{tenant}/files{path}", token, json);

    public async Task<JsonElement> Spaces() => await TestHost.Json(await host.Send(HttpMethod.Get, $"/{tenant}/spaces", token), 200);

    public async Task<Begun> Begin(object declaration)
    {
        var answer = await TestHost.Json(await Send(HttpMethod.Post, "", declaration), 201);
        var upload = answer.GetProperty("upload");
        return new Begun(answer.GetProperty("id").GetString()!, upload.GetProperty("url").GetString()!,
            upload.GetProperty("headers").EnumerateObject().ToDictionary(h => h.Name, h => h.Value.GetString()!));
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

    /// <summary>Begins an upload in blocks.</summary>
    public async Task<Begun> BeginBlocks(object declaration)
    {
        var body = JsonSerializer.SerializeToNode(declaration)!;
        body["resumable"] = true;
        return await Begin(body);
    }

    /// <summary>PUTs one block, and fails if storage does not take it.</summary>
    public static async Task Block(string url, string blockId, byte[] bytes)
    {
        var answer = await PutTo($"{url}&comp=block&blockid={Uri.EscapeDataString(blockId)}", bytes);
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }

    /// <summary>PUTs bytes to a URL of storage with no header but those given.</summary>
    public static Task<HttpResponseMessage> PutTo(string url, byte[] bytes, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, url) { Content = new ByteArrayContent(bytes) };
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        return Storage.SendAsync(request);
    }

    public static Task<HttpResponseMessage> ToStorage(HttpMethod method, string url) => Storage.SendAsync(new(method, url));

    public async Task<JsonElement> Progress(string id) => await TestHost.Json(await Send(HttpMethod.Get, $"/{id}/upload"), 200);

    public Task<HttpResponseMessage> Complete(string id, object? blocks = null) =>
        Send(HttpMethod.Post, $"/{id}/complete", blocks is null ? null : new { blocks });

    public async Task<JsonElement> Completed(string id, object? blocks = null) => await TestHost.Json(await Complete(id, blocks), 200);

    public async Task<JsonElement> Read(string id) => await TestHost.Json(await Send(HttpMethod.Get, $"/{id}"), 200);

    /// <summary>Begins, PUTs and completes; the id.</summary>
    public async Task<string> Upload(byte[] bytes, string name = "photo.jpg", string? folder = null, string contentType = AnyType,
        string? space = null)
    {
        var begun = await Begin(Declaration(name, bytes.Length, contentType, folder, space: space));
        await Stored(begun, bytes);
        await Completed(begun.Id);
        return begun.Id;
    }

    public static async Task Stored(Begun begun, byte[] bytes, Action<HttpRequestMessage>? change = null)
    {
        var answer = await Put(begun, bytes, change);
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }

    public async Task<string> DownloadUrl(string id) =>
        (await TestHost.Json(await Send(HttpMethod.Get, $"/{id}/download"), 200)).GetProperty("url").GetString()!;

    /// <summary>What storage serves under the file's download URL.</summary>
    public async Task<HttpResponseMessage> Download(string id) => await Fetch(await DownloadUrl(id));

    public static Task<HttpResponseMessage> Fetch(string url) => Storage.GetAsync(new Uri(url));

    public async Task<(List<JsonElement> Files, string? Cursor)> List(string query = "")
    {
        var page = await TestHost.Json(await Send(HttpMethod.Get, query), 200);
        return ([.. page.GetProperty("files").EnumerateArray()], page.TryGetProperty("cursor", out var c) ? c.GetString() : null);
    }

    /// <summary>The stable code of a problem answer that must have this status and no other content type.</summary>
    public static async Task<string> Code(HttpResponseMessage answer, int status)
    {
        var problem = await TestHost.Json(answer, status);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return problem.GetProperty("code").GetString()!;
    }
}
