using Latchkey.Scim;

namespace Latchkey.Tests.Scim;

/// <summary>A directory's token: an administrator makes and revokes it, and it opens its tenant's SCIM and nothing else.</summary>
public sealed class ScimTokenTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_token_is_shown_once_notes_the_day_and_ends_when_it_is_revoked()
    {
        var scim = await ScimClient.Start(host,
            new { name = "Entra", days = 731, roles = AdminClient.Texts("member"), groupRole = "editor" });
        Assert.Matches("^lkscim_[a-z2-7]{16}_[\\w-]{43}$", scim.Token);
        var listed = (await scim.Admin.Get("scim-tokens")).GetProperty("tokens").EnumerateArray()
            .Single(one => Text(one, "name") == "Entra");
        Assert.False(listed.TryGetProperty("token", out _));
        Assert.Equal((null, "editor"), (Text(listed, "lastUsed"), Text(listed, "groupRole")));
        var trips = await host.Trips(async () => await scim.Get("ServiceProviderConfig"));
        Assert.Equal(2, trips); // It is read, and the day is noted.
        await scim.Get("ServiceProviderConfig");
        Assert.Equal(0, await host.Trips(async () => await scim.Get("ServiceProviderConfig"))); // Neither again.
        listed = (await scim.Admin.Get("scim-tokens")).GetProperty("tokens").EnumerateArray().Single(one => Text(one, "name") == "Entra");
        Assert.Equal(host.Clock.GetUtcNow().ToString("yyyy-MM-dd", null), Text(listed, "lastUsed"));
        var stored = host.Service<Latchkey.Storage.StorageClients>().Tables.GetTableClient("ScimTokens")
            .Query<Azure.Data.Tables.TableEntity>().Select(row => string.Join(' ', row.Select(column => column.Value)));
        Assert.DoesNotContain(stored, row => row.Contains(scim.Token[^43..], StringComparison.Ordinal));

        var id = Text(listed, "id");
        await (await host.Admin("acme")).Do(HttpMethod.Delete, $"scim-tokens/{id}", status: 404);
        await scim.Admin.Do(HttpMethod.Delete, $"scim-tokens/{id}");
        await scim.Refused(401, null, "GET", "Users");
        await scim.Admin.Do(HttpMethod.Delete, $"scim-tokens/{id}", status: 404);
    }

    [Fact]
    public async Task It_opens_neither_another_tenant_nor_administration_and_no_other_token_opens_scim()
    {
        var scim = await ScimClient.Start(host, new { name = "Okta" });
        async Task Closed(string path, string? authorization)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
            var answer = await host.Http.SendAsync(request);
            await ScimClient.Refused(answer, 401);
            Assert.StartsWith("Bearer", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        }

        await Closed("/acme/scim/v2/Users", $"Bearer {scim.Token}");
        await Closed("/demo/scim/v2/Users", null);
        await Closed("/demo/scim/v2/Users", $"Basic {scim.Token}");
        await Closed("/demo/scim/v2/Users", $"Bearer {scim.Token[..^1]}x");
        await Closed("/demo/scim/v2/Users", $"Bearer {scim.Token}x");
        await Closed("/demo/scim/v2/Users?access_token=" + scim.Token, null);
        await Closed("/demo/scim/v2/Users", $"Bearer {scim.Admin.Token}");
        await host.Send(HttpMethod.Get, "/demo/admin/users", scim.Token).Fails(401, "invalid_token");
        await host.Send(HttpMethod.Get, "/demo/files", scim.Token).Fails(401, "invalid_token");
        await ScimClient.Refused(await host.Send(HttpMethod.Get, "/nobody/scim/v2/Users", scim.Token), 404);
    }

    [Fact]
    public async Task It_ends_in_time_and_never_gives_a_right_to_administer()
    {
        await using var own = await TestHost.Start();
        var scim = await ScimClient.Start(own, new { name = "Short", days = 1 });
        own.Clock.Advance(TimeSpan.FromDays(1));
        await scim.Refused(401, null, "GET", "Users");
        var admin = await own.Admin();
        Assert.Equal(0, (await admin.Get("scim-tokens")).GetProperty("tokens").GetArrayLength());
        foreach (var body in new object[]
        {
            new { name = "x", days = 732 }, new { name = "x", days = 0 }, new { name = "" }, new { name = "x", groupRole = "owner" },
            new { name = "x", roles = AdminClient.Texts("admin") }, new { name = "x", assignableRoles = AdminClient.Texts("admin") },
            new { name = "x", roles = AdminClient.Texts("nobody") },
        })
            await admin.Send(HttpMethod.Post, "scim-tokens", body).Fails(400, "invalid_field");
        for (var n = 0; n < ScimTokens.MaxTokens; n++) await admin.Post("scim-tokens", new { name = $"n{n}" });
        await admin.Send(HttpMethod.Post, "scim-tokens", new { name = "more" }).Fails(409, "too_many_tokens");

        // A role that was harmless once and is not any more.
        await admin.SetRole("guest", "files.read");
        var id = Text((await admin.Get("scim-tokens")).GetProperty("tokens")[0], "id");
        await admin.Do(HttpMethod.Delete, $"scim-tokens/{id}");
        var made = await admin.Post("scim-tokens", new { name = "g", roles = AdminClient.Texts("guest") });
        await admin.SetRole("guest", "files.read", "admin");
        own.Clock.Advance(TimeSpan.FromSeconds(6));
        var user = await TestHost.Json(
            await own.Send(HttpMethod.Post, "/demo/scim/v2/Users", made.GetProperty("token").GetString(), new { userName = "late" }), 201);
        Assert.False(user.TryGetProperty("roles", out _));
    }

    static string? Text(System.Text.Json.JsonElement json, string name) => json.GetProperty(name).GetString();
}
