using System.IO.Compression;
using System.Net;

namespace Latchkey.Tests.Files.Archives;

/// <summary>A browser saves an archive by going to an address, without a token and without a script that holds it.</summary>
public sealed class ArchiveTicketTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_browser_goes_to_the_ticket_and_gets_the_archive()
    {
        var alice = await host.As("alice");
        string[] ids = [await alice.Upload([1, 2], "a"), await alice.Upload([3], "b")];
        var ticket = await Ticket(alice, new { files = ids, name = "mine.zip" });
        Assert.InRange(ticket.ExpiresAt - host.Clock.Now, TimeSpan.FromMinutes(4.9), TimeSpan.FromMinutes(5));
        for (var n = 0; n < 2; n++) // Some browsers ask again when the download begins.
        {
            using var answer = await host.Http.GetAsync(ticket.Url);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("mine.zip", answer.Content.Headers.ContentDisposition!.FileNameStar);
            Assert.Equal(("no-store", "no-referrer"),
                (answer.Headers.CacheControl!.ToString(), answer.Headers.GetValues("Referrer-Policy").Single()));
            using var zip = new ZipArchive(await answer.Content.ReadAsStreamAsync());
            Assert.Equal(["a", "b"], zip.Entries.Select(entry => entry.FullName));
        }
        using var head = await host.Http.SendAsync(new(HttpMethod.Head, ticket.Url));
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.True(head.Content.Headers.ContentLength > 3);
        var admin = await host.Admin();
        var self = await host.UserId("alice");
        await Eventually.True(async () => (await admin.WholeAudit()).Any(entry =>
            entry.Type == "files-archive" && entry.Actor == self && entry.Detail == "archive of 2 files, 3 bytes"));
        Assert.DoesNotContain(await admin.WholeAudit(), entry => entry.ToString().Contains(Secret(ticket), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_ticket_is_good_for_nothing_else_and_for_nobody_elses_tenant()
    {
        var alice = await host.As("alice");
        var id = await alice.Upload([1], "a");
        var ticket = await Ticket(alice, new { files = new[] { id } });
        var secret = Secret(ticket);
        foreach (var wrong in new[] { "", "?ticket=", "?ticket=x", $"?ticket={secret[..^1]}", $"?ticket={secret}x",
            "?ticket=20990101." + new string('a', 43) })
            await Refused($"/demo/files/archive{wrong}", 403);
        await Refused($"/acme/files/archive?ticket={secret}", 403);
        await Refused($"/demo/files/archive?ticket={secret}&folder=x", 400); // What it is for stands with it.
        await host.Send(HttpMethod.Get, $"/demo/files/{id}", secret).Is(401);
        await host.Send(HttpMethod.Get, $"/demo/files/{id}/download?ticket={secret}", null).Is(401);
        // Whoever may not have the files gets no ticket.
        var bob = await host.As("bob");
        await bob.Send(HttpMethod.Post, "/archive/tickets", new { files = new[] { id } }).Fails(404, "file_not_found");
        await bob.Send(HttpMethod.Post, "/archive/tickets", new { files = Array.Empty<string>() }).Fails(400, "invalid_field");
    }

    [Fact]
    public async Task A_ticket_ends_with_its_time_with_the_session_and_with_the_rights()
    {
        var (alice, bob) = (await host.As("alice"), await host.As("bob"));
        var id = await alice.Upload([1], "shared");
        var share = await alice.Share(id, new { with = new { user = "bob" }, access = "read" });
        var ofBob = await Ticket(bob, new { files = new[] { id } });
        Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync(ofBob.Url)).StatusCode);
        await alice.Send(HttpMethod.Delete, $"/{id}/shares/{share.Id}").Is(204);
        await Refused(ofBob.Url, 404);

        var late = await Ticket(alice, new { folder = "" });
        host.Clock.Advance(TimeSpan.FromMinutes(5));
        await Refused(late.Url, 403);

        alice = await host.As("alice");
        var ended = await Ticket(alice, new { files = new[] { id } });
        await host.Http.PostAsync("/demo/oauth/revoke", TestHost.Form(("client_id", "first-party"), ("token", alice.Token)));
        await Refused(ended.Url, 401);
    }

    static Task<DownloadAnswer> Ticket(FilesClient caller, object asked) =>
        caller.Send(HttpMethod.Post, "/archive/tickets", asked).Read<DownloadAnswer>(201);

    static string Secret(DownloadAnswer ticket) => ticket.Url[(ticket.Url.IndexOf('=', StringComparison.Ordinal) + 1)..];

    // With a page, because a person reads it.
    async Task Refused(string url, int status)
    {
        using var answer = await host.Http.GetAsync(url);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
    }
}
