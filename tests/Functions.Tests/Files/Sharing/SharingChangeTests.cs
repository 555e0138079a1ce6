using System.Text.Json;
using Latchkey.Files;
using Latchkey.Storage;

namespace Latchkey.Tests.Files;

/// <summary>Links and requests for files are changed, what has come by a request is listed, and both end with their user.</summary>
public sealed class SharingChangeTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_link_is_changed_and_keeps_its_address_and_what_it_leads_to()
    {
        var (alice, bob) = (await host.As("alice"), await host.As("bob"));
        var id = await alice.Upload([1], "a", "changed");
        var link = await Link(alice, new { folder = "changed", title = "Old", until = host.Clock.Now.AddDays(1), maxDownloads = 1 });
        var path = $"/demo/links/{link.Id}";
        var changed = await Patch(alice, path, new { title = "New", until = host.Clock.Now.AddDays(9) }).Read<SpaceLinkAnswer>();
        Assert.Equal(("New", 1L, "changed", null), (changed.Title, changed.MaxDownloads, changed.Folder, changed.Url));
        Assert.NotEqual(link.Etag, changed.Etag);
        Assert.Equal(changed.Etag, (await host.Send(HttpMethod.Get, path, alice.Token).Read<SpaceLinkAnswer>()).Etag);

        // If-Match: whoever has seen another one changes nothing. A download makes no other one.
        await Patch(alice, path, new { title = "Lost" }, link.Etag).Fails(412, "etag_mismatch");
        Assert.Equal(303, (int)(await host.Http.PostAsync($"{link.Url}/files/{id}", null)).StatusCode);
        Assert.Equal(410, (int)(await host.Http.GetAsync(link.Url)).StatusCode);
        changed = await Patch(alice, path, new { title = (string?)null, until = (string?)null, maxDownloads = 3 }, changed.Etag)
            .Read<SpaceLinkAnswer>();
        Assert.Equal((null, null, 3L, 1L), (changed.Title, changed.Until, changed.MaxDownloads, changed.Downloads));
        Assert.Equal(200, (int)(await host.Http.GetAsync(link.Url)).StatusCode);
        changed = await Patch(alice, path, new { maxDownloads = (int?)null }).Read<SpaceLinkAnswer>();
        Assert.Null(changed.MaxDownloads);

        // What was put off does not end at its former time.
        await Patch(alice, path, new { until = host.Clock.Now.AddDays(20) }).Is(200);
        host.Clock.Advance(TimeSpan.FromDays(10));
        await host.RunTimer("files-sweep");
        Assert.Equal(200, (int)(await host.Http.GetAsync(link.Url)).StatusCode);
        host.Clock.Advance(TimeSpan.FromDays(-10));
        alice = await host.As("alice");

        await Patch(bob, path, new { title = "x" }).Fails(404, "link_not_found");
        foreach (var wrong in new object[]
        {
            new { title = " " }, new { password = "" }, new { until = "2020-01-01T00:00:00Z" }, new { maxDownloads = 0 },
            new { maxDownloads = "many" },
        })
            await Patch(alice, path, wrong).Fails(400, "invalid_field");
        foreach (var unknown in new object[] { new { folder = "other" }, new { fields = "x" }, new { title = 1 } })
            await Patch(alice, path, unknown).Fails(400, "invalid_json");
        await host.Send(HttpMethod.Delete, path, alice.Token).Is(204);
        await Patch(alice, path, new { title = "x" }).Fails(404, "link_not_found");
        var admin = await host.Admin();
        await Eventually.True(async () => (await admin.WholeAudit()).Any(entry =>
            entry.Type == "links-change" && entry.Target == link.Id && entry.Detail == "title, until"));
    }

    [Fact]
    public async Task Another_password_ends_what_browsers_remember_and_none_lets_everybody_in()
    {
        var alice = await host.As("alice");
        await alice.Upload([1], "secret plan", "locked");
        var link = await Link(alice, new { folder = "locked", password = "first" });
        var cookie = (await host.Http.PostAsync(link.Url, TestHost.Form(("password", "first")))).Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("secret plan", await With(cookie, link.Url!), StringComparison.Ordinal);
        var changed = await Patch(alice, $"/demo/links/{link.Id}", new { password = "second" }).Read<SpaceLinkAnswer>();
        Assert.NotEqual(link.Etag, changed.Etag);
        Assert.DoesNotContain("secret plan", await With(cookie, link.Url!), StringComparison.Ordinal);
        Assert.Equal(403, (int)(await host.Http.PostAsync(link.Url, TestHost.Form(("password", "first")))).StatusCode);
        Assert.Equal(303, (int)(await host.Http.PostAsync(link.Url, TestHost.Form(("password", "second")))).StatusCode);
        Assert.False((await Patch(alice, $"/demo/links/{link.Id}", new { password = (string?)null }).Read<SpaceLinkAnswer>()).Password);
        Assert.Contains("secret plan", await (await host.Http.GetAsync(link.Url)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_is_changed_closed_and_opened_again()
    {
        var (alice, bob) = (await host.As("alice"), await host.As("bob"));
        var request = await Ask(alice, new { title = "Old", message = "Please", maxFiles = 1, expiresInSeconds = 60, password = "first" });
        var path = $"/demo/requests/{request.Id}";
        var ada = new HandInSender(host, request.Url!);
        await ada.Begin("a", 1, password: "first").Is(201);
        await ada.Begin("b", 1, password: "first").Fails(409, "request_full");
        var changed = await Patch(alice, path, new
        {
            title = " New ",
            message = (string?)null,
            maxFiles = 3,
            maxFileBytes = 5,
            contentTypes = (string[])["text/*"],
            password = "second",
        }, request.Etag).Read<FileRequestAnswer>();
        Assert.Equal(("New", null, 3L, 5L, "open", 1L),
            (changed.Title, changed.Message, changed.MaxFiles, changed.MaxFileBytes, changed.Status, changed.Files));
        Assert.Equal(["text/*"], changed.ContentTypes);
        Assert.Null(changed.Url);
        await Patch(alice, path, new { title = "Lost" }, request.Etag).Fails(412, "etag_mismatch");
        await ada.Begin("b", 6, "text/plain", password: "second").Fails(413, "file_too_large");
        await ada.Begin("b", 1, password: "second").Fails(415, "content_type_not_allowed");
        await ada.Begin("b", 1, "text/plain", password: "first").Fails(403, "wrong_password");
        await ada.Begin("b", 1, "text/plain", password: "second").Is(201);
        Assert.Equal(changed.Etag, (await Read(alice, request.Id)).Etag); // What is counted makes no other one.

        // Limits below what there is make it full; time and closing can be taken back.
        Assert.Equal("full", (await Patch(alice, path, new { maxFiles = 2 }).Read<FileRequestAnswer>()).Status);
        Assert.Equal("closed", (await Patch(alice, path, new { closed = true, maxFiles = 9 }).Read<FileRequestAnswer>()).Status);
        await ada.Begin("c", 1, "text/plain", password: "second").Fails(410, "request_closed");
        Assert.Equal("open", (await Patch(alice, path, new { closed = false }).Read<FileRequestAnswer>()).Status);
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        await ada.Begin("c", 1, "text/plain", password: "second").Fails(410, "request_expired");
        changed = await Patch(alice, path, new { expiresInSeconds = 3600, password = (string?)null }).Read<FileRequestAnswer>();
        Assert.Equal(("open", false), (changed.Status, changed.Password));
        await ada.Begin("c", 1, "text/plain").Is(201);

        await Patch(bob, path, new { title = "x" }).Fails(404, "request_not_found");
        foreach (var wrong in new object[]
        {
            new { title = " " }, new { title = (string?)null }, new { maxFiles = 0 }, new { maxFileBytes = 0 }, new { password = "" },
            new { expiresInSeconds = 0 }, new { expiresAt = "2020-01-01T00:00:00Z" }, new { contentTypes = (string[])["image"] },
            new { message = "\u202e" },
        })
            await Patch(alice, path, wrong).Fails(400, "invalid_field");
        await Patch(alice, path, new { folder = "other" }).Fails(400, "invalid_json");
        host.Clock.Advance(TimeSpan.FromMinutes(-2));
    }

    [Fact]
    public async Task A_change_loses_no_place_while_others_hand_in_and_a_request_without_its_folder_stays_closed()
    {
        var alice = await FoldersClient.As(host);
        var request = await Ask(alice, new { title = "0", folder = "race/in", maxFiles = 50 });
        var ada = new HandInSender(host, request.Url!);
        var sending = Enumerable.Range(0, 6).Select(n => ada.Send([1], $"{n}")).ToList();
        for (var n = 1; n <= 6; n++) await Patch(alice, $"/demo/requests/{request.Id}", new { title = $"{n}", maxFiles = 50 + n }).Is(200);
        await Task.WhenAll(sending);
        var now = await Read(alice, request.Id);
        Assert.Equal(("6", 56L, 6L, 6L), (now.Title, now.MaxFiles, now.Files, now.Received));
        Assert.Equal("done", (await alice.TrashFolder("race")).Status);
        await ada.Begin("more", 1).Fails(410, "request_closed");
        await Patch(alice, $"/demo/requests/{request.Id}", new { closed = false }).Fails(410, "request_closed");
        await Books.Balance(host);
    }

    [Fact]
    public async Task What_has_come_by_a_request_is_listed_wherever_it_is_with_who_sent_it()
    {
        var (alice, bob) = (await host.As("alice"), await host.As("bob"));
        var request = await Ask(alice, new { title = "Came", folder = "came" });
        var (other, path) = (await Ask(alice, new { title = "Other", folder = "came" }), $"/demo/requests/{request.Id}/files");
        var ids = new List<string>();
        for (var n = 0; n < 3; n++)
        {
            ids.Add(await new HandInSender(host, request.Url!).Send([1], "same", sender: new { name = $"Sender {n}" }));
            host.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        await new HandInSender(host, other.Url!).Send([1], "other");
        await alice.Upload([1], "mine", "came");
        await alice.Change(ids[0], new { folder = "elsewhere", name = "renamed" });
        var first = await host.Send(HttpMethod.Get, $"{path}?limit=2", alice.Token).Read<ListingAnswer>();
        var last = await host.Send(HttpMethod.Get, $"{path}?limit=2&cursor={first.Cursor}", alice.Token).Read<ListingAnswer>();
        Assert.Equal([(ids[2], "Sender 2"), (ids[1], "Sender 1"), (ids[0], "Sender 0")],
            first.Files.Concat(last.Files).Select(file => (file.Id, file.Sender!.Name)));
        Assert.Null(last.Cursor);
        Assert.Equal("renamed", last.Files[0].Name);
        await alice.Trash(ids[1]);
        await alice.Purge(ids[2]);
        Assert.Equal([ids[0]], (await host.Send(HttpMethod.Get, path, alice.Token).Read<ListingAnswer>()).Files.Select(file => file.Id));
        await alice.Restore(ids[1]);
        Assert.Equal(2, (await host.Send(HttpMethod.Get, path, alice.Token).Read<ListingAnswer>()).Files.Count);
        await host.Send(HttpMethod.Get, path, bob.Token).Fails(404, "request_not_found");
        await host.Send(HttpMethod.Get, $"{path}?cursor=eA", alice.Token).Fails(400, "invalid_cursor");
        await host.Send(HttpMethod.Get, "/demo/requests/x/files", alice.Token).Fails(404, "request_not_found");
        await Books.Balance(host);
    }

    [Fact]
    public async Task What_a_stranger_says_of_a_file_makes_no_phone_skip_its_own()
    {
        var alice = await host.As("alice");
        var request = await Ask(alice, new { title = "Known" });
        var begun = await host.Http.PostAsync(new Uri(request.Url!).AbsolutePath + "/files", System.Net.Http.Json.JsonContent.Create(
            new { name = "IMG_0001.jpg", size = 1, modifiedAt = "2026-07-01T18:30:00Z", sender = new { name = "Eve" } }))
            .Read<HandInAnswer>(201);
        var ada = new HandInSender(host, request.Url!);
        await ada.Put(begun, [1]);
        await ada.Complete(begun.Id).Is(200);
        var item = new { name = "IMG_0001.jpg", size = 1, modifiedAt = "2026-07-01T18:30:00Z" };
        var known = await alice.Send(HttpMethod.Post, "/known", new { items = new[] { item } }).Read<KnownAnswer>();
        Assert.False(known.Items[0].Known);
    }

    [Fact]
    public async Task A_request_that_was_closed_while_a_file_was_checked_does_not_receive_it()
    {
        var alice = await host.As("alice");
        var request = await Ask(alice, new { title = "Closing" });
        var ada = new HandInSender(host, request.Url!);
        var begun = await ada.Begin("late", 1).Read<HandInAnswer>(201);
        await ada.Put(begun, [1]);
        var file = (await host.Service<FileStore>().Find("demo", begun.Id, default))!;
        await host.Send(HttpMethod.Delete, $"/demo/requests/{request.Id}", alice.Token).Is(204);
        var late = await Assert.ThrowsAsync<Latchkey.Http.Problem>(() => host.Service<ReceivedFiles>()
            .TryComplete(file.Complete(host.Clock.GetUtcNow(), scan: false), default));
        Assert.Equal("request_closed", late.Code);
        Assert.Empty((await alice.Search("q=late")).Files);
        await Books.Balance(host);
    }

    [Fact]
    public async Task Links_and_requests_of_a_user_go_with_them_also_those_in_a_groups_space()
    {
        var (admin, bob) = (await host.Admin(), await host.As("bob"));
        var user = await admin.AddUser(new NewUser("leaver"));
        var group = (await admin.AddGroup(new { id = "leavers", name = "Leavers", owner = user.Id })).Id;
        await admin.Do(HttpMethod.Put, $"groups/{group}/members/{await host.UserId("bob")}", new { role = "owner" }, 200);
        var leaver = new FilesClient(host, (await host.Tokens("demo", "leaver", scope: "files.read files.write files.share")).AccessToken);
        var space = $"group:{group}";
        await Link(leaver, new { folder = "", space });
        var theirs = await Ask(leaver, new { title = "Theirs", space });
        var (own, ours) = (await Ask(leaver, new { title = "Own" }), await Ask(bob, new { title = "Ours", space }));
        var table = host.Service<StorageClients>().Tables.GetTableClient("Files");
        var (tenant, removal) = ("demo", host.Service<SpaceRemoval>());

        // As soon as the removal of the space has begun, nobody hands anything in.
        await leaver.Upload([1]);
        Assert.False(await removal.TryRemove(tenant, Owner.User(user.Id), TimeSpan.Zero, default));
        await new HandInSender(host, own.Url!).Begin("late", 1).Fails(404, "request_not_found");

        await admin.DeleteUser(user.Id);
        await new HandInSender(host, theirs.Url!).Begin("late", 1).Fails(404, "request_not_found");
        var left = new List<string>();
        await foreach (var row in table.QueryAsync<Azure.Data.Tables.TableEntity>())
            if (row.RowKey.StartsWith(RowKeys.AnyLink, StringComparison.Ordinal)
                || row.RowKey.StartsWith(RowKeys.AnyFileRequest, StringComparison.Ordinal))
                left.Add(row.GetString("CreatedBy") ?? "");
        Assert.DoesNotContain(user.Id, left);
        Assert.Equal("open", (await Read(bob, ours.Id)).Status);
        await admin.Send(HttpMethod.Delete, $"groups/{group}?files=purge").Is(204);
    }

    async Task<string> With(string cookie, string url)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Add("Cookie", cookie.Split(';')[0]);
        return await (await host.Http.SendAsync(request)).Content.ReadAsStringAsync();
    }

    Task<HttpResponseMessage> Patch(FilesClient caller, string path, object change, string? ifMatch = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, path)
        {
            Content = new StringContent(JsonSerializer.Serialize(change), System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new("Bearer", caller.Token);
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return host.Http.SendAsync(request);
    }

    Task<SpaceLinkAnswer> Link(FilesClient caller, object link) =>
        host.Send(HttpMethod.Post, "/demo/links", caller.Token, link).Read<SpaceLinkAnswer>(201);

    Task<FileRequestAnswer> Ask(FilesClient caller, object request) =>
        host.Send(HttpMethod.Post, "/demo/requests", caller.Token, request).Read<FileRequestAnswer>(201);

    Task<FileRequestAnswer> Read(FilesClient caller, string id) =>
        host.Send(HttpMethod.Get, $"/demo/requests/{id}", caller.Token).Read<FileRequestAnswer>();
}
