using System.Net;
using Latchkey.Tests.Files;

namespace Latchkey.Tests.OAuth.Authorization;

/// <summary>
/// Storage goes away between every two requests of a sign-in. The user gets a page that says so, and the same form sent
/// again goes on; a code that was spent without the app hearing of it leaves no live token.
/// </summary>
public sealed class CrashTests : OnCuttableStorage
{
    const int MostSteps = 20;


    private protected override async Task Prepare()
    {
        await new Browser(host).Tokens(); // Makes the day's tables.
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_sign_in_form_that_died_anywhere_goes_on_when_it_is_sent_again(bool answerLost)
    {
        for (var cut = 0; cut < MostSteps; cut++)
        {
            var browser = new Browser(host);
            var fields = await Browser.Fields(await browser.Follow(await browser.Authorize(("prompt", "consent"))));
            Task<HttpResponseMessage> Send() =>
                browser.Post("/demo/login", [.. fields, ("username", "alice"), ("password", "alice-password")]);
            if (!await Died(cut, answerLost, Send)) return;
            Assert.StartsWith("/demo/consent", Browser.Location(await Send()), StringComparison.Ordinal);
        }
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_consent_form_that_died_anywhere_goes_on_when_it_is_sent_again(bool answerLost)
    {
        for (var cut = 0; cut < MostSteps; cut++)
        {
            var browser = new Browser(host);
            var fields = await Browser.Fields(await browser.Follow(await browser.SignIn(await browser.Authorize(("prompt", "consent")))));
            Task<HttpResponseMessage> Send() => browser.Post("/demo/consent", [.. fields, ("action", "allow")]);
            storage.CutAfter(cut, answerLost);
            var answer = await Send();
            if (!storage.Mend()) return;
            // Whether the user has too many sessions never decides: then it went on at once.
            if (answer.StatusCode != HttpStatusCode.SeeOther)
            {
                EnsureDied(answer);
                answer = await Send();
            }
            await TestHost.Json(await browser.Redeem(Browser.Returned(Browser.Location(answer))["code"]), 200);
        }
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task An_exchange_that_died_anywhere_can_be_repeated_or_has_left_nothing_alive(bool answerLost)
    {
        for (var cut = 0; cut < MostSteps; cut++)
        {
            var browser = new Browser(host);
            var code = (await browser.Answer())["code"];
            storage.CutAfter(cut, answerLost);
            var died = await browser.Redeem(code);
            if (!storage.Mend())
            {
                Assert.Equal(3, cut); // Session and user, which are read at once, and a transaction.
                return;
            }
            await TestHost.Json(died, 503);
            var again = await browser.Redeem(code);
            Assert.Equal(answerLost && cut == 2 ? 400 : 200, (int)again.StatusCode);
            if (again.StatusCode == HttpStatusCode.OK) continue;
            // A repeated code is a replay, whoever sends it: the app signs in again.
            Assert.Equal(400, (int)(await browser.Redeem(code)).StatusCode);
        }
    }

    [Fact]
    public async Task One_lost_answer_is_not_noticed()
    {
        for (var cut = 0; cut < MostSteps; cut++)
        {
            var browser = new Browser(host);
            var pushed = await TestHost.Json(await host.Http.PostAsync("/demo/oauth/par",
                new StringContent(Browser.Request(("prompt", "consent")), null, "application/x-www-form-urlencoded")), 201);
            var reference = Uri.EscapeDataString(pushed.GetProperty("request_uri").GetString()!);
            var start = await Losing(cut, () => browser.Get($"/demo/oauth/authorize?client_id=mobile&request_uri={reference}"));
            var signedIn = await Losing(cut, () => browser.SignIn(start));
            var answer = await Losing(cut, () => browser.Consent(signedIn));
            var code = Browser.Returned(Browser.Location(answer))["code"];
            await TestHost.Json(await Losing(cut, () => browser.Redeem(code)), 200);
        }
    }

    async Task<bool> Died(int cut, bool answerLost, Func<Task<HttpResponseMessage>> steps)
    {
        storage.CutAfter(cut, answerLost);
        var answer = await steps();
        if (!storage.Mend()) return false;
        EnsureDied(answer);
        return true;
    }

    static void EnsureDied(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    async Task<T> Losing<T>(int cut, Func<Task<T>> steps)
    {
        storage.CutAfter(cut, answerLost: true, requests: 1);
        var answer = await steps();
        storage.Mend();
        return answer;
    }
}
