using System.Text.Json;
using Latchkey.Cli;

namespace Latchkey.Tests.Admin;

/// <summary>The command line does over HTTP what the administration offers, for people and for scripts.</summary>
public sealed class CommandLineTests : IAsyncLifetime
{
    const string Secret = "one-time-secret-of-the-tests-only";

    readonly string home = Directory.CreateTempSubdirectory("latchkey-cli").FullName;
    TestHost host = null!;

    public async Task InitializeAsync() =>
        host = await TestHost.Start(settings: new() { ["Latchkey:Signing:KeyFile"] = $"{home}/keys.json" });

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        Directory.Delete(home, recursive: true);
    }

    [Fact]
    public async Task A_tenant_a_user_and_clients_made_by_it_sign_in()
    {
        Assert.Contains("acme2", await Ok("tenant create acme2 --name Acme"), StringComparison.Ordinal);
        await Ok("user create dora --role member --email dora@example.com -t acme2", "dora-password");
        await Ok(
            "client create first-party -t acme2 --auth none --native true --grant password refresh_token --scope files.read files.write");
        var made = Parsed(await Ok("client create robot -t acme2 --grant client_credentials --scope files.read --json"));
        await host.SignIn("acme2", "dora");
        var secret = made.GetProperty("secret").GetString()!;
        await TestHost.Json(
            await host.Token("acme2", ("grant_type", "client_credentials"), ("client_id", "robot"), ("client_secret", secret)), 200);

        var users = Parsed(await Ok("user list -t acme2 --json"));
        Assert.Equal("dora", users[0].GetProperty("userName").GetString());
        var table = await Ok("user list -t acme2");
        Assert.Contains("dora@example.com", table, StringComparison.Ordinal);
        Assert.Contains("dora", await Ok("user show dora -t acme2"), StringComparison.Ordinal);
        var next = Parsed(await Ok("client rotate-secret robot --overlap 0 -t acme2 --json")).GetProperty("secret").GetString()!;
        Assert.Equal(401,
            (int)(await host.Token("acme2", ("grant_type", "client_credentials"), ("client_id", "robot"),
                ("client_secret", secret))).StatusCode);
        await TestHost.Json(
            await host.Token("acme2", ("grant_type", "client_credentials"), ("client_id", "robot"), ("client_secret", next)), 200);
    }

    [Fact]
    public async Task The_readmes_commands_make_a_tenant_a_user_and_an_app_who_sign_in()
    {
        var lines = (await File.ReadAllLinesAsync(Repository.Path("README.md"))).SkipWhile(line =>
            !line.StartsWith("dotnet dev.cs admin ", StringComparison.Ordinal))
            .TakeWhile(line => line != "```").ToList();
        foreach (var line in lines.SkipLast(1))
        {
            var (input, command) = line.Split(" | ") is [var echo, var rest] ? (echo["echo ".Length..], rest) : ("", line);
            await Ok(command["dotnet dev.cs admin ".Length..], input);
        }
        var curl = lines[^1].Split(' ');
        Assert.Equal(["curl", "-s", "http://localhost:7071/acme2/oauth/token"], curl[..3]);
        var form = curl.Index().Where(part => part.Item == "-d").Select(part => curl[part.Index + 1].Split('='))
            .Select(pair => (pair[0], pair[1]));
        var access = (await TestHost.Json(await host.Token("acme2", form), 200)).GetProperty("access_token").GetString();
        await TestHost.Json(await host.Send(HttpMethod.Get, "/acme2/files", access), 200);
    }

    [Fact]
    public async Task The_command_line_knows_groups_settings_and_limits()
    {
        await Ok("group create club --name Club --owner alice -t demo");
        await Ok("group add club bob --role editor -t demo");
        Assert.Contains("editor", await Ok("group members club -t demo"), StringComparison.Ordinal);
        await Ok("group rename club --name Band -t demo");
        Assert.Equal("Band", Parsed(await Ok("group show club -t demo --json")).GetProperty("name").GetString());
        foreach (var (rule, kind) in ((string, string)[])[
            ("--attribute title=Pilot|Captain --role editor", "attribute"),
            ("--email-domain a.example --email-domain b.example", "emailDomains"), ("--network 192.0.2.0/24", "networks"),
            ("--place 48.2,-16.37,100,30", "place")])
        {
            var given = Parsed(await Ok($"group rule club {rule} -t demo --json")).GetProperty("rule");
            Assert.NotEqual(System.Text.Json.JsonValueKind.Null, given.GetProperty(kind).ValueKind);
        }
        Assert.Contains("--place is", (await Failed("group rule club --place here -t demo")).Error, StringComparison.Ordinal);
        Assert.StartsWith("400 invalid_field", (await Failed("group rule club -t demo")).Error, StringComparison.Ordinal);
        await Ok("group unrule club -t demo");
        await Ok("group remove club bob -t demo");
        await (await host.As("alice")).Upload([1], space: "group:club");
        Assert.StartsWith("409 group_has_files", (await Failed("group delete club --yes -t demo")).Error, StringComparison.Ordinal);
        await Ok("group delete club --purge-files --yes -t demo");
        Assert.DoesNotContain("club", await Ok("group list -t demo"), StringComparison.Ordinal);
        await Ok("settings set --name Demo2 --color #112233 --allow-origin https://a.example https://b.example -t demo");
        Assert.Equal(2, Parsed(await Ok("settings show -t demo --json")).GetProperty("origins").GetArrayLength());
        await Ok("tenant set demo --file-bytes 1000 --space-files -1 --content-type image/* text/plain");
        var limits = Parsed(await Ok("settings limits --user alice -t demo --json"));
        Assert.Equal((1000, -1, 2),
            (limits.GetProperty("limits").GetProperty("fileBytes").GetInt64(),
                limits.GetProperty("limits").GetProperty("spaceFiles").GetInt64(),
                limits.GetProperty("limits").GetProperty("contentTypes").GetArrayLength()));
        await Ok("tenant set demo --content-type any");
        Assert.Contains("limits.fileBytes", await Ok("tenant show demo"), StringComparison.Ordinal);
        Assert.Equal(0, Parsed(await Ok("tenant show demo --json")).GetProperty("limits").GetProperty("contentTypes").GetArrayLength());
    }

    [Fact]
    public async Task Every_command_has_a_help_that_says_what_it_does()
    {
        foreach (var noun in Nouns((await Run("--help", "", Service)).Output))
        {
            var help = (await Run($"{noun} --help", "", Service)).Output;
            Assert.Contains("Description:", help, StringComparison.Ordinal);
            foreach (var verb in Nouns(help)) Assert.Contains($"latchkey {noun} {verb}",
                (await Run($"{noun} {verb} --help", "", Service)).Output, StringComparison.Ordinal);
        }
        static IEnumerable<string> Nouns(string help) => help.Contains("Commands:", StringComparison.Ordinal)
            ? help.Split("Commands:")[1].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim().Split(' ')[0])
                .Where(word => word.Length > 0) : [];
    }

    [Fact]
    public async Task Every_noun_can_be_listed_and_changed()
    {
        var tokens = await host.SignIn("demo");
        await Ok("role set reader --right files.read -t demo");
        Assert.Contains("reader", await Ok("role list -t demo"), StringComparison.Ordinal);
        await Ok("role delete reader -t demo");
        Assert.Contains("first-party", await Ok("session list --user alice -t demo"), StringComparison.Ordinal);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await Ok("session revoke --user alice -t demo");
        await TestHost.Json(await host.Refresh("demo", tokens.GetProperty("refresh_token").GetString()!), 400);
        Assert.Equal(3,
            Parsed(await Ok("key list -t demo --json")).EnumerateArray().Select(key => key.GetProperty("algorithm").GetString()).Distinct()
                .Count());
        await Ok("key rotate -t demo");
        var made = Parsed(await Ok("initial-token create --uses 2 -t demo --json"));
        await Ok($"initial-token revoke {made.GetProperty("id").GetString()} -t demo");
        Assert.Equal(0, Parsed(await Ok("initial-token list -t demo --json")).GetArrayLength());
        await Ok("user set bob --name Robert -t demo");
        await Ok("user disable bob -t demo");
        Assert.Equal(400,
            (int)(await host.Token("demo", ("grant_type", "password"), ("client_id", "first-party"), ("username", "bob"),
                ("password", "bob-password"))).StatusCode);
        await Ok("user enable bob -t demo");
        await Ok("user password bob -t demo", "another-password");
        await Ok("client set service --token-seconds 120 -t demo");
        await Ok("client delete service --yes -t demo");
        await Eventually.True(async () =>
            (await Ok("audit list --type admin-client-delete -t demo")).Contains("operator:service", StringComparison.Ordinal));
        await Ok($"audit export -t demo --out {home}/audit.jsonl");
        Assert.Contains("\"complete\":true", await File.ReadAllTextAsync($"{home}/audit.jsonl"), StringComparison.Ordinal);
        await Ok("tenant set demo --color #112233 --domain login.demo.example");
        Assert.Equal("https://login.demo.example/demo", Parsed(await Ok("tenant show demo --json")).GetProperty("issuer").GetString());
        await Ok("user delete bob --yes -t demo");
    }

    [Fact]
    public async Task A_webhook_is_made_tried_rotated_switched_off_and_deleted()
    {
        var made = Parsed(await Ok("webhooks create http://127.0.0.1:9/hook --type user.* session.ended --description Own -t demo --json"));
        Assert.StartsWith("whsec_", made.GetProperty("secret").GetString(), StringComparison.Ordinal);
        var id = made.GetProperty("id").GetString();
        Assert.Contains("http://127.0.0.1:9/hook", await Ok("webhooks list -t demo"), StringComparison.Ordinal);
        await Ok($"webhooks test {id} -t demo");
        Assert.Contains("webhook.test", await Ok($"webhooks deliveries {id} --state pending -t demo"), StringComparison.Ordinal);
        Assert.NotEqual(made.GetProperty("secret").GetString(),
            Parsed(await Ok($"webhooks rotate-secret {id} -t demo --json")).GetProperty("secret").GetString());
        await Ok($"webhooks set {id} --enabled false --type file.* -t demo");
        Assert.Contains("administrator", await Ok($"webhooks show {id} -t demo"), StringComparison.Ordinal);
        Assert.Equal(1, (await Failed($"webhooks retry {id} x -t demo")).Code);
        await Ok($"webhooks delete {id} -t demo");
    }

    [Fact]
    public async Task A_tenant_is_suspended_exported_and_deleted()
    {
        await host.SignIn("acme");
        await Ok("tenant suspend acme --reason Leaving.");
        Assert.Contains("suspended", await Ok("tenant list"), StringComparison.Ordinal);
        Assert.Equal((1, "409 not_exported: confirm must be the value at the end of the newest export of the suspended tenant.\n"),
            await Failed("tenant delete acme --confirm x"));
        var confirm = Parsed(await Ok($"tenant export acme --out {home}/acme.jsonl --json")).GetProperty("confirm").GetString();
        await Ok($"tenant delete acme --confirm {confirm}");
        Assert.Equal((1, "404 tenant_not_found: The tenant was not found.\n"), await Failed("tenant show acme"));
    }

    [Fact]
    public async Task The_first_operator_is_made_and_stays_signed_in_in_a_file_of_their_own()
    {
        await using var fresh = await TestHost.Start(settings: new() { ["Latchkey:OperatorSecretHash"] = AdminClient.Hash(Secret) });
        Func<string, string?> person = name =>
            name switch { "LATCHKEY_ORIGIN" => fresh.Origin, "LATCHKEY_HOME" => $"{home}/person", _ => null };
        Assert.Equal(0, (await Run("bootstrap root", $"{Secret}\nroot-password", person)).Code);
        Assert.Equal(1, (await Run("bootstrap root", $"{Secret}\nroot-password", person)).Code);
        Assert.Equal("Not signed in. Run `latchkey login`, or set LATCHKEY_CLIENT_ID and LATCHKEY_CLIENT_SECRET.\n",
            (await Run("tenant list", "", person)).Error);
        Assert.Equal((0, "Signed in to tenant operator.\n", ""),
            await CommandLineLoginTests.Login(fresh, "operator", "root", "login", person));
        Assert.Equal("root", Parsed((await Run("whoami --json", "", person)).Output).GetProperty("name").GetString());
        Assert.Contains("demo", (await Run("tenant list", "", person)).Output, StringComparison.Ordinal);
        Assert.Contains("alice", (await Run("user list -t demo", "", person)).Output, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode($"{home}/person/tokens.json"));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode($"{home}/person"));
        }
        Assert.Equal(0, (await Run("logout", "", person)).Code);
        Assert.Equal(1, (await Run("tenant list", "", person)).Code);
        Assert.DoesNotContain("eyJ", await File.ReadAllTextAsync($"{home}/person/tokens.json"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tenant")]
    [InlineData("tenant create")]
    [InlineData("tenant delete acme")]
    [InlineData("planet list")]
    [InlineData("user list --limit")]
    public async Task A_command_line_that_is_not_understood_ends_with_2(string args) =>
        Assert.NotEqual(0, (await Run(args, "", Service)).Code);

    [Theory]
    [InlineData("planet list --json")]
    [InlineData("tenant create --json")]
    [InlineData("tenant show nobody --json")]
    public async Task Nothing_but_its_json_is_on_the_standard_output(string args)
    {
        var (code, output, error) = await Run(args, "", Service);
        Assert.Equal("", output);
        Assert.NotEqual("", error);
        Assert.InRange(code, 1, 2);
    }

    [Fact]
    public async Task Secrets_are_never_sent_in_the_clear_to_another_machine() =>
        Assert.Equal((1, "The origin must be https, or http on this machine, because secrets are sent there.\n"),
            await Failed("tenant list --origin http://example.com"));

    string? Service(string name) => name switch
    {
        "LATCHKEY_ORIGIN" => host.Origin,
        "LATCHKEY_CLIENT_ID" => "service",
        "LATCHKEY_CLIENT_SECRET" => "service-secret-for-local-runs-only",
        "LATCHKEY_HOME" => home,
        _ => null,
    };

    async Task<string> Ok(string args, string input = "")
    {
        var (code, output, error) = await Run(args, input, Service);
        Assert.True(code == 0, $"{args}: {code} {error}");
        return output;
    }

    async Task<(int Code, string Error)> Failed(string args)
    {
        var (code, _, error) = await Run(args, "", Service);
        return (code, error);
    }

    static async Task<(int Code, string Output, string Error)> Run(string args, string input, Func<string, string?> environment)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = await CommandLine.Run(args.Split(' '), new Terminal(new StringReader(input), output, error, environment));
        return (code, output.ToString(), error.ToString());
    }

    static JsonElement Parsed(string json) => JsonDocument.Parse(json).RootElement;
}
