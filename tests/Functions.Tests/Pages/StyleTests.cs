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

    [MethodImpl(MethodImplOptions.NoInlining)]
    static WeakReference Sheet(Tenant tenant)
    {
        var style = Style.Of(tenant);
        Assert.Contains(tenant.Color!, style.Css, StringComparison.Ordinal);
        return new WeakReference(style.Css);
    }
}
