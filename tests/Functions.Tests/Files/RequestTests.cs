using System.Net.Http.Json;

namespace Latchkey.Tests.Files;

/// <summary>Requests: people without an account hand files in, within limits, and learn nothing of what others sent.</summary>
public sealed class RequestTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task Whoever_has_the_address_hands_a_file_in_and_the_owner_sees_who_they_say_they_are()
    {
        var alice = await host.As("alice");
        var start = (await alice.Changes()).Cursor;
        var request = await Ask(alice,
            new { folder = "Receipts/2026", title = "Receipts", maxFiles = 3, contentTypes = (string[])["image/*", "text/plain"] });
        Assert.StartsWith($"{host.Origin}/demo/r/{request.Id}.", request.Url, StringComparison.Ordinal);
        Assert.Equal(("open", "me", 0), (request.Status, request.Space, request.Files));

        var ada = new HandInSender(host, request.Url!);
        var id = await ada.Send([72, 105], "hello.txt", "text/plain", new { name = " Ada ", email = "ada@example.com" });
        var file = await alice.Read(id);
        Assert.Equal(("available", "Receipts/2026", "hello.txt", "me"), (file.Status, file.Folder, file.Name, file.Space));
        Assert.Equal((request.Id, "Ada", "ada@example.com"), (file.Request, file.Sender?.Name, file.Sender?.Email));
        Assert.Equal([72, 105], await alice.DownloadBytes(id));
        Assert.Equal(request.Id, Assert.Single((await alice.List("?folder=Receipts/2026")).Files).Request);
        Assert.Equal([("folder_created", null, null), ("created", id, request.Id)],
            (await alice.Follow(start)).Items.Select(item => (item.Kind, item.Id, item.File?.Request)));
        var read = await host.Send(HttpMethod.Get, $"/demo/requests/{request.Id}", alice.Token).Read<FileRequestAnswer>();
        Assert.Equal((1, 2, 1, null), (read.Files, read.Bytes, read.Received, read.Url));

        // Complete again, as after a lost answer, says the same; whom the file is shared with does not learn who sent it.
        Assert.Equal("received", (await ada.Complete(id).Read<HandInAnswer>()).Status);
        await alice.Share(id, new { with = new { user = "bob" }, access = "read" });
        var bobs = await (await host.As("bob")).Read(id);
        Assert.Equal(("shared", null, null), (bobs.Space, bobs.Request, bobs.Sender));
        var admin = await host.Admin();
        await Eventually.True(async () => (await admin.WholeAudit()) is var all
            && all.Any(entry => entry.Type == "requests-create" && entry.Target == request.Id)
            && all.Any(entry => entry.Type == "request-begin" && entry.Target == id)
            && all.Any(entry => entry.Type == "request-receive" && entry.Target == id && entry.Detail == $"request {request.Id}"));
    }

    [Fact]
    public async Task Limits_of_size_type_and_total_hold_before_anything_is_uploaded()
    {
        var alice = await host.As("alice");
        var request = await Ask(alice, new
        {
            title = "Small",
            maxFileBytes = 10,
            maxTotalBytes = 15,
            contentTypes = (string[])["text/*"],
        });
        var ada = new HandInSender(host, request.Url!);
        var tooLarge = await ada.Begin("a.txt", 11, "text/plain").Json(413);
        Assert.Equal(("file_too_large", 10), (tooLarge.GetProperty("code").GetString(), tooLarge.GetProperty("limit").GetInt64()));
        await ada.Begin("a.jpg", 5, "image/jpeg").Fails(415, "content_type_not_allowed");
        await ada.Begin("a.txt", 5, "text/plain", new { name = " " }).Fails(400, "invalid_field");
        await ada.Begin("a.txt", 5, "text/plain", new { name = "Ada", email = "none" }).Fails(400, "invalid_field");
        await ada.Begin("a/b.txt", 5, "text/plain").Fails(400, "invalid_name");
        await ada.Send(new byte[10].Select(_ => (byte)'a').ToArray(), "a.txt", "text/plain");
        await ada.Begin("b.txt", 6, "text/plain").Fails(409, "request_full");
        await ada.Begin("b.txt", 5, "text/plain").Read<HandInAnswer>(201);
        await ada.Begin("b.txt", 1, "text/plain").Fails(409, "request_full");
        Assert.Equal("full", (await Read(alice, request.Id)).Status);
    }

    [Fact]
    public async Task Bytes_of_another_type_are_refused_when_they_are_complete_and_leave_their_place()
    {
        var alice = await host.As("alice");
        var request = await Ask(alice, new { title = "One picture", maxFiles = 1, contentTypes = (string[])["image/*"] });
        var ada = new HandInSender(host, request.Url!);
        var begun = await ada.Begin("page.png", 20, "image/png").Read<HandInAnswer>(201);
        await ada.Put(begun, "<html><body></body>!"u8.ToArray());
        await ada.Begin("other.png", 3, "image/png").Fails(409, "request_full");
        await ada.Complete(begun.Id).Fails(422, "type_mismatch");
        Assert.Equal((0, 0, "open"), ((await Read(alice, request.Id)) is var now ? (now.Files, now.Bytes, now.Status) : default));
        await ada.Begin("other.png", 3, "image/png").Read<HandInAnswer>(201);
    }

    [Fact]
    public async Task Many_at_once_pass_no_limit_and_none_takes_the_name_of_another()
    {
        var alice = await host.As("alice");
        var taken = await alice.Upload([0], "same.txt", "drop");
        var request = await Ask(alice, new { folder = "drop", title = "Race", maxFiles = 5 });
        var ada = new HandInSender(host, request.Url!);
        var answers = await Task.WhenAll(Enumerable.Range(0, 16)
            .Select(n => ada.Begin("same.txt", 1, "text/plain", new { name = $"Sender {n}" })));
        Assert.Equal(5, answers.Count(answer => (int)answer.StatusCode == 201));
        foreach (var refused in answers.Where(answer => (int)answer.StatusCode != 201)) await refused.Fails(409, "request_full");
        var begun = await Task.WhenAll(answers.Where(answer => (int)answer.StatusCode == 201)
            .Select(answer => answer.Read<HandInAnswer>(201)));
        foreach (var one in begun) await ada.Put(one, [(byte)'x']);
        foreach (var done in await Task.WhenAll(begun.Select(one => ada.Complete(one.Id)))) await done.Is(200);
        var names = (await alice.List("?folder=drop")).Files.Select(file => file.Name).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(6, names.Distinct().Count());
        Assert.Equal("same.txt", (await alice.Read(taken)).Name);
        Assert.Contains("same (2).txt", names);
        Assert.All(names, name => Assert.Matches(@"^same( \(\d\))?\.txt$", name));
        var now = await Read(alice, request.Id);
        Assert.Equal((5, 5, "full"), (now.Files, now.Received, now.Status));
    }

    [Fact]
    public async Task A_password_is_needed_and_may_not_be_guessed()
    {
        var alice = await host.As("alice");
        var request = await Ask(alice, new { title = "Locked", password = "open sesame" });
        Assert.True(request.Password);
        var ada = new HandInSender(host, request.Url!);
        await ada.Begin("a", 1).Fails(403, "wrong_password");
        await ada.Begin("a", 1, password: "open sesame").Read<HandInAnswer>(201);
        for (var n = 0; n < 3; n++) await ada.Begin("a", 1, password: $"first guess {n}").Fails(403, "wrong_password");
        // That somebody knows the password gives nobody else more guesses.
        await ada.Begin("a", 1, password: "open sesame").Read<HandInAnswer>(201);
        var guesses = await Task.WhenAll(Enumerable.Range(0, 14).Select(n => ada.Begin("a", 1, password: $"guess {n}")));
        Assert.Equal(7, guesses.Count(answer => (int)answer.StatusCode == 403));
        var locked = await ada.Begin("a", 1, password: "open sesame");
        await locked.Fails(429, "too_many_passwords");
        Assert.NotNull(locked.Headers.RetryAfter);
    }

    [Fact]
    public async Task A_key_begins_the_same_file_again_and_only_for_the_same_sender()
    {
        var alice = await host.As("alice");
        var request = await Ask(alice, new { title = "Retry", maxFiles = 2 });
        var ada = new HandInSender(host, request.Url!);
        var first = await ada.Begin("a", 1, key: "k1").Read<HandInAnswer>(201);
        var again = await ada.Begin("a", 1, key: "k1").Read<HandInAnswer>();
        Assert.Equal((first.Id, "pending"), (again.Id, again.Status));
        await ada.Begin("b", 1, key: "k1").Fails(422, "idempotency_key_reused");
        var other = await ada.Begin("a", 1, sender: new { name = "Eve" }, key: "k1").Read<HandInAnswer>(201);
        Assert.NotEqual(first.Id, other.Id);
        await ada.Put(again, [1]);
        await ada.Complete(first.Id).Is(200);
        Assert.Equal(("received", null),
            (await ada.Begin("a", 1, key: "k1").Read<HandInAnswer>()) is var done ? (done.Status, done.Upload) : default);
    }

    [Fact]
    public async Task What_is_closed_or_over_says_so_and_what_never_was_looks_like_what_is_not_ones_own()
    {
        var (alice, bob) = (await host.As("alice"), await host.As("bob"));
        var request = await Ask(alice, new { title = "Short", expiresInSeconds = 3600 });
        Assert.InRange(request.ExpiresAt, host.Clock.Now.AddSeconds(3590), host.Clock.Now.AddSeconds(3610));
        var ada = new HandInSender(host, request.Url!);
        var begun = await ada.Begin("late", 1).Read<HandInAnswer>(201);
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Delete])
            await host.Send(method, $"/demo/requests/{request.Id}", bob.Token).Fails(404, "request_not_found");
        await host.Send(HttpMethod.Delete, $"/demo/requests/{request.Id}", alice.Token).Is(204);
        await host.Send(HttpMethod.Delete, $"/demo/requests/{request.Id}", alice.Token).Is(204);
        Assert.Equal("closed", (await Read(alice, request.Id)).Status);
        await ada.Begin("more", 1).Fails(410, "request_closed");
        await ada.Complete(begun.Id).Fails(410, "request_closed");
        var secret = request.Url!.Split('.')[^1];
        foreach (var token in (string[])[$"{request.Id}.{secret[..^1]}_", $"{new string('a', 32)}.{secret}", request.Id, "x"])
            await new HandInSender(host, $"{host.Origin}/demo/r/{token}").Begin("more", 1).Fails(404, "request_not_found");
        await new HandInSender(host, request.Url.Replace("/demo/", "/acme/", StringComparison.Ordinal)).Begin("more", 1)
            .Fails(404, "request_not_found");
        Assert.DoesNotContain(host.Log.Lines, line => line.Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sender_touches_no_file_but_their_own()
    {
        var alice = await host.As("alice");
        var (one, other) = (await Ask(alice, new { title = "One" }), await Ask(alice, new { title = "Other" }));
        var (ada, eve) = (new HandInSender(host, one.Url!), new HandInSender(host, other.Url!));
        var begun = await ada.Begin("a", 1).Read<HandInAnswer>(201);
        var own = (await alice.Begin(FilesClient.Declaration())).Id;
        await eve.Complete(begun.Id).Fails(404, "file_not_found");
        await eve.Complete(own).Fails(404, "file_not_found");
        await eve.Complete("x").Fails(404, "file_not_found");
        await ada.Complete(begun.Id).Fails(409, "upload_missing");
        Assert.Equal(403, (int)(await FilesClient.ToStorage(HttpMethod.Get, begun.Upload!.Url)).StatusCode);
    }

    [Fact]
    public async Task Only_who_may_share_a_space_asks_for_files_and_a_list_has_pages()
    {
        var bob = await host.As("bob");
        await host.Send(HttpMethod.Post, "/demo/requests", bob.Token, new { title = "x", space = "group:nobodys" })
            .Fails(404, "space_not_found");
        await host.Send(HttpMethod.Post, "/demo/requests", bob.Token, new { title = "x", space = "app" }).Fails(403, "insufficient_rights");
        foreach (var wrong in new object[]
        {
            new { title = " " }, new { title = "x", maxFiles = 0 }, new { title = "x", contentTypes = (string[])["image"] },
            new { title = "x", expiresInSeconds = 0 }, new { title = "x", expiresAt = "2020-01-01T00:00:00Z" },
            new { title = "x", password = "" }, new { title = "x", message = "\u202e" },
        })
            await host.Send(HttpMethod.Post, "/demo/requests", bob.Token, wrong).Fails(400, "invalid_field");
        var made = new List<string>();
        for (var n = 0; n < 3; n++) made.Add((await Ask(bob, new { title = $"{n}", message = "Two\nlines" })).Id);
        var first = await host.Send(HttpMethod.Get, "/demo/requests?limit=2", bob.Token).Read<FileRequestsAnswer>();
        var last = await host.Send(HttpMethod.Get, $"/demo/requests?limit=2&cursor={first.Cursor}", bob.Token).Read<FileRequestsAnswer>();
        Assert.Equal(made.Order(StringComparer.Ordinal), first.Requests.Concat(last.Requests).Select(request => request.Id));
        Assert.Null(last.Cursor);
        await host.Send(HttpMethod.Get, "/demo/requests?cursor=eA", bob.Token).Fails(400, "invalid_cursor");
    }

    [Fact]
    public async Task A_request_ends_with_its_folder_and_is_not_for_another_one_of_the_same_name()
    {
        var alice = await FoldersClient.As(host);
        var request = await Ask(alice, new { title = "Bound", folder = "bound/in" });
        var ada = new HandInSender(host, request.Url!);
        var id = await ada.Send([1], "a");
        await alice.Change(id, new { folder = "elsewhere" }); // An empty folder is the same folder.
        await ada.Send([2], "b");
        Assert.Equal("done", (await alice.TrashFolder("bound")).Status);
        await alice.Upload([3], "private", "bound/in");
        await ada.Begin("c", 1).Fails(410, "request_closed");
        Assert.Equal("closed", (await Read(alice, request.Id)).Status);
        Assert.Equal("private", Assert.Single((await alice.List("?folder=bound/in")).Files).Name);
    }

    Task<FileRequestAnswer> Ask(FilesClient caller, object request) =>
        host.Send(HttpMethod.Post, "/demo/requests", caller.Token, request).Read<FileRequestAnswer>(201);

    Task<FileRequestAnswer> Read(FilesClient caller, string id) =>
        host.Send(HttpMethod.Get, $"/demo/requests/{id}", caller.Token).Read<FileRequestAnswer>();
}

/// <summary>Somebody without an account who has the address of a request.</summary>
sealed class HandInSender(TestHost host, string url, string? address = null)
{
    readonly string path = new Uri(url).AbsolutePath;

    public Task<HttpResponseMessage> Begin(
        string name, long size, string contentType = FilesClient.AnyType, object? sender = null, string? password = null,
        string? key = null)
    {
        var body = new Dictionary<string, object> { ["name"] = name, ["size"] = size, ["contentType"] = contentType };
        body["sender"] = sender ?? new { name = "Ada" };
        if (password is not null) body["password"] = password;
        var request = new HttpRequestMessage(HttpMethod.Post, $"{path}/files") { Content = JsonContent.Create(body) };
        if (address is not null) request.Headers.Add("X-Forwarded-For", address);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return host.Http.SendAsync(request);
    }

    public Task Put(HandInAnswer begun, byte[] bytes) => FilesClient.Stored(new(begun.Id, begun.Upload!.Url, begun.Upload.Headers), bytes);

    public Task<HttpResponseMessage> Complete(string id) => host.Http.PostAsync($"{path}/files/{id}/complete", null);

    public async Task<string> Send(byte[] bytes, string name, string contentType = FilesClient.AnyType, object? sender = null)
    {
        var begun = await Begin(name, bytes.Length, contentType, sender).Read<HandInAnswer>(201);
        await Put(begun, bytes);
        Assert.Equal("received", (await Complete(begun.Id).Read<HandInAnswer>()).Status);
        return begun.Id;
    }
}
