using System.Text.Json;

namespace Latchkey.Tests.Files;

/// <summary>A caller who replaces files, and the usual steps of that.</summary>
sealed class VersionsClient(TestHost host, string token, string tenant = "demo") : FilesClient(host, token, tenant)
{
    readonly TestHost host = host;
    readonly string tenant = tenant;

    public static async Task<VersionsClient> Of(TestHost host, string user = "alice") =>
        new(host, await host.Session(user));

    /// <summary>Asks to begin a version; the raw answer.</summary>
    public Task<HttpResponseMessage> AskVersion(string id, object body, string? ifMatch = null, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/{tenant}/files/{id}/versions")
        {
            Content = new StringContent(JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new("Bearer", Token);
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return host.Http.SendAsync(request);
    }

    public async Task<Begun> BeginVersion(string id, object body, string? ifMatch = null, string? key = null)
    {
        var answer = await AskVersion(id, body, ifMatch, key).Read<BeginAnswer>(201);
        return new Begun(answer.Id, answer.Upload.Url, answer.Upload.Headers);
    }

    /// <summary>Begins a version and sends its bytes; the upload's id.</summary>
    public async Task<string> SendVersion(
        string id, byte[] bytes, string? ifMatch = null, string? conflict = null, string contentType = AnyType)
    {
        var begun = await BeginVersion(id, new { contentType, size = bytes.Length, conflict = conflict ?? "fail" }, ifMatch);
        await Stored(begun, bytes);
        return begun.Id;
    }

    /// <summary>Replaces a file's bytes.</summary>
    public async Task<FileAnswer> Replace(string id, byte[] bytes, string? ifMatch = null)
    {
        var file = await Completed(await SendVersion(id, bytes, ifMatch));
        Assert.Equal(id, file.Id);
        return file;
    }

    /// <summary>Asks to complete an upload; the raw answer.</summary>
    public Task<HttpResponseMessage> CompleteVersion(string upload, string? conflict = null, string? ifMatch = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/{tenant}/files/{upload}/complete");
        if (conflict is not null)
            request.Content = new StringContent(JsonSerializer.Serialize(new { conflict }), System.Text.Encoding.UTF8, "application/json");
        request.Headers.Authorization = new("Bearer", Token);
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return host.Http.SendAsync(request);
    }

    public Task<VersionsAnswer> Versions(string id) => Send(HttpMethod.Get, $"/{id}/versions").Read<VersionsAnswer>();

    public async Task<byte[]> VersionBytes(string id, string version)
    {
        var url = (await Send(HttpMethod.Get, $"/{id}/versions/{version}/download").Read<DownloadAnswer>()).Url;
        return await (await Fetch(url)).Content.ReadAsByteArrayAsync();
    }

    public Task<HttpResponseMessage> AskRestore(string id, string version) =>
        Send(HttpMethod.Post, $"/{id}/versions/{version}/restore");

    public Task<FileAnswer> RestoreVersion(string id, string version) => AskRestore(id, version).Read<FileAnswer>();
}
