using System.Text.Json;
using Latchkey.Tests.OAuth.Authorization;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Latchkey.Tests.Pages.SecondFactor;

/// <summary>Step-up (RFC 9470): an app asks for a stronger or fresher sign-in, by acr_values and max_age.</summary>
[Collection("second factor")]
public sealed class StepUpTests(SecondFactorWorld world)
{
    readonly TestHost host = world.Host;

    [Fact]
    public async Task An_app_that_demands_two_factors_gets_the_second_without_the_password_again()
    {
        var person = await SignedInWithOne();
        var before = host.Clock.Now;
        host.Clock.Advance(TimeSpan.FromHours(1));
        var answer = await person.Browser.Authorize(("acr_values", "2"));
        Assert.StartsWith("/demo/login/second?", Browser.Location(answer), StringComparison.Ordinal);
        var tokens = await person.ToTokens(await person.SecondStep(answer));
        var token = new JsonWebToken(tokens.IdToken);
        Assert.Equal("2", token.GetPayloadValue<string>("acr"));
        Assert.Equal(["pwd", "otp", "mfa"], token.GetPayloadValue<string[]>("amr"));
        Assert.Equal(before.ToUnixTimeSeconds(), token.GetPayloadValue<long>("auth_time")); // The password is no fresher than it was.

        // From then on the browser has it, for every app.
        Assert.StartsWith("/demo/consent?", Browser.Location(await person.Browser.Authorize(("acr_values", "2"))),
            StringComparison.Ordinal);
        // A refresh tells what the session was signed in with, not what the browser has since.
        var refreshed = await host.Token("demo", ("grant_type", "refresh_token"), ("client_id", "mobile"),
            ("refresh_token", tokens.RefreshToken!)).Read<TokenAnswer>();
        Assert.Equal("2", new JsonWebToken(refreshed.AccessToken).GetPayloadValue<string>("acr"));
    }

    [Fact]
    public async Task A_sign_in_that_is_too_old_is_made_again_with_both_factors()
    {
        var person = await SignedInWithOne();
        host.Clock.Advance(TimeSpan.FromHours(1));
        person.Browser.Cookies.Remove($"second-{person.Id}-demo");
        var answer = await person.Browser.Authorize(("acr_values", "2"), ("max_age", "300"));
        Assert.StartsWith("/demo/login?", Browser.Location(answer), StringComparison.Ordinal);
        var tokens = await person.ToTokens(await person.SecondStep(await person.Browser.SignIn(answer, person.Name)));
        Assert.Equal(host.Clock.Now.ToUnixTimeSeconds(), new JsonWebToken(tokens.IdToken).GetPayloadValue<long>("auth_time"));
    }

    [Fact]
    public async Task A_remembered_browser_is_asked_all_the_same_if_the_app_demands_two_factors()
    {
        var person = await SignedInWithOne();
        person.Browser.Cookies.Remove("signin-demo");
        var answer = await person.FirstStep(null, ("acr_values", "2"));
        var tokens = await person.ToTokens(await person.SecondStep(answer));
        Assert.Equal("2", new JsonWebToken(tokens.AccessToken).GetPayloadValue<string>("acr"));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2 1")]
    [InlineData("urn:example:gold")]
    [InlineData("urn:example:gold 1")]
    public async Task One_factor_will_do_if_any_value_allows_it_or_none_is_known(string values)
    {
        var person = await SignedInWithOne();
        Assert.StartsWith("/demo/consent?", Browser.Location(await person.Browser.Authorize(("acr_values", values))),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_without_a_second_factor_sets_one_up_for_the_app_after_a_fresh_sign_in()
    {
        var person = await world.Person();
        await person.FirstStep();
        host.Clock.Advance(TimeSpan.FromMinutes(11)); // Whoever has found the browser open can't set up a factor of their own.
        var answer = await person.Browser.Authorize(("acr_values", "2"));
        answer = await person.Browser.Follow(answer);
        Assert.StartsWith("/demo/login?", Browser.Location(answer), StringComparison.Ordinal);
        var page = await person.Browser.Follow(await person.Browser.SignIn(answer, person.Name));
        await person.Scan(page);
        var codes = await person.Browser.Post("/demo/login/second",
            [.. await Browser.Fields(page), ("action", "set-up"), ("code", person.Code())]);
        var goOn = await person.Browser.Post("/demo/login/second", [.. await Browser.Fields(codes), ("action", "continue")]);
        Assert.Equal("2", new JsonWebToken((await person.ToTokens(goOn)).AccessToken).GetPayloadValue<string>("acr"));
    }

    [Fact]
    public async Task What_a_user_cannot_give_is_an_error_for_the_app()
    {
        var person = await SignedInWithOne();
        Assert.Equal("login_required", await Error(person, ("acr_values", "2"), ("prompt", "none")));
        var admin = await world.Admin();
        await admin.Patch("accounts", new { secondFactor = "off" });
        try
        {
            Assert.Equal("unmet_authentication_requirements", await Error(person, ("acr_values", "2")));
            Assert.Equal("unmet_authentication_requirements", await Error(person, ("acr_values", "2"), ("prompt", "none")));
        }
        finally
        {
            await admin.Patch("accounts", new { secondFactor = "offered" });
        }
    }

    [Fact]
    public async Task Introspection_tells_an_API_how_and_when_the_user_signed_in()
    {
        var person = await world.WithSecondFactor();
        person.Browser = new Browser(host);
        var tokens = await person.Tokens();
        var json = await host.Http.PostAsync("/demo/oauth/introspect", TestHost.Form(
            ("client_id", "service"), ("client_secret", TestHostCallers.ServiceSecret), ("token", tokens.AccessToken))).Json();
        Assert.Equal("2", json.GetProperty("acr").GetString());
        Assert.Equal(["pwd", "otp", "mfa"], json.GetProperty("amr").Deserialize<string[]>()!);
        Assert.Equal(host.Clock.Now.ToUnixTimeSeconds(), json.GetProperty("auth_time").GetInt64());
    }

    // A user with a second factor, signed in with one because the browser is remembered.
    async Task<Person> SignedInWithOne()
    {
        var person = await world.WithSecondFactor();
        person.Browser = new Browser(host);
        await person.ToTokens(await person.SecondStep(await person.FirstStep(), more: ("remember", "yes")));
        person.Browser.Cookies.Remove("signin-demo");
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        await person.ToTokens(await person.FirstStep());
        return person;
    }

    static async Task<string> Error(Person person, params (string, string?)[] changes) =>
        Browser.Returned(Browser.Location(await person.Browser.Authorize(changes)))["error"];
}
