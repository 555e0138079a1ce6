using System.Globalization;
using Latchkey.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Latchkey.Pages;

/// <summary>
/// Renders a Razor component into a whole page, with the headers of a page: nothing may be loaded, framed or posted to
/// that the page itself does not name (CSP 3), and no address leaks (Referrer-Policy).
/// </summary>
public sealed class PageRenderer(ILoggerFactory loggers)
{
    /// <summary>The page.</summary>
    public async Task<IResult> Show<TView, TModel>(HttpRequest request, PageLayout page, TModel model, int? retryAfter = null)
        where TView : View<TModel>
    {
        var headers = request.HttpContext.Response.Headers;
        headers.ContentSecurityPolicy = Policy(page);
        headers["Referrer-Policy"] = "no-referrer";
        headers.XFrameOptions = "DENY"; // For browsers that do not know frame-ancestors.
        if (retryAfter is { } seconds) headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        var html = await RazorHtml.Render<TView>(loggers, new Dictionary<string, object?> { ["Page"] = page, ["Model"] = model });
        return Results.Content(html, "text/html; charset=utf-8", statusCode: page.Status);
    }

    static string Policy(PageLayout page)
    {
        var style = Style.Of(page.Tenant);
        return string.Join("; ",
            "default-src 'none'",
            $"style-src '{style.Hash}'{(page.Program is null ? "" : " 'self'")}",
            $"img-src {style.LogoUri ?? "'none'"}",
            Scripts(page),
            // Chromium and Safari hold every redirect that follows a form against this list.
            $"form-action 'self' {page.FormTarget}".TrimEnd(),
            "frame-ancestors 'none'",
            "base-uri 'none'");
    }

    // Trusted Types: text that a script tries to make into markup or code is refused by the browser itself.
    static string Scripts(PageLayout page) => page switch
    {
        { Program: { } program } => $"script-src 'self'; connect-src 'self' {program.Connect}; require-trusted-types-for 'script'; trusted-types 'none'",
        { Script: { } script } => $"script-src '{Style.HashOf(script)}'",
        _ => "script-src 'none'",
    };
}
