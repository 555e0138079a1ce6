using System.Globalization;
using Azure.Data.Tables;
using Latchkey.Files;
using Latchkey.Storage;

namespace Latchkey.Tests.Files;

/// <summary>People find their files by a part of the name, the type, the time and the size, in whatever folder they are.</summary>
public sealed class SearchTests : IAsyncLifetime
{
    // The name of a file, texts that find it, and behind | texts that find nothing.
    static readonly string[][] Cases =
    [
        ["Été à la plage.JPG", "ete", "PLAGE été", "a la", "E\u0301te", ".jpg", "|plages", "eta"],
        ["IMG_2041.heic", "2041", "img 2041", "heic img", "_20", "|2042", "img 2042"],
        ["Straße in Łódź.txt", "strasse", "STRASSE", "lodz", "ŁÓDŹ", "|straze"],
        ["東京タワー.png", "東京", "タワ", "タワー 東京", "ﾀﾜｰ", "|京東", "だわ"],
        ["ΌΣΟΣ ΟΔΥΣΣΕΎΣ", "οσος", "Όσος", "οδυσσευς", "|ωσος"],
        ["отчёт №7 (Йошкар-Ола)", "ОТЧЕТ", "отчёт", "№7", "no7", "|отчот"],
        ["تَقْرِير سنة", "تقرير", "سنة", "|تقرين"],
        ["हिन्दी किताब", "हिन्दी", "किता", "|हन्द"],
        ["Birthday 🎂❤️.mov", "🎂", "❤", "❤️", "birthday ❤", "|🎁"],
        ["한국어 문서", "한국어", "국어 문", "|한국인"],
        ["葛\U000E0100飾.txt", "葛飾", "葛飾\U000E0100", "葛\U000E0101飾", "|飾葛"],
        ["100%+50_*'quoted\".txt", "100%+50", "_*'q", "\"", "|150"],
        ["ﬁnance Ⅷ ½.xlsx", "finance", "viii", "1⁄2", "|ix"],
    ];

    TestHost host = null!;
    FilesClient alice = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start();
        alice = await host.As("alice");
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_file_is_found_by_a_part_of_its_name()
    {
        var ids = new List<string>();
        foreach (var texts in Cases) ids.Add(await alice.Upload([1], texts[0], "deep/er"));
        foreach (var (texts, id) in Cases.Zip(ids))
        {
            var isFound = true;
            foreach (var text in texts.Skip(1))
            {
                isFound &= text[0] != '|';
                var found = (await alice.Search($"q={Uri.EscapeDataString(text.TrimStart('|'))}")).Files.Select(file => file.Id);
                Assert.True(found.SequenceEqual(isFound ? [id] : []), text);
            }
        }
    }

    [Fact]
    public async Task Type_time_size_and_folder_narrow_what_is_found_and_the_newest_comes_first()
    {
        var began = host.Clock.GetUtcNow();
        async Task<string> Add(string name, long size, string type, string folder, string? modified = null, string? taken = null)
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            var begun = await alice.Begin(new { name, size, contentType = type, folder, modifiedAt = modified, takenAt = taken });
            await FilesClient.Stored(begun, new byte[size]);
            await alice.Completed(begun.Id);
            return begun.Id;
        }
        await Add("old", 10, "text/plain;charset=utf-8", "a", modified: "1999-06-01T12:00:00Z");
        await Add("seen", 20, "application/x-raw", "a/b", modified: "2005-01-01T00:00:00Z", taken: "2001-07-01T18:30:00.123Z");
        await Add("new", 30, "application/x-raw", "ab");
        await Add("newest", 40, "application/x-rawer", "");
        Assert.Equal("newest new seen old", await Names(""));
        Assert.Equal("newest new seen", await Names("type=application/"));
        Assert.Equal("newest new seen", await Names("type=application/*"));
        Assert.Equal("newest new seen", await Names("type=Application"));
        Assert.Equal("new seen", await Names("type=application/x-raw"));
        Assert.Equal("old", await Names("type=text/plain"));
        Assert.Equal("seen old", await Names("folder=a"));
        Assert.Equal("seen", await Names("folder=/a/b/"));
        Assert.Equal("", await Names("folder=b"));
        Assert.Equal("new seen", await Names("minSize=20&maxSize=30"));
        Assert.Equal("newest", await Names("minSize=31"));
        Assert.Equal("old", await Names("maxSize=10&q=o"));

        // A file's own time is that of the picture, else that of the content, else that of the upload.
        Assert.Equal("newest new", await Names($"from={Time(began)}"));
        Assert.Equal("seen old", await Names($"to={Time(began)}"));
        Assert.Equal("seen", await Names("from=2001-07-01T20:30:00.123%2B02:00&to=2001-07-01T18:30:00.123Z"));
        Assert.Equal("", await Names("from=2001-07-01T18:30:00.124Z&to=2004-01-01T00:00:00Z"));
        Assert.Equal("seen old", await Names("time=modified"));
        Assert.Equal("seen", await Names("time=modified&from=2005-01-01T00:00:00Z"));
        Assert.Equal("seen", await Names("time=taken&to=2010-01-01T00:00:00Z"));
        Assert.Equal("newest new seen old", await Names($"time=created&from={Time(began)}"));
        Assert.Equal("", await Names($"time=created&to={Time(began)}"));

        var first = await alice.Search("limit=3&q=e");
        Assert.Equal(["newest", "new", "seen"], first.Files.Select(file => file.Name));
        Assert.Null(first.Cursor);
        first = await alice.Search("limit=2&q=e");
        Assert.Equal("seen", Assert.Single((await alice.Search($"limit=2&q=e&cursor={first.Cursor}")).Files).Name);
    }

    [Fact]
    public async Task Whatever_happens_to_a_file_is_found_at_once()
    {
        var begun = await alice.Begin(FilesClient.Declaration("draft", 1, folder: "a"));
        Assert.Equal("", await Names("q=draft"));
        await FilesClient.Stored(begun, [1]);
        await alice.Completed(begun.Id);
        Assert.Equal("draft", await Names("q=draft"));
        await alice.Change(begun.Id, new { name = "Final" });
        Assert.Equal("", await Names("q=draft"));
        await alice.Change(begun.Id, new { folder = "b" });
        Assert.Equal("Final", await Names("q=final&folder=b"));
        Assert.Equal("", await Names("folder=a"));
        await alice.Change(begun.Id, new { takenAt = "2001-01-01T00:00:00Z" });
        Assert.Equal("Final", await Names("to=2002-01-01T00:00:00Z"));
        await alice.Change(begun.Id, new { tags = new[] { "Été  2026", "work" } });
        Assert.Equal("Final", await Names("tag=ETE 2026"));
        Assert.Equal("Final", await Names("tag=work&q=fin&type=application/"));
        Assert.Equal("", await Names("tag=2026"));
        await alice.Change(begun.Id, new { tags = new[] { "work" } });
        Assert.Equal("", await Names("tag=ete 2026"));
        await alice.Trash(begun.Id);
        Assert.Equal("", await Names("q=final"));
        await alice.Restore(begun.Id);
        var copy = (await alice.Copy(begun.Id, new { name = "Copy", space = "group:family" })).Id;
        await alice.Read(copy);
        Assert.Equal("Final", await Names(""));
        Assert.Equal("Copy", await Names("space=group:family&q=copy"));
        var (bob, admin) = (await host.As("bob"), await host.As("admin"));
        Assert.Equal(copy, Assert.Single((await bob.Search("space=group:family")).Files).Id); // He may read there.
        Assert.Empty((await bob.Search("q=final")).Files);
        await admin.Send(HttpMethod.Get, "/search?space=group:family").Fails(404, "space_not_found");
        await Books.Balance(host);
        await alice.Purge(begun.Id);
        Assert.Equal("", await Names(""));
        await Books.Balance(host);
    }

    [Fact]
    public async Task What_fits_is_shown_although_the_index_is_behind_its_record()
    {
        var id = await alice.Upload([1], "report draft");
        var table = host.Service<StorageClients>().Tables.GetTableClient("Files");
        var row = (await table.GetEntityAsync<TableEntity>(FileRows.Partition("demo", id), RowKeys.File(id))).Value;
        (row["Name"], row["Tags"]) = ("report final", "done");
        await table.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace);
        Assert.Equal("report final", await Names("q=report"));
        Assert.Equal("", await Names("q=draft"));
    }

    [Theory, InlineData("name", "c b a2 a1"), InlineData("size", "a1 c b a2"), InlineData("time", "c b a1 a2")]
    public async Task What_is_found_comes_in_another_order_page_by_page(string sort, string descending)
    {
        foreach (var (name, size, taken) in new[] { ("a1", 40, 2003), ("B", 20, 2004), ("c", 30, 2005), ("a2", 10, 2001) })
        {
            var begun = await alice.Begin(new { name, size, contentType = FilesClient.AnyType, takenAt = $"{taken}-01-01T00:00:00Z" });
            await FilesClient.Stored(begun, new byte[size]);
            await alice.Completed(begun.Id);
        }
        var ascending = string.Join(' ', descending.Split(' ').Reverse());
        foreach (var (asked, order) in new[] { ($"-{sort}", descending), (sort, ascending) })
        {
            foreach (var limit in new[] { 1, 3, 4, 9 })
            {
                var (found, cursor, pages) = (new List<string>(), "", 0);
                for (; cursor is not null; pages++)
                {
                    var page = await alice.Search($"sort={asked}&limit={limit}&cursor={cursor}");
                    found.AddRange(page.Files.Select(file => file.Name.ToLowerInvariant()));
                    cursor = page.Cursor!;
                }
                Assert.Equal((order, (4 + limit - 1) / limit), (string.Join(' ', found), pages));
            }
            Assert.Equal(string.Join(' ', order.Split(' ').Where(name => name[0] == 'a')), await Names($"sort={asked}&q=a"));
            await alice.Send(HttpMethod.Get, $"/search?sort={asked}&cursor=eA").Fails(400, "invalid_cursor");
        }
        Assert.Equal("b c", (await Names("sort=time&from=2004-01-01T00:00:00Z")).ToLowerInvariant());
    }

    [Fact]
    public async Task The_trash_is_searched_from_the_last_deleted_on()
    {
        var ids = new List<string>();
        foreach (var name in new[] { "old report.txt", "photo", "new report.txt", "kept report.txt" })
        {
            ids.Add(await alice.Upload([1, 2], name, "a/b"));
            if (name == "kept report.txt") continue;
            await alice.Trash(ids[^1]);
            host.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal("new report.txt old report.txt", await Names("trash=true&q=report"));
        Assert.Equal("photo", await Names("trash=true&q=photo&folder=a&minSize=2&type=application/"));
        var first = await alice.Search("trash=true&q=report&limit=1");
        Assert.Equal("old report.txt",
            Assert.Single((await alice.Search($"trash=true&q=report&limit=1&cursor={first.Cursor}")).Files).Name);
        await alice.Send(HttpMethod.Get, "/search?trash=true&sort=name").Fails(400, "invalid_query");
        await alice.Send(HttpMethod.Get, "/search?trash=true&cursor=eA").Fails(400, "invalid_cursor");
        Assert.Empty((await (await host.As("bob")).Search("trash=true")).Files);
    }

    [Fact]
    public async Task What_others_share_is_searched_and_nothing_else_of_theirs()
    {
        var bob = await host.As("bob");
        var (report, photo, mine) = (await alice.Upload([1], "Report 1", "secret"), await alice.Upload([1], "photo"),
            await alice.Upload([1], "report of mine"));
        await alice.Change(report, new { tags = new[] { "Work" } });
        foreach (var id in new[] { report, photo }) await alice.Share(id, new { with = new { user = "bob" }, access = "read" });
        var group = await alice.Upload([1], "report of the family");
        await alice.Share(group, new { with = new { group = "family" }, access = "read" });
        var (found, cursor) = (new List<FileAnswer>(), "");
        for (; cursor is not null;)
        {
            var page = await bob.Search($"space=shared&q=report&limit=1&cursor={cursor}");
            found.AddRange(page.Files);
            cursor = page.Cursor!;
        }
        Assert.Equal(new[] { report, group }.Order(), found.Select(file => file.Id).Order());
        Assert.All(found, file => Assert.Equal(("shared", "read"), (file.Space, file.Access)));
        Assert.Equal(report, Assert.Single((await bob.Search("space=shared&tag=work")).Files).Id);
        await bob.Send(HttpMethod.Get, "/search?space=shared&sort=-time").Fails(400, "invalid_query");
        Assert.DoesNotContain(mine, (await bob.Search("space=shared")).Files.Select(file => file.Id));
    }

    [Fact]
    public async Task What_is_asked_is_checked()
    {
        foreach (var bad in new[]
        {
            "q=%20", "q=%CC%81", "q=%EF%BF%BF", "q=%00", $"q={new string('a', 256)}", "type=a/b/c", "type=/png", "type=*/*", "type=a%20b",
            "minSize=-1", "minSize=x", "maxSize=1.5", "minSize=2&maxSize=1", "time=deleted", "tag=%20", "q=a&q=b", "name=a",
            "trash=perhaps",
            "from=2002-01-01T00:00:00Z&to=2001-01-01T00:00:00Z", "q=%ED%A0%80",
        })
            await alice.Send(HttpMethod.Get, $"/search?{bad}").Fails(400, "invalid_query");
        foreach (var time in new[] { "yesterday", "2026-07-01", "2026-07-01T18:30:00" })
            await alice.Send(HttpMethod.Get, $"/search?from={time}").Fails(400, "invalid_time");
        await alice.Send(HttpMethod.Get, "/search?folder=a//b").Fails(400, "invalid_folder");
        foreach (var sort in new[] { "created", "--name", "-", "Name" })
            await alice.Send(HttpMethod.Get, $"/search?sort={sort}").Fails(400, "invalid_sort");
        await alice.Send(HttpMethod.Get, "/search?limit=201").Fails(400, "invalid_limit");
        foreach (var cursor in new[] { "!", "abc", Paged("new|x"), Paged(new string('9', 19) + "aaaaaaaaaaaaaaa!") })
            await alice.Send(HttpMethod.Get, $"/search?cursor={cursor}").Fails(400, "invalid_cursor");
        Assert.Empty((await alice.Search("q=a%2Fb%E2%80%AA")).Files);
        Assert.Empty((await alice.Search($"cursor={Paged(new string('9', 19) + "aaaaaaaaaaaaaaaa")}")).Files);

        static string Paged(string key) => Latchkey.Http.Paging.Cursor(key)!;
    }

    async Task<string> Names(string query) => string.Join(' ', (await alice.Search(query)).Files.Select(file => file.Name));

    static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}
