using static Latchkey.Tests.Callers.AdminClient;

namespace Latchkey.Tests.Admin;

/// <summary>A verified email address is a name to sign in with, and belongs to one user.</summary>
public sealed class EmailNameTests(DemoHost demo) : IClassFixture<DemoHost>, IAsyncLifetime
{
    readonly TestHost host = demo.Host;
    AdminClient admin = null!;

    public async Task InitializeAsync() => admin = await host.Admin();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_verified_address_signs_in_however_it_is_typed_and_one_that_is_not_verified_does_not()
    {
        await Make("vera", "Vera@Müller.example", verified: true);
        await Make("otto", "otto@example.com", verified: false);
        foreach (var name in new[] { "vera", "vera@müller.example", " VERA@MÜLLER.EXAMPLE ", "vera@xn--mller-kva.example" })
            await Password(name, "a-good-password").Is(200);
        await Password("otto@example.com", "a-good-password").Refused("invalid_grant");
    }

    [Fact]
    public async Task A_verified_address_is_nobody_elses_verified_address_or_user_name()
    {
        await Make("wanda", "wanda@example.com", verified: true);
        await admin.Post("users", User("wim", "WANDA@example.com", verified: true), 409);
        await admin.Post("users", User("wanda@EXAMPLE.com", null, verified: false), 409);
        var other = await Make("willi", "wanda@example.com", verified: false);
        await admin.Send(HttpMethod.Patch, $"users/{other.Id}", new { emailVerified = true }).Fails(409, "email_taken");
        Assert.False((await admin.User(other.Id)).EmailVerified);
    }

    [Fact]
    public async Task A_new_address_is_not_verified_and_the_old_one_is_free_again()
    {
        var user = await Make("xaver", "xaver@example.com", verified: true);
        await admin.ChangeUser(user.Id, new { email = "new@example.com" });
        await Password("xaver@example.com", "a-good-password").Refused("invalid_grant");
        await Password("new@example.com", "a-good-password").Refused("invalid_grant");
        await Make("heir", "xaver@example.com", verified: true);
        await admin.ChangeUser(user.Id, new { emailVerified = true });
        await Password("new@example.com", "a-good-password").Is(200);
        await admin.Do(HttpMethod.Delete, $"users/{user.Id}");
        await Make("next", "new@example.com", verified: true);
    }

    [Fact]
    public async Task Of_many_who_get_one_address_at_once_one_has_it()
    {
        var users = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => Make($"racer{n}", "race@example.com", verified: false)));
        var answers = await Task.WhenAll(users.Select(user =>
            admin.Send(HttpMethod.Patch, $"users/{user.Id}", new { emailVerified = true })));
        Assert.Single(answers, answer => (int)answer.StatusCode == 200);
        Assert.All(answers.Where(answer => (int)answer.StatusCode != 200), answer => Assert.Equal(409, (int)answer.StatusCode));
    }

    [Fact]
    public async Task Account_rules_are_read_changed_and_checked()
    {
        var rules = await admin.Get("accounts");
        Assert.Equal("off", rules.GetProperty("secondFactor").GetString());
        var changed = await admin.Patch("accounts", new
        {
            signUp = "open",
            signUpDomains = Texts("example.com"),
            termsUri = "https://example.com/terms",
            termsVersion = "2",
        });
        Assert.Equal("open", changed.GetProperty("signUp").GetString());
        foreach (var wrong in new object[]
        {
            new { signUp = "maybe" }, new { signUpDomains = Texts("Example") }, new { termsVersion = "" }, new { rememberDays = 91 },
            new { secondFactorRoles = Texts("nobody") }, new { appleApps = Texts("com.example.app") }, new { androidApps = Texts("a b") },
        }) Assert.Equal(400, (int)(await admin.Send(HttpMethod.Patch, "accounts", wrong)).StatusCode);
        await admin.Send(HttpMethod.Patch, "accounts", new { passwords = false }).Fails(409, "no_way_to_sign_in");
        Assert.Equal("2", (await admin.Get("accounts")).GetProperty("termsVersion").GetString());
    }

    async Task<UserAnswer> Make(string name, string? email, bool verified) =>
        (await admin.Post("users", User(name, email, verified))).As<UserAnswer>();

    static object User(string name, string? email, bool verified) =>
        new { userName = name, password = "a-good-password", email, emailVerified = verified };

    Task<HttpResponseMessage> Password(string user, string password) => host.Token("demo",
        ("grant_type", "password"), ("client_id", "first-party"), ("username", user), ("password", password));
}
