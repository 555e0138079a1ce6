using System.Net.Http.Headers;
using System.Text;

namespace Latchkey.Tests.Files.Tus;

/// <summary>Speaks tus 1.0.0 as one signed-in caller, header by header.</summary>
sealed class TusClient(TestHost host, string token)
{
    public const string PieceType = "application/offset+octet-stream";

    public static async Task<TusClient> SignedIn(TestHost host, string user = "alice") => new(host, (await host.As(user)).Token);

    public Task<HttpResponseMessage> Send(HttpMethod method, string path, HttpContent? body = null,
        params IEnumerable<(string Name, string Value)> headers)
    {
        var request = new HttpRequestMessage(method, path) { Content = body };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Add("Tus-Resumable", "1.0.0");
        foreach (var (name, value) in headers)
        {
            request.Headers.Remove(name);
            if (value.Length > 0) request.Headers.TryAddWithoutValidation(name, value);
        }
        return host.Http.SendAsync(request);
    }

    public Task<HttpResponseMessage> Create(long size, string metadata = "", params IEnumerable<(string Name, string Value)> headers) =>
        Send(HttpMethod.Post, "/demo/tus", null, [("Upload-Length", $"{size}"), ("Upload-Metadata", metadata), .. headers]);

    /// <summary>Creates an upload; its path.</summary>
    public async Task<string> Created(long size, string metadata = "")
    {
        var answer = await Create(size, metadata);
        Assert.True((int)answer.StatusCode == 201, await answer.Content.ReadAsStringAsync());
        return answer.Headers.Location!.AbsolutePath;
    }

    public Task<HttpResponseMessage> Patch(string path, long offset, byte[] bytes,
        params IEnumerable<(string Name, string Value)> headers) =>
        Patch(path, offset, new ByteArrayContent(bytes), headers);

    public Task<HttpResponseMessage> Patch(string path, long offset, HttpContent body,
        params IEnumerable<(string Name, string Value)> headers)
    {
        body.Headers.ContentType = MediaTypeHeaderValue.Parse(PieceType);
        return Send(HttpMethod.Patch, path, body, [("Upload-Offset", $"{offset}"), .. headers]);
    }

    public Task<HttpResponseMessage> Head(string path) => Send(HttpMethod.Head, path);

    public async Task<long> Offset(string path)
    {
        var answer = await Head(path);
        Assert.Equal(200, (int)answer.StatusCode);
        return OffsetOf(answer);
    }

    public static long OffsetOf(HttpResponseMessage answer) =>
        long.Parse(answer.Headers.GetValues("Upload-Offset").Single(), System.Globalization.CultureInfo.InvariantCulture);

    public static string Id(string path) => path[(path.LastIndexOf('/') + 1)..];

    public static string Metadata(params IEnumerable<(string Key, string Value)> pairs) =>
        string.Join(',', pairs.Select(pair => $"{pair.Key} {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair.Value))}"));

    public static string Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? values.Single() : "";
}
