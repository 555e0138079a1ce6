using System.Net;
using Latchkey.Storage;
using Latchkey.Tests.OAuth.Authorization;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Latchkey.Tests.Pages.SecondFactor;

/// <summary>An authenticator app as second factor (RFC 6238): how it is set up, asked for, and lost.</summary>
[Collection("second factor")]
public sealed class SecondFactorTests(SecondFactorWorld world)
{
    readonly TestHost host = world.Host;

    [Fact]
    public async Task A_second_factor_counts_once_a_right_code_was_entered_and_tokens_tell_of_it()
    {
        var person = await world.Person();
        var page = await person.OpenPage();
        await person.Scan(page);
        var wrong = await person.Post(page, "set-up", person.WrongCode());
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.False((await (await world.Admin()).User(person.Id)).SecondFactor);
        var secret = person.Secret;
        await person.Scan(wrong);
        Assert.Equal(secret, person.Secret); // The same secret: the app need not scan it again.
        await person.Keep(await person.Post(page, "set-up", person.Code(1)));
        Assert.True((await (await world.Admin()).User(person.Id)).SecondFactor);
        Assert.Contains("two-step verification is on", (await world.Mails(person, 1))[0], StringComparison.Ordinal);

        host.Clock.Advance(TimeSpan.FromMinutes(1));
        var tokens = await person.Tokens(new Browser(host));
        foreach (var token in new[] { new JsonWebToken(tokens.IdToken), new JsonWebToken(tokens.AccessToken) })
        {
            Assert.Equal("2", token.GetPayloadValue<string>("acr"));
            Assert.Equal(["pwd", "otp", "mfa"], token.GetPayloadValue<string[]>("amr"));
            Assert.Equal(host.Clock.Now.ToUnixTimeSeconds(), token.GetPayloadValue<long>("auth_time"));
        }
    }

    [Fact]
    public async Task Codes_of_the_steps_beside_this_one_count_and_no_others_and_none_twice()
    {
        var person = await world.WithSecondFactor();
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        foreach (var off in new[] { -2, 2 })
            Assert.Equal(400, (int)(await person.SecondStep(await Again(person), person.Code(off))).StatusCode);
        var late = person.Code(-1);
        await person.ToTokens(await person.SecondStep(await person.FirstStep(), late));
        Assert.Equal(400, (int)(await person.SecondStep(await Again(person), late)).StatusCode);
        await person.ToTokens(await person.SecondStep(await Again(person), person.Code(1)));
        Assert.Equal(400, (int)(await person.SecondStep(await Again(person), person.Code())).StatusCode); // An earlier step than the last.
    }

    [Fact]
    public async Task Of_two_right_codes_at_once_one_counts()
    {
        var person = await world.WithSecondFactor();
        var pages = new List<(Browser Browser, HttpResponseMessage Page)>();
        for (var n = 0; n < 4; n++)
        {
            var browser = new Browser(host);
            pages.Add((browser, await browser.Follow(await person.FirstStep(browser))));
        }
        var answers = await Task.WhenAll(pages.Select(page => person.Enter(page.Page, person.Code(), page.Browser)));
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.SeeOther);
        Assert.All(answers.Where(answer => answer.StatusCode != HttpStatusCode.SeeOther),
            answer => Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode));
    }

    [Fact]
    public async Task The_first_factor_is_good_in_its_own_browser_for_ten_minutes_and_once()
    {
        var person = await world.WithSecondFactor();
        var answer = await person.FirstStep();
        var page = await person.Browser.Follow(answer);
        var stranger = new Browser(host);
        Assert.Equal(400, (int)(await person.Enter(page, person.Code(), stranger)).StatusCode); // other_browser
        await person.ToTokens(await person.Enter(page, person.Code()));
        person.Browser.Cookies.Remove("signin-demo");
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.StartsWith("/demo/login?", Browser.Location(await person.Enter(page, person.Code())), StringComparison.Ordinal);

        var late = await person.Browser.Follow(await person.FirstStep());
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.StartsWith("/demo/login?", Browser.Location(await person.Enter(late, person.Code())), StringComparison.Ordinal);

        var ended = await person.Browser.Follow(await person.FirstStep());
        await (await world.Admin()).Do(HttpMethod.Put, $"users/{person.Id}/password", new { password = person.Password });
        Assert.StartsWith("/demo/login?", Browser.Location(await person.Enter(ended, person.Code())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_is_at_the_second_step_without_the_first_and_a_foreign_tenant_knows_nothing_of_it()
    {
        var person = await world.WithSecondFactor();
        var browser = new Browser(host);
        var start = Browser.Location(await browser.Authorize());
        var request = start[(start.IndexOf('=') + 1)..];
        Assert.Equal($"/demo/login?request={request}", Browser.Location(await browser.Get($"/demo/login/second?request={request}")));
        var first = await browser.SignIn(await browser.Authorize(), person.Name, person.Password);
        var foreign = Browser.Location(first).Replace("/demo/", "/acme/", StringComparison.Ordinal);
        Assert.Equal(400, (int)(await browser.Get(foreign)).StatusCode);
        var id = Browser.Location(first)[(Browser.Location(first).IndexOf('=') + 1)..];
        Assert.Equal(400, (int)(await browser.Post("/demo/login/second", ("request", id), ("code", person.Code()))).StatusCode);
    }

    [Fact]
    public async Task Five_wrong_codes_lock_the_second_step_until_an_administrator_unlocks_it()
    {
        var person = await world.WithSecondFactor();
        var page = await person.Browser.Follow(await person.FirstStep());
        for (var n = 0; n < 5; n++) Assert.Equal(400, (int)(await person.Enter(page, person.WrongCode())).StatusCode);
        var locked = await person.Enter(page, person.Code());
        Assert.Equal(429, (int)locked.StatusCode);
        Assert.True(locked.Headers.Contains("Retry-After"));
        await (await world.Admin()).Do(HttpMethod.Post, $"users/{person.Id}/unlock", new { });
        await person.ToTokens(await person.Enter(page, person.Code()));
    }

    [Fact]
    public async Task Whoever_must_have_a_second_factor_sets_it_up_at_sign_in_and_goes_on_to_the_app()
    {
        var person = await world.Person("acme");
        var page = await person.Browser.Follow(await person.FirstStep());
        await person.Scan(page);
        var codes = await person.Browser.Post("/acme/login/second",
            [.. await Browser.Fields(page), ("action", "set-up"), ("code", person.Code())]);
        await person.Keep(codes);
        var answer = await person.Browser.Post("/acme/login/second", [.. await Browser.Fields(codes), ("action", "continue")]);
        var token = new JsonWebToken((await person.ToTokens(answer)).AccessToken);
        Assert.Equal("2", token.GetPayloadValue<string>("acr"));

        var other = new Browser(host, "acme"); // From now on a code is asked for.
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        await person.Tokens(other);
    }

    [Fact]
    public async Task The_password_grant_refuses_whoever_signs_in_with_a_second_factor()
    {
        var (offered, required) = (await world.WithSecondFactor(), await world.Person("acme"));
        foreach (var (tenant, person) in new[] { ("demo", offered), ("acme", required) })
        {
            var refusal = await host.Token(tenant, ("grant_type", "password"), ("client_id", "first-party"),
                ("username", person.Name), ("password", person.Password)).Refused("invalid_grant");
            Assert.StartsWith("mfa_required: ", refusal.ErrorDescription, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_administrator_resets_it_and_the_user_is_told()
    {
        var person = await world.WithSecondFactor();
        var admin = await world.Admin();
        for (var n = 0; n < 2; n++) await admin.Do(HttpMethod.Delete, $"users/{person.Id}/second-factor");
        await admin.Send(HttpMethod.Delete, $"users/{new string('x', 22)}/second-factor").Fails(404, "user_not_found");
        Assert.False((await admin.User(person.Id)).SecondFactor);
        Assert.Contains("was reset", (await world.Mails(person, 2))[1], StringComparison.Ordinal);
        person.Browser = new Browser(host);
        var tokens = await person.ToTokens(await person.FirstStep());
        Assert.Equal("1", new JsonWebToken(tokens.AccessToken).GetPayloadValue<string>("acr"));
        await Eventually.True(async () =>
            (await admin.Audit("?type=admin-user-second-factor-reset")).Any(entry => entry.Target == person.Id));
    }

    [Fact]
    public async Task Turning_it_off_needs_a_fresh_sign_in_and_a_code()
    {
        var person = await world.WithSecondFactor();
        var page = await person.OpenPage();
        Assert.Equal(400, (int)(await person.Post(page, "remove", person.WrongCode())).StatusCode);
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.StartsWith("/demo/login?", Browser.Location(await person.Post(page, "remove", person.Code())), StringComparison.Ordinal);
        page = await person.OpenPage();
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(200, (int)(await person.Post(page, "remove", person.Code())).StatusCode);
        Assert.False((await (await world.Admin()).User(person.Id)).SecondFactor);
        Assert.Contains("two-step verification is off", (await world.Mails(person, 2))[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_set_ups_at_once_one_counts()
    {
        var person = await world.Person();
        var page = await person.OpenPage();
        var other = await person.Browser.Get("/demo/account/second-factor");
        await person.Scan(other);
        var (otherCode, secret) = (person.Code(), person.Secret);
        await person.Scan(page);
        Assert.NotEqual(secret, person.Secret);
        var answers = await Task.WhenAll(person.Post(page, "set-up", person.Code()), person.Post(other, "set-up", otherCode));
        var html = await Task.WhenAll(answers.Select(answer => answer.Content.ReadAsStringAsync()));
        Assert.Single(html, text => text.Contains("class=\"codes\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_dies_with_its_user_and_no_export_holds_its_secrets()
    {
        var person = await world.WithSecondFactor();
        var table = host.Service<StorageClients>().Tables.GetTableClient(TableNames.Users);
        var row = (await table.GetEntityAsync<Azure.Data.Tables.TableEntity>("demo", RowKeys.SecondFactor(person.Id))).Value;
        Assert.Equal(-1, row.GetBinary("TotpSecret").AsSpan().IndexOf(person.Secret)); // It is encrypted.
        var export = await host.Service<Latchkey.Admin.TenantData>().Export("demo", CancellationToken.None)
            .Select(line => System.Text.Json.JsonSerializer.Serialize(line)).ToListAsync();
        var mine = Assert.Single(export, line => line.Contains(RowKeys.SecondFactor(person.Id), StringComparison.Ordinal));
        Assert.DoesNotContain("TotpSecret", mine, StringComparison.Ordinal);
        Assert.DoesNotContain("RecoveryCodes", mine, StringComparison.Ordinal);
        await (await world.Admin()).DeleteUser(person.Id);
        Assert.False((await table.GetEntityIfExistsAsync<Azure.Data.Tables.TableEntity>("demo", RowKeys.SecondFactor(person.Id))).HasValue);
    }

    [Fact]
    public async Task A_tenant_that_offers_none_has_no_page_for_it_and_asks_nobody()
    {
        var person = await world.WithSecondFactor();
        var admin = await world.Admin();
        await admin.Patch("accounts", new { secondFactor = "off" });
        try
        {
            Assert.Equal(404, (int)(await person.Browser.Get("/demo/account/second-factor")).StatusCode);
            person.Browser = new Browser(host);
            var tokens = await person.ToTokens(await person.FirstStep());
            Assert.Equal("1", new JsonWebToken(tokens.AccessToken).GetPayloadValue<string>("acr"));
        }
        finally
        {
            await admin.Patch("accounts", new { secondFactor = "offered" });
        }
    }

    // A new sign-in in the same browser.
    static Task<HttpResponseMessage> Again(Person person) => person.FirstStep(null, ("prompt", "login"));
}
