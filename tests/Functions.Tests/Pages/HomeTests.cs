using System.Net;
using Latchkey.Tenancy;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages;

/// <summary>Who enters only an address sees what is there; nobody is left without a way on, and nobody reads what is not theirs.</summary>
public sealed class HomeTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;
    readonly Browser browser = new(demo.Host);

    [Fact]
    public async Task The_services_home_page_names_no_tenant()
    {
        var page = await browser.Get("/");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        var html = await page.Content.ReadAsStringAsync();
        Assert.Contains("<h1>Sign-in service</h1>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("demo", html, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.OK, (await host.Http.SendAsync(new(HttpMethod.Head, "/"))).StatusCode);
    }

    [Fact]
    public async Task A_tenants_home_page_leads_to_the_account()
    {
        var html = await (await browser.Get("/demo")).Content.ReadAsStringAsync();
        Assert.Contains("<a class=\"button\" href=\"/demo/account\">Your account</a>", html, StringComparison.Ordinal);
        var nobody = await browser.Get("/nobody");
        Assert.Equal(HttpStatusCode.NotFound, nobody.StatusCode);
        Assert.Contains("This page does not exist.", await nobody.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_page_without_an_app_to_go_back_to_leads_to_the_home_page() => Assert.Contains(
        "href=\"/demo\">Go to the start page</a>", await (await browser.Get("/demo/login")).Content.ReadAsStringAsync(),
        StringComparison.Ordinal);

    [Fact]
    public async Task The_users_of_a_suspended_tenant_read_nothing_of_the_reason()
    {
        var tenant = new Tenant
        {
            Id = "unpaid",
            Name = "Unpaid",
            Issuer = $"{host.Origin}/unpaid",
            SuspendedBecause = "The invoice is open.",
        };
        await host.Service<TenantStore>().Save(tenant, CancellationToken.None);
        foreach (var path in new[] { "/unpaid", "/unpaid/account", "/unpaid/s/x" })
        {
            var page = await browser.Get(path);
            Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
            var html = await page.Content.ReadAsStringAsync();
            Assert.Contains("This service is not available at the moment.", html, StringComparison.Ordinal);
            Assert.DoesNotContain("invoice", html, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Every_page_has_an_icon_of_its_own()
    {
        var page = await browser.Get("/demo");
        var html = WebUtility.HtmlDecode(await page.Content.ReadAsStringAsync());
        Assert.Contains("<link rel=\"icon\" href=\"data:image/svg+xml,%3Csvg", html, StringComparison.Ordinal);
        Assert.Contains("img-src data:;", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }
}
