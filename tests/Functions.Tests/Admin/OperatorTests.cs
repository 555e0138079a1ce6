using System.Text.Json;
using Latchkey.Admin;
using Latchkey.Storage;
using static Latchkey.Tests.Callers.AdminClient;

namespace Latchkey.Tests.Admin;

/// <summary>Operators look after the deployment's tenants.</summary>
public sealed class OperatorTests : IAsyncLifetime
{
    TestHost host = null!;
    AdminClient admin = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start();
        admin = await host.Operator();
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_new_tenant_works_at_once_and_is_administered_by_the_operator_who_is_named_in_its_audit()
    {
        var made = await admin.AddTenant(new { id = "acme2", name = "Acme Two" });
        Assert.Equal($"{host.Origin}/acme2", made.Issuer);
        var inside = await admin.Into("acme2");
        await inside.AddUser(new NewUser("dora"));
        await inside.AddClient(new
        {
            id = "first-party",
            name = "App",
            authMethod = "none",
            native = true,
            grants = Texts("password", "refresh_token"),
            scope = Texts("files.read", "files.write")
        });
        var access = (await host.Tokens("acme2", "dora")).AccessToken;
        await host.Send(HttpMethod.Get, "/acme2/files", access).Is(200);
        Assert.Equal(200, (int)(await host.Http.GetAsync("/acme2/.well-known/openid-configuration")).StatusCode);
        await Eventually.True(async () => (await inside.Audit("?type=admin-user-create"))
            .Any(entry => entry.Actor == "operator:service" && entry.Client == "operator"));
        Assert.Equal(["acme", "acme2", "demo", "operator"],
            (await admin.All<TenantAnswer>("tenants", "tenants", 3)).Select(tenant => tenant.Id));
        await inside.Send(HttpMethod.Get, "tenants").Is(403); // Of the tenant, and nothing else.
    }

    [Fact]
    public async Task A_taken_id_changes_nothing_of_the_tenant_that_has_it()
    {
        await admin.AddTenant(new { id = "kept" });
        var inside = await admin.Into("kept");
        await inside.Do(HttpMethod.Put, "roles/member", new { rights = Texts("files.read") }, 200);
        await admin.Post("tenants", new { id = "kept" }, 409);
        var member = (await (await admin.Into("kept")).Roles()).Single(role => role.Name == "member");
        Assert.Equal(["files.read"], member.Rights);
    }

    [Fact]
    public async Task Of_many_creates_of_one_tenant_at_once_one_wins()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 6)
            .Select(n => admin.Send(HttpMethod.Post, "tenants", new { id = "acme2", name = $"Acme {n}" })));
        var won = Assert.Single(Enumerable.Range(0, 6), n => (int)answers[n].StatusCode == 201);
        Assert.All(answers.Where((_, n) => n != won), answer => Assert.Equal(409, (int)answer.StatusCode));
        Assert.Equal($"Acme {won}", (await admin.TenantOf("acme2")).Name);
        await admin.Post("tenants", new { id = "operator" }, 409);
    }

    [Fact]
    public async Task A_suspended_tenant_answers_403_with_the_reason_at_once_and_works_again_when_resumed()
    {
        var tokens = await host.Tokens("demo");
        var access = tokens.AccessToken;
        await host.Send(HttpMethod.Get, "/demo/files", access).Is(200);
        await admin.Post("tenants/demo/suspend", new { reason = "The invoice of October is open." }, 200);
        foreach (var request in new Func<Task<HttpResponseMessage>>[]
        {
            () => host.Http.GetAsync("/demo/.well-known/openid-configuration"),
            () => host.Http.GetAsync("/demo/oauth/jwks"),
            () => host.Refresh("demo", tokens.RefreshToken!),
            () => host.Send(HttpMethod.Get, "/demo/files", access),
            () => host.Send(HttpMethod.Get, "/demo/files", null),
            () => host.Send(HttpMethod.Post, "/demo/files", access, new { name = "a", contentType = "text/plain", size = 1 }),
        })
        {
            var problem = await request().Problem(403);
            Assert.Equal(("tenant_suspended", "This tenant is suspended: The invoice of October is open.", "access_denied"),
                (problem.Code, problem.Detail, problem.Error));
        }
        var page = await host.Http.GetAsync("/demo/oauth/authorize?client_id=mobile");
        Assert.Equal(403, (int)page.StatusCode);
        Assert.Equal("suspended", (await admin.TenantOf("demo")).Status);
        await host.Tokens("acme"); // Nobody else is touched.
        await admin.Post("tenants/demo/resume", new { }, 200);
        await host.Send(HttpMethod.Get, "/demo/files", access).Is(200);
        await host.Refresh("demo", tokens.RefreshToken!).Is(200);
    }

    [Fact]
    public async Task Another_instance_sees_a_suspension_within_five_seconds()
    {
        await using var other = await TestHost.Start(clock: host.Clock, settings: new()
        {
            ["Latchkey:Storage:ConnectionString"] = host.Service<Settings>().ConnectionString,
            ["Latchkey:Origin"] = host.Origin,
        });
        var access = (await other.Tokens("demo")).AccessToken;
        await admin.Post("tenants/demo/suspend", new { reason = "A test." }, 200);
        Assert.Equal(403, (int)(await host.Send(HttpMethod.Get, "/demo/files", access)).StatusCode);
        host.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(403, (int)(await other.Send(HttpMethod.Get, "/demo/files", access)).StatusCode);
    }

    [Fact]
    public async Task A_tenants_own_domain_is_its_issuer_and_no_other_tenant_is_there()
    {
        var before = (await host.Tokens("demo")).AccessToken;
        var changed = await admin.ChangeTenant("demo", new { domain = "login.demo.example" });
        Assert.Equal("https://login.demo.example/demo", changed.Issuer);
        await admin.Send(HttpMethod.Patch, "tenants/acme", new { domain = "login.demo.example" }).Fails(409, "domain_taken");

        Assert.Equal("https://login.demo.example/demo",
            (await At("login.demo.example", "/demo/.well-known/openid-configuration").Json()).GetProperty("issuer").GetString());
        await At("LOGIN.demo.example", "/acme/.well-known/openid-configuration").Fails(404, "unknown_tenant");
        Assert.Equal(404, (int)(await At("login.demo.example", "/acme/oauth/authorize?client_id=mobile")).StatusCode);

        var demo = (await host.Tokens("demo")).AccessToken;
        var acme = (await host.Tokens("acme")).AccessToken;
        await At("login.demo.example", "/demo/files", demo).Is(200);
        await At("nobodys.example", "/acme/files", acme).Is(200);
        foreach (var (path, token, detail) in new[]
        {
            ("/acme/files", acme, "The access token belongs to tenant acme; this address belongs to tenant demo."),
            ("/demo/files", acme, "The access token belongs to tenant acme; this address belongs to tenant demo."),
            ("/acme/files", demo, "The access token belongs to tenant demo; this address belongs to tenant acme."),
        })
        {
            var problem = await At("login.demo.example", path, token).Problem(401);
            Assert.Equal(("invalid_token", detail), (problem.Code, problem.Detail));
        }
        Assert.Equal(401, (int)(await host.Send(HttpMethod.Get, "/demo/files", before)).StatusCode); // Of the issuer that was.

        await admin.ChangeTenant("demo", new { domain = "" });
        await admin.ChangeTenant("acme", new { domain = "login.demo.example" });
        await At("login.demo.example", "/acme/.well-known/openid-configuration").Is(200);
    }

    [Fact]
    public async Task A_tenant_is_exported_without_its_secrets_and_deleted_only_then()
    {
        var files = await host.As("alice");
        await files.Begin(FilesClient.Declaration());
        var shared = await files.Upload([1, 2, 3], "photo.jpg");
        await files.Share(shared, new { with = new { user = "bob" }, access = "read" });
        var link = (await files.Share(shared, new { link = new { password = "a-links-password" }, access = "read" }))
            .Link!.Url!;
        await files.Send(HttpMethod.Delete, $"/{await files.Upload([1], "deleted")}");
        await host.Token("demo", ("grant_type", "password"), ("client_id", "first-party"), ("username", "alice"), ("password", "wrong"));
        await host.Http.GetAsync(
            "/demo/oauth/authorize?client_id=mobile&redirect_uri=com.example.files:/callback&response_type=code&code_challenge=0123456789012345678901234567890123456789012&code_challenge_method=S256");
        await admin.Send(HttpMethod.Delete, "tenants/demo", new { confirm = "x" }).Fails(409, "tenant_not_suspended");
        Assert.Null((await Export("demo"))[^1].GetProperty("confirm", null));
        await admin.Post("tenants/demo/suspend", new { reason = "It leaves." }, 200);
        await admin.Send(HttpMethod.Delete, "tenants/demo", new { confirm = "x" }).Fails(409, "not_exported");

        var lines = await Export("demo");
        var tables = lines.SkipLast(1).Select(line => TenantData.WithoutDay(line.GetProperty("table").GetString()!)).Distinct()
            .Order(StringComparer.Ordinal);
        Assert.Equal(["Audit", "Clients", "Files", "Groups", "Sessions", "Tenants", "UserSessions", "Users"], tables);
        Assert.All(lines.SkipLast(1), line =>
            Assert.True(line.GetProperty("partition").GetString() is "demo" || line.GetProperty("partition")
                .GetString()!.StartsWith("demo|", StringComparison.Ordinal)));
        var all = string.Join('\n', lines.Select(line => line.GetRawText()));
        Assert.Contains("alice@demo.example", all, StringComparison.Ordinal);
        Assert.Contains("member|family|", all, StringComparison.Ordinal);
        var blob = lines.Single(line => line.TryGetProperty("row", out var row) && row.GetString() == $"file|{shared}").GetProperty("blob");
        Assert.Equal(("files-demo", shared), (blob.GetProperty("container").GetString(), blob.GetProperty("name").GetString()));
        Assert.Equal([1, 2, 3], await BytesOf(blob));
        foreach (var secret in new[] { "PasswordHash", "SecretHash", "sig=", Ids.Hash(link.Split('.')[^1]),
            Latchkey.Tenancy.Client.HashSecret("service-secret-for-local-runs-only") })
            Assert.DoesNotContain(secret, all, StringComparison.Ordinal);

        var confirm = lines[^1].GetProperty("confirm", null)!;
        await admin.Send(HttpMethod.Delete, "tenants/demo", new { confirm = confirm + "x" }).Fails(409, "not_exported");
        await admin.Do(HttpMethod.Delete, "tenants/demo", new { confirm });
        await admin.Do(HttpMethod.Delete, "tenants/demo", new { confirm }, 404);
        Assert.Equal(404, (int)(await host.Http.GetAsync("/demo/.well-known/openid-configuration")).StatusCode);
        Assert.Empty(await RowsOf("demo"));
        Assert.False(await host.Service<StorageClients>().Blobs.GetBlobContainerClient("files-demo").ExistsAsync());
        await host.Tokens("acme");
        await admin.AddTenant(new { id = "demo" });
        Assert.Equal(0, (await (await admin.Into("demo")).Get("users")).GetProperty("users").GetArrayLength());
    }

    [Fact]
    public async Task Every_table_is_either_exported_or_said_not_to_be()
    {
        await host.Tokens("demo");
        var named = TenantData.Exported.Concat(TenantData.NotExported).ToHashSet();
        Assert.Empty(TableNames.Permanent.Concat(TableNames.Expiring).Except(named));
    }

    [Fact]
    public async Task The_operators_tenant_can_neither_be_suspended_nor_deleted()
    {
        await admin.Post("tenants/operator/suspend", new { reason = "No." }, 409);
        await admin.Send(HttpMethod.Delete, "tenants/operator", new { confirm = "x" }).Fails(409, "tenant_reserved");
        await admin.Get("tenants/nobody", 404);
        await admin.Post("tenants/nobody/token", new { }, 404);
    }

    async Task<List<JsonElement>> Export(string tenant)
    {
        var answer = await admin.Send(HttpMethod.Get, $"tenants/{tenant}/export");
        Assert.Equal(200, (int)answer.StatusCode);
        var lines = (await answer.Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n')
            .Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(lines.Count - 1, lines[^1].GetProperty("rows").GetInt32());
        return lines;
    }

    async Task<byte[]> BytesOf(JsonElement blob) => (await host.Service<StorageClients>().Blobs
        .GetBlobContainerClient(blob.GetProperty("container").GetString()).GetBlobClient(blob.GetProperty("name").GetString())
        .DownloadContentAsync()).Value.Content.ToArray();

    async Task<List<string>> RowsOf(string tenant)
    {
        var rows = new List<string>();
        var tables = host.Service<StorageClients>().Tables;
        await foreach (var table in tables.QueryAsync())
        {
            await foreach (var row in tables.GetTableClient(table.Name).QueryAsync<Azure.Data.Tables.TableEntity>())
                if (row.PartitionKey == tenant
                    || row.PartitionKey.StartsWith($"{tenant}|", StringComparison.Ordinal)) rows.Add($"{table.Name} {row.RowKey}");
        }
        return rows;
    }

    Task<HttpResponseMessage> At(string hostName, string path, string? token = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = hostName;
        if (token is not null) request.Headers.Authorization = new("Bearer", token);
        return host.Http.SendAsync(request);
    }

}

static class Json
{
    /// <summary>A text that may be absent.</summary>
    public static string? GetProperty(this JsonElement json, string name, string? absent) =>
        json.TryGetProperty(name, out var value) ? value.GetString() : absent;
}

/// <summary>What operators send that is wrong: it changes nothing.</summary>
public sealed class OperatorInputTests(DemoHost demo) : IClassFixture<DemoHost>, IAsyncLifetime
{
    readonly TestHost host = demo.Host;

    AdminClient admin = null!;

    public async Task InitializeAsync() => admin = await host.Operator();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("POST", "tenants", """{"id":"Acme"}""")]
    [InlineData("POST", "tenants", """{"id":"admin"}""")]
    [InlineData("POST", "tenants", """{"id":"a"}""")]
    [InlineData("POST", "tenants", """{"id":"acme2","name":"\u0000"}""")]
    [InlineData("PATCH", "tenants/demo", """{"color":"red"}""")]
    [InlineData("PATCH", "tenants/demo", """{"logoUri":"javascript:alert(1)"}""")]
    [InlineData("PATCH", "tenants/demo", """{"logoUri":"https://a.example/;sandbox"}""")]
    [InlineData("PATCH", "tenants/demo", """{"origins":["https://a.example/path"]}""")]
    [InlineData("PATCH", "tenants/demo", """{"origins":["*"]}""")]
    [InlineData("PATCH", "tenants/demo", """{"domain":"localhost"}""")]
    [InlineData("PATCH", "tenants/demo", """{"domain":"LOGIN.example.com"}""")]
    [InlineData("PATCH", "tenants/demo", """{"domain":"10.0.0.1"}""")]
    [InlineData("PATCH", "tenants/demo", """{"domain":"login.example.com:8443"}""")]
    [InlineData("PATCH", "tenants/operator", """{"domain":"login.example.com"}""")]
    [InlineData("POST", "tenants/demo/suspend", """{"reason":""}""")]
    public async Task Bad_input_is_a_400_that_names_the_field(string method, string path, string body)
    {
        var before = (await admin.Get("tenants")).GetRawText();
        var request = new HttpRequestMessage(new HttpMethod(method),
            $"/operator/admin/{path}")
        { Content = new StringContent(body, null, "application/json") };
        request.Headers.Authorization = new("Bearer", admin.Token);
        await host.Http.SendAsync(request).Fails(400, "invalid_field");
        Assert.Equal(before, (await admin.Get("tenants")).GetRawText());
    }
}
