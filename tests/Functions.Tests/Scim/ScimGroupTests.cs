using Latchkey.Tenancy;

namespace Latchkey.Tests.Scim;

/// <summary>Groups of a directory: many members at once, roles that stay, names that are one group's, versions, files that keep
/// it.</summary>
public sealed class ScimGroupTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task Hundreds_of_members_come_and_go_in_a_few_transactions_and_the_roles_of_those_who_stay_stay()
    {
        var scim = await ScimClient.StartEmpty(host, "many");
        var tenant = (await host.Service<TenantStore>().Find("many", default))!;
        var users = Enumerable.Range(0, 120).Select(_ => Latchkey.Storage.Ids.New()).ToList();
        foreach (var some in users.Chunk(33))
            await host.Service<UserStore>().TryAdd(tenant, [.. some.Select(id =>
                new User { Id = id, UserName = id, Name = id, PasswordHash = "x", Roles = [] })], default);
        var group = await scim.Create("Groups", $$"""{ "displayName": "All", "members": [{{Values(users.Take(60))}}] }""");
        Assert.Equal(users.Take(60).Order(StringComparer.Ordinal), (await scim.Members(group)).Order(StringComparer.Ordinal));
        await scim.Admin.Do(HttpMethod.Put, $"groups/{group}/members/{users[0]}", new { role = "owner" }, 200);
        await scim.PatchGroup(group, $$"""{ "op": "add", "path": "members", "value": [{{Values(users)}}] }""");
        Assert.Equal(120, (await scim.Members(group)).Count);
        Assert.Equal(GroupRole.Owner, await RoleOf(users[0]));
        Assert.Equal(GroupRole.Reader, await RoleOf(users[1]));
        await scim.PatchGroup(group, $$"""{ "op": "remove", "path": "members", "value": [{{Values(users.Skip(1).Take(100))}}] }""");
        Assert.Equal(20, (await scim.Members(group)).Count);
        await scim.PatchGroup(group, $$"""{ "op": "replace", "path": "members", "value": [{{Values(users.Take(2))}}] }""");
        Assert.Equal(users.Take(2).Order(StringComparer.Ordinal), (await scim.Members(group)).Order(StringComparer.Ordinal));
        Assert.Equal(GroupRole.Owner, await RoleOf(users[0]));
        await scim.PatchGroup(group, """{ "op": "remove", "path": "members" }""");
        Assert.Empty(await scim.Members(group));
        await scim.Refused(400, "tooMany", "PATCH", $"Groups/{group}", ScimClient.PatchBody(
            $$"""{ "op": "add", "path": "members", "value": [{{Values(TooMany())}}] }"""));

        static IEnumerable<string> TooMany() => Enumerable.Range(0, 5001).Select(_ => Latchkey.Storage.Ids.New());

        async Task<GroupRole?> RoleOf(string user) =>
            (await host.Service<GroupStore>().Roles("many", group, [user], default)).TryGetValue(user, out var role) ? role : null;

        static string Values(IEnumerable<string> ids) => string.Join(',', ids.Select(id => $$"""{"value":"{{id}}"}"""));
    }

    [Fact]
    public async Task A_name_and_an_external_id_are_one_groups()
    {
        var scim = await ScimClient.Start(host);
        var one = await scim.Create("Groups", """{ "displayName": "Ünique", "externalId": "g1" }""");
        await scim.Refused(409, "uniqueness", "POST", "Groups", """{ "displayName": "üNIQUE" }""");
        await scim.Refused(409, "uniqueness", "POST", "Groups", """{ "displayName": "Other", "externalId": "g1" }""");
        var two = await scim.Create("Groups", """{ "displayName": "Second" }""");
        foreach (var change in new[] { ("displayName", "Ünique"), ("externalId", "g1") })
            await scim.Refused(409, "uniqueness", "PATCH", $"Groups/{two}",
                ScimClient.PatchBody($$"""{ "op": "replace", "path": "{{change.Item1}}", "value": "{{change.Item2}}" }"""));
        await scim.PatchGroup(one,
            """{ "op": "remove", "path": "externalId" }, { "op": "replace", "path": "displayName", "value": "First" }""");
        await scim.PatchGroup(two,
            """{ "op": "add", "path": "externalId", "value": "g1" }, { "op": "replace", "path": "displayName", "value": "Ünique" }""");
        Assert.Equal([two], await scim.Ids("Groups", "externalId eq \"g1\" and displayName eq \"ünique\""));
        // A group that an administrator made and renamed is found as well, and an older one that has no row in the index.
        await scim.Admin.AddGroup(new { id = "by-admin", name = "By Admin" });
        Assert.Equal(["by-admin"], await scim.Ids("Groups", "displayName eq \"by admin\""));
        await scim.Admin.Patch("groups/by-admin", new { name = "Renamed" });
        Assert.Empty(await scim.Ids("Groups", "displayName eq \"by admin\""));
        Assert.Equal(["by-admin"], await scim.Ids("Groups", "displayName eq \"renamed\""));
        await host.Service<Latchkey.Storage.StorageClients>().Tables.GetTableClient("Groups")
            .DeleteEntityAsync("demo", Latchkey.Storage.RowKeys.NamedGroup(UserStore.Normalize("renamed"), "by-admin"));
        Assert.Equal(["by-admin"], await scim.Ids("Groups", "displayName eq \"renamed\""));
        await scim.Admin.Patch("groups/by-admin", new { name = "Renamed again" });
        await (await scim.Send("DELETE", "Groups/by-admin")).Is(204);
        Assert.Empty(await scim.Ids("Groups", "displayName eq \"renamed again\""));
    }

    [Fact]
    public async Task Of_groups_with_one_name_that_are_made_at_once_one_stays()
    {
        var scim = await ScimClient.Start(host);
        var racers = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => scim.Send("POST", "Groups", """{ "displayName": "Racing" }""")));
        var made = Assert.Single(racers, answer => (int)answer.StatusCode == 201);
        foreach (var other in racers.Where(answer => answer != made)) await ScimClient.Refused(other, 409, "uniqueness");
        Assert.Equal([(await made.Json(201)).GetProperty("id").GetString()!], await scim.Ids("Groups", "displayName eq \"racing\""));
    }

    [Fact]
    public async Task Its_version_changes_with_its_members_and_two_who_change_it_at_once_both_count()
    {
        var scim = await ScimClient.Start(host);
        var users = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => scim.AddUser($"member{n}")));
        var group = await scim.Create("Groups", """{ "displayName": "Versions" }""");
        var version = (await scim.Send("GET", $"Groups/{group}")).Headers.GetValues("ETag").Single();
        await (await scim.Send("GET", $"Groups/{group}", match: version)).Is(304);
        await scim.PatchGroup(group, Add(users[0]));
        await (await scim.Send("GET", $"Groups/{group}", match: version)).Is(200);
        await ScimClient.Refused(await scim.Send("PATCH", $"Groups/{group}", ScimClient.PatchBody(Add(users[1])), version), 412);
        await ScimClient.Refused(await scim.Send("DELETE", $"Groups/{group}", match: version), 412);
        var shown = await scim.Json("PATCH", $"Groups/{group}?attributes=displayName", ScimClient.PatchBody(Add(users[1])));
        Assert.Equal("Versions", shown.GetProperty("displayName").GetString());
        await Task.WhenAll(users.Skip(2).Take(4).Select(user => scim.PatchGroup(group, Add(user))));
        Assert.Equal(6, (await scim.Members(group)).Count);

        static string Add(string user) => $$"""{ "op": "add", "path": "members", "value": [{ "value": "{{user}}" }] }""";
    }

    [Fact]
    public async Task A_group_with_files_is_not_deleted_by_a_directory()
    {
        var scim = await ScimClient.Start(host, new { name = "d", groupRole = "editor" });
        var group = await scim.Create("Groups",
            $$"""{ "displayName": "Filers", "members": [{ "value": "{{await host.UserId("alice")}}" }] }""");
        await (await host.As("alice")).Upload([1, 2, 3], space: $"group:{group}");
        Assert.Contains("administrator", await scim.Refused(409, null, "DELETE", $"Groups/{group}"), StringComparison.Ordinal);
        Assert.Single(await scim.Members(group));
    }

    [Theory]
    [InlineData("POST", "Groups", "{}", 400, "invalidValue")]
    [InlineData("POST", "Groups", """{"displayName":" "}""", 400, "invalidValue")]
    [InlineData("POST", "Groups", """{"displayName":"x","members":[{"value":"AAAAAAAAAAAAAAAAAAAAAA"}]}""", 400, "invalidValue")]
    [InlineData("POST", "Groups", """{"displayName":"x","members":[{"display":"x"}]}""", 400, "invalidValue")]
    [InlineData("POST", "Groups", """{"displayName":"x","members":[[]]}""", 400, "invalidValue")]
    [InlineData("PATCH", "Groups/family", """{"Operations":[{"op":"replace","path":"members[value eq \"x\"]","value":1}]}""", 400,
        "invalidPath")]
    [InlineData("PATCH", "Groups/family", """{"Operations":[{"op":"remove","path":"members[display eq \"x\"]"}]}""", 400, "invalidFilter")]
    [InlineData("PATCH", "Groups/family", """{"Operations":[{"op":"add","path":"members.value","value":"x"}]}""", 400, "invalidPath")]
    [InlineData("PATCH", "Groups/family", """{"Operations":[{"op":"remove","path":"displayName"}]}""", 400, "invalidValue")]
    [InlineData("PATCH", "Groups/nobodys", """{"Operations":[{"op":"remove","path":"members"}]}""", 404, null)]
    [InlineData("GET", "Groups?filter=members.value%20sw%20%22a%22", null, 400, "invalidFilter")]
    [InlineData("GET", "Groups?filter=id%20eq%20%22family%22%20and%20not%20(members.value%20eq%20%22a%22)", null, 400, "invalidFilter")]
    public async Task Bad_input_gets_the_error_of_its_kind(string method, string path, string? body, int status, string? scimType) =>
        await (await ScimClient.Start(host, new { name = "bad", days = 1 })).RefusedAndRevoked(status, scimType, method, path, body);
}
