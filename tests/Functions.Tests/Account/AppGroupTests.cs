using System.Text.Json;
using Latchkey.OAuth;
using Latchkey.Tenancy;

namespace Latchkey.Tests.Account;

/// <summary>An app makes groups for its users (docs/apps/groups.md).</summary>
public sealed class AppGroupTests(DemoHost demo) : IClassFixture<DemoHost>, IAsyncLifetime
{
    const string Scope = "groups.write files.read files.write";

    static int made;

    readonly TestHost host = demo.Host;
    readonly string app = $"band{Interlocked.Increment(ref made)}";

    AdminClient admin = null!;
    string alice = "";
    string bob = "";

    public async Task InitializeAsync()
    {
        admin = await host.Admin();
        await App(app);
        (alice, bob) = (await admin.UserId("alice"), await admin.UserId("bob"));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task An_app_makes_a_group_whose_members_share_files_until_they_leave()
    {
        var owner = await Token("alice");
        var group = await Made(owner, "Our band");
        var member = await Token("bob");
        Assert.Empty(Groups(await Do(member, HttpMethod.Get, "").Json()));
        await Do(owner, HttpMethod.Put, $"/{group}/members/{bob}", new { role = "reader" }).Is(200);
        Assert.Equal([(group, "Our band", "reader")], Groups(await Do(member, HttpMethod.Get, "").Json()));
        var file = await new FilesClient(host, owner).Upload([1, 2, 3], space: $"group:{group}");
        await new FilesClient(host, member).Send(HttpMethod.Get, $"/{file}").Is(200);
        var members = (await Do(member, HttpMethod.Get, $"/{group}/members").Json()).GetProperty("members").EnumerateArray()
            .Select(one => (one.GetProperty("user").GetString(), one.GetProperty("role").GetString()));
        Assert.Equal([(alice, "owner"), (bob, "reader")], members.OrderBy(one => one.Item2));

        await Do(member, HttpMethod.Put, $"/{group}/members/{bob}", new { role = "owner" }).Fails(403, "owner_required");
        await Do(member, HttpMethod.Delete, $"/{group}/members/{alice}").Fails(403, "owner_required");
        await Do(member, HttpMethod.Delete, $"/{group}").Fails(403, "owner_required");
        await Do(owner, HttpMethod.Delete, $"/{group}/members/{alice}").Fails(409, "last_owner");
        await Do(owner, HttpMethod.Put, $"/{group}/members/{alice}", new { role = "editor" }).Fails(409, "last_owner");
        await Do(member, HttpMethod.Delete, $"/{group}/members/{bob}").Is(204); // Whoever wants to leaves.
        await new FilesClient(host, member).Send(HttpMethod.Get, $"/{file}").Fails(404, "file_not_found");
        await Do(owner, HttpMethod.Delete, $"/{group}/members/{bob}").Fails(404, "member_not_found");

        await Do(owner, HttpMethod.Delete, $"/{group}").Fails(409, "group_has_files");
        await Do(owner, HttpMethod.Delete, $"/{group}?files=purge").Is(204);
        await Do(owner, HttpMethod.Delete, $"/{group}?files=purge").Fails(404, "group_not_found");
        Assert.Empty(Groups(await Do(owner, HttpMethod.Get, "").Json()));
    }

    [Fact]
    public async Task Only_users_of_the_app_can_be_added_and_of_others_nobody_learns_whether_they_exist()
    {
        var owner = await Token("alice");
        var group = await Made(owner);
        var unknown = await Add("AAAAAAAAAAAAAAAAAAAAAA");
        Assert.Equal(unknown, await Add(bob)); // Bob is somebody, but does not use this app.
        await Token("bob", "first-party"); // Nor does he by another one.
        Assert.Equal(unknown, await Add(bob));
        Assert.Equal(unknown, await Add("not-an-id"));

        var (tenant, client, user) = (await host.Service<TenantStore>().Find("demo", default), await Client(), await User(bob));
        await host.Service<Consents>().Add(tenant!, user, client, new(Latchkey.Protocol.Scope.Of("openid"), [Api.Own(tenant!)]), default);
        await Do(owner, HttpMethod.Put, $"/{group}/members/{bob}", new { role = "reader" }).Is(200);
        await Do(owner, HttpMethod.Delete, $"/{group}/members/{bob}").Is(204);
        var own = (await host.Tokens("demo", "bob", "account")).AccessToken;
        await host.Send(HttpMethod.Delete, $"/demo/me/apps/{app}", own).Is(204);
        Assert.Equal(unknown, await Add(bob)); // He has removed it.

        await Token("bob", app);
        await Do(owner, HttpMethod.Put, $"/{group}/members/{bob}", new { role = "reader" }).Is(200);
        await Do(owner, HttpMethod.Delete, $"/{group}/members/{bob}").Is(204);
        await host.Send(HttpMethod.Delete, $"/demo/me/apps/{app}", own).Is(204);
        Assert.Equal(unknown, await Add(bob));

        async Task<string> Add(string sub) =>
            (await Do(owner, HttpMethod.Put, $"/{group}/members/{sub}", new { role = "reader" }).Fails(404, "user_not_found")).ToString();
    }

    [Fact]
    public async Task Another_app_can_neither_see_nor_change_it_and_an_app_without_the_scope_none()
    {
        var owner = await Token("alice");
        var group = await Made(owner);
        var other = await Token("alice", "first-party");
        Assert.Empty(Groups(await Do(other, HttpMethod.Get, "").Json()));
        await Do(other, HttpMethod.Get, $"/{group}/members").Fails(404, "group_not_found");
        await Do(other, HttpMethod.Put, $"/{group}/members/{alice}", new { role = "owner" }).Fails(404, "group_not_found");
        await Do(other, HttpMethod.Delete, $"/{group}/members/{alice}").Fails(404, "group_not_found");
        await Do(other, HttpMethod.Delete, $"/{group}").Fails(404, "group_not_found");
        await Do(owner, HttpMethod.Delete, "/family").Fails(404, "group_not_found"); // The tenant's own, and hers.

        await Do((await host.Tokens("demo", scope: "files.read")).AccessToken, HttpMethod.Get, "").Fails(403, "insufficient_scope");
        await admin.ChangeClient(app, new { scope = AdminClient.Texts("files.read") });
        await Do(owner, HttpMethod.Get, $"/{group}/members").Fails(403, "insufficient_scope"); // The token was issued before.
        await Do(owner, HttpMethod.Delete, $"/{group}").Fails(403, "insufficient_scope");
        Assert.Equal("invalid_scope", (await SignIn("alice", app).Problem(400)).Error);
    }

    [Fact]
    public async Task An_app_that_registers_itself_and_a_client_by_itself_cannot_have_the_scope()
    {
        var initial = (await admin.Post("initial-tokens", new { uses = 2 })).GetProperty("token").GetString()!;
        var metadata = new { redirect_uris = AdminClient.Texts("https://app.example/cb"), scope = "openid groups.write" };
        var refused = await host.Send(HttpMethod.Post, "/demo/oauth/register", initial, metadata).Problem(400);
        Assert.Equal("invalid_client_metadata", refused.Error);
        var silent = await host.Send(HttpMethod.Post, "/demo/oauth/register", initial, new { metadata.redirect_uris }).Json(201);
        Assert.DoesNotContain("groups.write", silent.GetProperty("scope").GetString(), StringComparison.Ordinal);
        await admin.ChangeClient("service", new { scope = AdminClient.Texts("files.read", "files.write", "groups.write") });
        var own = await host.Token("demo", ("grant_type", "client_credentials"), ("client_id", "service"),
            ("client_secret", TestHostCallers.ServiceSecret), ("scope", "groups.write")).Problem(400);
        Assert.Equal("invalid_scope", own.Error);
        await host.ServiceToken(); // Without naming it, it gets the rest.
    }

    [Fact]
    public async Task Of_many_at_once_no_group_and_no_member_is_one_too_many_and_an_owner_is_left()
    {
        var owner = await Token("alice");
        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(n => Do(owner, HttpMethod.Post, "", new { name = $"{n}" })));
        Assert.Equal(GroupApp.MaxPerUser, answers.Count(answer => (int)answer.StatusCode == 201));
        await answers.First(answer => (int)answer.StatusCode != 201).Fails(409, "too_many_groups");
        var group = Groups(await Do(owner, HttpMethod.Get, "").Json())[0].Id;
        await Do(owner, HttpMethod.Delete, $"/{group}").Is(204);
        group = await Made(owner); // There is a place again.

        var store = host.Service<GroupStore>();
        var strangers = Enumerable.Range(0, GroupApp.MaxMembers - 2).Select(_ => (Latchkey.Storage.Ids.New(), GroupRole.Reader)).ToList();
        await store.ChangeMembers("demo", (await store.FindGroup("demo", group, default))!, new(strangers, []), false, default);
        await Token("bob");
        var carol = await admin.AddUser(Somebody("carol", "carols-password"));
        await SignIn($"carol-{app}", app, "carols-password").Is(200);
        var added = await Task.WhenAll(new[] { bob, carol.Id }.Select(user =>
            Do(owner, HttpMethod.Put, $"/{group}/members/{user}", new { role = "owner" })));
        Assert.Equal([200, 409], added.Select(answer => (int)answer.StatusCode).Order());
        await added.First(answer => (int)answer.StatusCode == 409).Fails(409, "too_many_members");

        var second = (int)added[0].StatusCode == 200 ? bob : carol.Id;
        var left = await Task.WhenAll(new[] { alice, second }.Select(user => Do(owner, HttpMethod.Delete, $"/{group}/members/{user}")));
        Assert.Single(left, answer => (int)answer.StatusCode == 204);
        Assert.Single((await store.Roles("demo", group, null, default)).Values, role => role == GroupRole.Owner);
    }

    [Fact]
    public async Task When_the_only_owners_account_goes_the_next_member_owns_the_group_and_the_last_member_takes_it_along()
    {
        var people = new List<(string Id, string Token)>();
        foreach (var name in (string[])["dora", "emil", "fina"])
        {
            var user = await admin.AddUser(Somebody(name, "their-password"));
            people.Add((user.Id, (await SignIn($"{name}-{app}", app, "their-password").Read<TokenAnswer>()).AccessToken));
        }
        var group = await Made(people[0].Token);
        await Do(people[0].Token, HttpMethod.Put, $"/{group}/members/{people[1].Id}", new { role = "reader" }).Is(200);
        await Do(people[0].Token, HttpMethod.Put, $"/{group}/members/{people[2].Id}", new { role = "editor" }).Is(200);
        var file = await new FilesClient(host, people[0].Token).Upload([1], space: $"group:{group}");
        await admin.DeleteUser(people[0].Id);
        Assert.Equal([(group, "Band", "owner")], Groups(await Do(people[2].Token, HttpMethod.Get, "").Json()));
        await new FilesClient(host, people[2].Token).Send(HttpMethod.Get, $"/{file}").Is(200);
        await Do(people[2].Token, HttpMethod.Delete, $"/{group}/members/{people[1].Id}").Is(204);
        await admin.DeleteUser(people[2].Id);
        await admin.Send(HttpMethod.Get, $"groups/{group}").Fails(404, "group_not_found");
    }

    [Fact]
    public async Task A_deleted_app_takes_its_groups_along_at_once_or_by_the_timer_and_the_next_app_of_its_id_has_none()
    {
        var group = await Made(await Token("alice"));
        await new FilesClient(host, await Token("alice")).Upload([1], space: $"group:{group}");
        Assert.Equal(app, (await admin.Group(group)).App);
        await admin.Send(HttpMethod.Delete, $"clients/{app}").Fails(409, "client_has_files");
        await admin.Do(HttpMethod.Delete, $"clients/{app}?files=purge");
        await admin.Send(HttpMethod.Get, $"groups/{group}").Fails(404, "group_not_found");

        await App(app);
        group = await Made(await Token("alice"));
        var tenant = await host.Service<TenantStore>().Find("demo", default);
        await host.Service<ClientStore>().Delete(tenant!, app, default); // As an app does that deletes its registration.
        await App(app);
        Assert.Empty(Groups(await Do(await Token("alice"), HttpMethod.Get, "").Json()));
        await Do(await Token("alice"), HttpMethod.Get, $"/{group}/members").Fails(404, "group_not_found");
        var kept = await Made(await Token("alice"));
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        await host.RunTimer("finish-removals");
        admin = await host.Admin();
        await admin.Send(HttpMethod.Get, $"groups/{group}").Fails(404, "group_not_found");
        Assert.Equal([kept], Groups(await Do(await Token("alice"), HttpMethod.Get, "").Json()).Select(one => one.Id));
    }

    [Fact]
    public async Task A_directory_does_not_see_it_and_its_name_stands_in_no_directorys_way()
    {
        var group = await Made(await Token("alice"), $"Finance {app}");
        var token = (await admin.Post("scim-tokens", new { name = "Directory" })).GetProperty("token").GetString()!;
        foreach (var query in (string[])["", $"?filter=displayName eq \"Finance {app}\"", $"?filter=members.value eq \"{alice}\""])
        {
            var found = await host.Send(HttpMethod.Get, $"/demo/scim/v2/Groups{query}", token).Json();
            Assert.DoesNotContain(group, found.GetRawText(), StringComparison.Ordinal);
            Assert.Equal(found.GetProperty("totalResults").GetInt32(), found.GetProperty("Resources").GetArrayLength());
        }
        Assert.Equal(404, (int)(await host.Send(HttpMethod.Get, $"/demo/scim/v2/Groups/{group}", token)).StatusCode);
        await host.Send(HttpMethod.Post, "/demo/scim/v2/Groups", token, new { displayName = $"Finance {app}" }).Is(201);
    }

    [Theory]
    [InlineData("POST", "", """{"name":" "}""", 400, "invalid_field")]
    [InlineData("POST", "", """{"name":"\u202e"}""", 400, "invalid_field")]
    [InlineData("POST", "", """{"name":"x","owner":"y"}""", 400, "invalid_json")]
    [InlineData("POST", "", """{"name":null}""", 400, "invalid_json")]
    [InlineData("DELETE", "/{group}?files=all", "{}", 400, "invalid_query")]
    [InlineData("DELETE", "/a|b", "{}", 404, "group_not_found")]
    [InlineData("PUT", "/{group}/members/AAAAAAAAAAAAAAAAAAAAAA", """{"role":"king"}""", 400, "invalid_field")]
    [InlineData("PUT", "/{group}/members/AAAAAAAAAAAAAAAAAAAAAA", """{"role":"reader","until":1}""", 400, "invalid_json")]
    [InlineData("PUT", "/none/members/AAAAAAAAAAAAAAAAAAAAAA", """{"role":"reader"}""", 404, "group_not_found")]
    public async Task Bad_input_is_refused_and_changes_nothing(string method, string path, string body, int status, string code)
    {
        var owner = await Token("alice");
        var group = await Made(owner);
        var before = (await Do(owner, HttpMethod.Get, "").Json()).GetRawText();
        var request = new HttpRequestMessage(new HttpMethod(method),
            $"/demo/groups{path.Replace("{group}", group, StringComparison.Ordinal)}")
        {
            Content = new StringContent(body, null, "application/json"),
        };
        request.Headers.Authorization = new("Bearer", owner);
        await host.Http.SendAsync(request).Fails(status, code);
        Assert.Equal(before, (await Do(owner, HttpMethod.Get, "").Json()).GetRawText());
    }

    async Task App(string id) => await admin.AddClient(new
    {
        id,
        name = "Band",
        authMethod = "none",
        grants = AdminClient.Texts("password"),
        scope = Scope.Split(' '),
    });

    async Task<string> Token(string user, string? client = null) =>
        (await SignIn(user, client ?? app).Read<TokenAnswer>()).AccessToken;

    Task<HttpResponseMessage> SignIn(string user, string client, string? password = null) => host.Token("demo", ("grant_type", "password"),
        ("client_id", client), ("username", user), ("password", password ?? $"{user}-password"), ("scope", Scope));

    Task<HttpResponseMessage> Do(string token, HttpMethod method, string path, object? json = null) =>
        host.Send(method, $"/demo/groups{path}", token, json);

    async Task<string> Made(string token, string name = "Band") =>
        (await Do(token, HttpMethod.Post, "", new { name }).Json(201)).GetProperty("id").GetString()!;

    object Somebody(string name, string password) => new { userName = $"{name}-{app}", password, roles = AdminClient.Texts("member") };

    async Task<Client> Client() =>
        (await host.Service<ClientStore>().Find((await host.Service<TenantStore>().Find("demo", default))!, app, default))!;

    async Task<User> User(string id) => (await host.Service<UserStore>().Find("demo", id, default))!;

    static List<(string Id, string Name, string Role)> Groups(JsonElement answer) => [.. answer.GetProperty("groups").EnumerateArray()
        .Select(one => (one.GetProperty("id").GetString()!, one.GetProperty("name").GetString()!, one.GetProperty("role").GetString()!))];
}
