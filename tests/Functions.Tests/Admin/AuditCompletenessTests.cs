using System.Text.RegularExpressions;
using Latchkey.OAuth;
using Latchkey.Tenancy;

namespace Latchkey.Tests.Admin;

/// <summary>
/// Every endpoint records what is done there, or stands in a list with the reason why it needn't. One endpoint more, and
/// one of these tests fails until somebody has thought about it.
/// </summary>
public sealed partial class AuditCompletenessTests : IAsyncLifetime
{
    // Those that people and apps come to without an access token, and what they record.
    static readonly Dictionary<string, string[]> Recorded = new()
    {
        ["token"] = ["token", "sign-in"],
        ["par"] = ["par"],
        ["device-authorization"] = ["device-authorization"],
        ["revoke"] = ["token-revoke"],
        ["register"] = ["client-register"],
        ["register-update"] = ["client-register-update"],
        ["register-delete"] = ["client-register-delete"],
        ["authorize"] = ["authorize"],
        ["authorize-posted"] = ["authorize"],
        ["login-post"] = ["sign-in"],
        ["login-passkey"] = ["sign-in"],
        ["account-passkeys-post"] = ["account-passkey-add", "account-passkey-rename", "account-passkey-remove"],
        ["login-code-post"] = ["sign-in-code-ask", "sign-in"],
        ["signup-post"] = ["sign-up-ask", "sign-up-known", "sign-up", "invitation-use"],
        ["signup-passkey-post"] = ["account-passkey-add"],
        ["account-email-post"] = ["account-email-ask", "account-email-change", "account-email-known"],
        ["account-delete-post"] = ["account-delete"],
        ["leaving-post"] = ["account-keep"],
        ["account-data-post"] = ["account-data", "data-export"],
        ["account-profile-post"] = ["account-profile"],
        ["account-profile-picture"] = ["account-picture"],
        ["user-picture"] = ["user-picture"],
        ["terms-post"] = ["terms-accept"],
        ["consent-post"] = ["consent"],
        ["device-post"] = ["device"],
        ["logout"] = ["sign-out"],
        ["logout-ask"] = ["sign-out"],
        ["logout-post"] = ["sign-out"],
        ["reset-post"] = ["password-reset-ask", "password-reset-mail", "password-reset"],
        ["account-post"] = ["account-session-end", "account-sessions-end", "account-app-remove", "account-password", "sign-out"],
        ["provider-begin"] = ["sign-in"],
        ["provider-return"] = ["sign-in"], // What it does then, ProviderTests show.
        ["providers-post"] = ["provider-unlink"],
        ["second-step-post"] = ["second-factor", "second-factor-set-up"],
        ["second-factor-post"] = ["second-factor-set-up", "second-factor-codes", "second-factor-remove"],
        ["app-post"] = ["app-register", "app-save", "app-rotate", "app-end-old", "app-delete"],
        ["link-download"] = ["link-download"],
        ["link-file"] = ["link-download"],
        ["link-archive"] = ["link-download"],
        ["link-file-post"] = ["link-download"],
        ["link-archive-post"] = ["link-download"],
        ["request-enter"] = ["request-enter"],
        ["link-thumbnail"] = ["link-thumbnail"],
        ["files-archive-get"] = ["files-archive"],
        ["request-begin"] = ["request-begin"],
        ["request-complete"] = ["request-receive"],
        ["scim-users"] = ["scim-users"],
        ["scim-user"] = ["scim-user"],
        ["scim-user-search"] = ["scim-user-search"],
        ["scim-user-create"] = ["scim-user-create"],
        ["scim-user-replace"] = ["scim-user-replace"],
        ["scim-user-patch"] = ["scim-user-patch"],
        ["scim-user-delete"] = ["scim-user-delete"],
        ["scim-groups"] = ["scim-groups"],
        ["scim-group"] = ["scim-group"],
        ["scim-group-search"] = ["scim-group-search"],
        ["scim-group-create"] = ["scim-group-create"],
        ["scim-group-replace"] = ["scim-group-replace"],
        ["scim-group-patch"] = ["scim-group-patch"],
        ["scim-group-delete"] = ["scim-group-delete"],
        ["scim-bulk"] = ["scim-bulk"],
        ["scim-config"] = ["scim-config"],
        ["scim-schemas"] = ["scim-schemas"],
        ["scim-schema"] = ["scim-schema"],
        ["scim-resource-types"] = ["scim-resource-types"],
        ["scim-resource-type"] = ["scim-resource-type"],
        ["scim-me"] = ["scim-me"],
        ["scim-search"] = ["scim-search"],
        ["operator-bootstrap"] = ["operator-bootstrap"],
    };

    static readonly Dictionary<string, string> Needless = new()
    {
        ["openid-configuration"] = "public, the same for everybody",
        ["oauth-authorization-server"] = "public, the same for everybody",
        ["openid-configuration-inserted"] = "public, the same for everybody",
        ["protected-resource"] = "public, the same for everybody",
        ["protected-resource-files"] = "public, the same for everybody",
        ["jwks"] = "public, the same for everybody",
        ["health-live"] = "says nothing about anybody",
        ["health-ready"] = "says nothing about anybody",
        ["introspect"] = "changes nothing and gives no access; services ask with each of their own requests",
        ["register-read"] = "a client reads what it has registered itself",
        ["login"] = "shows a form",
        ["login-code"] = "shows a form",
        ["signup"] = "shows a form",
        ["signup-passkey"] = "shows a form",
        ["terms"] = "shows a form",
        ["account-email"] = "a user looks at their own page",
        ["account-delete"] = "shows a form",
        ["account-data"] = "shows a form",
        ["leaving"] = "shows a form",
        ["account-profile"] = "a user looks at their own page",
        ["consent"] = "shows a form",
        ["device"] = "shows a form; a code that is typed comes by POST or is asked about there",
        ["reset"] = "shows a form",
        ["provider-return-post"] = "hands a form on to provider-return",
        ["providers"] = "a user looks at their own page",
        ["account"] = "a user looks at their own page",
        ["second-step"] = "shows a form",
        ["second-factor"] = "a user looks at their own page",
        ["apps"] = "a user looks at their own page",
        ["app"] = "a user looks at their own page",
        ["my-files"] = "public, the same page for everybody; what its program does it does with a token",
        ["my-files-folder-part"] = "public, the same program for everybody",
        ["my-files-part"] = "public, the same program for everybody",
        ["account-passkeys"] = "a user looks at their own page",
        ["passkeys-part"] = "public, the same program for everybody",
        ["webauthn"] = "public, the same for everybody",
        ["webauthn-root"] = "public, the same for everybody",
        ["apple-app-site-association"] = "public, the same for everybody",
        ["apple-app-site-association-root"] = "public, the same for everybody",
        ["assetlinks"] = "public, the same for everybody",
        ["assetlinks-root"] = "public, the same for everybody",
        ["openapi-json"] = "public, the same document for everybody",
        ["openapi-page"] = "public, the same document for everybody",
        ["openapi-page-part"] = "public, the same program for everybody",
        ["home"] = "public, the same page for everybody",
        ["tenant-home"] = "public, the same page for everybody",
        ["language"] = "remembers a language in this browser only",
        ["request-page"] = "shows a form; what is sent by it is recorded",
        ["request-page-part"] = "public, the same program for everybody",
        ["link-page"] = "shows a name and a button; the button is recorded",
    };

    readonly string folder = Directory.CreateTempSubdirectory("latchkey-audit").FullName;
    TestHost host = null!;
    AdminClient admin = null!;

    public async Task InitializeAsync()
    {
        // A key file of its own: rotated keys would show in every other class's key set.
        var keys = Directory.CreateDirectory(Path.Combine(folder, "keys")).FullName;
        host = await TestHost.Start(
            settings: new() { ["Latchkey:Mail:Folder"] = folder, ["Latchkey:Signing:KeyFile"] = $"{keys}/keys.json" });
        admin = await host.Admin();
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await Eventually.Gone(folder);
    }

    static List<LocalHost.HttpFunction> All { get; } = [.. LocalHost.Functions.Http(typeof(TokenEndpoint).Assembly)];

    [Fact]
    public void Every_endpoint_without_an_access_token_is_in_one_of_the_lists()
    {
        var open = All.Where(function => !Takes(function)).Select(function => function.Name).ToList();
        Assert.Equal(open.Order(StringComparer.Ordinal), Recorded.Keys.Concat(Needless.Keys).Order(StringComparer.Ordinal));
        Assert.All(Needless.Values, reason => Assert.True(reason.Length > 10));
    }

    [Fact]
    public async Task Every_endpoint_with_an_access_token_records_who_asked_and_how_it_went()
    {
        // A token that is good and may do nothing: whatever records it, records all else.
        var access = (await host.Tokens("demo", scope: "files.share")).AccessToken;
        var operators = (await host.Operator()).Token;
        foreach (var function in All.Where(Takes))
        {
            var path = RouteParameter().Replace(function.Route, match => match.Groups[1].Value == "tenant" ? "demo" : "x");
            var method = function.Methods.First(method => method != "options");
            var answer = await host.Send(new HttpMethod(method.ToUpperInvariant()), $"/{path}", access);
            Assert.True((int)answer.StatusCode is 400 or 403 or 404 or 412 or 415 or 200, $"{function.Name}: {(int)answer.StatusCode}");
        }
        Assert.NotEmpty(operators);
        var types = All.Where(Takes).Select(function => function.Name).ToHashSet();
        var seen = new HashSet<string>();
        await Eventually.True(async () =>
        {
            seen = [.. (await admin.All<AuditAnswer>("audit", "entries", 200)).Select(entry => entry.Type)];
            return types.IsSubsetOf(seen);
        });
        Assert.Empty(types.Except(seen));
    }

    [Fact]
    public async Task What_people_and_apps_do_without_an_access_token_is_recorded_and_nothing_secret_with_it()
    {
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var acts = new AuditedActs(host, admin, folder);
        await acts.All();
        admin = await host.Admin();

        var wanted = Recorded.Where(pair => pair.Key != "operator-bootstrap").SelectMany(pair => pair.Value).ToHashSet();
        List<AuditAnswer> entries = [];
        await Eventually.True(async () =>
        {
            entries = await admin.All<AuditAnswer>("audit", "entries", 200);
            return wanted.IsSubsetOf(entries.Select(entry => entry.Type!));
        });
        Assert.Empty(wanted.Except(entries.Select(entry => entry.Type!)));
        var alice = await host.UserId("alice");
        foreach (var (type, result) in new[]
        {
            ("device", "ok"), ("device", "wrong_code"), ("sign-out", "ok"), ("password-reset", "ok"), ("password-reset", "weak_password"),
            ("account-password", "ok"), ("account-password", "invalid_grant"), ("account-password", "weak_password"),
            ("account-sessions-end", "ok"),
            ("consent", "ok"), ("authorize", "ok"),
        })
            Assert.Contains(entries, entry => entry.Type == type && entry.Result == result && entry.Actor == alice);
        Assert.Contains(entries, entry => entry.Type == "device" && entry.Detail == "deny");
        Assert.Contains(entries, entry => entry.Type == "link-download" && entry.Result == "wrong_password");
        Assert.Contains(entries, entry => entry.Type == "link-download" && entry.Result == "404");
        Assert.Contains(entries, entry => entry.Type == "par" && entry.Result == "invalid_client");
        Assert.DoesNotContain(entries, entry => entry.Result == "authorization_pending");

        var all = string.Join('\n', entries);
        Assert.True(acts.Secrets.Count > 15, $"only {acts.Secrets.Count} secrets");
        foreach (var secret in acts.Secrets) Assert.DoesNotContain(secret, all, StringComparison.Ordinal);
        Assert.DoesNotContain("sig=", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_timers_do_and_what_a_suspended_tenant_is_refused_is_recorded()
    {
        var alice = await host.As("alice");
        var file = await alice.Upload([1]);
        await alice.Send(HttpMethod.Delete, $"/{file}");
        host.Clock.Advance(TimeSpan.FromDays(91));
        await host.RunTimer("files-sweep");
        await host.RunTimer("rotate-keys");
        admin = await host.Admin();
        await Eventually.True(async () => (await admin.All<AuditAnswer>("audit", "entries", 50)) is var entries
            && entries.Any(entry => entry.Type == "files-purge" && entry.Target == file)
            && entries.Any(entry => entry.Type == "rotate-keys" && entry.Actor is null));

        var @operator = await host.Operator();
        await @operator.Post("tenants/demo/suspend", new { reason = "A test." }, 200);
        for (var n = 0; n < 5; n++) await host.Http.GetAsync("/demo/oauth/jwks");
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await host.Http.GetAsync("/demo/oauth/jwks");
        await Eventually.True(async () =>
            (await @operator.All<AuditAnswer>("audit", "entries", 50)).Where(entry => entry.Type == "tenant-suspended")
            .Select(entry => (entry.Target, entry.Detail)).Order().SequenceEqual([("demo", "1 refused"), ("demo", "5 refused")]));
    }

    [Fact]
    public async Task The_first_operator_is_recorded_and_so_is_a_wrong_secret()
    {
        const string secret = "one-time-secret-of-the-tests-only";
        await using var fresh = await TestHost.Start(settings: new() { ["Latchkey:OperatorSecretHash"] = AdminClient.Hash(secret) });
        await fresh.Send(HttpMethod.Post, "/operator/bootstrap", null,
            new { secret = secret + "x", userName = "root", password = "root-password" }).Is(403);
        await fresh.Send(HttpMethod.Post, "/operator/bootstrap", null, new { secret, userName = "root", password = "root-password" })
            .Is(201);
        var audit = fresh.Service<AuditTables>();
        var rows = new List<AuditEntry>();
        await Eventually.True(async () =>
        {
            rows.Clear();
            foreach (var day in await audit.Tables.Buckets(default))
            {
                await foreach (var row in audit.Tables.For(day)
                    .Query("PartitionKey eq 'operator'", null, default)) rows.Add(AuditTables.Read(row));
            }
            return rows.Count == 2;
        });
        Assert.Equal(["ok", "wrong_secret"], rows.Select(row => row.Result).Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.Equal("operator-bootstrap", row.Type));
        Assert.DoesNotContain(rows, row => row.ToString().Contains(secret, StringComparison.Ordinal));
    }

    // By the source: the pipeline's two protected ways in say that a token is asked for.
    static bool Takes(LocalHost.HttpFunction function)
    {
        var type = function.Method.DeclaringType!;
        var file = Directory.EnumerateFiles(Repository.Path("functions"), $"{type.Name}.cs", SearchOption.AllDirectories).Single();
        return ProtectedWay().IsMatch(File.ReadAllText(file));
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex RouteParameter();

    [GeneratedRegex(@"pipeline\.(AuthorizeRead|AuthorizeWrite)\(")]
    private static partial Regex ProtectedWay();
}
