using System.Net.Http.Headers;

namespace Latchkey.Tests.Files;

/// <summary>Honest files of kinds that were once refused, and two that are to be: begin, PUT, complete, download.</summary>
public sealed class TypeCaseTests(DemoHost demo) : IClassFixture<DemoHost>
{
    static readonly string Folder = Repository.Path("tests/Functions.Tests/Files/cases");

    readonly TestHost host = demo.Host;

    public static TheoryData<string, string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, string>();
            foreach (var line in File.ReadLines(Path.Combine(Folder, "files.tsv")).Where(line => !line.StartsWith('#')))
            {
                var columns = line.Split('\t');
                cases.Add(columns[0], columns[1], columns[2]);
            }
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task A_file_is_taken_as_what_it_is_or_refused_by_name(string file, string declared, string expected)
    {
        var alice = await host.As("alice");
        var bytes = await File.ReadAllBytesAsync(Path.Combine(Folder, file));
        var begun = await alice.Begin(FilesClient.Declaration(file, bytes.Length, declared));
        await FilesClient.Stored(begun, bytes);
        var answer = await alice.Complete(begun.Id);
        if (expected.StartsWith("refused", StringComparison.Ordinal))
        {
            var problem = await answer.Problem(422);
            Assert.Equal("type_mismatch", problem.Code);
            if (expected.Split("naming ") is [_, var rest])
                Assert.Contains(rest.Split(':')[0], problem.Detail, StringComparison.Ordinal);
            return;
        }
        var stored = await answer.Read<FileAnswer>();
        var named = expected.Split(':')[0] is ['a', 'v', 'a', 'i', 'l', 'a', 'b', 'l', 'e', ' ', 'a', 's', ' ', .. var type];
        var isOther = named && !declared.StartsWith(expected.Split(':')[0]["available as ".Length..], StringComparison.Ordinal);
        Assert.Equal(named ? expected.Split(':')[0]["available as ".Length..] : declared.Split(';')[0], stored.ContentType);
        Assert.Equal(isOther ? declared : null, stored.DeclaredContentType);
        var served = await alice.Download(begun.Id);
        Assert.Equal(bytes, await served.Content.ReadAsByteArrayAsync());
        Assert.Equal(stored.ContentType, served.Content.Headers.ContentType?.MediaType);
        Assert.Equal("attachment", served.Content.Headers.ContentDisposition?.DispositionType);
    }

    [Fact]
    public async Task What_was_declared_is_kept_beside_the_true_type_in_every_answer()
    {
        var alice = await host.As("alice");
        var id = await alice.Upload([0x89, .. "PNG\r\n\x1A\n"u8, 1, 2], "photo.jpg", "declared", "image/jpeg");
        foreach (var file in new[] { await alice.Read(id), (await alice.List("?folder=declared")).Files.Single() })
            Assert.Equal(("image/png", "image/jpeg"), (file.ContentType, file.DeclaredContentType));
        var blob = await host.Service<Latchkey.Storage.BlobStore>().Find("demo", id, default);
        Assert.Equal("image/png", blob!.ContentType);

        var copy = (await alice.Copy(id, new { folder = "copied" })).Id;
        await Eventually.True(async () => (await alice.Read(copy)).Status == "available");
        Assert.Equal("image/jpeg", (await alice.Read(copy)).DeclaredContentType);
    }

    [Theory]
    [InlineData("", "application/octet-stream")]
    [InlineData("  ", "application/octet-stream")]
    [InlineData("null", "application/octet-stream")]
    [InlineData("undefined", "application/octet-stream")]
    [InlineData(null, "application/octet-stream")]
    [InlineData("text/plain;", "text/plain")]
    [InlineData("text/plain;;charset=utf-8", "text/plain; charset=utf-8")]
    [InlineData(" text/plain ", "text/plain")]
    [InlineData("text/plain;\tcharset=utf-8", "text/plain; charset=utf-8")]
    [InlineData("text/plain\t; charset=utf-8", "text/plain; charset=utf-8")]
    [InlineData("text/plain; charset", "text/plain")]
    [InlineData("text/plain; charset=", "text/plain")]
    [InlineData("text/plain; a=\"b", "text/plain")]
    [InlineData("text/plain; a=\"b;c\"; d=e;", "text/plain; a=\"b;c\"; d=e")]
    [InlineData("text/plain; a=b\r\nx: y", "text/plain")]
    [InlineData("text/plain; name=Größe; charset=utf-8", "text/plain; charset=utf-8")]
    [InlineData("video/webm;codecs=vp8,opus", "video/webm")]
    [InlineData("video/webm;codecs=\"vp8,opus\"", "video/webm;codecs=\"vp8,opus\"")]
    [InlineData("audio/webm; codecs=opus; codecs=a,b", "audio/webm; codecs=opus")]
    [InlineData("multipart/related; boundary=x", "multipart/related; boundary=x")]
    [InlineData("Multipart/Mixed", "Multipart/Mixed")]
    public async Task A_content_type_is_taken_as_browsers_write_it(string? declared, string kept)
    {
        var alice = await host.As("alice");
        var body = new Dictionary<string, object> { ["name"] = "a", ["size"] = 3 };
        if (declared is not null) body["contentType"] = declared;
        var begun = await alice.Begin(body);
        Assert.Equal(kept, begun.Headers["Content-Type"]);
        await FilesClient.Stored(begun, [1, 2, 3]);
        Assert.Equal(kept, (await alice.Completed(begun.Id)).ContentType);
        Assert.Equal(kept, (await alice.Download(begun.Id)).Content.Headers.NonValidated["Content-Type"].ToString());
    }

    [Fact]
    public async Task A_form_is_no_type_of_a_file_however_it_is_written()
    {
        var alice = await host.As("alice");
        foreach (var type in (string[])["multipart/form-data", "Multipart/Form-Data; boundary=x", "multipart/form-data ;"])
            await alice.Send(HttpMethod.Post, "", FilesClient.Declaration(contentType: type)).Fails(400, "invalid_content_type");
        var form = new MultipartFormDataContent { { new ByteArrayContent([1]), "file", "x" } };
        form.First().Headers.ContentType = MediaTypeHeaderValue.Parse("video/x-thing");
        var request = new HttpRequestMessage(HttpMethod.Post, "/demo/files/upload")
        {
            Content = form,
            Headers = { Authorization = new("Bearer", alice.Token) }
        };
        Assert.Equal("video/x-thing", (await host.Http.SendAsync(request).Read<FileAnswer>(201)).ContentType);
    }
}
