using System.Globalization;
using Latchkey.Http;
using Latchkey.Languages;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Latchkey.Pages;

/// <summary>
/// Renders a Razor component as a whole page, with its security headers: the page can load from and post to only what its
/// policy names, and can't be framed (CSP 3). It sends no referrer (Referrer-Policy).
/// </summary>
public sealed class PageRenderer(ILoggerFactory loggers)
{
    /// <summary>Renders a page.</summary>
    /// <param name="http">The request.</param>
    /// <param name="page">What surrounds the view.</param>
    /// <param name="model">What the view shows.</param>
    /// <param name="retryAfter">Seconds for Retry-After, or null.</param>
    public async Task<IResult> Show<TView, TModel>(HttpRequest http, PageLayout page, TModel model, int? retryAfter = null)
        where TView : View<TModel>
    {
        var headers = http.HttpContext.Response.Headers;
        headers.ContentSecurityPolicy = Policy(page);
        headers["Referrer-Policy"] = "no-referrer";
        headers.ContentLanguage = LanguageContext.Current.Language.Tag;
        headers.Append("Vary", "Accept-Language, Cookie");
        headers.XFrameOptions = "DENY"; // For browsers that do not know frame-ancestors.
        if (retryAfter is { } seconds) headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        if (page is { Tenant: not null, GoTo: null, Script: null, Scripts: null, Address: null })
            page = page with { Address = LanguagePage.BackTo(http) };
        var html = await RazorHtml.Render<TView>(loggers, new Dictionary<string, object?> { ["Page"] = page, ["Model"] = model });
        return Results.Content(html, "text/html; charset=utf-8", statusCode: page.Status);
    }

    static string Policy(PageLayout page)
    {
        var style = Style.Of(page.Tenant);
        return string.Join("; ",
            "default-src 'none'",
            $"style-src '{style.Hash}'{(page.Scripts is { Styles.Count: > 0 } ? " 'self'" : "")}",
            // Icon, logo, the user's picture; the pictures that an app shows.
            string.Join(" ", ((string?[])["img-src data:", style.LogoUri, Source(page.Picture), Shown(page)]).OfType<string>()),
            ScriptPolicy(page),
            // Chromium and Safari also check every redirect that follows a form against this list.
            $"form-action 'self' {page.FormTarget}".TrimEnd(),
            "frame-ancestors 'none'",
            "base-uri 'none'");
    }

    // Trusted Types: the browser itself refuses text that a script tries to turn into markup or code.
    static string ScriptPolicy(PageLayout page)
    {
        string?[] sources =
        [
            page.Scripts is null ? null : "'self'",
            page.Script is { } script ? $"'{Style.HashOf(script)}'" : null,
            page.HasPassword ? $"'{Style.HashOf(ShowPassword.Script)}'" : null,
        ];
        var all = string.Join(' ', sources.Where(source => source is not null));
        return page.Scripts is { } scripts
            ? $"script-src {all}; {Connect(scripts)}{App(scripts)}require-trusted-types-for 'script'; trusted-types {Policies(scripts)}"
            : $"script-src {(all.Length > 0 ? all : "'none'")}";
    }

    // A source has no query (CSP3 §2.3.1).
    static string? Source(string? url) => url is null ? null : new Uri(url).GetLeftPart(UriPartial.Path);

    static string? Shown(PageLayout page) => page.Thumbnails is { } origin ? $"'self' {origin}"
        : page.Scripts is { Installable: true } scripts ? $"'self' {scripts.Connect}" : null;

    // A frame shows PDF files: storage serves nothing else to be shown that could run a script (DisplayTypes).
    static string App(PageScripts scripts) => !scripts.Installable ? ""
        : $"media-src {scripts.Connect}; frame-src {scripts.Connect}; manifest-src 'self'; worker-src 'self'; ";

    // A service worker is registered by its address, which counts as code.
    static string Policies(PageScripts scripts) => scripts.Installable ? "service-worker" : "'none'";

    static string Connect(PageScripts scripts) => scripts.Connect is { } origin ? $"connect-src 'self' {origin}; " : "";
}
