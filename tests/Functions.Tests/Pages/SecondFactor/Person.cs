using System.Net;
using System.Text.RegularExpressions;
using Latchkey.Tests.OAuth.Authorization;
using OtpNet;

namespace Latchkey.Tests.Pages.SecondFactor;

/// <summary>A user with a browser and, once it is set up, an authenticator app.</summary>
sealed partial class Person(TestHost host, string tenant, string name, string id)
{
    const string Page = "account/second-factor";

    public string Name => name;

    public string Id => id;

    public string Password => $"{name}-password";

    public Browser Browser { get; set; } = new(host, tenant);

    public IReadOnlyList<string> RecoveryCodes { get; private set; } = [];

    public byte[] Secret { get; set; } = [];

    /// <summary>The code that the app shows now, or so many steps of 30 seconds later.</summary>
    public string Code(int steps = 0) => new Totp(Secret).ComputeTotp(host.Clock.Now.UtcDateTime.AddSeconds(30 * steps));

    /// <summary>A code that is wrong now.</summary>
    public string WrongCode() => new[] { "000000", "111111", "222222", "333333" }
        .First(code => !Enumerable.Range(-1, 3).Select(Code).Contains(code));

    /// <summary>Name and password; the answer to the form.</summary>
    public async Task<HttpResponseMessage> FirstStep(Browser? browser = null, params (string, string?)[] changes)
    {
        browser ??= Browser;
        return await browser.SignIn(await browser.Authorize(changes), name);
    }

    /// <summary>From a redirect to the second step through its form; the answer to it.</summary>
    public async Task<HttpResponseMessage> SecondStep(
        HttpResponseMessage answer, string? code = null, Browser? browser = null, params (string, string)[] more)
    {
        browser ??= Browser;
        Assert.StartsWith($"/{tenant}/login/second?", Browser.Location(answer), StringComparison.Ordinal);
        return await Enter(await browser.Follow(answer), code ?? Code(), browser, more);
    }

    /// <summary>Enters a code on the page of the second step.</summary>
    public async Task<HttpResponseMessage> Enter(
        HttpResponseMessage page, string code, Browser? browser = null, params (string, string)[] more) =>
        await (browser ?? Browser).Post($"/{tenant}/login/second",
            [.. await Browser.Fields(page), ("code", code), ("action", "code"), .. more]);

    /// <summary>The whole sign-in, through the consent, to tokens.</summary>
    public async Task<TokenAnswer> Tokens(Browser? browser = null, params (string, string?)[] changes) =>
        await ToTokens(await SecondStep(await FirstStep(browser, changes), browser: browser), browser);

    /// <summary>From the answer to the last step of a sign-in, through the consent if it is asked for, to tokens.</summary>
    public async Task<TokenAnswer> ToTokens(HttpResponseMessage answer, Browser? browser = null)
    {
        browser ??= Browser;
        if (Browser.Location(answer).StartsWith($"/{tenant}/consent", StringComparison.Ordinal)) answer = await browser.Consent(answer);
        return await browser.Redeem(Browser.Returned(Browser.Location(answer))["code"]).Read<TokenAnswer>();
    }

    /// <summary>Signs in to the page of the second factor; the page.</summary>
    public async Task<HttpResponseMessage> OpenPage()
    {
        var answer = await Browser.Get($"/{tenant}/{Page}");
        if (answer.StatusCode == HttpStatusCode.OK) return answer;
        answer = await Browser.SignIn(answer, name);
        if (Browser.Location(answer).Contains("/login/second", StringComparison.Ordinal)) answer = await SecondStep(answer);
        return await Browser.Follow(answer);
    }

    /// <summary>Sends the form of that page.</summary>
    public async Task<HttpResponseMessage> Post(HttpResponseMessage page, string action, string code) =>
        await Browser.Post($"/{tenant}/{Page}", [.. await Browser.Fields(page), ("action", action), ("code", code)]);

    /// <summary>Sets up the second factor at the account page.</summary>
    public async Task SetUp()
    {
        var page = await OpenPage();
        await Scan(page);
        await Keep(await Post(page, "set-up", Code()));
    }

    /// <summary>Reads the secret from the page that sets it up.</summary>
    public async Task Scan(HttpResponseMessage page)
    {
        var html = await page.Content.ReadAsStringAsync();
        Secret = Base32Encoding.ToBytes(SecretText().Match(html).Groups[1].Value.Replace(" ", "", StringComparison.Ordinal));
    }

    /// <summary>Reads the recovery codes from the page that shows them.</summary>
    public async Task Keep(HttpResponseMessage page)
    {
        RecoveryCodes = [.. Codes().Matches(await (await page.Is(200)).Content.ReadAsStringAsync()).Select(match => match.Groups[1].Value)];
        Assert.Equal(10, RecoveryCodes.Distinct().Count());
    }

    [GeneratedRegex("""<p class="secret"><code>([A-Z2-7 ]+)</code>""")]
    private static partial Regex SecretText();

    [GeneratedRegex("""<li><code>([0-9a-z]{5}-[0-9a-z]{5})</code>""")]
    private static partial Regex Codes();
}
