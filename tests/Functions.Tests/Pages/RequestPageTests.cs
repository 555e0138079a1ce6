using System.Net.Http.Json;
using Latchkey.Files;
using Latchkey.Tests.Files;

namespace Latchkey.Tests.Pages;

/// <summary>The page of a request for files: who asks for what, and what it says once it has ended.</summary>
public sealed class RequestPageTests : IAsyncLifetime
{
    readonly string mail = Directory.CreateTempSubdirectory("latchkey-requests").FullName;
    TestHost host = null!;
    FilesClient alice = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start(settings: new() { ["Latchkey:Mail:Folder"] = mail });
        alice = await host.As("alice");
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await Eventually.Gone(mail);
    }

    [Fact]
    public async Task The_page_says_who_asks_for_what_and_sends_only_to_storage_and_us()
    {
        var request = await Ask(new
        {
            title = "<b>Receipts</b>",
            message = "Line one\nLine <two>",
            password = "open sesame",
            maxFileBytes = 2_500_000,
            contentTypes = (string[])["image/*", "application/pdf"],
        });
        // Nothing is shown before the password is given.
        var asked = await (await host.Http.GetAsync(request.Url).Is(200)).Content.ReadAsStringAsync();
        Assert.Contains("type=\"password\"", asked, StringComparison.Ordinal);
        foreach (var text in (string[])["Receipts", "Line", "Alice", "2.5 MB", "image/*"])
            Assert.DoesNotContain(text, asked, StringComparison.Ordinal);
        var refused = await (await host.Http.PostAsync(request.Url, TestHost.Form(("password", "guess"))).Is(403))
            .Content.ReadAsStringAsync();
        Assert.DoesNotContain("Receipts", refused, StringComparison.Ordinal);
        var admitted = await host.Http.PostAsync(request.Url, TestHost.Form(("password", "open sesame"))).Is(303);
        var cookie = admitted.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        var answer = await With(cookie, HttpMethod.Get, request.Url!);
        var page = await (await answer.Is(200)).Content.ReadAsStringAsync();
        foreach (var text in (string[])["&lt;b&gt;Receipts&lt;/b&gt;", "Line one", "Line &lt;two&gt;", "Alice asks you for files.",
            "A file can have 2.5 MB.", "image/*, application/pdf", "accept=\"image/*,application/pdf\"",
            "/demo/hand-in/app.js"])
            Assert.Contains(text, page, StringComparison.Ordinal);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("connect-src 'self' http://127.0.0.1", policy, StringComparison.Ordinal);
        Assert.Contains("require-trusted-types-for 'script'", policy, StringComparison.Ordinal);
        Assert.Equal(("no-referrer", "noindex"),
            (answer.Headers.GetValues("Referrer-Policy").Single(), answer.Headers.GetValues("X-Robots-Tag").Single()));
        // The browser that has given it hands in without it; others don't.
        var body = new { name = "a.pdf", size = 1, contentType = "application/pdf", sender = new { name = "Ada" } };
        await With(cookie, HttpMethod.Post, $"{request.Url}/files", body).Is(201);
        await host.Http.PostAsJsonAsync($"{request.Url}/files", body).Fails(403, "wrong_password");
        await With("link-x=y", HttpMethod.Post, $"{request.Url}/files", body).Fails(403, "wrong_password");
        Assert.Equal(200, (int)(await host.Http.GetAsync("/demo/hand-in/app.js")).StatusCode);
        Assert.Equal(404, (int)(await host.Http.GetAsync("/demo/hand-in/other.js")).StatusCode);
    }

    [Fact]
    public async Task What_has_ended_or_is_full_says_so_plainly_and_what_never_was_is_not_found()
    {
        var (full, closed, expired) = (await Ask(new { title = "x", maxFiles = 1 }), await Ask(new { title = "x" }),
            await Ask(new { title = "x", expiresInSeconds = 60 }));
        await new HandInSender(host, full.Url!).Begin("a", 1).Is(201);
        await host.Send(HttpMethod.Delete, $"/demo/requests/{closed.Id}", alice.Token).Is(204);
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        foreach (var (url, status, text) in new[]
        {
            (full.Url, 409, "This request is full"), (closed.Url, 410, "This request is closed"), (expired.Url, 410, "The time is over"),
            ($"{closed.Url![..^1]}_", 404, "This link does not work"), ("/demo/r/x", 404, "This link does not work"),
        })
            Assert.Contains(text, await (await host.Http.GetAsync(url).Is(status)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        // Rows of what has ended go after 30 days, and with them the page.
        alice = await host.As("alice");
        host.Clock.Advance(TimeSpan.FromDays(45));
        await host.RunTimer("files-sweep");
        alice = await host.As("alice");
        var left = await host.Send(HttpMethod.Get, "/demo/requests", alice.Token).Read<FileRequestsAnswer>();
        Assert.Empty(left.Requests.Select(request => request.Id).Intersect([closed.Id, expired.Id]));
    }

    [Fact]
    public async Task Whoever_asked_is_told_by_mail_once_in_a_while_and_by_an_event()
    {
        var receiver = new Events.WebhookReceiver();
        await receiver.Start();
        await using var ends = receiver;
        var admin = await host.Admin();
        await admin.ChangeUser(await host.UserId("alice"), new { email = "alice@demo.example" });
        await admin.Post("webhooks", new { url = receiver.Origin + "/hook", types = (string[])["request.received"] });
        var request = await Ask(new { title = "Receipts" });
        var ada = new HandInSender(host, request.Url!);
        var first = await ada.Send([1], "one");
        await ada.Send([2], "two");
        await Eventually.True(() => receiver.Received.Count == 2);
        Assert.Contains(receiver.Received, one => one.Body.Contains(first, StringComparison.Ordinal)
            && one.Body.Contains(request.Id, StringComparison.Ordinal));
        await Eventually.True(() => Mails() == 1);
        var third = await ada.Begin("three", 1).Read<HandInAnswer>(201); // Before: storage takes no URL of a quarter of an hour from now.
        await ada.Put(third, [3]);
        host.Clock.Advance(TimeSpan.FromMinutes(16));
        await ada.Complete(third.Id).Is(200);
        await Eventually.True(() => Mails() == 2);
        // Nor does it tell again of what was received before.
        var told = await Told();
        host.Clock.Advance(TimeSpan.FromMinutes(16));
        await ada.Complete(first).Is(200);
        Assert.Equal(told, await Told());

        async Task<DateTimeOffset?> Told() => (await host.Service<FileRequestStore>().Find("demo", request.Id, default))!.NotifiedAt;
    }

    [Fact]
    public async Task The_mails_become_rarer_and_begin_anew_after_two_quiet_days()
    {
        var (handIns, store) = (host.Service<HandIns>(), host.Service<FileRequestStore>());
        var id = (await Ask(new { title = "Often" })).Id;
        var (began, request, told) = (host.Clock.Now, (await store.Find("demo", id, default))!, new List<int>());
        for (var minutes = 0; minutes <= 5 * 24 * 60; minutes += 5) // As many as come.
        {
            var after = request.Notify(began.AddMinutes(minutes));
            if (after != request) told.Add(minutes);
            request = after;
        }
        // A quarter of an hour, and twice as long each time, up to a day.
        Assert.Equal([0, 15, 45, 105, 225, 465, 945, 1905, 3345, 4785, 6225], told);
        Assert.Equal(1, request.Notify(began.AddMinutes(6225).AddDays(2)).Notices);
        foreach (var (after, isTold) in ((int, bool)[])[(0, true), (14, false), (1, true), (29, false), (1, true)])
        {
            host.Clock.Advance(TimeSpan.FromMinutes(after));
            Assert.Equal(isTold, await handIns.TakeNotice((await store.Find("demo", id, default))!, default));
        }
    }

    async Task<HttpResponseMessage> With(string cookie, HttpMethod method, string url, object? json = null)
    {
        var request = new HttpRequestMessage(method, url) { Content = json is null ? null : JsonContent.Create(json) };
        request.Headers.Add("Cookie", cookie);
        return await host.Http.SendAsync(request);
    }

    // There may be others about the account.
    int Mails() => Directory.GetFiles(mail, "*.txt").Select(File.ReadAllText).Count(text =>
        text.Contains("files have arrived", StringComparison.Ordinal) && !text.Contains("Ada", StringComparison.Ordinal));

    Task<FileRequestAnswer> Ask(object request) =>
        host.Send(HttpMethod.Post, "/demo/requests", alice.Token, request).Read<FileRequestAnswer>(201);
}
