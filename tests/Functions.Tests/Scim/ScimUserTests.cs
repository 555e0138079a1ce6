using System.Text.Json;
using Latchkey.Tenancy;

namespace Latchkey.Tests.Scim;

/// <summary>What is kept of a user, versions, which attributes come back, who is protected, and what is refused.</summary>
public sealed class ScimUserTests(DemoHost demo) : IClassFixture<DemoHost>
{
    const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    readonly TestHost host = demo.Host;

    [Fact]
    public async Task What_a_directory_says_is_kept_under_stable_names_and_the_tenants_own_attributes_stay()
    {
        var scim = await ScimClient.Start(host);
        var id = await scim.Create("Users", $$"""
            {
                "userName": "kept", "name": { "givenName": "Ada", "familyName": "King" }, "nickName": "A", "title": "Countess",
                "userType": "Guest",
                "preferredLanguage": "de", "locale": "en_GB", "timezone": "Europe/London", "displayName": "Ada K.",
                "phoneNumbers": [{ "type": "work", "value": "1" }, { "type": "mobile", "value": "2" }, { "type": "fax", "value": "3" }],
                "x509Certificates": [{ "value": "x" }], "photos": [],
                "{{Enterprise}}": { "employeeNumber": "7", "costCenter": "c", "organization": "o", "division": "d", "department": "dep",
                    "manager": { "value": "boss", "displayName": "not kept" } }
            }
            """);
        var user = await Stored(id);
        Assert.Equal(new UserProfile
        {
            GivenName = "Ada",
            FamilyName = "King",
            Nickname = "A",
            Locale = "en-GB",
            ZoneInfo = "Europe/London",
            UpdatedAt = user.Profile.UpdatedAt,
        }, user.Profile);
        Assert.Equal("costCenter=c department=dep division=d employeeNumber=7 manager=boss mobilePhoneNumber=2 organization=o "
            + "phoneNumber=1 preferredLanguage=de title=Countess userType=Guest",
            string.Join(' ', user.Attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")));
        Assert.Equal(("Ada K.", null, false), (user.Name, user.Email, user.EmailVerified));

        var users = host.Service<UserStore>();
        var tenant = (await host.Service<TenantStore>().Find("demo", default))!;
        await users.TryReplace(tenant, user with { Attributes = new Dictionary<string, string>(user.Attributes) { ["own"] = "1" } },
            default);
        await scim.Json("PUT", $"Users/{id}", """{ "userName": "kept", "title": "Lady" }""");
        user = await Stored(id);
        Assert.Equal("own=1 title=Lady",
            string.Join(' ', user.Attributes.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}={pair.Value}")));
        // What people may have set themselves stays if a PUT is silent.
        Assert.Equal(("kept", null, "A", "en-GB"), (user.Name, user.Profile.GivenName, user.Profile.Nickname, user.Profile.Locale));
        await scim.Patch($"Users/{id}", """{ "op": "remove", "path": "locale" }, { "op": "replace", "path": "nickName", "value": null }""");
        user = await Stored(id);
        Assert.Equal((null, null), (user.Profile.Locale, user.Profile.Nickname));
    }

    [Fact]
    public async Task A_version_that_is_known_is_not_sent_and_one_that_is_not_is_not_changed()
    {
        var scim = await ScimClient.Start(host);
        var id = await scim.AddUser("versions");
        var read = await (await scim.Send("GET", $"Users/{id}")).Is(200);
        var version = read.Headers.GetValues("ETag").Single();
        Assert.StartsWith("W/\"", version, StringComparison.Ordinal);
        Assert.Empty(await (await (await scim.Send("GET", $"Users/{id}", match: version)).Is(304)).Content.ReadAsByteArrayAsync());
        const string other = """{ "op": "replace", "path": "title", "value": "x" }""";
        foreach (var method in (string[])["PUT", "PATCH", "DELETE"])
        {
            var body = method == "DELETE" ? null : method == "PUT" ? """{ "userName": "versions" }""" : ScimClient.PatchBody(other);
            await ScimClient.Refused(await scim.Send(method, $"Users/{id}", body, "W/\"other\""), 412);
        }
        var changed = await (await scim.Send("PATCH", $"Users/{id}", ScimClient.PatchBody(other), version)).Is(200);
        Assert.NotEqual(version, changed.Headers.GetValues("ETag").Single());
        await ScimClient.Refused(await scim.Send("PATCH", $"Users/{id}", ScimClient.PatchBody(other), version), 412);
        // What changes nothing writes nothing.
        var again = await (await scim.Send("PATCH", $"Users/{id}", ScimClient.PatchBody(other))).Is(200);
        Assert.Equal(changed.Headers.GetValues("ETag").Single(), again.Headers.GetValues("ETag").Single());
    }

    [Fact]
    public async Task Only_the_attributes_that_are_asked_for_come_back()
    {
        var scim = await ScimClient.Start(host);
        var id = await scim.Create("Users", $$"""
            { "userName": "few", "name": { "givenName": "F", "familyName": "W" }, "emails": [{ "value": "few@demo.example" }],
              "{{Enterprise}}": { "department": "d", "division": "e" } }
            """);
        Assert.Equal("schemas id userName emails", Names(await scim.Get($"Users/{id}?attributes=userName,emails.value")));
        Assert.Equal("schemas id name " + Enterprise,
            Names(await scim.Get($"Users/{id}?attributes=NAME.givenname,{Enterprise}:department")));
        var less = await scim.Get($"Users/{id}?excludedAttributes=meta,name.familyName,emails,{Enterprise},id");
        Assert.Equal("schemas id userName name displayName active", Names(less));
        Assert.Equal("formatted givenName", Names(less.GetProperty("name")));
        var group = await scim.Create("Groups", $$"""{ "displayName": "Of few", "members": [{ "value": "{{id}}" }] }""");
        Assert.False((await scim.Get($"Users/{id}")).TryGetProperty("groups", out _));
        var groups = (await scim.Get($"Users/{id}?attributes=groups")).GetProperty("groups")[0];
        Assert.Equal((group, "Of few"), (groups.GetProperty("value").GetString(), groups.GetProperty("display").GetString()));
        await scim.Refused(400, "invalidValue", "GET", $"Users/{id}?attributes=a.b.c");
        // A list of texts has no sub-attributes.
        Assert.Equal("schemas id userName", Names(await scim.Get($"Users/{id}?attributes=schemas.x,userName,id.y")));

        static string Names(JsonElement json) => string.Join(' ', json.EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task Who_administers_can_be_disabled_but_not_taken_over()
    {
        await using var own = await TestHost.Start();
        var scim = await ScimClient.Start(own, new { name = "d", passwords = true, assignableRoles = AdminClient.Texts("member") });
        var admin = await own.UserId("admin");
        foreach (var operations in new[]
        {
            """{ "op": "replace", "path": "emails", "value": [{ "value": "thief@evil.example", "primary": true }] }""",
            """{ "op": "replace", "path": "userName", "value": "thief" }""",
            """{ "op": "replace", "path": "password", "value": "the-thiefs-password" }""",
            """{ "op": "add", "path": "roles", "value": [{ "value": "member" }] }""",
        })
            await scim.Refused(403, null, "PATCH", $"Users/{admin}", ScimClient.PatchBody(operations));
        await scim.Refused(403, null, "DELETE", $"Users/{admin}");
        var linked = await scim.Patch($"Users/{admin}",
            """{ "op": "add", "path": "externalId", "value": "x1" }, { "op": "add", "path": "title", "value": "Boss" }""");
        Assert.Equal("x1", linked.GetProperty("externalId").GetString());
        await scim.Patch($"Users/{admin}", """{ "op": "replace", "path": "active", "value": false }""");
        await scim.Refused(403, null, "PATCH", $"Users/{admin}",
            ScimClient.PatchBody("""{ "op": "replace", "path": "active", "value": true }"""));
        await own.Token("demo", ("grant_type", "password"), ("client_id", "first-party"), ("username", "admin"),
            ("password", "admin-password"))
            .Refused("invalid_grant");
    }

    [Fact]
    public async Task Roles_are_given_and_taken_only_where_the_token_says_so()
    {
        var scim = await ScimClient.Start(host);
        var id = await scim.Create("Users", """{ "userName": "roles", "roles": ["admin", { "value": "member" }] }""");
        Assert.False((await scim.Get($"Users/{id}")).TryGetProperty("roles", out _));
        var assigning = await ScimClient.Start(host, new { name = "r", assignableRoles = AdminClient.Texts("member") });
        await assigning.Refused(400, "invalidValue", "PATCH", $"Users/{id}",
            ScimClient.PatchBody("""{ "op": "add", "path": "roles", "value": [{ "value": "admin" }] }"""));
        await assigning.Patch($"Users/{id}", """{ "op": "add", "path": "roles", "value": [{ "value": "member" }] }""");
        Assert.Equal(["member"], (await scim.Admin.User(id)).Roles);
        await assigning.Patch($"Users/{id}", """{ "op": "remove", "path": "roles[value eq \"member\"]" }""");
        Assert.Empty((await scim.Admin.User(id)).Roles);
    }

    [Fact]
    public async Task An_address_counts_as_verified_only_if_the_token_trusts_it()
    {
        var scim = await ScimClient.Start(host, new { name = "t", trustEmail = false });
        var id = await scim.Create("Users", """{ "userName": "distrusted", "emails": ["distrusted@demo.example"] }""");
        Assert.False((await scim.Admin.User(id)).EmailVerified);
        Assert.Empty(await scim.Ids("Users", "emails.value eq \"distrusted@demo.example\"")); // Anybody could say so.
        await scim.Patch($"Users/{id}",
            """{ "op": "add", "path": "emails", "value": [{ "type": "work", "value": "next@demo.example" }] }""");
        Assert.Equal(("next@demo.example", false), ((await scim.Admin.User(id)).Email, (await scim.Admin.User(id)).EmailVerified));
    }

    [Fact]
    public async Task What_is_one_users_alone_is_refused_to_another_whoever_writes_at_once()
    {
        var scim = await ScimClient.Start(host);
        var id = await scim.Create("Users",
            """{ "userName": "first", "externalId": "ext-1", "emails": [{ "value": "first@demo.example" }] }""");
        foreach (var body in new[]
        {
            """{ "userName": "FIRST" }""", """{ "userName": "first@demo.example" }""", """{ "userName": "x1", "externalId": "ext-1" }""",
            """{ "userName": "x2", "emails": [{ "value": "First@demo.example" }] }""", """{ "userName": "alice" }""",
        })
            await scim.Refused(409, "uniqueness", "POST", "Users", body);
        var second = await scim.AddUser("second");
        foreach (var (path, value) in new[] { ("userName", "first"), ("externalId", "ext-1"),
            ("emails[type eq \\\"work\\\"].value", "first@demo.example") })
            await scim.Refused(409, "uniqueness", "PATCH", $"Users/{second}",
                ScimClient.PatchBody($$"""{ "op": "replace", "path": "{{path}}", "value": "{{value}}" }"""));
        await scim.Patch($"Users/{id}", """{ "op": "replace", "path": "externalId", "value": "ext-2" }""");
        await scim.Patch($"Users/{second}", """{ "op": "replace", "path": "externalId", "value": "ext-1" }"""); // It is free again.
        var racers = await Task.WhenAll(Enumerable.Range(0, 8).Select(n =>
            scim.Send("POST", "Users", $$"""{ "userName": "racer{{n}}", "externalId": "one" }""")));
        Assert.Equal(1, racers.Count(answer => (int)answer.StatusCode == 201));
        Assert.Equal(7, racers.Count(answer => (int)answer.StatusCode == 409));
    }

    [Theory]
    [InlineData("POST", "Users", "{}", "invalidValue")]
    [InlineData("POST", "Users", "[]", "invalidSyntax")]
    [InlineData("POST", "Users", "{", "invalidSyntax")]
    [InlineData("POST", "Users", """{"userName":"a","userName":"b"}""", "invalidSyntax")]
    [InlineData("POST", "Users", """{"userName":"\ud800"}""", "invalidSyntax")]
    [InlineData("POST", "Users", """{"userName":["a"]}""", "invalidValue")]
    [InlineData("POST", "Users", """{"userName":"a\u202eb"}""", "invalidValue")]
    [InlineData("POST", "Users", """{"userName":"a","active":"maybe"}""", "invalidValue")]
    [InlineData("POST", "Users", """{"userName":"a","emails":[{"value":"no address"}]}""", "invalidValue")]
    [InlineData("POST", "Users", """{"userName":"a","emails":"a@b.example"}""", "invalidValue")]
    [InlineData("POST", "Users", """{"userName":"a","emails":[[]]}""", "invalidValue")]
    [InlineData("POST", "Users", """{"userName":"a","locale":"<script>"}""", "invalidValue")]
    [InlineData("POST", "Users", """{"userName":"a","timezone":"a b"}""", "invalidValue")]
    [InlineData("POST", "Users", """{"userName":"a","title":{"x":1}}""", "invalidValue")]
    [InlineData("POST", "Users", """{"userName":1e999}""", "invalidSyntax")]
    [InlineData("POST", "Users", """{"userName":"a","timezone":"/dev/zero"}""", "invalidValue")]
    [InlineData("POST", "Users", """{"userName":"a","timezone":"x"}""", "invalidValue")]
    [InlineData("POST", "Users", """{"userName":"a","locale":"e_US"}""", "invalidValue")]
    [InlineData("GET", "Users?filter=displayName%20eq%201e999", null, "invalidFilter")]
    [InlineData("PATCH", "Users/{id}", "{}", "invalidSyntax")]
    [InlineData("PATCH", "Users/{id}", """{"Operations":[]}""", "invalidSyntax")]
    [InlineData("PATCH", "Users/{id}", """{"Operations":[1]}""", "invalidSyntax")]
    [InlineData("PATCH", "Users/{id}", """{"Operations":[{"op":"move","path":"title","value":"x"}]}""", "invalidSyntax")]
    [InlineData("PATCH", "Users/{id}", """{"Operations":[{"op":"remove"}]}""", "noTarget")]
    [InlineData("PATCH", "Users/{id}", """{"Operations":[{"op":"add","value":"x"}]}""", "invalidValue")]
    [InlineData("PATCH", "Users/{id}", """{"Operations":[{"op":"replace","path":"a.b.c","value":"x"}]}""", "invalidPath")]
    [InlineData("PATCH", "Users/{id}", """{"Operations":[{"op":"replace","path":"title[value eq \"x\"]","value":"x"}]}""", "invalidPath")]
    [InlineData("PATCH", "Users/{id}", """{"Operations":[{"op":"replace","path":"emails[type is 1]","value":"x"}]}""", "invalidFilter")]
    [InlineData("PATCH", "Users/{id}", """{"Operations":[{"op":"replace","path":"emails[type co \"x\"].value","value":"x"}]}""",
        "noTarget")]
    [InlineData("PATCH", "Users/{id}", """{"Operations":[{"op":"replace","path":"id","value":"x"}]}""", "mutability")]
    [InlineData("PATCH", "Users/{id}", """{"Operations":[{"op":"remove","path":"userName"}]}""", "invalidValue")]
    [InlineData("PATCH", "Users/{id}",
        """{"Operations":[{"op":"add","path":"name","value":"x"},{"op":"add","path":"active","value":[]}]}""", "invalidValue")]
    [InlineData("GET", "Users?filter=userName", null, "invalidFilter")]
    [InlineData("GET", "Users?startIndex=x", null, "invalidValue")]
    [InlineData("GET", "Users?cursor=%C3%A4", null, "invalidCursor")]
    [InlineData("GET", "Users?cursor&count=0", null, "invalidCount")]
    [InlineData("POST", "Users/.search", """{"filter":1,"count":"x"}""", "invalidValue")]
    public async Task Bad_input_gets_the_error_of_its_kind_and_changes_nothing(string method, string path, string? body, string scimType)
    {
        var scim = await ScimClient.Start(host);
        var bob = await host.UserId("bob");
        await scim.RefusedAndRevoked(400, scimType, method, path.Replace("{id}", bob, StringComparison.Ordinal), body);
        Assert.Equal(0, (await scim.Admin.Get("users?userName=a")).GetProperty("users").GetArrayLength());
    }

    [Fact]
    public async Task A_PATCH_whose_work_would_grow_with_the_square_of_its_size_is_refused_at_once()
    {
        var scim = await ScimClient.Start(host);
        var user = $"Users/{await host.UserId("bob")}";
        var many = string.Join(',', Enumerable.Range(10000, 100_000).Select(number => $"\"{number}\""));
        foreach (var list in (string[])["emails", "phoneNumbers", "roles"])
        {
            await scim.Refused(400, "tooMany", "PATCH", user,
                ScimClient.PatchBody($$"""{ "op": "add", "path": "{{list}}", "value": [{{many}}] }"""));
        }
        // In many operations as well, or by few long values that many filters look at, or by many sub-attributes.
        await scim.Refused(400, "tooMany", "PATCH", user, ScimClient.PatchBody(string.Join(',',
            Enumerable.Range(0, 101).Select(number => $$"""{ "op": "add", "path": "emails", "value": "{{number}}" }"""))));
        await scim.Refused(400, "invalidValue", "PATCH", user, ScimClient.PatchBody(
            $$"""{ "op": "add", "path": "emails", "value": [{ "type": "work", "display": "{{new string('a', 1025)}}" }] }"""));
        var members = string.Join(',', Enumerable.Range(0, 40_000).Select(number => $"\"m{number}\":1"));
        var named = $$"""{ "op": "add", "path": "name", "value": { {{members}} } }""";
        await scim.Refused(400, "tooMany", "PATCH", user, ScimClient.PatchBody($"{named},{named}"));
        await scim.Refused(400, "tooMany", "POST", "Users", $$"""{ "userName": "many", "emails": [{{many}}] }""");
    }

    [Fact]
    public async Task A_body_that_is_too_large_or_of_another_type_is_refused_in_scims_form()
    {
        var scim = await ScimClient.Start(host);
        await scim.Refused(413, null, "POST", "Users", $$"""{ "userName": "{{new string('x', 1024 * 1024)}}" }""");
        var request = new HttpRequestMessage(HttpMethod.Post, "/demo/scim/v2/Users") { Content = new StringContent("userName=x") };
        request.Headers.Authorization = new("Bearer", scim.Token);
        await ScimClient.Refused(await host.Http.SendAsync(request), 415);
        await scim.Refused(404, null, "GET", "Users/none");
        await scim.Refused(400, "tooMany", "PATCH", $"Users/{await host.UserId("bob")}",
            ScimClient.PatchBody(string.Join(',', Enumerable.Repeat("""{"op":"remove","path":"title"}""", 1001))));
    }

    async Task<User> Stored(string id) => (await host.Service<UserStore>().Find("demo", id, default))!;
}
