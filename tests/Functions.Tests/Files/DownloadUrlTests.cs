using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.WebUtilities;

namespace Latchkey.Tests.Files;

/// <summary>Download URLs that caches like, and what a browser may show.</summary>
public sealed class DownloadUrlTests(DemoHost demo) : IClassFixture<DemoHost>
{
    static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    readonly TestHost host = demo.Host;

    [Fact]
    public async Task The_URL_stays_the_same_for_a_quarter_of_an_hour_and_its_bytes_may_be_kept()
    {
        await using var host = await TestHost.Start(); // No upload URL would work by the clock of the others any more.
        var alice = await host.As("alice");
        var id = await alice.Upload("what is kept"u8.ToArray());
        var other = await alice.Upload("what is kept"u8.ToArray());
        var now = host.Clock.GetUtcNow();
        host.Clock.Advance(Window - TimeSpan.FromTicks(now.Ticks % Window.Ticks)); // To the beginning of a window.
        var first = await alice.Send(HttpMethod.Get, $"/{id}/download").Read<DownloadAnswer>();
        Assert.NotEqual(first.Url, await alice.DownloadUrl(other));
        host.Clock.Advance(Window - TimeSpan.FromSeconds(1));
        alice = await host.As("alice");
        Assert.Equal(first, await alice.Send(HttpMethod.Get, $"/{id}/download").Read<DownloadAnswer>());
        Assert.True(first.ExpiresAt - host.Clock.GetUtcNow() > Window); // Nobody gets a URL that ends at once.

        var served = await FilesClient.Fetch(first.Url);
        var kept = served.Headers.CacheControl!;
        Assert.Equal((true, TimeSpan.FromMinutes(30), "immutable"), (kept.Private, kept.MaxAge, kept.Extensions.Single().Name));
        using var again = new HttpRequestMessage(HttpMethod.Get, first.Url);
        again.Headers.IfNoneMatch.Add(served.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await host.Http.SendAsync(again)).StatusCode);
        using var part = new HttpRequestMessage(HttpMethod.Get, first.Url) { Headers = { Range = new RangeHeaderValue(5, 6) } };
        var range = await host.Http.SendAsync(part); // As a player winds a video forward.
        Assert.Equal((HttpStatusCode.PartialContent, "is"), (range.StatusCode, await range.Content.ReadAsStringAsync()));

        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.NotEqual(first.Url, await alice.DownloadUrl(id));
    }

    [Fact]
    public async Task A_URL_names_the_file_as_it_is_called_now()
    {
        var alice = await host.As("alice");
        var id = await alice.Upload([1], "before.bin");
        var before = await alice.DownloadUrl(id);
        await alice.Change(id, new { name = "after.bin" });
        Assert.NotEqual(before, await alice.DownloadUrl(id));
    }

    [Theory]
    [InlineData("text/plain", "Grüße", "text/plain")]
    [InlineData("text/csv", "a;b", "text/plain")]
    public async Task What_is_safe_is_shown(string type, string text, string shownAs)
    {
        var alice = await host.As("alice");
        var id = await alice.Upload(System.Text.Encoding.UTF8.GetBytes(text), "Grüße", contentType: type);
        var inline = await alice.Send(HttpMethod.Get, $"/{id}/download?disposition=inline").Read<DownloadAnswer>();
        var shown = await FilesClient.Fetch(inline.Url);
        Assert.Equal(shownAs, shown.Content.Headers.ContentType?.MediaType);
        Assert.Equal("inline", shown.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal("Grüße", shown.Content.Headers.ContentDisposition?.FileNameStar);
        Assert.Equal("attachment", (await alice.Download(id)).Content.Headers.ContentDisposition?.DispositionType);
        var redirect = await alice.Send(HttpMethod.Get, $"/{id}/content?disposition=inline");
        var query = QueryHelpers.ParseQuery(redirect.Headers.Location!.Query);
        Assert.StartsWith("inline;", query["rscd"].Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/html", "<p>")]
    [InlineData("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'/>")]
    [InlineData("audio/a+xml", "<?xml version='1.0'?><r/>")] // A browser may take it for XML, and XML may hold a script.
    [InlineData("text/a+xml", "<?xml version='1.0'?><r/>")]
    [InlineData("audio/x-unknown", "a")]
    [InlineData("application/octet-stream", "a")]
    public async Task What_could_run_a_script_is_only_saved(string type, string text)
    {
        var alice = await host.As("alice");
        var id = await alice.Upload(System.Text.Encoding.UTF8.GetBytes(text), "a", contentType: type);
        await alice.Send(HttpMethod.Get, $"/{id}/download?disposition=inline").Fails(409, "not_displayable");
        await alice.Send(HttpMethod.Get, $"/{id}/content?disposition=inline").Fails(409, "not_displayable");
        await alice.Send(HttpMethod.Get, $"/{id}/download?disposition=attachment").Is(200);
    }

    [Fact]
    public async Task Another_disposition_is_refused_and_what_is_added_against_caches_is_not()
    {
        var alice = await host.As("alice");
        var id = await alice.Upload([1]);
        await alice.Send(HttpMethod.Get, $"/{id}/download?disposition=form-data").Fails(400, "invalid_query");
        await alice.Send(HttpMethod.Get, $"/{id}/download?disposition=inline&disposition=inline").Fails(400, "invalid_query");
        await alice.Send(HttpMethod.Get, $"/{id}/download?nocache=17").Is(200);
    }
}
