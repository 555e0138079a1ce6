using Latchkey.OAuth;
using static Latchkey.Tests.Callers.AdminClient;

namespace Latchkey.Tests.Admin;

/// <summary>A tenant's administrator looks after its users and roles.</summary>
public sealed class UserTests : IAsyncLifetime
{
    TestHost host = null!;
    AdminClient admin = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start();
        admin = await host.Admin();
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_new_user_signs_in_with_the_rights_of_their_roles_and_a_name_is_given_once()
    {
        var json = await admin.Post("users",
            new { userName = "Zoë", password = "Zoë-password", name = "Zoë", email = "zoe@example.com", roles = Texts("member") });
        var made = json.As<UserAnswer>();
        Assert.Equal(
            ["id", "userName", "name", "email", "emailVerified", "roles", "termsVersion", "termsAcceptedAt", "disabled", "deleting",
                "deleteAt", "secondFactor", "attributes"],
            json.EnumerateObject().Select(field => field.Name));
        var tokens = await host.Tokens("demo", "Zoë");
        Assert.EndsWith(" files.read files.write files.share", tokens.Scope, StringComparison.Ordinal);
        var again = await admin.Post("users", new { userName = " ZOË ", password = "another-password" }, 409);
        Assert.Equal("user_exists", again.GetProperty("code").GetString());
        Assert.Equal("zoe@example.com", (await admin.User(made.Id)).Email);
    }

    [Fact]
    public async Task Of_many_creates_of_one_name_at_once_one_wins_and_its_password_is_the_users()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(n =>
            admin.Send(HttpMethod.Post, "users", new { userName = "carol", password = $"carol-password-{n}", roles = Texts("member") })));
        var won = Assert.Single(Enumerable.Range(0, 8), n => (int)answers[n].StatusCode == 201);
        Assert.Equal(7, answers.Count(answer => (int)answer.StatusCode == 409));
        await Password("carol", $"carol-password-{won}").Is(200);
        Assert.Equal(400, (int)(await Password("carol", $"carol-password-{(won + 1) % 8}")).StatusCode);
    }

    [Theory]
    [InlineData("disabled")]
    [InlineData("password")]
    [InlineData("deleted")]
    public async Task Disabling_setting_a_password_and_deleting_end_what_the_user_has_begun_at_once(string what)
    {
        var id = await admin.UserId("alice");
        var tokens = await host.Tokens("demo");
        var access = tokens.AccessToken;
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        switch (what)
        {
            case "disabled": await admin.ChangeUser(id, new { disabled = true }); break;
            case "password": await admin.Do(HttpMethod.Put, $"users/{id}/password", new { password = "a-new-password" }); break;
            default: await admin.Do(HttpMethod.Delete, $"users/{id}"); break;
        }
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await host.Send(HttpMethod.Get, "/demo/files", access).Fails(401, "invalid_token");
        await host.Refresh("demo", tokens.RefreshToken!).Is(400);
        var again = await Password("alice", "alice-password");
        Assert.Equal(400, (int)again.StatusCode);
        if (what == "password") await Password("alice", "a-new-password").Is(200);
        if (what == "deleted") await admin.Get($"users/{id}", 404);
        await host.Tokens("demo", "bob"); // Nobody else is touched.
    }

    [Fact]
    public async Task A_deleted_users_name_can_be_given_again_and_is_somebody_else()
    {
        var id = await admin.UserId("bob");
        await admin.Do(HttpMethod.Delete, $"users/{id}");
        await admin.Do(HttpMethod.Delete, $"users/{id}", status: 404);
        var made = await admin.AddUser(new { userName = "bob", password = "another-bob" });
        Assert.NotEqual(id, made.Id);
    }

    [Fact]
    public async Task Changes_at_once_are_all_kept_or_refused_never_lost()
    {
        var id = await admin.UserId("bob");
        var answers = await Task.WhenAll(
            admin.Send(HttpMethod.Patch, $"users/{id}", new { name = "Robert" }),
            admin.Send(HttpMethod.Patch, $"users/{id}", new { email = "robert@example.com" }),
            admin.Send(HttpMethod.Patch, $"users/{id}", new { roles = Texts("admin") }));
        Assert.All(answers, answer => Assert.Equal(200, (int)answer.StatusCode));
        var now = await admin.User(id);
        Assert.Equal(("Robert", "robert@example.com", "admin"),
            (now.Name, now.Email, now.Roles[0]));
        Assert.Null((await admin.ChangeUser(id, new { email = "" })).Email);
    }

    [Fact]
    public async Task The_list_comes_in_pages_and_holds_each_user_once()
    {
        for (var n = 0; n < 4; n++) await admin.AddUser(new { userName = $"user{n}" });
        var names = (await admin.All<UserAnswer>("users", "users", 2)).Select(user => user.UserName).Order().ToList();
        Assert.Equal(["admin", "alice", "bob", "user0", "user1", "user2", "user3"], names);
        Assert.Equal(400, (int)(await Password("user0", "")).StatusCode); // No password, no way in.
    }

    [Fact]
    public async Task A_role_is_made_used_changed_and_deleted()
    {
        var id = await admin.UserId("bob");
        await admin.Send(HttpMethod.Put, "roles/reader", new { rights = Texts("files.read") }).Is(200);
        await admin.ChangeUser(id, new { roles = Texts("reader") });
        host.Clock.Advance(TimeSpan.FromSeconds(6));
        var tokens = await host.Tokens("demo", "bob");
        Assert.EndsWith(" files.read", tokens.Scope, StringComparison.Ordinal);
        await admin.Send(HttpMethod.Put, "roles/reader", new { rights = Texts("files.write") }).Is(200);
        Assert.Equal(["admin", "member", "reader"], (await admin.Roles()).Select(role => role.Name));
        await admin.Do(HttpMethod.Delete, "roles/reader");
        await admin.Do(HttpMethod.Delete, "roles/reader", status: 404);
        var left = await host.Refresh("demo", tokens.RefreshToken!).Read<TokenAnswer>();
        Assert.DoesNotContain("files", left.Scope, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_lacks_the_scope_is_refused_everywhere()
    {
        var alice = (await host.Tokens("demo")).AccessToken;
        foreach (var function in LocalHost.Functions.Http(typeof(TokenEndpoint).Assembly)
            .Where(f => f.Route.StartsWith("{tenant}/admin/", StringComparison.Ordinal)))
        {
            var operators = function.Name.StartsWith("operator-", StringComparison.Ordinal);
            var path = "/"
                + function.Route.Replace("{tenant}", "demo", StringComparison.Ordinal).Replace("{", "", StringComparison.Ordinal)
                    .Replace("}", "", StringComparison.Ordinal);
            foreach (var method in function.Methods.Where(method => method is not ("options" or "head")))
            {
                // A tenant's administrator is no operator.
                var problem = await host.Send(new HttpMethod(method.ToUpperInvariant()), path, operators ? admin.Token : alice, new { })
                    .Problem(403);
                Assert.Equal(("insufficient_scope", operators ? "operator" : "admin"), (problem.Code, problem.Scope));
            }
        }
    }

    Task<HttpResponseMessage> Password(string user, string password) => host.Token("demo",
        ("grant_type", "password"), ("client_id", "first-party"), ("username", user), ("password", password));

}

/// <summary>What administrators send of users and roles that is wrong: it changes nothing.</summary>
public sealed class UserInputTests(DemoHost demo) : IClassFixture<DemoHost>, IAsyncLifetime
{
    readonly TestHost host = demo.Host;

    AdminClient admin = null!;

    public async Task InitializeAsync() => admin = await host.Admin();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("POST", "users", """{"userName":""}""", "invalid_field")]
    [InlineData("POST", "users", """{"userName":"a\u202eb"}""", "invalid_field")]
    [InlineData("POST", "users", """{"userName":"x","password":"short"}""", "invalid_field")]
    [InlineData("POST", "users", """{"userName":"x","email":"nobody"}""", "invalid_field")]
    [InlineData("POST", "users", """{"userName":"x","roles":["boss"]}""", "invalid_field")]
    [InlineData("POST", "users", """{"userName":"x","admin":true}""", "invalid_json")]
    [InlineData("POST", "users", """{}""", "invalid_json")]
    [InlineData("POST", "users", "[]", "invalid_json")]
    [InlineData("PUT", "roles/boss", """{"rights":["operator"]}""", "invalid_field")]
    [InlineData("PUT", "roles/boss", """{"rights":["openid"]}""", "invalid_field")]
    [InlineData("PUT", "roles/BOSS", """{"rights":[]}""", "invalid_field")]
    [InlineData("PUT", "roles/boss", """{"rights":"admin"}""", "invalid_json")]
    public async Task Bad_input_is_a_400_that_says_where(string method, string path, string body, string code)
    {
        var request = new HttpRequestMessage(new HttpMethod(method),
            $"/demo/admin/{path}")
        { Content = new StringContent(body, null, "application/json") };
        request.Headers.Authorization = new("Bearer", admin.Token);
        await host.Http.SendAsync(request).Fails(400, code);
        Assert.Equal(3, (await admin.Get("users")).GetProperty("users").GetArrayLength());
        Assert.Equal(2, (await admin.Roles()).Count);
    }
}
