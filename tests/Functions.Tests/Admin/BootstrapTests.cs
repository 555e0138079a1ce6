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
        Assert.Equal(3, (await TestHost.Json(await host.Send(HttpMethod.Get, "/operator/admin/tenants", access), 200)).GetProperty("tenants").GetArrayLength());
    }

    [Fact]
    public async Task Of_many_at_once_one_becomes_the_operator_and_no_other_can_sign_in()
    {
        await using var host = await Start(Secret);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => Post(host, Secret, $"root{n}")));
        var won = Assert.Single(Enumerable.Range(0, 6), n => (int)answers[n].StatusCode == 201);
        for (var n = 0; n < 6; n++)
        {
            var answer = await host.Token("operator", ("grant_type", "password"), ("client_id", "cli"), ("username", $"root{n}"), ("password", "root-password"));
            Assert.Equal(n == won ? 200 : 400, (int)answer.StatusCode);
        }
    }

    [Fact]
    public async Task Without_a_secret_there_is_no_such_way()
    {
        await using var host = await Start(null);
        Assert.Equal("bootstrap_off", await Code(host, "", "root", 404));
    }

    [Fact]
    public void A_short_secret_stops_the_start() => Assert.Contains("Latchkey__OperatorSecret must have 32", Assert.Throws<SettingsException>(
        () => LocalHost.LocalApp.Build([], new Dictionary<string, string?> { ["Latchkey:OperatorSecret"] = "short" })).Message, StringComparison.Ordinal);

    static Task<TestHost> Start(string? secret) => TestHost.Start(settings: new() { ["Latchkey:OperatorSecret"] = secret });

    static Task<HttpResponseMessage> Post(TestHost host, string secret, string userName, string password = "root-password") =>
        host.Send(HttpMethod.Post, "/operator/bootstrap", null, new { secret, userName, password });

    static async Task<string?> Code(TestHost host, string secret, string userName, int status, string password = "root-password") =>
        (await TestHost.Json(await Post(host, secret, userName, password), status)).GetProperty("code").GetString();
}
