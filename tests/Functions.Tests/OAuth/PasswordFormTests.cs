using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Latchkey.Tests.OAuth;

/// <summary>One password in the forms in which systems type it (RFC 8265 §4.2, NIST SP 800-63B §5.1.1.2).</summary>
public sealed class PasswordFormTests(DemoHost demo) : IClassFixture<DemoHost>
{
    const string Composed = "Zo\u00EB tr\u00E4gt H\u00FCte";
    const string Decomposed = "Zoe\u0308 tra\u0308gt Hu\u0308te";

    readonly TestHost host = demo.Host;

    [Theory]
    [InlineData("composed", Composed, Decomposed)]
    [InlineData("decomposed", Decomposed, Composed)]
    [InlineData("angstrom", "\u212Bngstr\u00F6m unit", "A\u030Angstro\u0308m unit")]
    [InlineData("spaces", "three\u00A0wide\u3000words", "three wide words")]
    public async Task However_a_password_was_set_it_may_be_typed_in_another_normal_form(string userName, string set, string typed)
    {
        var admin = await host.Admin();
        await host.Send(HttpMethod.Post, "/demo/admin/users", admin.Token, new { userName, password = set }).Is(201);
        await SignIn(userName, set).Is(200);
        await SignIn(userName, typed).Is(200);
        await SignIn(userName, typed.ToUpperInvariant()).Is(400);
    }

    [Fact]
    public async Task A_hash_from_before_matches_what_was_typed_and_is_made_anew()
    {
        var (users, tenant) = (host.Service<UserStore>(), (await host.Service<TenantStore>().Find("demo", default))!);
        var old = new PasswordHasher<User>(Options.Create(new PasswordHasherOptions { IterationCount = 1000 })).HashPassword(null!,
            Decomposed);
        Assert.True(
            await users.TryAdd(tenant,
                new User { Id = Ids.New(), UserName = "older", Name = "Older", PasswordHash = old, Roles = ["member"] }, default));
        await SignIn("older", Composed).Is(400); // Nobody knows yet that it is the same.
        await SignIn("older", Decomposed).Is(200);
        Assert.NotEqual(old, (await users.FindByName(tenant, "older", default))!.PasswordHash);
        await SignIn("older", Composed).Is(200);
    }

    [Fact]
    public async Task A_null_character_is_refused_when_it_is_set()
    {
        var admin = await host.Admin();
        var created = await host.Send(HttpMethod.Post, "/demo/admin/users", admin.Token,
            new { userName = "nul", password = "eleven\0chars" });
        Assert.Equal("password", (await created.Problem(400)).Field);
        var user = await host.Send(HttpMethod.Post, "/demo/admin/users", admin.Token, new { userName = "nul" }).Read<UserAnswer>(201);
        var set = await host.Send(HttpMethod.Put, $"/demo/admin/users/{user.Id}/password", admin.Token,
            new { password = "\0eleven chars" });
        await set.Fails(400, "invalid_field");
    }

    [Fact]
    public async Task What_is_too_long_to_be_a_name_or_a_password_is_not_even_normalized()
    {
        var marks = "a" + string.Concat(Enumerable.Repeat("\u0301\u0316", 5_000)); // Each has to be sorted before all of the others.
        var (before, start) = (host.Service<PasswordHashing>().Verified, System.Diagnostics.Stopwatch.GetTimestamp());
        for (var n = 0; n < 5; n++)
        {
            await SignIn(marks, "alice-password").Is(400);
            await SignIn("alice", marks).Is(400);
        }
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.Equal(before, host.Service<PasswordHashing>().Verified);
    }

    [Fact]
    public async Task A_passwords_length_counts_in_the_form_in_which_it_is_kept()
    {
        var admin = await host.Admin();
        var nine = string.Concat(Enumerable.Repeat("e\u0308", 9)); // 18 code points typed, 9 characters for anybody who looks.
        await host.Send(HttpMethod.Post, "/demo/admin/users", admin.Token, new { userName = "nine", password = nine }).Is(400);
    }

    [Theory]
    [InlineData("\uFFFE")]
    [InlineData("\uFFFF\U0010FFFF")]
    [InlineData("e\u0308\uFFFE")]
    public async Task A_password_of_any_characters_is_at_worst_wrong(string password) => await SignIn("alice", password).Problem(400);

    Task<HttpResponseMessage> SignIn(string userName, string password) => host.Token("demo",
        ("grant_type", "password"), ("client_id", "first-party"), ("username", userName), ("password", password));
}
