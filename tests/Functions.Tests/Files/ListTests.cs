using System.Buffers.Text;
using System.Text;

namespace Latchkey.Tests.Files;

/// <summary>Folders, their order and their pages.</summary>
public sealed class ListTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    static string[] Names(IEnumerable<FileAnswer> files) => [.. files.Select(file => file.Name)];

    [Fact]
    public async Task Only_what_lies_in_the_folder_itself_is_listed()
    {
        var alice = await host.As("alice");
        await alice.Upload([1], "root");
        await alice.Upload([1], "one", "a");
        await alice.Upload([1], "two", "a/b");
        await alice.Upload([1], "other case", "A");
        await alice.Begin(FilesClient.Declaration("not complete", folder: "a"));

        Assert.Equal(["root"], Names((await alice.List()).Files));
        Assert.Equal(["root"], Names((await alice.List("?folder=")).Files));
        Assert.Equal(["root"], Names((await alice.List("?folder=/")).Files));
        Assert.Equal(["one"], Names((await alice.List("?folder=a&space=me")).Files));
        Assert.Equal(["two"], Names((await alice.List("?folder=/a/b/")).Files));
        Assert.Equal(["other case"], Names((await alice.List("?folder=A")).Files));
        Assert.Empty((await alice.List("?folder=b")).Files);
    }

    [Fact]
    public async Task Files_are_listed_by_name_without_regard_to_case()
    {
        var alice = await host.As("alice");
        var longName = new string('x', 255);
        foreach (var name in (string[])["b", "a.txt", "B2", "ab", "A", "é", "日本", "Z", "a b", longName, "😀"])
            await alice.Upload([1], name, "order");
        Assert.Equal(["A", "a b", "a.txt", "ab", "b", "B2", longName, "Z", "é", "日本", "😀"],
            Names((await alice.List("?folder=order")).Files));
    }

    public static TheoryData<string> GoodNames =>
    [
        "日本語のファイル名.pdf", "Übergröße — naïve café.txt", "👩‍👩‍👧‍👦 family 🏴󠁧󠁢󠁥󠁮󠁧󠁿.jpg", "مرحبا.doc", "क्षि.png", "❤️.gif",
        "#?%&+=;:*|<>\"'.txt", "a|b-c!d~e$f@g^h`i{j}",
        ".hidden", "...", "CON", "𠜎𠜱𠝹.txt", new string('文', 255), string.Concat(Enumerable.Repeat("😀", 127)),
    ];

    [Theory, MemberData(nameof(GoodNames))]
    public async Task Unicode_names_come_back_everywhere_as_they_were_given(string name)
    {
        var alice = await host.As("alice");
        var folder = $"names/{name}";
        var id = await alice.Upload([1, 2, 3], name, folder);

        Assert.Equal(name, (await alice.Read(id)).Name);
        var listed = Assert.Single((await alice.List($"?folder={Uri.EscapeDataString(folder)}")).Files);
        Assert.Equal((name, folder), (listed.Name, listed.Folder));
        var served = await alice.Download(id);
        Assert.Equal([1, 2, 3], await served.Content.ReadAsByteArrayAsync());
        Assert.Equal(name, served.Content.Headers.ContentDisposition?.FileNameStar);
    }

    [Fact]
    public async Task Names_that_differ_only_in_their_spelling_are_one()
    {
        var alice = await host.As("alice");
        var id = await alice.Upload([1], "cafe\u0301", "cafe\u0301");
        Assert.Equal("caf\u00E9", (await alice.Read(id)).Name);
        Assert.Single((await alice.List($"?folder={Uri.EscapeDataString("caf\u00E9")}")).Files);
        await alice.Upload([1], string.Concat(Enumerable.Repeat("e\u0301", 255)), "decomposed");
    }

    [Fact]
    public async Task The_same_name_twice_in_a_folder_is_two_files()
    {
        var alice = await host.As("alice");
        var (first, second) = (await alice.Upload([1], "IMG_0001.jpg", "camera"), await alice.Upload([2], "IMG_0001.jpg", "camera"));
        Assert.Equal(new[] { first, second }.Order(),
            (await alice.List("?folder=camera")).Files.Select(file => file.Id).Order());
    }

    [Fact]
    public async Task Pages_together_hold_every_file_once_and_in_order()
    {
        var alice = await host.As("alice");
        string[] names = [.. Enumerable.Range(0, 23).Select(n => n % 5 == 0 ? "same" : $"file {n:00}")];
        await Task.WhenAll(names.Select(name => alice.Upload([1], name, "pages")));

        foreach (var limit in (int[])[1, 5, 22, 23, 24, 200])
        {
            var all = new List<FileAnswer>();
            string? cursor = null;
            do
            {
                var page = await alice.List($"?folder=pages&limit={limit}" + (cursor is null ? "" : $"&cursor={cursor}"));
                Assert.InRange(page.Files.Count, 1, limit);
                all.AddRange(page.Files);
                cursor = page.Cursor;
            }
            while (cursor is not null);
            Assert.Equal(names.Order(StringComparer.Ordinal), Names(all));
            Assert.Equal(23, all.Select(file => file.Id).Distinct().Count());
        }
    }

    [Fact]
    public async Task A_cursor_stays_good_when_its_file_is_deleted()
    {
        var alice = await host.As("alice");
        var first = await alice.Upload([1], "1", "gone");
        await alice.Upload([1], "2", "gone");
        var cursor = (await alice.List("?folder=gone&limit=1")).Cursor;
        await alice.Send(HttpMethod.Delete, $"/{first}");
        Assert.Equal(["2"], Names((await alice.List($"?folder=gone&limit=1&cursor={cursor}")).Files));
    }

    [Fact]
    public async Task A_cursor_that_is_not_this_folders_is_refused()
    {
        var alice = await host.As("alice");
        await alice.Upload([1], "1", "here");
        await alice.Upload([1], "2", "here");
        var cursor = (await alice.List("?folder=here&limit=1")).Cursor!;
        var key = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(cursor));
        string[] forged =
        [
            "x", "!", "%C3%A9", cursor[..^4], cursor
                + "AAAA", Encode("file|"), Encode(key.Replace("list|", "file|", StringComparison.Ordinal)),
            Encode(key + "' or RowKey gt '"), Encode(key.ToUpperInvariant()), Encode(key[..^1] + "~"), Encode(""), Encode("\0"),
            new string('A', 2000),
        ];
        foreach (var bad in forged)
            await alice.Send(HttpMethod.Get, $"?folder=here&cursor={bad}").Fails(400, "invalid_cursor");
        await alice.Send(HttpMethod.Get, $"?folder=there&cursor={cursor}").Fails(400, "invalid_cursor");
    }

    static string Encode(string key) => Base64Url.EncodeToString(Encoding.Latin1.GetBytes(key)) is { Length: > 0 } text ? text : "-";

    [Fact]
    public async Task A_cursor_of_somebody_else_shows_nothing_of_theirs()
    {
        var (alice, bob) = (await host.As("alice"), await host.As("bob"));
        await bob.Upload([1], "bobs 1", "private");
        await bob.Upload([1], "bobs 2", "private");
        var cursor = (await bob.List("?folder=private&limit=1")).Cursor;
        Assert.Empty((await alice.List($"?folder=private&cursor={cursor}")).Files);
    }

    [Theory]
    [InlineData("?limit=0", "invalid_limit")]
    [InlineData("?limit=201", "invalid_limit")]
    [InlineData("?limit=-1", "invalid_limit")]
    [InlineData("?limit=%2B1", "invalid_limit")]
    [InlineData("?limit=1.0", "invalid_limit")]
    [InlineData("?limit=ten", "invalid_limit")]
    [InlineData("?limit=99999999999999999999", "invalid_limit")]
    [InlineData("?limit=1&limit=1", "invalid_query")]
    [InlineData("?folder=a&folder=b", "invalid_query")]
    [InlineData("?folder=&folder=", "invalid_query")]
    [InlineData("?order=name", "invalid_query")]
    [InlineData("?sort=colour", "invalid_sort")]
    [InlineData("?sort=--name", "invalid_sort")]
    [InlineData("?sort=-", "invalid_sort")]
    [InlineData("?trash=yes", "invalid_query")]
    [InlineData("?trash=true&folder=a", "invalid_query")]
    [InlineData("?prefix=a/b", "invalid_prefix")]
    [InlineData("?space=group:", "invalid_space")]
    [InlineData("?space=group:a|b", "invalid_space")]
    [InlineData("?Folder=a", "invalid_query")]
    [InlineData("?folder=%FF", "invalid_query")]
    [InlineData("?folder=%ED%A0%80", "invalid_query")]
    [InlineData("?folder=a%00", "invalid_query")]
    [InlineData("?space=everybody", "invalid_space")]
    public async Task A_query_that_is_none_is_refused(string query, string code)
    {
        var alice = await host.As("alice");
        await alice.Send(HttpMethod.Get, query).Fails(400, code);
    }

    [Theory]
    [InlineData("?folder=%zz")]
    [InlineData("?folder=%0")]
    [InlineData("?folder=%")]
    public async Task A_broken_escape_in_the_query_is_refused(string query)
    {
        var alice = await host.As("alice");
        // As it is: .NET's Uri would mend it on the way.
        var asItIs = new Uri($"{host.Origin}/demo/files{query}",
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(HttpMethod.Get, asItIs);
        request.Headers.Authorization = new("Bearer", alice.Token);
        await host.Http.SendAsync(request).Fails(400, "invalid_query");
    }
}
