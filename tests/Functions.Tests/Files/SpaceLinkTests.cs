using System.IO.Compression;
using System.Net;

namespace Latchkey.Tests.Files;

/// <summary>Links to folders and to several files: what they show, what they don't, and when they end.</summary>
public sealed class SpaceLinkTests : IAsyncLifetime
{
    TestHost host = null!;

    public async Task InitializeAsync() => host = await TestHost.Start();

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_folder_is_shown_with_all_that_is_below_it_now_and_later_and_never_what_is_above()
    {
        var alice = await host.As("alice");
        var top = Unique();
        var beach = await alice.Upload([1, 2, 3], "<b>beach<i>.jpg", $"{top}/Summer");
        var outside = await alice.Upload([4], "diary.txt", top);
        var similar = await alice.Upload([5], "not mine.txt", $"{top}/Summer 2");
        var link = await Link(alice, new { folder = $"{top}/Summer", until = host.Clock.Now.AddDays(7) });
        Assert.Equal(($"{top}/Summer", "me", null), (link.Folder, link.Space, link.Files));
        var later = await alice.Upload([6, 7], "later.txt", $"{top}/Summer/2026 & more");

        using var answer = await host.Http.GetAsync(link.Url);
        var page = await Page(answer);
        Assert.Contains("Demo", page, StringComparison.Ordinal);
        Assert.Contains("Alice shares this with you.", page, StringComparison.Ordinal);
        Assert.Contains("Available until ", page, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;beach&lt;i&gt;.jpg", page, StringComparison.Ordinal);
        Assert.Contains("2026 &amp; more", page, StringComparison.Ordinal);
        Assert.DoesNotContain("diary", page, StringComparison.Ordinal);
        Assert.DoesNotContain("not mine", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(("no-referrer", "noindex"),
            (answer.Headers.GetValues("Referrer-Policy").Single(), answer.Headers.GetValues("X-Robots-Tag").Single()));
        Assert.Contains("later.txt", await Page($"{link.Url}?folder=2026%20%26%20more"), StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], await Download($"{link.Url}/files/{beach}"));
        Assert.Equal([6, 7], await Download($"{link.Url}/files/{later}"));
        foreach (var other in (string[])[outside, similar, "x", new string('a', 32)])
            Assert.Equal(404, (int)(await host.Http.GetAsync($"{link.Url}/files/{other}")).StatusCode);
        foreach (var climb in (string[])["..", "../", "2026/../..", ".", "%2e%2e"])
            Assert.Equal(400, (int)(await host.Http.GetAsync($"{link.Url}?folder={climb}")).StatusCode);

        using var zip = new ZipArchive(await (await host.Http.GetAsync($"{link.Url}/archive")).Content.ReadAsStreamAsync());
        Assert.Equal(["2026 & more/later.txt", "_b_beach_i_.jpg"],
            zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal));

        // What leaves the folder, or goes into the trash, leaves the link.
        await alice.Change(later, new { folder = top });
        await alice.Trash(beach);
        foreach (var gone in (string[])[later, beach])
            Assert.Equal(404, (int)(await host.Http.GetAsync($"{link.Url}/files/{gone}")).StatusCode);
        Assert.Contains("There are no files here.", await Page(link.Url!), StringComparison.Ordinal);
        Assert.Equal(404, (int)(await host.Http.GetAsync($"{link.Url}/archive")).StatusCode);
        Assert.DoesNotContain(host.Log.Lines, line => line.Contains(link.Url![^43..], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Selected_files_are_shown_wherever_they_are_and_no_others()
    {
        var alice = await host.As("alice");
        var top = Unique();
        string[] ids = [await alice.Upload([1], "one", top), await alice.Upload([2], "two", $"{top}/b")];
        var other = await alice.Upload([3], "three", top);
        var link = await Link(alice, new { files = ids, title = "For you" });
        Assert.Equal(ids, link.Files);
        var page = await Page(link.Url!);
        Assert.Contains("For you", page, StringComparison.Ordinal);
        Assert.True(page.IndexOf("one", StringComparison.Ordinal) < page.IndexOf("two", StringComparison.Ordinal));
        Assert.DoesNotContain("three", page, StringComparison.Ordinal);
        await alice.Change(ids[0], new { folder = $"{top}/elsewhere" });
        Assert.Equal([1], await Download($"{link.Url}/files/{ids[0]}"));
        Assert.Equal(404, (int)(await host.Http.GetAsync($"{link.Url}/files/{other}")).StatusCode);
        using (var zip = new ZipArchive(await (await host.Http.GetAsync($"{link.Url}/archive")).Content.ReadAsStreamAsync()))
            Assert.Equal(["one", "two"], zip.Entries.Select(entry => entry.FullName));
        await alice.Purge(ids[1]);
        Assert.DoesNotContain("two", await Page(link.Url!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_is_asked_for_before_anything_is_shown_and_once_in_a_browser()
    {
        var alice = await host.As("alice");
        var top = Unique();
        var id = await alice.Upload([1], "secret plan.txt", top);
        var link = await Link(alice, new { folder = top, password = "open sesame" });
        Assert.True(link.Password);
        var page = await Page(link.Url!);
        Assert.Contains("type=\"password\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("secret plan", page, StringComparison.Ordinal);
        foreach (var path in (string[])[$"/files/{id}", "/archive", $"/files/{id}/thumbnail"])
        {
            var sent = await host.Http.GetAsync(link.Url + path);
            Assert.Equal((303, new Uri(link.Url!).AbsolutePath), ((int)sent.StatusCode, sent.Headers.Location!.OriginalString));
        }
        Assert.Equal(403, (int)(await host.Http.PostAsync(link.Url, TestHost.Form(("password", "guess")))).StatusCode);
        var admitted = await host.Http.PostAsync(link.Url, TestHost.Form(("password", "open sesame")));
        Assert.Equal(HttpStatusCode.SeeOther, admitted.StatusCode);
        var cookie = admitted.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("secret plan.txt", await Page(await With(cookie, link.Url!)), StringComparison.Ordinal);
        Assert.Equal(302, (int)(await With(cookie, $"{link.Url}/files/{id}")).StatusCode);
        var other = await Link(alice, new { folder = top, password = "another" });
        Assert.Contains("type=\"password\"", await Page(await With(cookie, other.Url!)), StringComparison.Ordinal);
        host.Clock.Advance(TimeSpan.FromHours(13));
        Assert.Contains("type=\"password\"", await Page(await With(cookie, link.Url!)), StringComparison.Ordinal);
        var guesses = await Task.WhenAll(Enumerable.Range(0, 14).Select(n =>
            host.Http.PostAsync(link.Url, TestHost.Form(("password", $"guess {n}")))));
        Assert.Equal(10, guesses.Count(answer => (int)answer.StatusCode == 403));
        Assert.All(guesses.Where(answer => (int)answer.StatusCode != 403), answer => Assert.Equal(429, (int)answer.StatusCode));
    }

    [Fact]
    public async Task Downloads_at_once_pass_no_limit_and_a_link_ends_at_its_time_and_when_it_is_revoked()
    {
        var (alice, bob) = (await host.As("alice"), await host.As("bob"));
        var top = Unique();
        var id = await alice.Upload([1], "a", top);
        var limited = await Link(alice, new { folder = top, maxDownloads = 3 });
        // Whoever only follows the addresses of the page, such as a mail scanner, uses none up.
        var page = await Page(limited.Url!);
        Assert.Contains($"<form method=\"post\" action=\"{new Uri(limited.Url!).AbsolutePath}/files/{id}\">", page,
            StringComparison.Ordinal);
        foreach (var path in (string[])[$"/files/{id}", "/archive"])
        {
            var followed = await host.Http.GetAsync(limited.Url + path);
            Assert.Equal((302, new Uri(limited.Url!).AbsolutePath), ((int)followed.StatusCode, followed.Headers.Location!.OriginalString));
        }
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(n =>
            host.Http.PostAsync(n % 2 == 0 ? $"{limited.Url}/files/{id}" : $"{limited.Url}/archive", null)));
        Assert.Equal(3, answers.Count(answer => (int)answer.StatusCode is 303 or 200));
        Assert.All(answers.Where(answer => (int)answer.StatusCode is not (303 or 200)), answer =>
            Assert.True((int)answer.StatusCode is 410 or 503));
        Assert.Equal(410, (int)(await host.Http.GetAsync(limited.Url)).StatusCode);
        Assert.Equal(3, (await host.Send(HttpMethod.Get, $"/demo/links/{limited.Id}", alice.Token).Read<SpaceLinkAnswer>()).Downloads);

        var short_ = await Link(alice, new { folder = top, until = host.Clock.Now.AddMinutes(1) });
        var revoked = await Link(alice, new { folder = top });
        Assert.Contains(revoked.Id, (await host.Send(HttpMethod.Get, "/demo/links?limit=200", alice.Token).Read<SpaceLinksAnswer>())
            .Links.Select(link => link.Id));
        await host.Send(HttpMethod.Delete, $"/demo/links/{revoked.Id}", bob.Token).Fails(404, "link_not_found");
        await host.Send(HttpMethod.Delete, $"/demo/links/{revoked.Id}", alice.Token).Is(204);
        await host.Send(HttpMethod.Delete, $"/demo/links/{revoked.Id}", alice.Token).Fails(404, "link_not_found");
        Assert.Equal(404, (int)(await host.Http.GetAsync(revoked.Url)).StatusCode);
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(404, (int)(await host.Http.GetAsync(short_.Url)).StatusCode);
        Assert.Equal(404, (int)(await host.Http.GetAsync($"{short_.Url}/files/{id}")).StatusCode);
        foreach (var wrong in (string[])[$"{limited.Url![..^1]}_", limited.Url.Replace("/demo/", "/acme/", StringComparison.Ordinal)])
            Assert.Equal(404, (int)(await host.Http.GetAsync(wrong)).StatusCode);
    }

    [Fact]
    public async Task Only_who_may_share_makes_a_link_and_it_ends_with_the_right()
    {
        var (alice, bob) = (await host.As("alice"), await host.As("bob"));
        var (mine, his) = (await alice.Upload([1], "mine"), await bob.Upload([2], "his"));
        await Ask(alice, new { files = (string[])[mine, his] }).Fails(404, "file_not_found");
        await bob.Share(his, new { with = new { user = "alice" }, access = "write" });
        await Ask(alice, new { files = (string[])[his] }).Fails(403, "insufficient_rights");
        foreach (var wrong in new object[]
        {
            new { }, new { files = Array.Empty<string>() }, new { files = (string[])[mine], folder = "" },
            new { files = Enumerable.Repeat(mine, 101) }, new { folder = "", maxDownloads = 0 },
            new { folder = "", until = "2020-01-01T00:00:00Z" },
        })
            await Ask(alice, wrong).Fails(400, "invalid_field");
        await Ask(alice, new { folder = "", space = "group:nobodys" }).Fails(404, "space_not_found");

        var admin = await host.Admin();
        var group = (await admin.Post("groups", new { id = Unique(), name = "Team" })).GetProperty("id").GetString()!;
        await admin.Send(HttpMethod.Put, $"groups/{group}/members/{await host.UserId("alice")}", new { role = "owner" }).Is(200);
        alice = await host.As("alice");
        await alice.Upload([1], "shared", "all", space: $"group:{group}");
        var link = await Link(alice, new { folder = "all", space = $"group:{group}" });
        var request = await host.Send(HttpMethod.Post, "/demo/requests", alice.Token, new { title = "Team", space = $"group:{group}" })
            .Read<FileRequestAnswer>(201);
        Assert.Contains("shared", await Page(link.Url!), StringComparison.Ordinal);
        await admin.Send(HttpMethod.Put, $"groups/{group}/members/{await host.UserId("alice")}", new { role = "reader" }).Is(200);
        await Eventually.True(async () =>
        {
            host.Clock.Advance(TimeSpan.FromSeconds(10));
            return (int)(await host.Http.GetAsync(link.Url)).StatusCode == 404;
        });
        await new HandInSender(host, request.Url!).Begin("a", 1).Fails(404, "request_not_found");
        // With the group everything goes.
        await admin.Send(HttpMethod.Delete, $"groups/{group}?files=purge").Is(204);
        await Books.Balance(host);
    }

    [Fact]
    public async Task A_picture_is_shown_by_a_thumbnail_that_ends_with_the_link()
    {
        var alice = await host.As("alice");
        var top = Unique();
        var id = await alice.Upload(Renditions.Pictures.Of(ImageMagick.MagickFormat.Jpeg, 600, 400), "photo.jpg", top, "image/jpeg");
        await host.RunQueues();
        var link = await Link(alice, new { folder = top });
        var page = await Page(link.Url!);
        var path = $"{new Uri(link.Url!).AbsolutePath}/files/{id}/thumbnail?size=128";
        Assert.Contains($"src=\"{path}\"", page, StringComparison.Ordinal);
        var shown = await host.Http.GetAsync(path);
        Assert.Equal(302, (int)shown.StatusCode);
        Assert.Equal("image/webp",
            (await FilesClient.Fetch(shown.Headers.Location!.OriginalString)).Content.Headers.ContentType?.MediaType);
        // And the present version's, once the bytes are replaced.
        var versions = await VersionsClient.Of(host);
        var upload = await versions.SendVersion(
            id, Renditions.Pictures.Of(ImageMagick.MagickFormat.Jpeg, 400, 600), contentType: "image/jpeg");
        await versions.Completed(upload);
        await host.RunQueues();
        Assert.Contains($"/{upload}.128?", (await host.Http.GetAsync(path)).Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.Equal(400, (int)(await host.Http.GetAsync(path.Replace("128", "129", StringComparison.Ordinal))).StatusCode);
        Assert.Equal(400, (int)(await host.Http.GetAsync(path.Replace("128", "2048", StringComparison.Ordinal))).StatusCode);
        var once = await Link(alice, new { folder = top, maxDownloads = 1 });
        Assert.Equal(302, (int)(await host.Http.GetAsync($"{once.Url}/files/{id}/thumbnail")).StatusCode);
        Assert.Equal(303, (int)(await host.Http.PostAsync($"{once.Url}/files/{id}", null)).StatusCode);
        Assert.Equal(410, (int)(await host.Http.GetAsync($"{once.Url}/files/{id}/thumbnail")).StatusCode);
        var single = (await alice.Share(id, new { link = new { }, access = "read" })).Link!.Url!;
        Assert.Contains("thumbnail?size=512", await Page(single), StringComparison.Ordinal);
        Assert.Contains("Alice shares this with you.", await Page(single), StringComparison.Ordinal);
        Assert.Equal(302, (int)(await host.Http.GetAsync($"{single}/files/{id}/thumbnail")).StatusCode);
        await host.Send(HttpMethod.Delete, $"/demo/links/{link.Id}", alice.Token).Is(204);
        Assert.Equal(404, (int)(await host.Http.GetAsync(path)).StatusCode);
    }

    [Theory, InlineData("move"), InlineData("delete")]
    public async Task A_link_ends_with_its_folder_and_does_not_lead_to_another_one_of_the_same_name(string how)
    {
        var alice = await FoldersClient.As(host);
        await alice.Upload([1], "shared", "top/scans");
        var link = await Link(alice, new { folder = "top/scans" });
        var again = await Link(alice, new { folder = "top/scans" });
        Assert.Contains("shared", await Page(again.Url!), StringComparison.Ordinal);
        Assert.Equal("done", (await (how == "move" ? alice.Move("top/scans", "top/old") : alice.TrashFolder("top"))).Status);
        var id = await alice.Upload([2], "private", "top/scans");
        Assert.Equal(404, (int)(await host.Http.GetAsync($"{link.Url}/files/{id}")).StatusCode);
        Assert.Equal(404, (int)(await host.Http.GetAsync(again.Url)).StatusCode);
        Assert.Empty((await host.Send(HttpMethod.Get, "/demo/links", alice.Token).Read<SpaceLinksAnswer>()).Links);
        await Books.Balance(host);
    }

    [Fact]
    public async Task A_large_folder_has_pages_that_lead_on()
    {
        var alice = await host.As("alice");
        var top = Unique();
        foreach (var names in Enumerable.Range(0, 101).Chunk(25))
            await Task.WhenAll(names.Select(n => alice.Upload([1], $"file {n:d3}", top)));
        var link = await Link(alice, new { folder = top });
        var first = await Page(link.Url!);
        Assert.Contains("file 099", first, StringComparison.Ordinal);
        Assert.DoesNotContain("file 100", first, StringComparison.Ordinal);
        var next = System.Text.RegularExpressions.Regex.Match(first, "href=\"([^\"]*cursor=[^\"]*)\"").Groups[1].Value;
        Assert.Contains("file 100", await Page(host.Origin + WebUtility.HtmlDecode(next)), StringComparison.Ordinal);
    }

    static string Unique() => $"l{Guid.CreateVersion7():n}"[..24];

    Task<HttpResponseMessage> Ask(FilesClient caller, object link) => host.Send(HttpMethod.Post, "/demo/links", caller.Token, link);

    Task<SpaceLinkAnswer> Link(FilesClient caller, object link) => Ask(caller, link).Read<SpaceLinkAnswer>(201);

    async Task<string> Page(string url) => await Page(await host.Http.GetAsync(url));

    static async Task<string> Page(HttpResponseMessage answer) => await (await answer.Is(200)).Content.ReadAsStringAsync();

    Task<HttpResponseMessage> With(string cookie, string url)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Add("Cookie", cookie.Split(';')[0]);
        return host.Http.SendAsync(request);
    }

    async Task<byte[]> Download(string url)
    {
        var answer = await host.Http.GetAsync(url);
        Assert.Equal(302, (int)answer.StatusCode);
        return await (await FilesClient.Fetch(answer.Headers.Location!.OriginalString)).Content.ReadAsByteArrayAsync();
    }
}
