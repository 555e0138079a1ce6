namespace Latchkey.Tests.Admin;

/// <summary>The first operator is made by the deployment's one-time secret, once.</summary>
public sealed class BootstrapTests
{
    const string Secret = "one-time-secret-of-the-tests-only";

    [Fact]
    public async Task The_first_operator_signs_in_and_the_secret_is_used_up()
    {
        await using var host = await Start(Secret);
        Assert.Equal("wrong_secret", await Code(host, "another-secret-of-the-same-length-", "root", 403));
        Assert.Equal("invalid_field", await Code(host, Secret, "root", 400, password: "short"));
        await TestHost.Json(await Post(host, Secret, "root"), 201);
        Assert.Equal("bootstrap_done", await Code(host, Secret, "root", 409));
        Assert.Equal("bootstrap_done", await Code(host, Secret, "another", 409));
        var access = (await TestHost.Json(await host.Token("operator", ("grant_type", "password"), ("client_id", "cli"),
            ("username", "root"), ("password", "root-password")), 200)).GetProperty("access_token").GetString();
        Assert.Equal(3,
            (await TestHost.Json(await host.Send(HttpMethod.Get, "/operator/admin/tenants", access), 200)).GetProperty("tenants")
                .GetArrayLength());
    }

    [Fact]
    public async Task Of_many_at_once_one_becomes_the_operator_and_no_other_can_sign_in()
    {
        await using var host = await Start(Secret);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => Post(host, Secret, $"root{n}")));
        var won = Assert.Single(Enumerable.Range(0, 6), n => (int)answers[n].StatusCode == 201);
        for (var n = 0; n < 6; n++)
        {
            var answer = await host.Token("operator", ("grant_type", "password"), ("client_id", "cli"), ("username", $"root{n}"),
                ("password", "root-password"));
            Assert.Equal(n == won ? 200 : 400, (int)answer.StatusCode);
        }
    }

    [Fact]
    public async Task The_secret_brings_no_operator_back_who_was_disabled()
    {
        await using var host = await Start(Secret);
        await TestHost.Json(await Post(host, Secret, "root"), 201);
        var root = (await TestHost.Json(await SignIn(host), 200)).GetProperty("access_token").GetString();
        await TestHost.Json(
            await host.Send(HttpMethod.Post, "/operator/admin/users", root,
                new { userName = "anna", password = "anna-password", roles = AdminClient.Texts("operator") }), 201);
        var anna = new AdminClient(host, "operator",
            (await TestHost.Json(await SignIn(host, "anna"), 200)).GetProperty("access_token").GetString()!);
        await anna.Patch($"users/{await anna.UserId("root")}", new { disabled = true });
        Assert.Equal("bootstrap_done", await Code(host, Secret, "root", 409));
        Assert.Equal(400, (int)(await SignIn(host)).StatusCode);
    }

    [Fact]
    public async Task When_all_passwords_are_lost_whoever_may_delete_a_row_of_the_tables_bootstraps_again()
    {
        await using var host = await Start(Secret);
        await TestHost.Json(await Post(host, Secret, "root"), 201);
        // As infra/README.md says.
        await host.Service<Latchkey.Storage.StorageClients>().Tables.GetTableClient("Tenants").DeleteEntityAsync("operator", "tenant");
        Assert.Equal("user_exists", await Code(host, Secret, "root", 409, password: "another-password"));
        await TestHost.Json(await Post(host, Secret, "root2"), 201);
        await TestHost.Json(await SignIn(host, "root2", "root-password"), 200);
    }

    static Task<HttpResponseMessage> SignIn(TestHost host, string user = "root", string? password = null) => host.Token("operator",
        ("grant_type", "password"), ("client_id", "cli"), ("username", user), ("password", password ?? $"{user}-password"));

    [Fact]
    public async Task Without_a_one_time_secret_nobody_bootstraps_an_operator()
    {
        await using var host = await Start(null);
        Assert.Equal("bootstrap_off", await Code(host, "", "root", 404));
    }

    [Fact]
    public async Task A_secret_that_could_be_guessed_from_its_hash_is_refused()
    {
        await using var host = await Start("short");
        Assert.Equal("wrong_secret", await Code(host, "short", "root", 403));
    }

    [Theory, InlineData("short"), InlineData(Secret), InlineData("zz80634dbca3aa4d1e50c7d58b5ec3b8c8da5c3f5b9dcf1a6d1b1a9e25ee7a5d")]
    public void What_is_no_hash_stops_the_start_and_is_not_shown(string text)
    {
        var fault = Assert.Throws<SettingsException>(() =>
            LocalHost.LocalApp.Build(new Dictionary<string, string?> { ["Latchkey:OperatorSecretHash"] = text })).Message;
        Assert.Contains("Latchkey__OperatorSecretHash must be the secret's SHA-256 in 64 hex digits", fault, StringComparison.Ordinal);
        Assert.DoesNotContain(text, fault, StringComparison.Ordinal);
    }

    static Task<TestHost> Start(string? secret) =>
        TestHost.Start(settings: new() { ["Latchkey:OperatorSecretHash"] = secret is null ? null : AdminClient.Hash(secret) });

    static Task<HttpResponseMessage> Post(TestHost host, string secret, string userName, string password = "root-password") =>
        host.Send(HttpMethod.Post, "/operator/bootstrap", null, new { secret, userName, password });

    static async Task<string?> Code(TestHost host, string secret, string userName, int status, string password = "root-password") =>
        (await TestHost.Json(await Post(host, secret, userName, password), status)).GetProperty("code").GetString();
}
