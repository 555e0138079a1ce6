using System.Net.Http.Headers;
using System.Text;
using Latchkey.Storage;

namespace Latchkey.Tests.Files;

/// <summary>Every malformed request gets a 4xx with a stable code, and nothing is written.</summary>
public sealed class BadInputTests(DemoHost demo) : IClassFixture<DemoHost>
{
    const string Md5 = "\"md5\":\"XUFAKrxLKna5cZ2REBfFkg==\"";

    readonly TestHost host = demo.Host;

    public static TheoryData<string, string> BadNames => new()
    {
        { "", "is empty" },
        { ".", "is . or .." },
        { "..", "is . or .." },
        { "a/b", "slash" },
        { "/", "slash" },
        { " ", "is empty" },
        { "\u3000 ", "is empty" },
        { " .. ", "is . or .." },
        { "\u200B", "no visible character" },
        { "\u200E\u00AD \u2060", "no visible character" },
        { "\uFE0F\u3164\u2800", "no visible character" },
        { "\U000E0041", "no visible character" },
        { "a\0b", "control" },
        { "a\nb", "control" },
        { "a\u007Fb", "control" },
        { "a\u0085b", "control" },
        { "a\u2028b", "line" },
        { "a\u2029b", "line" },
        { "photo\u202Egpj.exe", "direction" },
        { "a\u202Ab", "direction" },
        { "a\u2066b", "direction" },
        { "a\u2069b", "direction" },
        { "\uFEFFa", "direction" },
        { "a\uFFFEb", "Unicode" },
        { "a\uFFFFb", "Unicode" },
        { "a\uFDD0b", "Unicode" },
        { "a\U0001FFFEb", "Unicode" },
        { new string('x', 256), "longer" },
        { string.Concat(Enumerable.Repeat("😀", 128)), "longer" },
    };

    [Theory, MemberData(nameof(BadNames))]
    public async Task A_name_that_is_none_is_refused(string name, string why)
    {
        var alice = await host.As("alice");
        var problem = await alice.Send(HttpMethod.Post, "", FilesClient.Declaration(name)).Problem(400);
        Assert.Equal("invalid_name", problem.Code);
        Assert.Contains(why, problem.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(" a b.txt\u00A0", "a b.txt")]
    [InlineData("a\u3000", "a")]
    [InlineData("a\\b", "a\\b")]
    [InlineData("\\", "\\")]
    [InlineData("\u200Fשלום\u200E.txt", "\u200Fשלום\u200E.txt")]
    [InlineData("a\u061Cb", "a\u061Cb")]
    [InlineData("\u200B.", "\u200B.")]
    public async Task A_name_is_kept_but_for_space_at_its_ends(string name, string kept)
    {
        var alice = await host.As("alice");
        var id = await alice.Upload([1], name, $" {name}/b ");
        var file = await alice.Read(id);
        Assert.Equal((kept, $"{kept}/b"), (file.Name, file.Folder));
        Assert.Contains($"filename*=UTF-8''{Uri.EscapeDataString(kept)}",
            (await alice.Download(id)).Content.Headers.NonValidated["Content-Disposition"].ToString(), StringComparison.Ordinal);
    }

    public static TheoryData<string> BadFolders =>
    [
        "a//b", "//a", "a//", "a/./b", "..", "../a", "a/..", "a/ /b", "a/\u200B", "a/b\u202E", "a/\u0001", new string('x', 256),
        string.Join('/', Enumerable.Repeat("a", 33)), string.Join('/', Enumerable.Repeat(new string('x', 255), 5)),
    ];

    [Theory, MemberData(nameof(BadFolders))]
    public async Task A_folder_that_is_none_is_refused(string folder)
    {
        var alice = await host.As("alice");
        await alice.Send(HttpMethod.Post, "", FilesClient.Declaration(folder: folder)).Fails(400, "invalid_folder");
        await alice.Send(HttpMethod.Get, $"?folder={Uri.EscapeDataString(folder)}").Fails(400, "invalid_folder");
    }

    public static TheoryData<string> BadTypes =>
    [
        "image", "image/", "/jpeg", "image/jpeg/x", "image /jpeg", "image/*", "*/*", "image/jp\u00E9g", ";", "text\n/plain",
        "nonsense; a=b",
        "text/" + new string('x', 123), "multipart/form-data", "Multipart/Form-Data; boundary=x",
    ];

    [Theory, MemberData(nameof(BadTypes))]
    public async Task A_content_type_that_is_none_is_refused(string contentType)
    {
        var alice = await host.As("alice");
        await alice.Send(HttpMethod.Post, "", FilesClient.Declaration(contentType: contentType)).Fails(400, "invalid_content_type");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("TEXT/Plain;charset=UTF-8")]
    [InlineData("x/y; a=\"\\\\;\"")]
    [InlineData("video/mp4; codecs=\"avc1.640028, mp4a.40.2\"", "\0\0\0\u0018ftypmp42")]
    [InlineData("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "PK\u0003\u0004")]
    [InlineData("image/svg+xml")]
    [InlineData("x/y; a=\"\\\"\\\\\" ; b=c")]
    public async Task A_good_content_type_is_served_as_it_was_declared(string contentType, string bytes = "abc")
    {
        var alice = await host.As("alice");
        var id = await alice.Upload(Encoding.Latin1.GetBytes(bytes), contentType: contentType);
        Assert.Equal(contentType, (await alice.Read(id)).ContentType);
        Assert.Equal(contentType, (await alice.Download(id)).Content.Headers.NonValidated["Content-Type"].ToString());
    }

    public static TheoryData<string, string, int> BadBodies => new()
    {
        { "", "invalid_json", 400 },
        { "null", "invalid_json", 400 },
        { "[]", "invalid_json", 400 },
        { "{", "invalid_json", 400 },
        { "{}", "invalid_json", 400 },
        { Good("\"more\":1"), "invalid_json", 400 },
        { Good("\"name\":\"twice\""), "invalid_json", 400 },
        { Good("\"folder\":null"), "invalid_json", 201 },
        { Good("\"folder\":1"), "invalid_json", 400 },
        { Good("\"resumable\":\"no\""), "invalid_json", 400 },
        { Good("\"md5\":\"\""), "invalid_md5", 400 },
        { Good("\"md5\":\"5d41402abc4b2a76b9719d911017c592\""), "invalid_md5", 400 },
        { Good("\"md5\":\"XUFAKrxLKna5cZ2REBfFkg\""), "invalid_md5", 400 },
        { Good("\"md5\":\"XUFAKrxLKna5cZ2REBfFkh==\""), "invalid_md5", 400 },
        { Good("\"md5\":\" XUFAKrxLKna5cZ2REBfFkg==\""), "invalid_md5", 400 },
        { Good("\"md5\":\"XUFAKrxLKna5cZ2REBfF\""), "invalid_md5", 400 },
        { Good("\"sha256\":\"ab\""), "invalid_sha256", 400 },
        { Good($"\"sha256\":\"{new string('A', 64)}\""), "", 201 },
        { Good($"\"sha256\":\"{new string('A', 63)}\""), "invalid_sha256", 400 },
        { Good($"\"sha256\":\"{new string('g', 64)}\""), "invalid_sha256", 400 },
        { Good("\"resumable\":true"), "", 201 },
        { Good("\"space\":\"everybody\""), "invalid_space", 400 },
        { Good("\"space\":\"me\",\"resumable\":false," + Md5), "", 201 },
        { Sized("0"), "", 201 },
        { Sized("-1"), "invalid_size", 400 },
        { Sized("5242880001"), "file_too_large", 413 },
        { Sized("9223372036854775807"), "file_too_large", 413 },
        { Sized("9223372036854775808"), "invalid_json", 400 },
        { Sized("1.5"), "invalid_json", 400 },
        { Sized("\"3\""), "invalid_json", 400 },
        { Sized("null"), "invalid_json", 400 },
        { "{\"name\":null,\"contentType\":\"a/b\",\"size\":1}", "invalid_json", 400 },
        { "{\"name\":\"\\ud800\",\"contentType\":\"a/b\",\"size\":1}", "invalid_json", 400 },
        { "{\"Name\":\"a\",\"contentType\":\"a/b\",\"size\":1}", "invalid_json", 400 },
        { $"{{\"name\":\"{new string('x', 70_000)}\",\"contentType\":\"a/b\",\"size\":1}}", "body_too_large", 413 },
    };

    static string Good(string more) => $"{{\"name\":\"a\",\"contentType\":\"a/b\",\"size\":3,{more}}}";

    static string Sized(string size) => $"{{\"name\":\"a\",\"contentType\":\"a/b\",\"size\":{size}}}";

    [Theory, MemberData(nameof(BadBodies))]
    public async Task A_declaration_is_read_strictly(string body, string code, int status)
    {
        var alice = await host.As("alice");
        await Nothing_is_written(alice, status, async () =>
        {
            var answer = await Post(alice, Encoding.UTF8.GetBytes(body), "application/json");
            if (status == 201) Assert.Equal(201, (int)answer.StatusCode);
            else await answer.Fails(status, code);
        });
    }

    // Tenant and container are known to the process after one upload: what is left is the revocation, the note and the record.
    async Task Nothing_is_written(FilesClient caller, int status, Func<Task> steps)
    {
        await caller.Begin(FilesClient.Declaration());
        var trips = host.Service<RoundTrips>();
        var before = trips.Count;
        await steps();
        Assert.Equal(status == 201 ? 3 : 1, trips.Count - before);
    }

    [Theory]
    [InlineData("text/plain", "unsupported_media_type", 415)]
    [InlineData("application/x-www-form-urlencoded", "unsupported_media_type", 415)]
    [InlineData(null, "unsupported_media_type", 415)]
    public async Task A_declaration_of_another_content_type_is_refused(string? contentType, string code, int status)
    {
        var alice = await host.As("alice");
        await Post(alice, Encoding.UTF8.GetBytes(Sized("3")), contentType).Fails(status, code);
    }

    [Fact]
    public async Task A_declaration_that_is_not_utf8_is_refused()
    {
        var alice = await host.As("alice");
        byte[] body = [.. "{\"name\":\""u8, 0xFF, .. "\",\"contentType\":\"a/b\",\"size\":1}"u8];
        await Post(alice, body, "application/json").Fails(400, "invalid_json");
    }

    public static TheoryData<string> BadIds =>
    [
        "x", "..%2f..", new string('a', 31), new string('a', 33), new string('A', 32), new string('0', 32), "%F0%9F%98%80", "a%7Cb",
    ];

    [Theory, MemberData(nameof(BadIds))]
    public async Task What_is_no_id_is_not_found_and_asks_nobody(string id)
    {
        var alice = await host.As("alice");
        await alice.Begin(FilesClient.Declaration());
        foreach (var (method, path) in Endpoints(id))
        {
            var before = host.Service<RoundTrips>().Count;
            await alice.Send(method, path).Fails(404, "file_not_found");
            Assert.Equal(1, host.Service<RoundTrips>().Count - before); // The revocation.
        }
    }

    /// <summary>The endpoints of one file.</summary>
    internal static IEnumerable<(HttpMethod Method, string Path)> Endpoints(string id) =>
    [
        (HttpMethod.Get, $"/{id}"), (HttpMethod.Post, $"/{id}/complete"), (HttpMethod.Get, $"/{id}/download"),
        (HttpMethod.Get, $"/{id}/content"), (HttpMethod.Get, $"/{id}/upload"), (HttpMethod.Delete, $"/{id}"),
        (HttpMethod.Post, $"/{id}/restore"), (HttpMethod.Get, $"/{id}/versions"), (HttpMethod.Get, $"/{id}/versions/{id}/download"),
        (HttpMethod.Post, $"/{id}/versions/{id}/restore"), (HttpMethod.Delete, $"/{id}/versions/{id}"),
    ];

    Task<HttpResponseMessage> Post(FilesClient caller, byte[] body, string? contentType)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/demo/files")
        {
            Content = new ByteArrayContent(body),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", caller.Token) },
        };
        if (contentType is not null) request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return host.Http.SendAsync(request);
    }
}
