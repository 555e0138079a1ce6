using System.Text.Json;
using System.Text.Json.Nodes;
using Latchkey.Cli;

namespace Latchkey.Tests.Admin;

/// <summary>What people type and read: nothing is deleted unasked, units and times are said as people say them, an id stays
/// whole.</summary>
public sealed class CommandLineWordsTests : IAsyncLifetime
{
    TestHost host = null!;

    // Keys of its own: it rotates them.
    public async Task InitializeAsync() => host = await TestHost.Start(settings: new()
    {
        ["Latchkey:Signing:KeyFile"] = Path.Combine(Path.GetTempPath(), $"latchkey-words-{Guid.CreateVersion7():n}.json"),
    });

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Theory]
    [InlineData("user delete bob -t demo")]
    [InlineData("client delete service -t demo")]
    [InlineData("session revoke --all -t demo")]
    [InlineData("group delete family -t demo")]
    public async Task What_cannot_be_undone_is_refused_with_2_without_a_terminal_and_asked_on_one(string args)
    {
        var refused = await Run(args);
        Assert.Equal(2, refused.Code);
        Assert.EndsWith("use --yes.\n", refused.Error, StringComparison.Ordinal);
        Assert.Equal(1, (await Run(args, "n\n", interactive: true)).Code);
        Assert.Equal(0, (await Run(args, "y\n", interactive: true)).Code);
    }

    [Fact]
    public async Task Redirect_uris_are_added_and_removed_one_by_one()
    {
        var uris = Parsed(
            await Ok(
                "client set mobile -t demo --add-redirect com.example.more:/callback --remove-redirect com.example.files:/callback --json"))
            .GetProperty("redirectUris").EnumerateArray().Select(uri => uri.GetString()).ToList();
        Assert.Equal(("http://127.0.0.1/callback", "com.example.more:/callback"), (uris[0], uris[^1]));
        Assert.DoesNotContain("com.example.files:/callback", uris);
        Assert.Equal(1, (await Run("client set mobile -t demo --remove-redirect com.example.none:/callback")).Code);
        Assert.Equal(2, (await Run("client set mobile -t demo --redirect a.b:/c --add-redirect a.b:/d")).Code);
    }

    [Fact]
    public async Task All_that_an_administrator_may_say_about_a_client_can_be_said()
    {
        var client = Parsed(
            await Ok(
                "client set mobile -t demo --refresh-by-cookie true --session-idle 2d --session-life 30d --retry-window 0 --require-par "
                    + "true "
            + "--require-pkce true --id-token-algorithm ES256 --token-seconds 15min --website https://a.example --logo "
            + "https://a.example/l.png --json"));
        Assert.Equal((true, 172800, 2592000, 0, true, "ES256", 900),
            (client.GetProperty("refreshByCookie").GetBoolean(), client.GetProperty("sessionIdleSeconds").GetInt32(),
            client.GetProperty("sessionSeconds").GetInt32(), client.GetProperty("retryWindowSeconds").GetInt32(),
            client.GetProperty("requirePushedRequests").GetBoolean(),
            client.GetProperty("idTokenAlgorithm").GetString(), client.GetProperty("accessTokenSeconds").GetInt32()));
    }

    [Theory]
    [InlineData("10GB", 10_000_000_000)]
    [InlineData("1.5KiB", 1536)]
    [InlineData("2tb", 2_000_000_000_000)]
    [InlineData("100", 100)]
    [InlineData("-1", -1)]
    public async Task Sizes_on_the_command_line_have_units(string said, long bytes) =>
        Assert.Equal(bytes,
            Parsed(await Ok($"tenant set demo --tenant-bytes {said} --json")).GetProperty("limits").GetProperty("tenantBytes").GetInt64());

    [Fact]
    public async Task A_size_that_is_none_is_not_understood() => Assert.Equal(2, (await Run("tenant set demo --tenant-bytes ten")).Code);

    [Fact]
    public async Task The_audit_names_actors_takes_times_ago_and_says_that_a_type_is_none()
    {
        await host.SignIn("demo");
        await Ok("client set service --token-seconds 120 -t demo");
        await Eventually.True(async () =>
            (await Ok("audit list --type sign-in --from 1h -t demo")).Contains(" alice ", StringComparison.Ordinal));
        Assert.DoesNotContain("\"alice\"", await Ok("audit list --type sign-in --from 1h -t demo --json"), StringComparison.Ordinal);
        host.Clock.Advance(TimeSpan.FromHours(2));
        Assert.DoesNotContain("alice", await Ok("audit list --type sign-in --from 1h -t demo"), StringComparison.Ordinal);
        Assert.Contains("2 h ago", await Ok("audit list --type sign-in --from 3h -t demo"), StringComparison.Ordinal);
        var unknown = await Run("audit list --type sign-inn -t demo");
        Assert.Equal(2, unknown.Code);
        Assert.StartsWith("Unknown type 'sign-inn'. The types are: ", unknown.Error, StringComparison.Ordinal);
        Assert.Contains("admin-client-delete", unknown.Error, StringComparison.Ordinal);
        await Ok("audit list --type admin-user-delete -t demo");
    }

    [Fact]
    public async Task A_second_rotation_says_that_it_did_nothing()
    {
        Assert.Equal("", (await Run("key rotate -t demo")).Error);
        Assert.StartsWith("Nothing was done", (await Run("key rotate -t demo")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suspended_tenant_stays_open_to_operators_and_to_nobody_else()
    {
        var admin = (await host.Tokens("demo", "admin")).AccessToken;
        await Ok("tenant suspend demo --reason Unpaid.");
        Assert.Contains("alice", await Ok("user list -t demo"), StringComparison.Ordinal);
        await Ok("user disable alice -t demo");
        Assert.Equal(403, (int)(await host.Send(HttpMethod.Get, "/demo/admin/users", admin)).StatusCode);
        Assert.Equal(403, (int)(await host.Send(HttpMethod.Get, "/demo/admin/users", null)).StatusCode);
    }

    [Fact]
    public async Task Health_help_and_completion_are_there()
    {
        Assert.Contains("ready", await Ok("health"), StringComparison.Ordinal);
        Assert.Contains("latchkey user create", await Ok("help user create"), StringComparison.Ordinal);
        foreach (var shell in new[] { "bash", "zsh" }) Assert.Contains("latchkey complete", await Ok($"completion {shell}"),
            StringComparison.Ordinal);
        var (code, output, _) = await Run(["complete", "16", "latchkey user cr"]);
        Assert.Equal((0, "create\n"), (code, output));
    }

    [Theory]
    [InlineData(80)]
    [InlineData(40)]
    [InlineData(20)]
    public void An_id_is_never_broken_however_narrow_the_screen(int width)
    {
        const string Id = "q6jx5wmxw0ujb7mjk3vt2a";
        using var output = new StringWriter();
        var terminal = new Terminal(new StringReader(""), output, TextWriter.Null, _ => null) { Width = width };
        terminal.Rows(
            [new JsonObject { ["id"] = Id, ["name"] = "Someone with a rather long name and some more words",
                ["email"] = "someone@subdomain.example.com", ["other"] = Id }], "id", "name", "email", "other");
        Assert.Equal(3, output.ToString().Split(Id).Length);
        if (width == 80) Assert.All(output.ToString().Split('\n'), line => Assert.InRange(line.Length, 0, 81));
    }

    async Task<string> Ok(string args)
    {
        var (code, output, error) = await Run(args);
        Assert.True(code == 0, $"{args}: {code} {error}");
        return output;
    }

    Task<(int Code, string Output, string Error)> Run(string args, string input = "", bool interactive = false) =>
        Run(args.Split(' '), input, interactive);

    async Task<(int Code, string Output, string Error)> Run(string[] args, string input = "", bool interactive = false)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = await CommandLine.Run(args, new Terminal(new StringReader(input), output, error, name => name switch
        {
            "LATCHKEY_ORIGIN" => host.Origin,
            "LATCHKEY_CLIENT_ID" => "service",
            "LATCHKEY_CLIENT_SECRET" => "service-secret-for-local-runs-only",
            _ => null,
        })
        { Clock = host.Clock, Interactive = interactive });
        return (code, output.ToString(), error.ToString());
    }

    static JsonElement Parsed(string json) => JsonDocument.Parse(json).RootElement;
}
