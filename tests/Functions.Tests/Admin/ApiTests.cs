namespace Latchkey.Tests.Admin;

/// <summary>A tenant's APIs as administrators register them.</summary>
public sealed class ApiTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task An_API_is_registered_read_changed_and_deleted_and_the_audit_says_so()
    {
        var admin = await host.Admin();
        var api = await Add(admin, new
        {
            identifier = "https://one.example.com/v1",
            name = "One",
            scopes = new[] { new { name = "one.read", description = "See what is in One" } },
            accessTokenSeconds = 120,
            clients = new[] { "mobile" },
        });
        Assert.Equal(("https://one.example.com/v1", "One", 120), (api.Identifier, api.Name, api.AccessTokenSeconds));
        Assert.Equal(("one.read", "See what is in One"), (api.Scopes.Single().Name, api.Scopes.Single().Description));
        Assert.Equal(api.CreatedAt, (await admin.Send(HttpMethod.Get, $"apis/{api.Id}").Read<ApiAnswer>()).CreatedAt);
        var change = new { name = "Uno", accessTokenSeconds = 0, clients = AdminClient.Texts("*") };
        var changed = await admin.Send(HttpMethod.Patch, $"apis/{api.Id}", change).Read<ApiAnswer>();
        Assert.Equal(("Uno", null), (changed.Name, changed.AccessTokenSeconds));
        Assert.Equal(("*", "one.read"), (changed.Clients.Single(), changed.Scopes.Single().Name));
        Assert.Contains(await Apis(admin), listed => listed.Id == api.Id);
        await admin.Do(HttpMethod.Delete, $"apis/{api.Id}");
        Assert.DoesNotContain(await Apis(admin), listed => listed.Id == api.Id);
        await admin.Send(HttpMethod.Get, $"apis/{api.Id}").Fails(404, "api_not_found");
        await admin.Send(HttpMethod.Delete, $"apis/{api.Id}").Fails(404, "api_not_found");
        await admin.Send(HttpMethod.Patch, $"apis/{api.Id}", new { name = "X" }).Fails(404, "api_not_found");
        string[] told = ["admin-api-create: ", "admin-api-change: name, accessTokenSeconds, clients", "admin-api-delete: "];
        await Eventually.True(async () => told.All((await admin.WholeAudit())
            .Where(entry => entry.Target == api.Id && entry.Result == "ok").Select(entry => $"{entry.Type}: {entry.Detail}").Contains));
    }

    [Theory]
    [InlineData("", "identifier")]
    [InlineData("tasks", "identifier")]
    [InlineData("/tasks", "identifier")]
    [InlineData("https://tasks.example.com/#part", "identifier")]
    [InlineData("https://tasks.example.com/\u00e4", "identifier")]
    [InlineData("https:///path", "identifier")]
    [InlineData("https://tasks.example.com/a b", "identifier")]
    [InlineData("https:", "identifier")]
    public async Task What_is_no_absolute_URI_without_a_fragment_is_refused(string identifier, string field)
    {
        var problem = await (await host.Admin()).Send(HttpMethod.Post, "apis", new { identifier, name = "X" }).Fails(400, "invalid_field");
        Assert.Equal(field, problem.Field);
    }

    [Fact]
    public async Task Fields_have_bounds_and_Latchkeys_own_names_are_not_to_be_had()
    {
        var admin = await host.Admin();
        await Refused("identifier", new { identifier = $"https://x.example.com/{new string('a', 256)}", name = "X" });
        await Refused("identifier", new { identifier = $"{host.Origin}/demo", name = "X" });
        await Refused("identifier", new { identifier = $"{host.Origin}/demo/files", name = "X" });
        await Refused("name", new { identifier = "https://x.example.com" });
        await Refused("name", new { identifier = "https://x.example.com", name = "\u202eX" });
        foreach (var own in (string[])["openid", "admin", "operator", "files.read", "apps.manage"]) await Refused("scopes", Scoped(own));
        foreach (var wrong in (string[])["", "a b", "\"", "\u00fc", new string('a', 65)]) await Refused("scopes", Scoped(wrong));
        await Refused("scopes", Scoped([.. Enumerable.Range(0, 51).Select(n => $"s{n}")]));
        await Refused("scopes", Scoped("twice", "twice"));
        await Refused("scopes", new { identifier = "https://x.example.com", name = "X", scopes = new object?[] { null } });
        await Refused("accessTokenSeconds", new { identifier = "https://x.example.com", name = "X", accessTokenSeconds = 59 });
        await Refused("accessTokenSeconds", new { identifier = "https://x.example.com", name = "X", accessTokenSeconds = 86401 });
        await Refused("clients", new { identifier = "https://x.example.com", name = "X", clients = AdminClient.Texts("no such/client") });
        Assert.DoesNotContain(await Apis(admin), api => api.Identifier.StartsWith("https://x.example.com", StringComparison.Ordinal));

        static object Scoped(params string[] names) => new
        {
            identifier = "https://x.example.com",
            name = "X",
            scopes = names.Select(name => new { name, description = "D" }),
        };

        async Task Refused(string field, object body) => Assert.Equal(field,
            (await admin.Send(HttpMethod.Post, "apis", body).Fails(400, "invalid_field")).Field);
    }

    [Fact]
    public async Task An_identifier_is_taken_once_in_a_tenant_and_never_changes_and_another_tenant_may_have_it_too()
    {
        var admin = await host.Admin();
        var api = await Add(admin, new { identifier = "https://taken.example.com", name = "X" });
        await admin.Send(HttpMethod.Post, "apis", new { identifier = "https://taken.example.com/", name = "Y" }).Fails(409, "api_exists");
        await admin.Send(HttpMethod.Patch, $"apis/{api.Id}", new { identifier = "https://other.example.com" }).Fails(400, "invalid_field");
        var other = await host.Admin("acme");
        var theirs = await Add(other, new { identifier = "https://taken.example.com", name = "X" });
        await other.Send(HttpMethod.Get, $"apis/{api.Id}").Fails(404, "api_not_found");
        await other.Send(HttpMethod.Patch, $"apis/{api.Id}", new { name = "Mine" }).Fails(404, "api_not_found");
        await other.Send(HttpMethod.Delete, $"apis/{api.Id}").Fails(404, "api_not_found");
        Assert.NotEqual(api.Id, theirs.Id);
    }

    [Fact]
    public async Task A_tenant_has_at_most_fifty_APIs()
    {
        var admin = await host.Admin("acme");
        var added = new List<string>();
        for (var n = (await Apis(admin)).Count; n < 50; n++)
            added.Add((await Add(admin, new { identifier = $"urn:example:{n}", name = "X" })).Id);
        await admin.Send(HttpMethod.Post, "apis", new { identifier = "urn:example:more", name = "X" }).Fails(409, "too_many_apis");
        foreach (var id in added) await admin.Do(HttpMethod.Delete, $"apis/{id}");
    }

    [Fact]
    public async Task Only_an_administrator_of_the_tenant_reads_or_changes_its_APIs()
    {
        var alice = (await host.Tokens("demo")).AccessToken;
        await host.Send(HttpMethod.Get, "/demo/admin/apis", alice).Fails(403, "insufficient_scope");
        await host.Send(HttpMethod.Post, "/demo/admin/apis", alice, new { identifier = "urn:a:b", name = "X" })
            .Fails(403, "insufficient_scope");
        await host.Send(HttpMethod.Get, "/acme/admin/apis", (await host.Admin()).Token).Fails(401, "invalid_token");
    }

    [Fact]
    public async Task A_client_may_be_given_the_scopes_of_the_tenants_APIs_and_no_others()
    {
        var admin = await host.Admin();
        var scope = new { name = "given.read", description = "D" };
        await Add(admin, new { identifier = "https://given.example.com", name = "X", scopes = new[] { scope } });
        var client = await admin.Post("clients", new
        {
            name = "Service",
            grants = AdminClient.Texts("client_credentials"),
            scope = AdminClient.Texts("given.read", "files.read"),
        });
        Assert.Equal(["given.read", "files.read"], client.GetProperty("scope").EnumerateArray().Select(text => text.GetString()!));
        var id = client.GetProperty("id").GetString();
        await admin.Send(HttpMethod.Patch, $"clients/{id}", new { scope = AdminClient.Texts("never.read") }).Fails(400, "invalid_field");
    }

    static Task<ApiAnswer> Add(AdminClient admin, object api) => admin.Send(HttpMethod.Post, "apis", api).Read<ApiAnswer>(201);

    static async Task<List<ApiAnswer>> Apis(AdminClient admin) => (await admin.Get("apis")).GetProperty("apis").As<List<ApiAnswer>>();
}
