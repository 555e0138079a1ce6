using System.Net;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages.SecondFactor;

/// <summary>Recovery codes: each signs in once.</summary>
[Collection("second factor")]
public sealed class RecoveryCodeTests(SecondFactorWorld world)
{
    readonly TestHost host = world.Host;

    [Fact]
    public async Task A_recovery_code_signs_in_once_however_it_is_typed_and_the_user_is_told()
    {
        var person = await world.WithSecondFactor();
        var code = person.RecoveryCodes[3].Replace("-", " ", StringComparison.Ordinal).ToUpperInvariant();
        var answer = await person.FirstStep();
        var page = await person.Browser.Get($"{Browser.Location(answer)}&use=recovery");
        Assert.Contains("Recovery code", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await person.ToTokens(await person.Enter(page, code));
        Assert.Contains("9 are left", (await world.Mails(person, 2))[1], StringComparison.Ordinal);
        Assert.Equal(400, (int)(await person.SecondStep(await person.FirstStep(person.Browser = new Browser(host)), code)).StatusCode);
    }

    [Fact]
    public async Task Of_one_recovery_code_sent_four_times_at_once_one_counts()
    {
        var person = await world.WithSecondFactor();
        var pages = new List<(Browser Browser, HttpResponseMessage Page)>();
        for (var n = 0; n < 4; n++)
        {
            var browser = new Browser(host);
            pages.Add((browser, await browser.Follow(await person.FirstStep(browser))));
        }
        var answers = await Task.WhenAll(pages.Select(page => person.Enter(page.Page, person.RecoveryCodes[0], page.Browser)));
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.SeeOther);
    }

    [Fact]
    public async Task New_recovery_codes_end_the_old_ones_and_those_of_another_user_are_wrong()
    {
        var (person, other) = (await world.WithSecondFactor(), await world.WithSecondFactor());
        var old = person.RecoveryCodes;
        var page = await person.OpenPage();
        Assert.Contains("10 recovery codes left", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(400, (int)(await person.Post(page, "codes", other.RecoveryCodes[0])).StatusCode);
        await person.Keep(await person.Post(page, "codes", old[0]));
        Assert.Empty(person.RecoveryCodes.Intersect(old));
        Assert.Equal(400, (int)(await person.SecondStep(await person.FirstStep(person.Browser = new Browser(host)), old[1])).StatusCode);
        person.Browser = new Browser(host);
        await person.ToTokens(await person.SecondStep(await person.FirstStep(), person.RecoveryCodes[1]));
    }

    [Fact]
    public async Task Without_the_app_a_recovery_code_turns_the_second_factor_off()
    {
        var person = await world.WithSecondFactor();
        var page = await person.OpenPage();
        Assert.Equal(200, (int)(await person.Post(page, "remove", person.RecoveryCodes[9])).StatusCode);
        person.Browser = new Browser(host);
        await person.ToTokens(await person.FirstStep());
    }
}
