using System.Runtime.CompilerServices;
using Latchkey.Pages;
using Latchkey.Tenancy;

namespace Latchkey.Tests.Pages;

/// <summary>A page's style sheet, made for its tenant's colour.</summary>
public sealed class StyleTests(DemoHost demo) : IClassFixture<DemoHost>
{
    [Fact]
    public async Task A_colour_is_not_kept_once_its_page_is_gone()
    {
        var tenant = (await demo.Host.Service<TenantStore>().Find("demo", default))!;
        var sheets = Enumerable.Range(0, 20).Select(n => Sheet(tenant with { Color = $"#00ab{n:x2}" })).ToList();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.DoesNotContain(sheets, sheet => sheet.IsAlive);
    }

    // Against what a button stands on, by day and by night: see Style.
    [Theory]
    [InlineData("#ffffff")]
    [InlineData("#191d24")]
    [InlineData("#777777")]
    [InlineData("#fdfd00")]
    [InlineData("#0b7a75")]
    public async Task A_button_is_visible_and_readable_in_every_colour(string color)
    {
        var css = Style.Of((await demo.Host.Service<TenantStore>().Find("demo", default))! with { Color = color }).Css;
        var edges = css.Split("--accent-edge:").Skip(1).Select(rest => rest[..7]).ToList();
        Assert.True(BrandColor.Contrast(edges[0], "#ffffff") >= 3, edges[0]);
        Assert.True(BrandColor.Contrast(edges[1], "#191d24") >= 3, edges[1]);
        Assert.True(BrandColor.Contrast(BrandColor.TextOn(color), color) >= 4.5, BrandColor.TextOn(color));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static WeakReference Sheet(Tenant tenant)
    {
        var style = Style.Of(tenant);
        Assert.Contains(tenant.Color!, style.Css, StringComparison.Ordinal);
        return new WeakReference(style.Css);
    }
}
