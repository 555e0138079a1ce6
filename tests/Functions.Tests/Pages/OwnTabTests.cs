using System.Net;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages;

/// <summary>Tabs with pages of ours that a browser opens at once, as when it is started again, take nothing from each other.</summary>
public sealed class OwnTabTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_reset_page_and_a_device_page_in_a_fresh_browser_both_work()
    {
        var (browser, tabs) = await OpenAtOnce([], "/demo/reset", "/demo/device", "/demo/reset");
        Assert.Equal(HttpStatusCode.OK, (await browser.Post("/demo/reset", [.. tabs[0], ("username", "nobody")])).StatusCode);
        Assert.StartsWith("/demo/device?",
            Browser.Location(await browser.Post("/demo/device", [.. tabs[1].DistinctBy(field => field.Item1), ("user_code", "BBBB-BBBB")])),
            StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await browser.Post("/demo/reset", [.. tabs[2], ("username", "nobody")])).StatusCode);
    }

    [Fact]
    public async Task The_account_and_an_app_of_a_user_who_is_signed_in_both_work()
    {
        var before = new Browser(host);
        await before.SignIn(await before.Get("/demo/account"), "admin");
        // What a browser keeps that was closed and opened again.
        var kept = before.Cookies.Where(cookie => cookie.Key.StartsWith("signin", StringComparison.Ordinal)).ToList();
        var (browser, tabs) = await OpenAtOnce(kept, "/demo/account", "/demo/apps/new", "/demo/account");
        var app = await browser.Post("/demo/apps/new",
            [.. tabs[1].DistinctBy(field => field.Item1), ("action", "register"), ("type", "native"), ("name", "Tab"), ("website", ""),
                ("redirects", "com.example.tab:/callback"), ("after", "")]);
        Assert.True(app.StatusCode == HttpStatusCode.OK, await app.Content.ReadAsStringAsync());
        foreach (var tab in new[] { tabs[0], tabs[2] })
            Assert.Equal("/demo/account?done=end-all",
                Browser.Location(await browser.Post("/demo/account", tab.First(field => field.Item1 == "form"), ("action", "end-all"))));
    }

    [Fact]
    public async Task Two_sign_ins_to_pages_of_ours_at_once_both_come_to_their_end()
    {
        var browser = new Browser(host);
        var starts = await Task.WhenAll(((string[])["/demo/account", "/demo/apps"]).Select(host.Http.GetAsync));
        foreach (var start in starts) Keep(browser, start);
        foreach (var (start, page) in starts.Zip(["/demo/account", "/demo/apps"]))
            Assert.Equal(page, Browser.Location(await browser.SignIn(start, "admin")));
    }

    [Fact]
    public async Task Pages_that_are_opened_later_add_no_cookie()
    {
        var (browser, _) = await OpenAtOnce([], "/demo/reset", "/demo/device");
        var before = browser.Cookies.Count;
        for (var n = 0; n < 3; n++) await browser.Get("/demo/reset");
        Assert.Equal(before, browser.Cookies.Count);
    }

    // Each is asked for before any answer has come; the browser has all their cookies then, and each page its form.
    async Task<(Browser, List<List<(string, string)>>)> OpenAtOnce(List<KeyValuePair<string, string>> cookies,
        params IEnumerable<string> paths)
    {
        var browser = new Browser(host);
        foreach (var (name, value) in cookies) browser.Cookies[name] = value;
        var pages = await Task.WhenAll(paths.Select(path =>
        {
            var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (cookies.Count > 0) request.Headers.Add("Cookie",
                string.Join("; ", cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
            return host.Http.SendAsync(request);
        }));
        var forms = new List<List<(string, string)>>();
        foreach (var page in pages)
        {
            Keep(browser, page);
            forms.Add(await Browser.Fields(page));
        }
        return (browser, forms);
    }

    static void Keep(Browser browser, HttpResponseMessage answer)
    {
        foreach (var cookie in answer.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
            if (cookie.Split(';')[0].Split('=', 2) is [var name, var value]) browser.Cookies[name] = value;
    }
}
