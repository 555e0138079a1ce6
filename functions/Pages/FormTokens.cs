using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.OAuth.Sessions;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Pages;

/// <summary>
/// What proves that a form was ours: a MAC over the browser's own cookie and what the form is about. A foreign site
/// knows neither, and a token of one form opens no other.
/// </summary>
public sealed class FormTokens(Macs macs, BrowserCookies cookies)
{
    const string Purpose = "form";

    /// <summary>The name of the hidden field.</summary>
    public const string Field = "form";

    /// <summary>The token of a form.</summary>
    public Task<string> For(HttpRequest request, Tenant tenant, string about, CancellationToken cancel) =>
        macs.Make(Purpose, tenant.Id, $"{cookies.Browser(request, tenant)}|{about}", cancel);

    /// <summary>Lets only our own form through.</summary>
    /// <exception cref="Problem">400 <c>sign_in_expired</c></exception>
    public async Task Check(HttpRequest request, Tenant tenant, string about, Form form, CancellationToken cancel)
    {
        var browser = cookies.Read(request, tenant, BrowserCookies.BrowserName);
        if (browser is null || form[Field] is not { } token || !await macs.Verify(Purpose, tenant.Id, $"{browser}|{about}", token, cancel))
            throw Problem.BadRequest("sign_in_expired", "This page is out of date, or cookies are switched off.");
    }
}
