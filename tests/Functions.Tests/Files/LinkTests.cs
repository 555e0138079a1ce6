using System.Net;
using Latchkey.Tenancy;

namespace Latchkey.Tests.Files;

/// <summary>Links: the page, the password, the limit, the end.</summary>
public sealed class LinkTests(DemoHost demo) : IClassFixture<DemoHost>, IAsyncLifetime
{
    readonly TestHost host = demo.Host;
    readonly DateTimeOffset start = demo.Host.Clock.Now;
    FilesClient alice = null!;

    public async Task InitializeAsync() => alice = await host.As("alice");

    public Task DisposeAsync()
    {
        host.Clock.Now = start; // Storage's own clock does not move, and judges the URLs.
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Whoever_has_the_link_sees_name_and_size_and_downloads()
    {
        var bytes = FilesClient.Bytes(2500);
        var id = await alice.Upload(bytes, "<b>été<b> & \"日本\".jpg");
        var link = await Link(id, new { });
        Assert.StartsWith($"{host.Origin}/demo/s/{id}.", link.Url, StringComparison.Ordinal);

        var page = await host.Http.GetAsync(link.Url);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        var html = await page.Content.ReadAsStringAsync();
        Assert.Contains("2.5 KB", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", html, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("type=\"password\"", html, StringComparison.Ordinal);

        var answer = await host.Http.PostAsync(link.Url, TestHost.Form());
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal(bytes, await (await FilesClient.Fetch(answer.Headers.Location!.OriginalString)).Content.ReadAsByteArrayAsync());
        foreach (var response in new[] { page, answer })
        {
            Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
            Assert.Equal("noindex", response.Headers.GetValues("X-Robots-Tag").Single());
            Assert.True(response.Headers.CacheControl?.NoStore);
        }
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; style-src 'sha256-", policy, StringComparison.Ordinal);
        Assert.Contains($"form-action 'self' {answer.Headers.Location.GetLeftPart(UriPartial.Authority)};", policy,
            StringComparison.Ordinal);
        Assert.DoesNotContain(host.Log.Lines, line => line.Contains(link.Url.Split('.')[^1], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Downloads_at_once_pass_no_limit()
    {
        var id = await alice.Upload([1], "limited");
        var link = await Link(id, new { maxDownloads = 5 });
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => host.Http.PostAsync(link.Url, TestHost.Form())));
        Assert.Equal(5, answers.Count(answer => answer.StatusCode == HttpStatusCode.SeeOther));
        Assert.All(answers.Where(answer => answer.StatusCode != HttpStatusCode.SeeOther),
            answer => Assert.True((int)answer.StatusCode is 410 or 503, $"{(int)answer.StatusCode}"));
        Assert.Equal(HttpStatusCode.Gone, (await host.Http.GetAsync(link.Url)).StatusCode);
        var shares = await alice.Send(HttpMethod.Get, $"/{id}/shares").Read<SharesAnswer>();
        Assert.Equal(5, shares.Shares[0].Link!.Downloads);
        Assert.Null(shares.Shares[0].Link!.Url);
    }

    [Fact]
    public async Task A_password_is_asked_for_and_may_not_be_guessed()
    {
        var link = await Link(await alice.Upload([1], "secret"), new { password = "pässwort & mehr" });
        Assert.Contains("type=\"password\"", await (await host.Http.GetAsync(link.Url)).Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.Http.PostAsync(link.Url, TestHost.Form())).StatusCode);
        Assert.Equal(HttpStatusCode.SeeOther, (await Try(link, "pässwort & mehr")).StatusCode);

        var guesses = await Task.WhenAll(Enumerable.Range(0, 40).Select(n => Try(link, $"guess {n}")));
        Assert.Equal(9, guesses.Count(answer => answer.StatusCode == HttpStatusCode.Forbidden));
        Assert.All(guesses.Where(answer => answer.StatusCode != HttpStatusCode.Forbidden), answer =>
            Assert.True((int)answer.StatusCode is 429 or 503));
        var locked = await Try(link, "pässwort & mehr");
        Assert.Equal(HttpStatusCode.TooManyRequests, locked.StatusCode);
        Assert.Equal(TimeSpan.FromMinutes(15), locked.Headers.RetryAfter?.Delta);
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Contains("Wait 5 minutes", await (await Try(link, "guess")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        host.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(HttpStatusCode.SeeOther, (await Try(link, "pässwort & mehr")).StatusCode);
    }

    [Fact]
    public async Task Of_three_hundred_guesses_at_once_ten_are_tried_and_the_right_one_among_the_others_is_told_nothing()
    {
        var link = await Link(await alice.Upload([1], "secret"), new { password = "open sesame" });
        var before = host.Service<PasswordHashing>().Verified;
        var answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(n => Try(link, n == 200 ? "open sesame" : $"guess {n}")));
        // Once in thirty times the right one is among the ten. It clears the failures before it, so as many are tried once more.
        var most = answers.Any(answer => answer.StatusCode == HttpStatusCode.SeeOther) ? 20 : 10;
        Assert.InRange(host.Service<PasswordHashing>().Verified - before, 1, most);
        Assert.InRange(answers.Count(answer => answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.SeeOther), 1, most);
        Assert.All(answers, answer => Assert.True((int)answer.StatusCode is 403 or 429 or 303, $"{(int)answer.StatusCode}"));
    }

    [Fact]
    public async Task Many_who_know_the_password_download_at_once_and_each_is_looked_at_once()
    {
        var link = await Link(await alice.Upload([1], "secret"), new { password = "open sesame", maxDownloads = 12 });
        var before = host.Service<PasswordHashing>().Verified;
        var answers = await Task.WhenAll(Enumerable.Range(0, 15).Select(_ => Try(link, "open sesame")));
        Assert.Equal(12, answers.Count(answer => answer.StatusCode == HttpStatusCode.SeeOther));
        Assert.All(answers.Where(answer => answer.StatusCode != HttpStatusCode.SeeOther), answer =>
            Assert.True((int)answer.StatusCode is 410 or 503));
        Assert.InRange(host.Service<PasswordHashing>().Verified - before, 12, 15);
    }

    [Theory]
    [InlineData("Zo\u00EB und ihre Katze", "Zoe\u0308 und ihre Katze")]
    [InlineData("Zoe\u0308 und ihre Katze", "Zo\u00EB und ihre Katze")]
    public async Task A_password_may_be_typed_on_another_system_than_it_was_set_on(string set, string typed)
    {
        var link = await Link(await alice.Upload([1], "secret"), new { password = set });
        Assert.Equal(HttpStatusCode.SeeOther, (await Try(link, typed)).StatusCode);
    }

    [Fact]
    public async Task A_password_with_a_null_character_is_refused_when_it_is_set()
    {
        var id = await alice.Upload([1], "secret");
        var answer = await alice.Send(HttpMethod.Post, $"/{id}/shares", new { link = new { password = "a\0b" }, access = "read" });
        await answer.Fails(400, "invalid_share");
    }

    [Fact]
    public async Task A_link_ends_at_its_time_and_when_it_is_taken_back_and_with_its_file()
    {
        var id = await alice.Upload([1], "short");
        var timed = await Link(id, new { }, host.Clock.Now.AddMinutes(1).UtcDateTime.ToString("O"));
        var revoked = await Link(id, new { });
        var last = await Link(id, new { });
        Assert.Equal(204, (int)(await alice.Send(HttpMethod.Delete, $"/{id}/shares/{revoked.Id}")).StatusCode);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync(last.Url)).StatusCode);
        await alice.Send(HttpMethod.Delete, $"/{id}");
        foreach (var link in new[] { timed, revoked, last })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync(link.Url)).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await host.Http.PostAsync(link.Url, TestHost.Form())).StatusCode);
        }
    }

    [Fact]
    public async Task What_a_link_gives_ends_with_the_link()
    {
        var until = host.Clock.Now.AddMinutes(1);
        var link = await Link(await alice.Upload([1], "soon over"), new { }, until.UtcDateTime.ToString("O"));
        var url = (await host.Http.PostAsync(link.Url, TestHost.Form())).Headers.Location!;
        var ends = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(url.Query)["se"].ToString();
        Assert.InRange(DateTimeOffset.Parse(ends, System.Globalization.CultureInfo.InvariantCulture), until.AddSeconds(-1), until);
    }

    [Fact]
    public async Task A_file_whose_bytes_are_lost_is_not_counted_as_downloaded()
    {
        var id = await alice.Upload([1], "lost");
        var link = await Link(id, new { maxDownloads = 1 });
        await host.Service<Latchkey.Storage.BlobStore>().Delete("demo", id, default);
        await host.Service<Latchkey.Files.IntegrityCheck>().Run("demo", 10, now: true, default);
        Assert.Equal(HttpStatusCode.Gone, (await host.Http.GetAsync(link.Url)).StatusCode);
        Assert.Equal(HttpStatusCode.Gone, (await host.Http.PostAsync(link.Url, TestHost.Form())).StatusCode);
        var shares = await alice.Send(HttpMethod.Get, $"/{id}/shares").Read<SharesAnswer>();
        Assert.Equal(0, shares.Shares[0].Link!.Downloads);
    }

    [Fact]
    public async Task What_is_no_link_leads_nowhere()
    {
        var id = await alice.Upload([1], "unlinked");
        var link = await Link(id, new { });
        var secret = link.Url.Split('.')[^1];
        var share = await alice.Share(id, new { with = new { user = "bob" }, access = "read" });
        string[] tokens =
        [
            id, $"{id}.", $"{id}.{new string('A', 43)}", $"{id}.{secret}A", $"{id}.{secret[..^1]}", $"{new string('a', 32)}.{secret}",
            $"{id}.{link.Id}", $"{id}.{share.Id}", "x", new string('a', 2000), $"{id.ToUpperInvariant()}.{secret}",
        ];
        foreach (var token in tokens)
        {
            var page = await host.Http.GetAsync($"/demo/s/{token}");
            Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        }
        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync($"/acme/s/{id}.{secret}")).StatusCode);
        Assert.Equal(400,
            (int)(await host.Http.PostAsync(link.Url, new StringContent("{}", System.Text.Encoding.UTF8, "application/json"))).StatusCode);
    }

    [Fact]
    public async Task A_share_or_secret_of_one_file_does_nothing_to_another()
    {
        var (one, other) = (await alice.Upload([1], "one"), await alice.Upload([2], "other"));
        var link = await Link(other, new { });
        var bobs = await (await host.As("bob")).Upload([3], "bob's");
        foreach (var wrong in new[] { one, bobs })
        {
            Assert.Equal(404, (int)(await alice.Send(HttpMethod.Delete, $"/{wrong}/shares/{link.Id}")).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync($"/demo/s/{wrong}.{link.Url.Split('.')[^1]}")).StatusCode);
        }
        var bob = await host.As("bob");
        Assert.Equal(404, (int)(await bob.Send(HttpMethod.Delete, $"/{other}/shares/{link.Id}")).StatusCode);
        Assert.Equal(404, (int)(await bob.Send(HttpMethod.Post, $"/{other}/copy", new { })).StatusCode);
        await bob.Send(HttpMethod.Post, $"/{bobs}/copy", new { space = "group:family" }).Fails(403, "insufficient_rights");
        Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync(link.Url)).StatusCode);
    }

    Task<HttpResponseMessage> Try((string Url, string Id) link, string password) =>
        host.Http.PostAsync(link.Url, TestHost.Form(("password", password)));

    async Task<(string Url, string Id)> Link(string id, object link, string? until = null)
    {
        var body = new Dictionary<string, object> { ["link"] = link, ["access"] = "read" };
        if (until is not null) body["until"] = until;
        var share = await alice.Share(id, body);
        return (share.Link!.Url!, share.Id);
    }
}
