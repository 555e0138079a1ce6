using System.Net.Http.Headers;
using System.Text;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tests.Files;

/// <summary>A small file in one form: the same checks and the same record as any other way.</summary>
public sealed class FormUploadTests(FormUploadTests.OneHost one) : IClassFixture<FormUploadTests.OneHost>
{
    const int MaxBytes = 6_000_000;

    readonly TestHost host = one.Host;
    readonly FilesClient alice = one.Alice;

    public sealed class OneHost : IAsyncLifetime
    {
        internal TestHost Host { get; private set; } = null!;

        internal FilesClient Alice { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Host = await TestHost.Start(settings: new() { ["Latchkey:Files:MultipartBytes"] = $"{MaxBytes}" });
            Alice = await Host.As("alice");
            await Alice.Purge(await Alice.Upload([1])); // Now table and container are there.
        }

        public async Task DisposeAsync() => await Host.DisposeAsync();
    }

    Task<HttpResponseMessage> Post(HttpContent body, string query = "")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/demo/files/upload{query}") { Content = body };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", alice.Token);
        return host.Http.SendAsync(request);
    }

    static MultipartFormDataContent Form(byte[] bytes, string name, string? type, params IEnumerable<(string Name, string Value)> fields)
    {
        var file = new ByteArrayContent(bytes);
        if (type is not null) file.Headers.TryAddWithoutValidation("Content-Type", type);
        var form = new MultipartFormDataContent { { file, "file", name } };
        foreach (var (field, value) in fields) form.Add(new StringContent(value), field); // Behind the file, as Cordova has them.
        return form;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5_000_000)]
    [InlineData(MaxBytes)]
    public async Task A_form_brings_a_file_like_any_other(int size)
    {
        var bytes = FilesClient.Bytes(size);
        var answer = await Post(Form(bytes, "x.bin", "application/x-thing",
            ("folder", "Forms/été"), ("name", "Größe.bin"), ("md5", Convert.ToBase64String(FilesClient.Md5(bytes))),
            ("theirs", "ignored")));
        var file = await answer.Read<FileAnswer>(201);

        var id = file.Id;
        Assert.Equal($"{host.Origin}/demo/files/{id}", answer.Headers.Location?.ToString());
        Assert.Equal(("available", "Größe.bin", "Forms/été", "application/x-thing", (long)size, true),
            (file.Status, file.Name, file.Folder,
            file.ContentType, file.Size, file.Md5Verified));
        Assert.Equal(file, await alice.Read(id));
        Assert.Contains((await alice.List("?folder=Forms/%C3%A9t%C3%A9")).Files, listed => listed.Id == id);
        Assert.Equal(bytes, await (await alice.Download(id)).Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Name_and_type_of_the_part_are_taken_if_no_field_says_otherwise()
    {
        var raw = "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a \\\"b%22 日本.txt\"\r\nContent-Type: "
            + "text/plain\r\n\r\nabc\r\n--b--\r\n";
        var file = await Post(Raw(raw)).Read<FileAnswer>(201);
        Assert.Equal(("text/plain", 3), (file.ContentType, file.Size));
        Assert.Equal("a \"b\" 日本.txt", file.Name);
        var untyped = await Post(Form([1], "x", null)).Read<FileAnswer>(201);
        Assert.Equal("application/octet-stream", untyped.ContentType);
    }

    [Theory]
    [InlineData("Multipart/form-data; boundary=b")]
    [InlineData("multipart/Form-Data;boundary=\"b\"")]
    [InlineData("MULTIPART/FORM-DATA; charset=utf-8; Boundary=b;")]
    [InlineData("multipart/form-data; boundary=----=_Part_1_23.4", "----=_Part_1_23.4")]
    [InlineData("multipart/form-data; boundary==b=", "=b=")]
    [InlineData("multipart/form-data; boundary=a:b/c?d", "a:b/c?d")]
    public async Task A_form_is_read_however_its_type_is_written(string type, string boundary = "b")
    {
        var body = $"preamble\r\n--{boundary} \r\nContent-Disposition: Form-Data; name=f; "
            + $"filename=a.txt\r\n\r\n--b\r\nabc\r\n--{boundary}--\r\nepilogue"
            .Replace(boundary == "b" ? "--b\r\nabc" : "\0", "abc", StringComparison.Ordinal);
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        var file = await Post(content).Read<FileAnswer>(201);
        Assert.Equal(("a.txt", boundary == "b" ? 3 : 8), (file.Name, file.Size));
    }

    [Theory]
    [InlineData("caf\u00E9.txt", "café.txt", true)]
    [InlineData("caf\u00C3\u00A9.txt", "café.txt", true)]
    [InlineData("日本.txt", "日本.txt", false)]
    [InlineData("C:\\fakepath\\b.txt", "b.txt", false)]
    [InlineData("a/b/c.txt", "c.txt", false)]
    [InlineData("a\\\"b.txt", "a\"b.txt", false)]
    public async Task The_name_is_the_last_part_and_is_latin1_where_it_is_not_utf8(string sent, string kept, bool isLatin1)
    {
        var text = $"--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"{sent}\"\r\n\r\nabc\r\n--b--\r\n";
        var content = new ByteArrayContent(
            (isLatin1 ? Encoding.Latin1
                : Encoding.UTF8).GetBytes(
                    text))
        { Headers = { ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b") } };
        Assert.Equal(kept, (await Post(content).Read<FileAnswer>(201)).Name);
    }

    [Fact]
    public async Task Blank_fields_say_nothing_and_unknown_ones_may_be_long_and_come_again()
    {
        var form = Form([1, 2], "x.bin", "", [("folder", ""), ("name", " "), ("md5", ""), ("sha256", ""), ("contentType", ""),
            ("theirs", new string('x', 100_000)), ("theirs", "1"), ("theirs", "2"), ("bytes", "\0\uFFFF")]);
        var file = await Post(form).Read<FileAnswer>(201);
        Assert.Equal(("x.bin", "", "application/octet-stream"), (file.Name,
            file.Folder, file.ContentType));
    }

    // Every way in which a buffer may cut a delimiter in two.
    [Fact]
    public async Task Bytes_that_look_like_the_boundary_are_bytes()
    {
        var bytes = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("\r\n--\r\n-\r\r\n--a\n", 20_000)))[..200_003];
        var file = await Post(Form(bytes, "x", "application/x-thing", ("md5", Convert.ToBase64String(FilesClient.Md5(bytes)))))
            .Read<FileAnswer>(201);
        Assert.True(file.Md5Verified);
    }

    static ByteArrayContent Raw(string body, string type = "multipart/form-data; boundary=b") =>
        new(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };

    public static TheoryData<string, string, int> BadForms => new()
    {
        { "--b--\r\n", "file_missing", 400 },
        { "", "invalid_form", 400 },
        { "nothing of the kind", "invalid_form", 400 },
        { Part("name=\"folder\"", "x") + "--b--\r\n", "file_missing", 400 },
        { Part("name=\"f\"; filename=\"a\"", "abc"), "invalid_form", 400 },
        { Part("name=\"f\"; filename=\"a\"", "x") + Part("name=\"g\"; filename=\"b\"", "y") + "--b--\r\n", "too_many_files", 400 },
        { Part("name=\"f\"; filename=\"a/\"", "x") + "--b--\r\n", "invalid_name", 400 },
        { Part("name=\"f\"; filename=\"a\"", "x") + Part("name=\"folder\"", "a//b") + "--b--\r\n", "invalid_folder", 400 },
        { Part("name=\"f\"; filename=\"a\"", "x") + Part("name=\"folder\"", new string('x', 5000)) + "--b--\r\n", "invalid_form", 400 },
        { Part("name=\"f\"; filename=\"a\"", "x") + Part("name=\"folder\"", "a") + Part("name=\"folder\"", "a") + "--b--\r\n",
            "invalid_form", 400 },
        { Part("name=\"f\"; filename=\"a\"", "x") + Part("name=\"md5\"", "wrong") + "--b--\r\n", "invalid_md5", 400 },
        { string.Concat(Enumerable.Range(0, 40).Select(n => Part($"name=\"n{n}\"", "x"))) + "--b--\r\n", "invalid_form", 400 },
        { "--b\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b--\r\n", "invalid_form", 400 },
        { "--b\r\n" + string.Concat(Enumerable.Range(0, 40).Select(n => $"X-{n}: 1\r\n")) + "\r\nx\r\n--b--\r\n", "invalid_form", 400 },
        { Part("name=\"f\"; filename=\"a\"\r\nContent-Type: nonsense", "x") + "--b--\r\n", "invalid_content_type", 400 },
        { Part("name=\"f\"; filename=\"cat.png\"\r\nContent-Type: image/png", "<html>") + "--b--\r\n", "type_mismatch", 422 },
        { Part("name=\"f\"; filename=\"a\"", "x") + Part("name=\"md5\"", "XUFAKrxLKna5cZ2REBfFkg==") + "--b--\r\n", "md5_mismatch", 422 },
        { Part("name=\"f\"; filename=\"a\"", "--c\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nx") + "--b--\r\n", "multipart_body",
            422 },
    };

    static string Part(string disposition, string body) => $"--b\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{body}\r\n";

    [Theory, MemberData(nameof(BadForms))]
    public async Task A_form_that_is_none_is_refused_and_leaves_nothing(string body, string code, int status)
    {
        var before = await Kept();
        await Post(Raw(body)).Fails(status, code);
        Assert.Equal(before, await Kept());
    }

    [Fact]
    public async Task A_file_over_the_bound_is_refused_whether_its_length_is_told_or_not()
    {
        var before = await Kept();
        await Post(Form(FilesClient.Bytes(MaxBytes + 1), "x", null)).Fails(413, "file_too_large");
        await Post(Form(FilesClient.Bytes(MaxBytes + 300_000), "x", null)).Fails(413, "file_too_large");
        var chunked = new HttpRequestMessage(HttpMethod.Post,
            "/demo/files/upload")
        { Content = Form(FilesClient.Bytes(MaxBytes + 1), "x", null) };
        chunked.Headers.TransferEncodingChunked = true;
        chunked.Headers.Authorization = new AuthenticationHeaderValue("Bearer", alice.Token);
        await host.Http.SendAsync(chunked).Fails(413, "file_too_large");
        Assert.Equal(before, await Kept());
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("multipart/mixed; boundary=b")]
    public async Task A_body_of_another_type_is_refused(string type) =>
        await Post(Raw("--b--\r\n", type)).Fails(415, "unsupported_media_type");

    [Theory]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=\"\"")]
    public async Task A_form_without_a_boundary_is_refused(string type) =>
        await Post(Raw("--b--\r\n", type)).Fails(400, "invalid_form");

    [Fact]
    public async Task The_space_is_in_the_query()
    {
        await Post(Form([1], "x", null), "?space=everybody").Fails(400, "invalid_space");
        await Post(Form([1], "x", null), "?space=me").Is(201);
    }

    // Files, and blobs: blocks that nobody committed too, which nothing counts and storage keeps for a week.
    async Task<List<string>> Kept()
    {
        var kept = (await host.Blobs("")).Select(blob => $"{blob.Name} {blob.Snapshot}").ToList();
        await foreach (var row in host.Service<StorageClients>().Tables.GetTableClient("Files").QueryAsync<TableEntity>())
            if (row.RowKey.StartsWith("file|", StringComparison.Ordinal)) kept.Add(row.RowKey);
        return kept;
    }
}
