using System.Text.Json;
using Latchkey.Tenancy;

namespace Latchkey.Tests.Admin;

/// <summary>The audit says who did what to what, from where, with which client and how it went; and nothing that is secret.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    const string ServiceSecret = "service-secret-for-local-runs-only";

    TestHost host = null!;
    string admin = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start();
        admin = (await host.Tokens("demo", "admin")).AccessToken;
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task Every_sign_in_token_file_and_admin_act_is_there_with_actor_client_target_address_and_result()
    {
        var alice = await UserId("alice");
        var tokens = await host.Tokens("demo");
        var access = tokens.AccessToken;
        await host.Token("demo", ("grant_type", "password"), ("client_id", "first-party"), ("username", "alice"),
            ("password", "not-this-one"));
        await host.Token("demo", ("grant_type", "client_credentials"), ("client_id", "service"), ("client_secret", ServiceSecret));
        await host.Token("demo", ("grant_type", "client_credentials"), ("client_id", "service"), ("client_secret", "wrong"));
        await host.Refresh("demo", tokens.RefreshToken!).Is(200);
        var file = (await host.Send(HttpMethod.Post, "/demo/files", access,
            new { name = "a.txt", contentType = "text/plain", size = 3 }).Read<BeginAnswer>(201)).Id;
        await host.Send(HttpMethod.Get, $"/demo/files/{file}/download", access);
        await host.Send(HttpMethod.Get, "/demo/admin/audit", access);

        // The last act's. Reading the audit is an act itself, so their number says nothing.
        var entries = await Entries(found => found.Exists(entry => entry.Result == "insufficient_scope"));
        void Has(string type, string? actor, string client, string? target, string result, string? detail = null) =>
            Assert.Single(entries, entry =>
            entry.Type == type && entry.Actor == actor && entry.Client == client && entry.Result == result
            && (target is null || entry.Target == target)
                && (detail is null || entry.Detail?.Contains(detail, StringComparison.Ordinal) == true));
        Has("sign-in", alice, "first-party", null, "ok");
        Has("sign-in", alice, "first-party", null, "invalid_grant", "wrong password");
        Has("token", null, "service", null, "ok", "client_credentials");
        Has("token", null, "service", null, "invalid_client", "wrong or missing secret");
        Has("token", alice, "first-party", null, "ok", "refresh_token");
        Has("files-begin", alice, "first-party", file, "ok", "SAS to create, until ");
        Has("files-download", alice, "first-party", file, "file_pending");
        Has("admin-audit", alice, "first-party", null, "insufficient_scope");
        Assert.All(entries, entry => Assert.Equal("127.0.0.1", entry.Address));
    }

    [Fact]
    public async Task The_audit_is_read_by_user_type_and_time_in_pages_and_exported_whole()
    {
        var bob = await UserId("bob");
        for (var n = 0; n < 5; n++)
        {
            host.Clock.Advance(TimeSpan.FromMinutes(1));
            await host.Tokens("demo", "bob");
        }
        var from = host.Clock.Now.AddMinutes(-2.5).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ",
            System.Globalization.CultureInfo.InvariantCulture);
        await Eventually.True(async () => (await Page($"?user={bob}")).Entries.Count == 5);
        Assert.Equal(3, (await Page($"?user={bob}&from={from}")).Entries.Count);
        Assert.Equal(2, (await Page($"?user={bob}&to={from}")).Entries.Count);
        Assert.Empty((await Page($"?user={bob}&type=token")).Entries);

        var times = new List<DateTime>();
        string? cursor = null;
        do
        {
            var page = await Page($"?type=sign-in&user={bob}&limit=2{(cursor is null ? "" : $"&cursor={cursor}")}");
            times.AddRange(page.Entries.Select(entry => entry.At.UtcDateTime));
            cursor = page.Cursor;
        }
        while (cursor is not null);
        Assert.Equal(5, times.Count);
        Assert.Equal(times.OrderDescending(), times);

        var export = await host.Send(HttpMethod.Get, $"/demo/admin/audit/export?user={bob}", admin);
        Assert.Equal("application/jsonl", export.Content.Headers.ContentType!.MediaType);
        var lines = (await export.Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n')
            .Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(5, lines[^1].GetProperty("entries").GetInt32());
        Assert.Equal(6, lines.Count);
    }

    [Fact]
    public async Task No_secret_token_password_or_SAS_is_ever_in_the_audit()
    {
        var tokens = await host.Tokens("demo");
        var access = tokens.AccessToken;
        var refresh = tokens.RefreshToken!;
        var begun = await host.Send(HttpMethod.Post, "/demo/files", access,
            new { name = "a.txt", contentType = "text/plain", size = 3 }).Read<BeginAnswer>(201);
        var sas = begun.Upload!.Url!;
        // People and programs put secrets where they do not belong.
        await host.Token("demo", ("grant_type", "client_credentials"), ("client_id", ServiceSecret), ("client_secret", "service"));
        await host.Token("demo", ("grant_type", "password"), ("client_id", "first-party"), ("username", "alice-password"),
            ("password", "alice"));
        await host.Token("demo", ("grant_type", "client_credentials"), ("client_id", "service"), ("client_secret", ServiceSecret),
            ("scope", ServiceSecret));
        foreach (var secret in new[] { refresh, access, ServiceSecret + "-longer", Uri.EscapeDataString(sas) })
        {
            await host.Send(HttpMethod.Get, $"/demo/files/{secret}", access);
            await host.Send(HttpMethod.Get, $"/demo/files/x?{secret}", access);
        }
        await host.Token("demo", ("grant_type", "refresh_token"), ("client_id", "first-party"), ("refresh_token", access));
        await host.Http.PostAsync("/demo/oauth/revoke", TestHost.Form(("client_id", "first-party"), ("token", refresh)));
        await Entries(10);

        var all = await Everything();
        foreach (var secret in new[] { refresh, refresh.Split('.')[^1], access, access.Split('.')[2], ServiceSecret, "alice-password",
            "sig=", "SharedAccessSignature" })
            Assert.DoesNotContain(secret, all, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task An_audit_entry_is_deleted_when_its_time_is_over_and_not_before()
    {
        await Entries(1);
        host.Clock.Advance(TimeSpan.FromDays(364));
        await host.RunTimer("sweep");
        Assert.Single(await host.Service<AuditTables>().Tables.Buckets(default));
        host.Clock.Advance(TimeSpan.FromDays(3));
        await host.RunTimer("sweep");
        Assert.Empty(await host.Service<AuditTables>().Tables.Buckets(default));
    }

    [Theory]
    [InlineData("?from=yesterday", "invalid_time")]
    [InlineData("?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "invalid_time")]
    [InlineData("?limit=0", "invalid_limit")]
    [InlineData("?limit=201", "invalid_limit")]
    [InlineData("?cursor=***", "invalid_cursor")]
    [InlineData("?cursor=bm9uZQ", "invalid_cursor")]
    [InlineData("?users=x", "invalid_query")]
    public async Task A_bad_question_is_a_400_that_says_why(string query, string code) =>
        await host.Send(HttpMethod.Get, $"/demo/admin/audit{query}", admin).Fails(400, code);

    Task<AuditPageAnswer> Page(string query) => PageOf(host.Send(HttpMethod.Get, $"/demo/admin/audit{query}", admin));

    static async Task<AuditPageAnswer> PageOf(Task<HttpResponseMessage> answer) => await answer.Read<AuditPageAnswer>();

    Task<List<AuditAnswer>> Entries(int least) => Entries(found => found.Count >= least);

    async Task<List<AuditAnswer>> Entries(Predicate<List<AuditAnswer>> areAll)
    {
        List<AuditAnswer> entries = [];
        await Eventually.True(async () =>
        {
            entries = (await Page("?limit=200")).Entries;
            return areAll(entries);
        });
        return entries;
    }

    async Task<string> Everything()
    {
        var rows = new List<string>();
        foreach (var day in await host.Service<AuditTables>().Tables.Buckets(default))
        {
            await foreach (var row in host.Service<AuditTables>().Tables.For(day).Query("", null, default))
                rows.Add(string.Join('|', row.Select(column => column.Value)));
        }
        Assert.NotEmpty(rows);
        return string.Join('\n', rows);
    }

    async Task<string> UserId(string name)
    {
        var tenant = (await host.Service<TenantStore>().Find("demo", default))!;
        return (await host.Service<UserStore>().FindByName(tenant, name, default))!.Id;
    }

    static string? Text(JsonElement entry, string name) => entry.TryGetProperty(name, out var value) ? value.GetString() : null;
}
