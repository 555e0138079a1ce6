using System.Diagnostics;
using System.Text.Json;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Tests.Admin;

/// <summary>Users move in with their password hashes; at the first sign-in the hash becomes ours.</summary>
public sealed class UserImportTests(DemoHost demo) : IClassFixture<DemoHost>
{
    const string Bcrypt = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"; // U*U
    const string Django = "pbkdf2_sha256$1000$seasalt$JgZryXe2Ga8ysg6XbzkLpTdyPQrHqsinbL9BnnhgX4A="; // lètmein
    const string Flask = "scrypt:1024:8:1$seasalt$ba345fb0dba246298f7e6c85e1f304ddf3eec2558513d6e70a2256d7ba6e1ad6"
        + "74d07868ae1f7090218e957e7c7b7a02655051ac50fefde2743a1c2976b05c70"; // lightly-salted

    readonly TestHost host = demo.Host;

    [Theory]
    [InlineData("bcrypt", "U*U", Bcrypt)]
    [InlineData("argon", "password", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4")]
    [InlineData("pbkdf2", "lètmein", Django)]
    // The same password as a Mac types it: e and the accent as two characters.
    [InlineData("typed", "le\u0300tmein", Django)]
    [InlineData("scrypt", "lightly-salted", Flask)]
    public async Task The_first_sign_in_makes_the_hash_ours_and_the_second_uses_it(string name, string password, string hash)
    {
        var admin = await host.Admin("acme");
        var user = new { userName = name, passwordHash = hash, roles = AdminClient.Texts("member") };
        var (status, id, _) = Assert.Single(await Import(admin, user));
        Assert.Equal("created", status);
        var before = await Stored(name);
        Assert.StartsWith("$", before, StringComparison.Ordinal);
        await SignIn("acme", name, password + "!").Refused("invalid_grant");
        Assert.Equal(before, await Stored(name)); // A wrong password changes nothing.
        await SignIn("acme", name, password).Is(200);
        var after = await Stored(name);
        Assert.False(ImportedHash.Is(after));
        await SignIn("acme", name, password).Is(200);
        await SignIn("acme", name, password + "!").Refused("invalid_grant");
        Assert.Equal(after, await Stored(name));
        Assert.Equal(["member"], (await admin.User(id!)).Roles);
        await Eventually.True(async () =>
            (await admin.Audit("?type=user-imported&limit=200")).Any(entry => entry.Target == id && entry.Actor is not null));
    }

    [Fact]
    public async Task Many_first_sign_ins_at_once_all_succeed_and_leave_one_hash_of_ours()
    {
        var admin = await host.Admin("acme");
        await Import(admin, new { userName = "together", passwordHash = Bcrypt });
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => SignIn("acme", "together", "U*U")));
        foreach (var answer in answers) await answer.Is(200);
        Assert.False(ImportedHash.Is(await Stored("together")));
        await SignIn("acme", "together", "U*U").Is(200);
    }

    [Fact]
    public async Task An_import_that_is_sent_again_changes_nobody_and_says_who_is_there()
    {
        var admin = await host.Admin();
        var id = Ids.New();
        object[] users =
        [
            new { userName = "Ärne", passwordHash = Bcrypt, id, name = "Arne", email = "arne@example.com", disabled = true },
            new { userName = "berta", password = "berta-password" },
            new { userName = "cäsar" },
        ];
        var first = await Import(admin, users);
        Assert.All(first, result => Assert.Equal("created", result.Status));
        var arne = await admin.User(id);
        Assert.Equal(("Ärne", "Arne", "arne@example.com", true), (arne.UserName, arne.Name, arne.Email, arne.Disabled));
        var again = await Import(admin, users);
        Assert.Equal(first.Select(result => ("exists", result.Id)), again.Select(result => (result.Status, result.Id)));
        await host.Tokens("demo", "berta");
        // Somebody else's name or id is not the same user.
        var others = await Import(admin, new { userName = " ÄRNE ", id = Ids.New() }, new { userName = "other", id });
        Assert.Equal([("refused", "user_exists"), ("refused", "user_exists")], others.Select(result => (result.Status, result.Code)));
    }

    [Fact]
    public async Task A_verified_address_moves_in_as_a_name_and_is_one_users_only()
    {
        var admin = await host.Admin("acme");
        object First(string name) => new { userName = name, email = "Moved@Example.com", emailVerified = true, passwordHash = Bcrypt };
        Assert.Equal("created", (await Import(admin, First("moved")))[0].Status);
        await SignIn("acme", "moved@example.com", "U*U").Is(200);
        var results = await Import(admin, First("moved"), new { userName = "MOVED@example.com" },
            new { userName = "x", emailVerified = true });
        Assert.Equal([("exists", null), ("refused", "invalid_field"), ("refused", "invalid_field")],
            results.Select(result => (result.Status, result.Code))); // The address of the first entry is the name of the second.
        Assert.Equal("email_taken", (await Import(admin, First("thief")))[0].Code);
        Assert.Equal("user_exists", (await Import(admin, new { userName = "moved@example.com" }))[0].Code);
    }

    [Fact]
    public async Task Of_a_user_who_is_deleted_and_imported_again_with_the_same_id_nothing_comes_back_to_life()
    {
        var admin = await host.Admin();
        var id = Ids.New();
        var user = new { userName = "returning", id, password = "returning-password", roles = AdminClient.Texts("member") };
        await Import(admin, user);
        var before = await host.Tokens("demo", "returning");
        await admin.DeleteUser(id);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("created", (await Import(admin, user))[0].Status);
        await host.Refresh("demo", before.RefreshToken!).Refused("invalid_grant");
        await host.Send(HttpMethod.Get, "/demo/files", before.AccessToken).Fails(401, "invalid_token");
        await host.Tokens("demo", "returning");
    }

    [Fact]
    public async Task Each_entry_that_is_wrong_is_refused_by_itself_and_a_dry_run_writes_nothing()
    {
        var admin = await host.Admin();
        object[] users =
        [
            new { userName = "fine" },
            new { userName = "FINE" },
            new { userName = "alice" },
            new { userName = "a1", colour = "red" },
            new { userName = "a2", passwordHash = "$2b$31$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui" },
            new { userName = "a3", passwordHash = Bcrypt, password = "a-long-password" },
            new { userName = "a4", roles = AdminClient.Texts("nobody") },
            new { userName = "a5", id = "auth0|507f1f77bcf86cd799439011" },
            new { userName = "a6", email = "nowhere" },
            new { userName = "a7", password = "short" },
            new { name = "nameless" },
            7,
        ];
        string[] codes =
        [
            "created", "userName", "exists", "invalid_json", "passwordHash", "passwordHash", "roles", "id", "email", "password",
            "invalid_json", "invalid_json",
        ];
        foreach (var dryRun in new[] { true, false })
        {
            var results = (await admin.Send(HttpMethod.Post, "users/import", new { users, dryRun }).Json()).GetProperty("results");
            Assert.Equal(codes, results.EnumerateArray().Select(result => result.GetProperty("field").GetString()
                ?? result.GetProperty("code").GetString() ?? result.GetProperty("status").GetString()));
            Assert.DoesNotContain("31$", results.ToString(), StringComparison.Ordinal);
            Assert.Equal(dryRun ? 0 : 1, (await admin.Get("users?userName=fine")).GetProperty("users").GetArrayLength());
        }
        await admin.Send(HttpMethod.Post, "users/import", new { users = Array.Empty<object>() }).Fails(400, "invalid_field");
        await admin.Send(HttpMethod.Post, "users/import", new { users = Enumerable.Repeat(new { userName = "x" }, 51) })
            .Fails(400, "invalid_field");
        await host.Send(HttpMethod.Post, "/demo/admin/users/import", (await host.Tokens()).AccessToken, new { users })
            .Fails(403, "insufficient_scope");
    }

    [Fact]
    public async Task A_tenant_takes_hashes_of_four_kinds_and_no_more()
    {
        await (await host.Operator()).AddTenant(new { id = "kinds", name = "Kinds" });
        var admin = await (await host.Operator()).Into("kinds");
        static object Of(int ln) => new
        {
            userName = $"user {ln}",
            passwordHash = $"$scrypt$ln={ln},r=8,p=1$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWI",
        };
        Assert.All(await Import(admin, Of(1), Of(2), Of(3)), result => Assert.Equal("created", result.Status));
        var more = await Import(admin, Of(4), Of(5), Of(4));
        Assert.Equal(["created", "refused", "refused"], more.Select(result => result.Status));
        Assert.Equal("too_many_hash_kinds", more[1].Code);
        Assert.Equal("created", (await Import(admin, new { userName = "user 5", passwordHash = (string?)null }))[0].Status);
    }

    [Fact]
    public async Task A_wrong_password_takes_as_long_for_nobody_as_for_users_with_any_hash()
    {
        await (await host.Operator()).AddTenant(new { id = "slow", name = "Slow" });
        var admin = await (await host.Operator()).Into("slow");
        await admin.AddClient(new
        {
            id = "first-party",
            name = "App",
            authMethod = "none",
            native = true,
            grants = AdminClient.Texts("password"),
            scope = AdminClient.Texts("openid"),
        });
        await Import(admin, new { userName = "costly", passwordHash = Bcrypt.Replace("$05$", "$10$", StringComparison.Ordinal) },
            new { userName = "cheap", passwordHash = Bcrypt }, new { userName = "ours", password = "ours-password" },
            new { userName = "disabled", password = "disabled-password", disabled = true });
        var times = new Dictionary<string, TimeSpan>();
        for (var round = 0; round < 3; round++)
        {
            foreach (var user in new[] { "costly", "cheap", "ours", "nobody", "disabled" })
            {
                var start = Stopwatch.GetTimestamp();
                await SignIn("slow", user, user == "disabled" ? "disabled-password" : "wrong-password").Refused("invalid_grant");
                var time = Stopwatch.GetElapsedTime(start);
                if (!times.TryGetValue(user, out var least) || time < least) times[user] = time;
            }
        }
        // Without the rule, one in thirty-two for the cheap hash, and less for the others.
        Assert.All(times, time => Assert.InRange(time.Value / times["costly"], 0.4, 2.5));
    }

    Task<HttpResponseMessage> SignIn(string tenant, string user, string password) => host.Token(tenant,
        ("grant_type", "password"), ("client_id", "first-party"), ("username", user), ("password", password));

    static async Task<List<(string Status, string? Id, string? Code)>> Import(AdminClient admin, params object[] users)
    {
        var results = (await admin.Post("users/import", new { users }, 200)).GetProperty("results");
        return [.. results.EnumerateArray().Select(result => (Of(result, "status")!, Of(result, "id"), Of(result, "code")))];
        static string? Of(JsonElement result, string name) => result.GetProperty(name).GetString();
    }

    async Task<string> Stored(string name)
    {
        var tenant = await host.Service<TenantStore>().Find("acme", default);
        return (await host.Service<UserStore>().FindByName(tenant!, name, default))!.PasswordHash;
    }
}
