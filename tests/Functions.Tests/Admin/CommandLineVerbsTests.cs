using System.Security.Cryptography;
using System.Text.Json;
using Latchkey.Cli;
using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Tests.Admin;

/// <summary>One host for the verbs, with a mailbox.</summary>
public sealed class VerbsHost : IAsyncLifetime
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("latchkey-verbs").FullName;

    public TestHost Host { get; private set; } = null!;

    public async Task InitializeAsync() => Host = await TestHost.Start(settings: new() { ["Latchkey:Mail:Folder"] = $"{Folder}/mail" });

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await Eventually.Gone(Folder);
    }
}

/// <summary>Each verb and option of the command line does what its help says.</summary>
public sealed class CommandLineVerbsTests(VerbsHost verbs) : IClassFixture<VerbsHost>
{
    readonly TestHost host = verbs.Host;

    [Fact]
    public async Task A_user_is_unlocked()
    {
        await Ok("user create ulla --role member -t demo", "ulla-password");
        for (var failure = 0; failure < 10; failure++)
        {
            await SignIn("ulla", "wrong");
            host.Clock.Advance(TimeSpan.FromSeconds(16));
        }
        Assert.Equal(429, await SignIn("ulla", "ulla-password"));
        Assert.Equal("The user can sign in again.\n", await Ok("user unlock ulla -t demo"));
        Assert.Equal(200, await SignIn("ulla", "ulla-password"));
        Assert.StartsWith("404 user_not_found", (await Run("user unlock nobody -t demo")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_API_is_registered_changed_and_deleted_by_its_identifier()
    {
        await Ok("api create urn:example:tasks --name Tasks --scope tasks.read=See tasks.write=Change --client mobile "
            + "--token-lifetime 5min -t demo");
        var shown = JsonDocument.Parse(await Ok("api show urn:example:tasks --json -t demo")).RootElement;
        Assert.Equal(("Tasks", 300, 2), (shown.GetProperty("name").GetString(), shown.GetProperty("accessTokenSeconds").GetInt32(),
            shown.GetProperty("scopes").GetArrayLength()));
        await Ok("api set urn:example:tasks --client * --token-lifetime 0 -t demo");
        Assert.Contains("urn:example:tasks", await Ok("api list -t demo"), StringComparison.Ordinal);
        await Ok("client create tasks-backend -t demo --auth client_secret_basic --grant token_exchange --scope tasks.read");
        await Ok("api set urn:example:tasks --acting-client tasks-backend --exchange-from urn:example:tasks,tasks.write,tasks.read "
            + "urn:example:tasks,* -t demo");
        shown = JsonDocument.Parse(await Ok("api show urn:example:tasks --json -t demo")).RootElement;
        var rules = shown.GetProperty("exchangeFrom");
        Assert.Equal(shown.GetProperty("id").GetString(), rules[0].GetProperty("api").GetString());
        Assert.Equal(("tasks.write", "tasks.read", JsonValueKind.Null), (rules[0].GetProperty("scope").GetString(),
            rules[0].GetProperty("gives")[0].GetString(), rules[1].GetProperty("scope").ValueKind));
        await Ok("api set urn:example:tasks --exchange-from - --acting-client - -t demo");
        Assert.Equal("The API is deleted.\n", await Ok("api delete urn:example:tasks -t demo"));
        Assert.StartsWith("404 api_not_found", (await Run("api show urn:example:tasks -t demo")).Error, StringComparison.Ordinal);
        Assert.Equal(2, (await Run("api create urn:example:x --name X --scope nothing -t demo")).Code);
    }

    [Fact]
    public async Task Claims_of_the_tenants_own_are_added_and_removed_and_users_have_attributes()
    {
        await Ok("user set bob --attribute department=Sales level=7 -t demo");
        await Ok("user set bob --attribute level= -t demo");
        var bob = JsonDocument.Parse(await Ok("user show bob --json -t demo")).RootElement.GetProperty("attributes");
        Assert.Equal("""{"department":"Sales"}""", JsonSerializer.Serialize(bob));
        await Ok("claims add department --attribute department --scope profile --in id_token userinfo -t demo");
        await Ok("claims add plan --value gold --client mobile --in access_token -t demo");
        await Ok("claims remove plan -t demo");
        var listed = await Ok("claims list -t demo");
        Assert.Contains("department", listed, StringComparison.Ordinal);
        Assert.DoesNotContain("plan", listed, StringComparison.Ordinal);
        Assert.NotEqual(0, (await Run("claims remove plan -t demo")).Code);
        Assert.Equal(2, (await Run("user set bob --attribute nothing -t demo")).Code);
    }

    [Fact]
    public async Task A_user_is_sent_the_link_to_a_new_password()
    {
        await Ok("user create rita --no-password --email rita@demo.example -t demo");
        Assert.Equal("The mail is on its way.\n", await Ok("user send-reset rita -t demo"));
        var mail = await File.ReadAllTextAsync(Directory.GetFiles($"{verbs.Folder}/mail")
            .Single(file => File.ReadAllText(file).Contains("rita@demo.example", StringComparison.Ordinal)));
        Assert.Contains($"{host.Origin}/demo/reset?link=", mail, StringComparison.Ordinal);
        await Ok("user set rita --email  -t demo");
        Assert.StartsWith("409 user_without_email", (await Run("user send-reset rita -t demo")).Error, StringComparison.Ordinal);
        Assert.StartsWith("404 user_not_found", (await Run("user send-reset nobody -t demo")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_without_a_password_signs_in_once_one_is_set_and_has_the_roles_that_were_said()
    {
        await Ok("user create sam --no-password --name Samuel -t demo");
        Assert.Equal(400, await SignIn("sam", "sam-password"));
        await Ok("user password sam -t demo", "sam-password");
        var user = Parsed(await Ok("user set sam --role member admin --email sam@demo.example -t demo --json"));
        Assert.Equal(("Samuel", "sam@demo.example", 2),
            (user.GetProperty("name").GetString(), user.GetProperty("email").GetString(), user.GetProperty("roles").GetArrayLength()));
        Assert.Equal(200, await SignIn("sam", "sam-password"));
    }

    [Fact]
    public async Task A_users_profile_is_filled_in_and_emptied()
    {
        await Ok("user create tina --no-password --given-name Tina --nickname T --locale de-AT --time-zone Europe/Vienna -t demo");
        var profile = Parsed(await Ok(
            "user set tina --family-name Modotti --nickname  --picture https://tina.example/me.png -t demo --json")).GetProperty("profile");
        Assert.Equal("Tina Modotti  https://tina.example/me.png de-AT Europe/Vienna",
            string.Join(' ', profile.EnumerateObject().Select(field => field.Value.GetString())));
        Assert.StartsWith("400 invalid_field", (await Run("user set tina --locale de_AT -t demo")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Account_rules_are_set_and_people_are_invited()
    {
        var rules = Parsed(await Ok("accounts set --sign-up invited --sign-up-role member --sign-up-domain a.example b.example "
            + "--terms https://acme.example/terms --terms-version 1 --mail-codes true --remember-days 7 "
            + "--deletion-days 14 --self-deletion false --sign-in-mails true --people-search true -t acme --json"));
        Assert.True(rules.GetProperty("peopleSearch").GetBoolean());
        Assert.Equal((14, false, true), (rules.GetProperty("deletionDays").GetInt32(), rules.GetProperty("selfDeletion").GetBoolean(),
            rules.GetProperty("signInMails").GetBoolean()));
        Assert.Equal(("invited", 2, "1", true, 7),
            (rules.GetProperty("signUp").GetString(), rules.GetProperty("signUpDomains").GetArrayLength(),
                rules.GetProperty("termsVersion").GetString(), rules.GetProperty("mailCodes").GetBoolean(),
                rules.GetProperty("rememberDays").GetInt32()));
        await Ok("accounts set --sign-up-domain none --terms  --terms-version  -t acme");
        rules = Parsed(await Ok("accounts show -t acme --json"));
        Assert.Equal(0, rules.GetProperty("signUpDomains").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, rules.GetProperty("termsUri").ValueKind);

        var made = Parsed(await Ok("invitation create ivy@guests.example --name Ivy --role admin --group family:editor -t acme --json"));
        Assert.Equal("editor", made.GetProperty("groups")[0].GetProperty("role").GetString());
        Assert.Contains("ivy@guests.example", await Ok("invitation list -t acme"), StringComparison.Ordinal);
        Assert.Equal("The mail is on its way.\n", await Ok("invitation resend ivy@guests.example -t acme"));
        Assert.Equal("The invitation is withdrawn.\n", await Ok($"invitation delete {made.GetProperty("id").GetString()} -t acme"));
        Assert.StartsWith("404 invitation_not_found", (await Run("invitation delete ivy@guests.example -t acme")).Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_of_a_client_that_registered_itself_is_withdrawn()
    {
        var initial = Parsed(await Ok("initial-token create --days 2 -t demo --json")).GetProperty("token").GetString();
        var registered = await TestHost.Json(
            await host.Send(HttpMethod.Post, "/demo/oauth/register", initial,
                new { redirect_uris = AdminClient.Texts("https://app.example/cb") }), 201);
        var (id, token) = (registered.GetProperty("client_id").GetString(),
            registered.GetProperty("registration_access_token").GetString());
        Assert.Equal(200, (int)(await host.Send(HttpMethod.Get, $"/demo/oauth/register/{id}", token)).StatusCode);
        Assert.Equal("The registration token is withdrawn.\n", await Ok($"client end-registration {id} -t demo"));
        Assert.Equal(401, (int)(await host.Send(HttpMethod.Get, $"/demo/oauth/register/{id}", token)).StatusCode);
        await Ok($"client show {id} -t demo");
    }

    [Fact]
    public async Task Relaxed_redirects_are_there_once_an_operator_has_said_so()
    {
        await Ok(
            "client create tool -t demo --auth none --native true --grant authorization_code --scope openid --redirect "
                + "com.example.tool:/cb");
        Assert.Equal(1, (await Run("client set tool -t demo --add-redirect mytool://cb")).Code);
        var tool = Parsed(
            await Ok("client set tool -t demo --relaxed-redirects true --add-redirect mytool://cb http://localhost/cb --json"));
        Assert.True(tool.GetProperty("relaxedRedirects").GetBoolean());
        var page = await host.Http.GetAsync(
            "/demo/oauth/authorize?client_id=tool&response_type=code&scope=openid&code_challenge_method=S256&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&redirect_uri=http%3A%2F%2Flocalhost%3A49152%2Fcb");
        Assert.StartsWith("/demo/login?", page.Headers.Location?.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backend_that_proves_who_it_is_forwards_its_users_address()
    {
        var backend = Parsed(
            await Ok(
                "client create backend -t demo --auth client_secret_basic --grant password --scope files.read --forwards-address true "
                    + "--json"));
        Assert.True(backend.GetProperty("forwardsAddress").GetBoolean());
        Assert.StartsWith("400 invalid_field",
            (await Run(
                "client create open -t demo --auth none --native true --grant password --scope files.read --forwards-address true")).Error,
                StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_options_of_the_command_line_say_what_else_a_client_may_have()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(false).Q;
        var jwks = $$"""{"keys":[{"kty":"EC","crv":"P-256","kid":"k1","x":"{{Base64UrlEncoder.Encode(point.X)}}","y":"{{Base64UrlEncoder.Encode(point.Y)}}"}]}""";
        await File.WriteAllTextAsync($"{verbs.Folder}/jwks.json", jwks);
        var keyed = Parsed(
            await Ok(
                $"client create keyed -t demo --name Keyed --auth private_key_jwt --jwks {verbs.Folder}/jwks.json --grant "
                    + $"client_credentials --scope files.read --json"));
        Assert.Equal(("Keyed", "private_key_jwt"), (keyed.GetProperty("name").GetString(), keyed.GetProperty("authMethod").GetString()));
        Assert.Contains("keyed", await Ok("client list -t demo"), StringComparison.Ordinal);
        var shop = Parsed(
            await Ok(
                "client create shop -t demo --auth client_secret_post --grant authorization_code --scope openid --redirect "
                    + "https://shop.example/cb "
            + "--logout-redirect https://shop.example/bye --first-party true --require-dpop true --legacy-implicit true --json"));
        foreach (var name in (string[])["firstParty", "requireDpop", "legacyImplicit"]) Assert.True(shop.GetProperty(name).GetBoolean(),
            name);
        Assert.Equal(["https://shop.example/bye"], Texts(shop, "postLogoutRedirectUris"));
    }

    [Fact]
    public async Task Ways_back_after_a_logout_are_added_and_removed_one_by_one()
    {
        await Ok(
            "client create site -t demo --auth client_secret_post --grant authorization_code --scope openid --redirect "
                + "https://web.example/cb --logout-redirect https://web.example/a");
        Assert.Equal(["https://web.example/a", "https://web.example/b", "https://web.example/c"],
            await Set("--add-logout-redirect https://web.example/b https://web.example/c"));
        Assert.Equal(["https://web.example/b", "https://web.example/d"],
            await Set("--remove-logout-redirect https://web.example/a https://web.example/c --add-logout-redirect https://web.example/d"));
        var stranger = await Run("client set site -t demo --remove-logout-redirect https://web.example/none");
        Assert.Equal(1, stranger.Code);
        Assert.StartsWith("The client has no https://web.example/none; it has: ", stranger.Error, StringComparison.Ordinal);
        Assert.Equal(2,
            (await Run(
                "client set site -t demo --logout-redirect https://web.example/a --add-logout-redirect https://web.example/b")).Code);
        Assert.Equal(["https://web.example/z"], await Set("--logout-redirect https://web.example/z"));

        async Task<List<string?>> Set(string said) =>
            Texts(Parsed(await Ok($"client set site -t demo {said} --json")), "postLogoutRedirectUris");
    }

    [Fact]
    public async Task A_client_with_files_is_deleted_only_if_they_are_to_go_too()
    {
        var secret = Parsed(
            await Ok(
                "client create store -t demo --auth client_secret_post --grant client_credentials --scope files.read files.write --json"))
                    .GetProperty("secret").GetString()!;
        var token = (await TestHost.Json(
            await host.Token("demo", ("grant_type", "client_credentials"), ("client_id", "store"), ("client_secret", secret)),
            200)).GetProperty("access_token").GetString()!;
        var file = await new FilesClient(host, token).Upload([1]);
        Assert.StartsWith("409 client_has_files", (await Run("client delete store --yes -t demo")).Error, StringComparison.Ordinal);
        Assert.Single(await host.Blobs(file));
        await Ok("client delete store --purge-files --yes -t demo");
        Assert.Empty(await host.Blobs(file));
        Assert.StartsWith("404 client_not_found", (await Run("client show store -t demo")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_are_listed_and_ended_one_by_one_and_of_one_client()
    {
        await host.SignIn("acme");
        await host.SignIn("acme", "bob");
        var all = Parsed(await Ok("session list --client first-party -t acme --json")).EnumerateArray()
            .Select(session => session.GetProperty("id").GetString()).ToList();
        Assert.Equal(2, all.Count);
        Assert.Equal(0, Parsed(await Ok("session list --client mobile -t acme --json")).GetArrayLength());
        await Ok($"session revoke {all[0]} -t acme");
        Assert.Equal(1, await Active());
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await Ok("session revoke --client first-party -t acme");
        Assert.Equal(0, await Active());
        Assert.Equal(2, (await Run("session revoke -t acme")).Code);

        async Task<int> Active() =>
            Parsed(await Ok("session list --client first-party -t acme --json")).EnumerateArray()
                .Count(session => session.GetProperty("status").GetString() == "active");
    }

    [Fact]
    public async Task A_tenant_is_opened_to_registrations_suspended_and_resumed()
    {
        await Ok("tenant create fresh --name Fresh");
        await Ok("user create fred --role member -t fresh", "fred-password");
        Assert.True(Parsed(await Ok("tenant set fresh --open-registration true --logo https://fresh.example/l.png --json"))
            .GetProperty("openRegistration").GetBoolean());
        await Ok("tenant suspend fresh --reason Unpaid.");
        Assert.Equal(403, (int)(await host.Http.GetAsync("/fresh/.well-known/openid-configuration")).StatusCode);
        await Ok("tenant resume fresh");
        Assert.Equal(200, (int)(await host.Http.GetAsync("/fresh/.well-known/openid-configuration")).StatusCode);
        Assert.Equal("https://fresh.example/l.png", Parsed(await Ok("settings show -t fresh --json")).GetProperty("logoUri").GetString());
        Assert.Equal("", Parsed(await Ok("settings set --logo  -t fresh --json")).GetProperty("logoUri").GetString() ?? "");
        Assert.Equal("none", Parsed(await Ok("settings malware -t fresh --json")).GetProperty("scanner").GetString());
        Assert.False(Parsed(await Ok("settings set --malware-scanning false -t fresh --json")).GetProperty("malwareScanning").GetBoolean());
    }

    [Fact]
    public async Task Limits_of_a_group_and_the_audit_of_a_user_are_shown()
    {
        Assert.Equal(0,
            Parsed(await Ok("settings limits --group family -t demo --json")).GetProperty("space").GetProperty("files").GetInt32());
        await host.SignIn("demo", "admin");
        await Eventually.True(async () =>
            Parsed(await Ok("audit list --user admin --type sign-in --from 1h -n 1 -t demo --json")).GetArrayLength() == 1);
        Assert.Equal(0, Parsed(await Ok("audit list --user admin --type sign-in --from 2d --to 1d -t demo --json")).GetArrayLength());
    }

    async Task<int> SignIn(string user, string password) =>
        (int)(await host.Token("demo", ("grant_type", "password"), ("client_id", "first-party"), ("username", user),
            ("password", password))).StatusCode;

    async Task<string> Ok(string args, string input = "")
    {
        var (code, output, error) = await Run(args, input);
        Assert.True(code == 0, $"{args}: {code} {error}");
        return output;
    }

    async Task<(int Code, string Output, string Error)> Run(string args, string input = "")
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = await CommandLine.Run(args.Split(' '), new Terminal(new StringReader(input), output, error, name => name switch
        {
            "LATCHKEY_ORIGIN" => host.Origin,
            "LATCHKEY_CLIENT_ID" => "service",
            "LATCHKEY_CLIENT_SECRET" => "service-secret-for-local-runs-only",
            _ => null,
        })
        { Clock = host.Clock });
        return (code, output.ToString(), error.ToString());
    }

    static List<string?> Texts(JsonElement of, string name) => [.. of.GetProperty(name).EnumerateArray().Select(text => text.GetString())];

    static JsonElement Parsed(string json) => JsonDocument.Parse(json).RootElement;
}
