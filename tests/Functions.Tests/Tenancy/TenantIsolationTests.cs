using Latchkey.OAuth;

namespace Latchkey.Tests.Tenancy;

/// <summary>
/// Every endpoint × every foreign tenant's token → 401. The endpoints are found by their attributes, so a new one is
/// protected or this test fails; a public one must be named here.
/// </summary>
public sealed class TenantIsolationTests(TenantIsolationTests.SignedIn signedIn) : IClassFixture<TenantIsolationTests.SignedIn>
{
    readonly TestHost host = signedIn.Host;

    /// <summary>Endpoints of a tenant that take no access token, by function name.</summary>
    static readonly HashSet<string> Public =
    [
        "openid-configuration", "openid-configuration-inserted", "oauth-authorization-server", "jwks", // Metadata.
        "protected-resource", "protected-resource-files",
        "token", "par", "device-authorization", "revoke", "introspect", // Authenticate the client instead.
        "register", "register-read", "register-update", "register-delete", // Have tokens of their own: RegistrationTests.
        "authorize", "authorize-posted", "login", "login-post", "consent", "consent-post", // For people, who have a cookie of the tenant.
        // The same page and program for everybody; what it shows it asks for with a token.
        "my-files", "my-files-part", "my-files-folder-part",
        // Have tokens of their own: ScimTokenTests.
        "scim-users", "scim-user", "scim-user-search", "scim-user-create", "scim-user-replace", "scim-user-patch", "scim-user-delete",
        "scim-groups", "scim-group", "scim-group-search", "scim-group-create", "scim-group-replace", "scim-group-patch",
        "scim-group-delete", "scim-bulk", "scim-config", "scim-schemas", "scim-schema", "scim-resource-types", "scim-resource-type",
        "scim-me", "scim-search",
        // Whoever has the link: its secret is the key (LinkTests, SpaceLinkTests, RequestTests).
        "link-page", "link-download", "link-file", "link-file-post", "link-thumbnail", "link-archive", "link-archive-post", "request-page",
        "request-enter", "request-begin", "request-complete",
        "files-archive-get", // Whoever has a ticket (ArchiveTicketTests).
        "request-page-part", // The same for everybody.
        // The same.
        "logout", "logout-ask", "logout-post", "account", "account-post", "apps", "app", "app-post", "device", "device-post", "reset",
        "reset-post", "login-passkey", "account-passkeys", "account-passkeys-post", "language",
        "tenant-home",
        "second-factor", "second-factor-post", "second-step", "second-step-post",
        "provider-begin", "provider-return", "provider-return-post", "providers", "providers-post",
        "login-code", "login-code-post", "signup", "signup-post",
        "signup-passkey", "signup-passkey-post", "terms", "terms-post", "account-email", "account-email-post",
        "account-profile", "account-profile-post", "account-profile-picture",
        "user-picture", // Whoever was told its address.
        "account-delete", "account-delete-post", "leaving", "leaving-post", "account-data", "account-data-post",
        "passkeys-part", "webauthn", "apple-app-site-association", "assetlinks", // The same for everybody.
    ];

    public static TheoryData<string, string, string> Protected() => Methods(method => method is not ("options" or "head"));

    public static TheoryData<string, string, string> Heads() => Methods(method => method == "head");

    static TheoryData<string, string, string> Methods(Func<string, bool> which)
    {
        var data = new TheoryData<string, string, string>();
        foreach (var function in LocalHost.Functions.Http(typeof(TokenEndpoint).Assembly))
        {
            if (!function.Route.Contains("{tenant}", StringComparison.Ordinal) || Public.Contains(function.Name)) continue;
            foreach (var method in function.Methods.Where(which))
                data.Add(function.Name, method, function.Route);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Protected))]
    public async Task A_foreign_tenants_token_is_refused(string function, string method, string route)
    {
        foreach (var (home, abroad) in new[] { ("demo", "acme"), ("acme", "demo") })
        {
            foreach (var token in signedIn.Tokens[home])
            {
                var answer = await host.Send(new HttpMethod(method.ToUpperInvariant()), PathTo(route, abroad), token, new { });
                var problem = await answer.Problem(401);
                Assert.Equal("invalid_token", problem.Code);
                Assert.Equal($"The access token belongs to tenant {home}; this address belongs to tenant {abroad}.", problem.Detail);
                Assert.Contains("invalid_token", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
            }
        }
        Assert.NotEmpty(function);
    }

    [Theory]
    [MemberData(nameof(Protected))]
    public async Task Without_a_token_or_with_a_bad_one_the_answer_is_401_and_why(string function, string method, string route)
    {
        var token = signedIn.Tokens["demo"][0];
        foreach (var (bad, why) in new[]
        {
            (null, "An access token is required."),
            ("not-a-jwt", "The access token is malformed."),
            (Tampered(token), "The access token's signature is invalid."),
            ("eyJhbGciOiJub25lIn0." + token.Split('.')[1] + ".", "The access token's signature is invalid."),
        })
        {
            var answer = await host.Send(new HttpMethod(method.ToUpperInvariant()), PathTo(route, "demo"), bad, new { });
            var problem = await answer.Problem(401);
            Assert.Equal(("invalid_token", why), (problem.Code, problem.Detail));
            // RFC 9449 §7.1: whoever sent nothing is told of both ways.
            Assert.Equal(bad is null ? ["Bearer", "DPoP"] : ["Bearer"], answer.Headers.WwwAuthenticate.Select(one => one.Scheme));
        }
        Assert.NotEmpty(function);
    }

    [Theory]
    [MemberData(nameof(Protected))]
    public async Task Without_the_right_the_answer_is_403_and_names_it(string function, string method, string route)
    {
        var answer = await host.Send(new HttpMethod(method.ToUpperInvariant()), PathTo(route, "demo"), WithoutRights, new { });
        var problem = await answer.Problem(403);
        Assert.Equal("insufficient_scope", problem.Code);
        Assert.Contains($"scope=\"{problem.Scope}\"", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.NotEmpty(function);
    }

    // An answer to HEAD has no body (RFC 9110 §9.3.2): status and challenge say it all.
    [Theory]
    [MemberData(nameof(Heads))]
    public async Task A_head_request_passes_the_same_checks_as_a_get(string function, string method, string route)
    {
        foreach (var (token, status, why) in new[]
        {
            (null, 401, "Bearer"),
            ("not-a-jwt", 401, "The access token is malformed."),
            (signedIn.Tokens["acme"][0], 401, "The access token belongs to tenant acme; this address belongs to tenant demo."),
            (WithoutRights, 403, "insufficient_scope"),
        })
        {
            var answer = await host.Send(new HttpMethod(method.ToUpperInvariant()), PathTo(route, "demo"), token);
            Assert.Equal(status, (int)answer.StatusCode);
            Assert.Contains(why, answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        }
        Assert.NotEmpty(function);
    }

    [Fact]
    public void The_public_list_names_only_endpoints_that_exist() => Assert.Empty(
        Public.Except(LocalHost.Functions.Http(typeof(TokenEndpoint).Assembly).Select(function => function.Name)));

    [Fact]
    public void There_are_protected_endpoints() => Assert.NotEmpty(Protected());

    string WithoutRights => signedIn.Tokens["demo"][^1];

    static string Tampered(string token)
    {
        var at = token.LastIndexOf('.') + 10;
        return token[..at] + (token[at] == 'A' ? 'B' : 'A') + token[(at + 1)..];
    }

    internal static string PathTo(string route, string tenant) => "/" + string.Join('/', route.Split('/').Select(segment =>
        segment == "{tenant}" ? tenant : segment.StartsWith('{') ? new string('a', 32) : segment));

    /// <summary>Who is signed in once for all cases: a service, an administrator, and one whose token gives no right.</summary>
    public sealed class SignedIn : IAsyncLifetime
    {
        readonly DemoHost demo = new();

        public TestHost Host => demo.Host;

        public Dictionary<string, string[]> Tokens { get; } = [];

        public async Task InitializeAsync()
        {
            await demo.InitializeAsync();
            foreach (var tenant in new[] { "demo", "acme" })
            {
                var service = await Host.Token(tenant, ("grant_type", "client_credentials"),
                    ("client_id", "service"), ("client_secret", "service-secret-for-local-runs-only")).Read<TokenAnswer>();
                var (user, withoutRights) = (await Host.Tokens(tenant, "admin"), await Host.Tokens(tenant, "admin", "profile"));
                Tokens[tenant] = [.. new[] { service, user, withoutRights }.Select(answer => answer.AccessToken)];
            }
        }

        public Task DisposeAsync() => demo.DisposeAsync();
    }
}
