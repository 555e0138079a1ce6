using System.Net;
using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages.Leaving;

/// <summary>Users delete their own account: at once, or with some days to change their mind.</summary>
public sealed class DeleteMyAccountTests(SignUpHost host) : IClassFixture<SignUpHost>
{
    readonly TestHost app = host.Host;

    [Fact]
    public async Task Everything_goes_at_once_and_nothing_names_the_user_any_more()
    {
        await host.Rules(new { selfDeletion = true, deletionDays = 0 });
        var user = await Leaver.New(host);
        var token = await user.Token();
        await new FilesClient(app, token, "demo").Upload([1, 2, 3]);
        await user.SignIn();
        Assert.Contains("href=\"/demo/account/delete\"", await Text(await user.Browser.Get("/demo/account")), StringComparison.Ordinal);
        var form = await Browser.Fields(await user.Browser.Get("/demo/account/delete"));
        var done = await user.Browser.Post("/demo/account/delete", [.. form, ("action", "delete")]);
        Assert.Contains("Your account was deleted", await Text(done.Is(200)), StringComparison.Ordinal);
        Assert.Null(await user.Now());
        Assert.Contains("was deleted", await host.Mail(user.Email), StringComparison.Ordinal);
        await app.Send(HttpMethod.Get, "/demo/files", token).Is(401);
        // The form again: there is nobody whose account it could be.
        Assert.StartsWith("/demo/login?", Browser.Location(
            await user.Browser.Post("/demo/account/delete", [.. form, ("action", "delete")])), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await user.SignIn()).StatusCode);
        await Eventually.True(async () => (await (await app.Admin()).WholeAudit()).Any(entry =>
            entry.Type == "account-delete" && entry.Actor == user.Id));
        foreach (var text in new[] { user.Name, user.Email }) Assert.Empty(await Holding(text));
        Assert.DoesNotContain(app.Log.Lines, line => line.Contains(user.Name, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task An_app_deletes_the_account_right_after_a_sign_in_and_not_later()
    {
        await host.Rules(new { selfDeletion = true, deletionDays = 0 });
        var user = await Leaver.New(host);
        var token = await user.Token();
        app.Clock.Advance(TimeSpan.FromMinutes(11));
        var refused = await app.Send(HttpMethod.Delete, $"/demo/me?confirm={user.Id}", token);
        await refused.Fails(401, "insufficient_user_authentication");
        Assert.Contains("max_age=\"600\"", refused.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        await app.Send(HttpMethod.Delete, $"/demo/me?confirm={user.Id}", (await app.Tokens("demo", user.Name, "files.read")).AccessToken)
            .Fails(403, "insufficient_scope");
        Assert.NotNull(await user.Now());
        foreach (var wrong in new[] { "/demo/me", "/demo/me?confirm=", $"/demo/me?confirm={new string('a', 22)}" })
            await app.Send(HttpMethod.Delete, wrong, await user.Token()).Fails(400, "confirmation_required");
        // What an app makes of an id that is "..": it arrives as DELETE /demo/me/, which is the same address.
        using var plain = new HttpClient { BaseAddress = app.Http.BaseAddress };
        using var up = new HttpRequestMessage(HttpMethod.Delete, "/demo/me/sessions/%2e%2e");
        up.Headers.Authorization = new("Bearer", await user.Token());
        Assert.Equal(400, (int)(await plain.SendAsync(up)).StatusCode);
        await app.Send(HttpMethod.Delete, $"/demo/me?confirm={user.Id}", await user.Token()).Is(204);
        Assert.Null(await user.Now());
        await app.Send(HttpMethod.Delete, $"/demo/me?confirm={user.Id}", token).Is(401);
    }

    [Fact]
    public async Task Whoever_signs_in_during_the_wait_can_keep_the_account_and_nothing_else()
    {
        await host.Rules(new { selfDeletion = true, deletionDays = 7 });
        var user = await Leaver.New(host);
        var token = await user.Token();
        await user.SignIn();
        var planned = await Text(await user.Send("/demo/account/delete", "delete"));
        Assert.Contains("Your account will be deleted", planned, StringComparison.Ordinal);
        var at = (await user.Now())!.DeleteAt!.Value;
        Assert.Equal(app.Clock.GetUtcNow().AddDays(7), at, TimeSpan.FromSeconds(2));
        await app.Send(HttpMethod.Get, "/demo/files", token).Is(401); // All that had begun has ended.
        await app.Token("demo", ("grant_type", "password"), ("client_id", "first-party"), ("username", user.Name),
            ("password", user.Password)).Refused("invalid_grant");

        app.Clock.Advance(TimeSpan.FromDays(1));
        var web = await Registered.WebApp(app, client => client with { FirstParty = true });
        (string, string?)[] request = [("client_id", web.Id), ("redirect_uri", Registered.Redirect)];
        var asked = await user.Browser.SignIn(await user.Browser.Authorize(request), user.Name);
        Assert.StartsWith("/demo/leaving?", Browser.Location(asked), StringComparison.Ordinal);
        foreach (var page in new[] { "/demo/account", "/demo/apps", "/demo/account/email", "/demo/account/delete", "/demo/account/data" })
            Assert.StartsWith("/demo/leaving?", Browser.Location(await user.Browser.Get(page)), StringComparison.Ordinal);
        Assert.Equal("interaction_required", Browser.Returned(
            Browser.Location(await user.Browser.Authorize([.. request, ("prompt", "none")])))["error"]);
        // Another browser has no part in it, even if it knows the form.
        var form = await Browser.Fields(await user.Browser.Follow(asked));
        await new Browser(app).Post("/demo/leaving", [.. form, ("action", "keep")]).Is(400);
        Assert.NotNull((await user.Now())!.DeleteAt);
        Assert.Contains("code=", Browser.Location(await user.Answer(asked, "keep")), StringComparison.Ordinal);
        Assert.Null((await user.Now())!.DeleteAt);
        await host.Mail(user.Email, 2);
        Assert.Equal(["your account stays", "your account will be deleted"], host.Mails(user.Email)
            .Select(mail => mail.Split("Subject: Demo: ")[1].Split('\n')[0].Trim()).Order(StringComparer.Ordinal));

        app.Clock.Advance(TimeSpan.FromDays(8));
        await app.RunTimer("finish-removals");
        Assert.NotNull(await user.Now());
    }

    [Fact]
    public async Task Once_the_days_are_over_the_timer_deletes_the_account()
    {
        await host.Rules(new { selfDeletion = true, deletionDays = 3 });
        var user = await Leaver.New(host);
        var planned = await app.Send(HttpMethod.Delete, $"/demo/me?confirm={user.Id}", await user.Token()).Json(202);
        Assert.Equal(app.Clock.GetUtcNow().AddDays(3), planned.GetProperty("deleteAt").GetDateTimeOffset(), TimeSpan.FromSeconds(2));
        app.Clock.Advance(TimeSpan.FromDays(2));
        await app.RunTimer("finish-removals");
        var leaving = await user.SignIn();
        Assert.Equal(HttpStatusCode.OK, (await user.Answer(leaving, "signout")).StatusCode);
        Assert.NotNull((await user.Now())!.DeleteAt);
        app.Clock.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1));
        await app.RunTimer("finish-removals");
        Assert.Null(await user.Now());
        Assert.Contains("was deleted", await host.Mail(user.Email, 2), StringComparison.Ordinal);
        Assert.Empty(await Holding(user.Email));
        Assert.DoesNotContain(await app.Service<Latchkey.Tenancy.RemovalNotes>().All(default), note => note.Id == user.Id);
    }

    [Fact]
    public async Task Where_users_cannot_delete_themselves_neither_page_nor_app_does_it()
    {
        await host.Rules(new { selfDeletion = false });
        var user = await Leaver.New(host);
        await user.SignIn();
        Assert.DoesNotContain("/demo/account/delete", await Text(await user.Browser.Get("/demo/account")), StringComparison.Ordinal);
        await user.Browser.Get("/demo/account/delete").Is(403);
        await app.Send(HttpMethod.Delete, $"/demo/me?confirm={user.Id}", await user.Token()).Fails(403, "account_deletion_off");
        Assert.NotNull(await user.Now());
        await host.Rules(new { selfDeletion = true });
        await (await app.Admin()).Send(HttpMethod.Patch, "accounts", new { deletionDays = 31 }).Fails(400, "invalid_field");
    }

    // The rows that hold a text anywhere, but for the audit's, which is checked by itself.
    async Task<List<string>> Holding(string text)
    {
        var rows = new List<string>();
        var tables = app.Service<StorageClients>().Tables;
        await foreach (var table in tables.QueryAsync())
        {
            // What was typed there ends within the hour; of names there are only hashes.
            await foreach (var row in tables.GetTableClient(table.Name).QueryAsync<TableEntity>())
            {
                if (row.Any(column => column.Value?.ToString()?.Contains(text, StringComparison.OrdinalIgnoreCase) is true))
                    rows.Add($"{table.Name} {row.PartitionKey} {row.RowKey}");
            }
        }
        return rows;
    }

    static async Task<string> Text(HttpResponseMessage answer) => await answer.Content.ReadAsStringAsync();

    static async Task<string> Text(Task<HttpResponseMessage> answer) => await Text(await answer);
}
