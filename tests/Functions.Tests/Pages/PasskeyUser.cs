using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages;

/// <summary>A user of a tenant with passkeys, at a browser of their own.</summary>
sealed partial class PasskeyUser(TestHost host, string tenant, string name, string id)
{
    public const string Password = "a long enough password";

    public string Id => id;

    public string Name => name;

    public Browser Browser { get; } = new(host, tenant);

    public string Page => $"/{tenant}/account/passkeys";

    /// <summary>A new user, signed in by password.</summary>
    public static async Task<PasskeyUser> New(TestHost host, string tenant = "demo", object? rules = null)
    {
        var admin = await host.Admin(tenant);
        await admin.Patch("accounts", rules ?? new { passkeys = true, passwords = true });
        var name = $"passkey-{Guid.CreateVersion7():n}";
        var answer = await admin.AddUser(
            new { userName = name, password = Password, email = $"{name}@demo.example", roles = (string[])["member"] });
        var user = new PasskeyUser(host, tenant, name, answer.Id);
        await user.SignInByPassword();
        return user;
    }

    public async Task SignInByPassword() =>
        Assert.Equal(Page, Browser.Location(await Browser.SignIn(await Browser.Get(Page), name, Password)));

    /// <summary>A page of one browser: its form token and the options for the authenticator.</summary>
    public async Task<(string FormToken, JsonElement Options)> Form() => Read(await Html());

    public Task<HttpResponseMessage> Post(string formToken, params IEnumerable<(string, string)> fields) =>
        Browser.Post(Page, [("form", formToken), .. fields]);

    /// <summary>Registers a passkey at the account page.</summary>
    public async Task<SoftwareAuthenticator> Register(SoftwareAuthenticator? authenticator = null, string passkey = "My phone")
    {
        authenticator ??= new SoftwareAuthenticator(host.Origin);
        var (token, options) = await Form();
        var answer = await Post(token, ("action", "add"), ("name", passkey), ("credential", authenticator.Create(options)));
        Assert.Equal($"{Page}?done=add", Browser.Location(answer));
        return authenticator;
    }

    /// <summary>The ids of the passkeys on the page.</summary>
    public async Task<List<string>> Passkeys() =>
        [.. PasskeyId().Matches(await Html()).Select(match => match.Groups[1].Value).Distinct()];

    async Task<string> Html() => await (await Browser.Get(Page).Is(200)).Content.ReadAsStringAsync();

    public static (string FormToken, JsonElement Options) Read(string html) => (
        FormToken().Match(html).Groups[1].Value,
        JsonSerializer.Deserialize<JsonElement>(WebUtility.HtmlDecode(OptionsAttribute().Match(html).Groups[1].Value)));

    [GeneratedRegex("name=\"form\" value=\"([^\"]*)\"")]
    private static partial Regex FormToken();

    [GeneratedRegex("data-options=\"([^\"]*)\"")]
    private static partial Regex OptionsAttribute();

    [GeneratedRegex("name=\"id\" value=\"([^\"]*)\"")]
    private static partial Regex PasskeyId();
}

/// <summary>A sign-in page in a fresh browser, with the options for an authenticator.</summary>
sealed class PasskeySignInPage
{
    PasskeySignInPage(Browser browser, string tenant, List<(string, string)> fields, JsonElement options) =>
        (Browser, Tenant, Fields, Options) = (browser, tenant, fields, options);

    public Browser Browser { get; }

    public string Tenant { get; }

    public List<(string, string)> Fields { get; }

    public JsonElement Options { get; }

    /// <summary>Opens the sign-in page of the account page, or continues one after <paramref name="start"/>.</summary>
    public static async Task<PasskeySignInPage> Open(
        TestHost host, string tenant = "demo", Browser? browser = null, HttpResponseMessage? start = null)
    {
        browser ??= new Browser(host, tenant);
        var page = await browser.Follow(start ?? await browser.Get($"/{tenant}/account"));
        var (_, options) = PasskeyUser.Read(await page.Content.ReadAsStringAsync());
        return new PasskeySignInPage(browser, tenant, await Browser.Fields(page), options);
    }

    public Task<HttpResponseMessage> Send(string credential) => Browser.Post(
        $"/{Tenant}/login/passkey", [.. Fields.Where(field => field.Item1 != "credential"), ("credential", credential)]);
}
