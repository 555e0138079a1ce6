using System.Net;
using System.Text.RegularExpressions;
using System.Web;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Latchkey.Tests.OAuth.Authorization;

/// <summary>A browser as far as the pages need one: it keeps cookies and sends forms, and follows a redirect when told to.</summary>
public sealed partial class Browser(TestHost host, string tenant = "demo")
{
    /// <summary>RFC 7636 appendix B.</summary>
    public const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    /// <summary>RFC 7636 appendix B.</summary>
    public const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    /// <summary>The demo app on this machine: any port of the loopback address is registered.</summary>
    public const string Loopback = "http://127.0.0.1:51004/callback";

    /// <summary>The demo app on a phone.</summary>
    public const string PrivateScheme = "com.example.files:/callback";

    public Dictionary<string, string> Cookies { get; } = [];

    /// <summary>What it asks for, or null.</summary>
    public string? AcceptLanguage { get; set; }

    /// <summary>The demo app's request; <paramref name="changes"/> win, and a null takes a parameter out.</summary>
    public static string Request(params (string Name, string? Value)[] changes)
    {
        var all = new Dictionary<string, string?>
        {
            ["client_id"] = "mobile",
            ["redirect_uri"] = Loopback,
            ["response_type"] = "code",
            ["scope"] = "openid profile files.read",
            ["state"] = "st 1&2",
            ["nonce"] = "n-0S6_WzA2Mj",
            ["code_challenge"] = Challenge,
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in changes) all[name] = value;
        return string.Join('&',
            all.Where(p => p.Value is not null).Select(p => $"{Uri.EscapeDataString(p.Key)}={Uri.EscapeDataString(p.Value!)}"));
    }

    public Task<HttpResponseMessage> Authorize(params (string Name, string? Value)[] changes) =>
        Get($"/{tenant}/oauth/authorize?{Request(changes)}");

    public Task<HttpResponseMessage> Get(string path) => Send(new HttpRequestMessage(HttpMethod.Get, path));

    public Task<HttpResponseMessage> Post(string path, params IEnumerable<(string, string)> form) =>
        Send(new HttpRequestMessage(HttpMethod.Post, path) { Content = TestHost.Form(form) });

    /// <summary>Sends a form with a file, the fields in this order.</summary>
    public Task<HttpResponseMessage> PostFile(string path, MultipartFormDataContent form) =>
        Send(new HttpRequestMessage(HttpMethod.Post, path) { Content = form });

    /// <summary>Follows one redirect.</summary>
    public Task<HttpResponseMessage> Follow(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        return Get(Location(answer));
    }

    /// <summary>From the authorization endpoint's answer through the sign-in form; what comes after the form.</summary>
    public async Task<HttpResponseMessage> SignIn(HttpResponseMessage answer, string user = "alice", string? password = null)
    {
        Assert.StartsWith($"/{tenant}/login?", Location(answer), StringComparison.Ordinal);
        var page = await Follow(answer);
        return await Post($"/{tenant}/login", [.. await Fields(page), ("username", user), ("password", password ?? $"{user}-password")]);
    }

    /// <summary>Through the consent form.</summary>
    public async Task<HttpResponseMessage> Consent(HttpResponseMessage answer, string action = "allow")
    {
        Assert.StartsWith($"/{tenant}/consent?", Location(answer), StringComparison.Ordinal);
        var page = await Follow(answer);
        return await Post($"/{tenant}/consent", [.. await Fields(page), ("action", action)]);
    }

    /// <summary>The whole way to the app's answer, for a user who has not signed in before.</summary>
    public async Task<Dictionary<string, string>> Answer(params (string Name, string? Value)[] changes)
    {
        var answer = await SignIn(await Authorize(changes));
        if (answer.StatusCode == HttpStatusCode.SeeOther && Location(answer).StartsWith('/')) answer = await Consent(answer);
        return Returned(answer.StatusCode == HttpStatusCode.OK ? await Link(answer) : Location(answer));
    }

    /// <summary>The whole way to tokens.</summary>
    public async Task<TokenAnswer> Tokens(params (string Name, string? Value)[] changes)
    {
        var answer = await Answer(changes);
        return await Redeem(answer["code"]).Read<TokenAnswer>();
    }

    public Task<HttpResponseMessage> Redeem(string code, params (string Name, string? Value)[] changes)
    {
        var all = new Dictionary<string, string?>
        {
            ["grant_type"] = "authorization_code",
            ["client_id"] = "mobile",
            ["code"] = code,
            ["redirect_uri"] = Loopback,
            ["code_verifier"] = Verifier,
        };
        foreach (var (name, value) in changes) all[name] = value;
        return host.Token(tenant, all.Where(p => p.Value is not null).Select(p => (p.Key, p.Value!)));
    }

    public static string Location(HttpResponseMessage answer) => answer.Headers.TryGetValues("Location", out var values)
        ? values.Single()
        : throw new InvalidOperationException(
            $"No redirect from {answer.RequestMessage}: {(int)answer.StatusCode} "
                + $"{answer.Content.ReadAsStringAsync().GetAwaiter().GetResult()}");

    /// <summary>The parameters that a redirect brings back, from its query or its fragment.</summary>
    public static Dictionary<string, string> Returned(string location)
    {
        var values = HttpUtility.ParseQueryString(location[(location.IndexOfAny(['?', '#']) + 1)..]);
        return values.AllKeys.ToDictionary(key => key!, key => values[key]!);
    }

    /// <summary>The hidden fields of a page's forms. A page with several has the same in each.</summary>
    public static async Task<List<(string, string)>> Fields(HttpResponseMessage page)
    {
        var html = await page.Content.ReadAsStringAsync();
        Assert.True(page.StatusCode == HttpStatusCode.OK, html);
        return [.. Hidden().Matches(html).Select(m => (Name: m.Groups[1].Value, WebUtility.HtmlDecode(m.Groups[2].Value)))
            .DistinctBy(field => field.Name)];
    }

    /// <summary>Where the "Return to the app" button leads.</summary>
    public static async Task<string> Link(HttpResponseMessage page) =>
        WebUtility.HtmlDecode(Button().Match(await page.Content.ReadAsStringAsync()).Groups[1].Value);

    public static JsonWebToken IdToken(TokenAnswer tokens) => new(tokens.IdToken!);

    async Task<HttpResponseMessage> Send(HttpRequestMessage request)
    {
        if (Cookies.Count > 0) request.Headers.Add("Cookie", string.Join("; ", Cookies.Select(c => $"{c.Key}={c.Value}")));
        if (AcceptLanguage is not null) request.Headers.Add("Accept-Language", AcceptLanguage);
        var answer = await host.Http.SendAsync(request);
        foreach (var cookie in answer.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
        {
            var (name, value) = cookie.Split(';')[0].Split('=', 2) is [var n, var v] ? (n, v) : throw new FormatException(cookie);
            if (value.Length == 0) Cookies.Remove(name);
            else Cookies[name] = value;
        }
        return answer;
    }

    [GeneratedRegex("""<input type="hidden" name="([^"]*)" value="([^"]*)" ?/?>""")]
    private static partial Regex Hidden();

    [GeneratedRegex("""<a class="button" href="([^"]*)">""")]
    private static partial Regex Button();
}
