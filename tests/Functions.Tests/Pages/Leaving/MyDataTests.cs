using System.Text.Json;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages.Leaving;

/// <summary>Users take their data with them: one document, without a secret, and not too often.</summary>
public sealed class MyDataTests(SignUpHost host) : IClassFixture<SignUpHost>
{
    readonly TestHost app = host.Host;

    [Fact]
    public async Task The_document_has_what_is_stored_and_links_to_the_files()
    {
        var user = await Leaver.New(host);
        var admin = await app.Admin();
        await admin.Do(HttpMethod.Put, $"groups/family/members/{user.Id}", new { role = "editor" }, 200);
        var token = await user.Token();
        var files = new FilesClient(app, token, "demo");
        var file = await files.Upload([1, 2, 3], "a", "deep/er");
        await files.Send(HttpMethod.Delete, $"/{await files.Upload([4], "b")}");
        await files.Send(HttpMethod.Post, $"/{file}/shares", new { with = new { user = "bob" }, access = "read" }).Is(201);
        await files.Send(HttpMethod.Post, $"/{file}/shares", new { link = new { password = "a-links-password" }, access = "read" }).Is(201);
        await app.Send(HttpMethod.Post, "/demo/links", token, new { folder = "deep", password = "a-links-password" }).Is(201);
        await app.Send(HttpMethod.Post, "/demo/requests", token, new { title = "Receipts", password = "a-links-password" }).Is(201);
        var alice = await app.As("alice");
        var shared = await alice.Upload([5]);
        await alice.Send(HttpMethod.Post, $"/{shared}/shares", new { with = new { user = user.Name }, access = "read" }).Is(201);

        var answer = await app.Send(HttpMethod.Get, "/demo/me/export", token).Is(200);
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
        var text = await answer.Content.ReadAsStringAsync();
        var data = JsonDocument.Parse(text).RootElement;
        Assert.Equal((user.Id, user.Email, $"Name of {user.Name}"), (Of("id"), Of("email"), Of("name")));
        Assert.Equal("family", data.GetProperty("groups")[0].GetProperty("id").GetString());
        Assert.Equal("first-party", data.GetProperty("sessions")[0].GetProperty("app").GetString());
        Assert.Equal(2, data.GetProperty("sharesGiven").GetArrayLength());
        Assert.Equal(("deep", true), (data.GetProperty("links")[0].GetProperty("folder").GetString(),
            data.GetProperty("links")[0].GetProperty("password").GetBoolean()));
        Assert.Equal("Receipts", data.GetProperty("fileRequests")[0].GetProperty("title").GetString());
        Assert.Equal([shared], data.GetProperty("sharesReceived").EnumerateArray().Select(id => id.GetString()!));
        var listed = data.GetProperty("files").EnumerateArray()
            .ToDictionary(one => one.GetProperty("file").GetProperty("name").GetString()!);
        Assert.Equal(2, listed.Count);
        Assert.False(listed["b"].TryGetProperty("download", out _)); // It is in the trash.
        Assert.Equal("deep/er", listed["a"].GetProperty("file").GetProperty("folder").GetString());
        using var http = new HttpClient();
        Assert.Equal([1, 2, 3], await http.GetByteArrayAsync(listed["a"].GetProperty("download").GetProperty("url").GetString()));

        var row = await app.Service<Latchkey.Tenancy.UserStore>().Find("demo", user.Id, default);
        foreach (var secret in new[] { row!.PasswordHash, "a-links-password", "passwordHash", "secretHash", user.Password })
            Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase);
        await Eventually.True(async () => (await admin.WholeAudit()).Any(entry =>
            entry.Type == "data-export" && entry.Actor == user.Id && entry.Detail == "files=2"));
        Assert.True(data.GetProperty("activityComplete").GetBoolean());

        string? Of(string name) => data.GetProperty("profile").GetProperty(name).GetString();
    }

    [Fact]
    public async Task The_document_has_what_the_user_did_of_late_and_what_others_did_to_the_account_without_who_and_where()
    {
        var (user, other, admin) = (await Leaver.New(host), await Leaver.New(host), await app.Admin());
        await admin.ChangeUser(user.Id, new { name = "Ada" });
        await other.Token();
        var token = await user.Token();
        await app.Send(HttpMethod.Get, "/demo/me/export", token).Is(200);
        await Eventually.True(async () => (await admin.WholeAudit($"?user={user.Id}")).Any(entry => entry.Type == "data-export"));
        var text = await app.Send(HttpMethod.Get, "/demo/me/export", token).Json();
        var activity = text.GetProperty("activity").EnumerateArray().ToLookup(one => one.GetProperty("type").GetString());
        var own = Assert.Single(activity["data-export"]);
        Assert.Equal(("user", "first-party", "files=0"), (
            own.GetProperty("by").GetString(), own.GetProperty("app").GetString(), own.GetProperty("detail").GetString()));
        Assert.Contains(activity["me-export"], one => one.GetProperty("address").GetString() is { Length: > 2 });
        var changed = Assert.Single(activity["admin-user-change"]);
        Assert.Equal(("otherUser", "name"), (changed.GetProperty("by").GetString(), changed.GetProperty("detail").GetString()));
        Assert.False(changed.TryGetProperty("address", out _) || changed.TryGetProperty("app", out _));
        foreach (var id in new[] { other.Id, await app.UserId("admin") })
            Assert.DoesNotContain(id, text.GetProperty("activity").GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_gives_the_same_document_after_a_fresh_sign_in()
    {
        var user = await Leaver.New(host);
        await user.SignIn();
        var form = await Browser.Fields(await user.Browser.Get("/demo/account/data"));
        await new Browser(app).Post("/demo/account/data", [.. form, ("action", "download")]).Is(303);
        var answer = await user.Browser.Post("/demo/account/data", [.. form, ("action", "download")]).Is(200);
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
        var data = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(user.Name, data.GetProperty("profile").GetProperty("userName").GetString());
        app.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.StartsWith("/demo/login?", Browser.Location(
            await user.Browser.Post("/demo/account/data", [.. form, ("action", "download")])), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sixth_download_within_an_hour_waits_and_an_old_sign_in_gets_none()
    {
        var real = app.Clock.Now;
        // The counts begin anew at midnight.
        app.Clock.Now = new DateTimeOffset(real.UtcDateTime.Date.AddDays(1).AddHours(8), TimeSpan.Zero);
        var user = await Leaver.New(host);
        var token = await user.Token();
        for (var n = 0; n < 5; n++) await app.Send(HttpMethod.Get, "/demo/me/export", token).Is(200);
        await app.Send(HttpMethod.Head, "/demo/me/export", token).Is(200);
        var refused = await app.Send(HttpMethod.Get, "/demo/me/export", token);
        await refused.Fails(429, "too_many_exports");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalMinutes, 50, 60);
        app.Clock.Advance(TimeSpan.FromMinutes(11));
        await app.Send(HttpMethod.Get, "/demo/me/export", token).Fails(401, "insufficient_user_authentication");
        app.Clock.Advance(TimeSpan.FromMinutes(50));
        await app.Send(HttpMethod.Get, "/demo/me/export", await user.Token()).Is(200);
        app.Clock.Now = real; // Storage compares its own with that of the URLs.
    }

    [Fact]
    public async Task Storage_that_fails_before_anything_was_sent_is_a_503_and_in_the_log()
    {
        var user = await Leaver.New(host);
        var token = await user.Token();
        await app.Send(HttpMethod.Get, "/demo/me/export", token).Is(200);
        var trips = (int)await app.Trips(() => app.Send(HttpMethod.Get, "/demo/me/export", token).Is(200));
        host.Storage.CutAfter(trips - 2, answerLost: false);
        var answer = await app.Send(HttpMethod.Get, "/demo/me/export", token);
        Assert.True(host.Storage.Mend());
        Assert.NotNull(answer.Headers.RetryAfter);
        await answer.Fails(503, "storage_unavailable");
        Assert.Contains(app.Log.Lines, line => line.Contains("me-export", StringComparison.Ordinal)
            && line.Contains("storage failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_line_that_is_cut_in_the_middle_leaves_no_valid_document()
    {
        var user = await Leaver.New(host);
        var token = await user.Token();
        host.Storage.CutAfter(8, answerLost: false);
        var whole = false;
        try
        {
            var answer = await app.Send(HttpMethod.Get, "/demo/me/export", token);
            if (answer.IsSuccessStatusCode) whole = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()) is not null;
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or JsonException)
        {
            // As it should be.
        }
        Assert.True(host.Storage.Mend());
        Assert.False(whole);
        await Eventually.True(async () => (await (await app.Admin()).WholeAudit($"?user={user.Id}"))
            .Any(entry => entry is { Type: "data-export", Detail: "files=0, cut off" }));
    }
}
