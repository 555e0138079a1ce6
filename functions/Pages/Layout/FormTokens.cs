using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Pages;

/// <summary>
/// What proves that a form was ours: a MAC over a cookie of this browser and what the form is about. A foreign site
/// knows neither, and a token of one form opens no other.
/// </summary>
public sealed class FormTokens(Macs macs, BrowserCookies cookies)
{
    const string Purpose = "form";

    /// <summary>The name of the hidden field.</summary>
    public const string Field = "form";

    /// <summary>The token of a form that a pending request needs; it belongs to that request's own cookie.</summary>
    /// <param name="request">The HTTP request.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="waiting">The pending request.</param>
    /// <param name="userId">The user whom the form shows, or null.</param>
    /// <param name="cancel">The caller hung up.</param>
    public Task<string> For(HttpRequest request, Tenant tenant, PendingRequest waiting, string? userId, CancellationToken cancel) =>
        macs.Make(Purpose, tenant.Id, Of(request, tenant, waiting, userId), cancel);

    /// <summary>Lets only our own form of this pending request through, and only for the user whom it showed.</summary>
    /// <exception cref="Problem">400 <c>sign_in_expired</c></exception>
    public async Task Check(HttpRequest request, Tenant tenant, PendingRequest waiting, string? userId, Form form, CancellationToken cancel)
    {
        if (form[Field] is not { } token
            || !await macs.Verify(Purpose, tenant.Id, Of(request, tenant, waiting, userId), token, cancel))
            throw OutOfDate();
    }

    /// <summary>The token of a form on a page that waits for nothing, <c>{id}.{MAC}</c>; the id is that of a cookie of this browser.</summary>
    public async Task<string> For(HttpRequest request, Tenant tenant, string about, CancellationToken cancel)
    {
        var (id, secret) = cookies.Form(request, tenant);
        return $"{id}.{await macs.Make(Purpose, tenant.Id, $"{secret}|{about}", cancel)}";
    }

    /// <summary>Lets only our own form through.</summary>
    /// <exception cref="Problem">400 <c>sign_in_expired</c>, or <c>cookies_off</c> where the browser sends none.</exception>
    public async Task Check(HttpRequest request, Tenant tenant, string about, Form form, CancellationToken cancel)
    {
        if (!cookies.Forms(request, tenant).Any())
            throw Problem.BadRequest("cookies_off", "Your browser did not send back this site's cookie. Allow cookies for this site, then load the page again.");
        if (form[Field]?.Split('.') is not [var id, var mac] || cookies.FindForm(request, tenant, id) is not { } secret
            || !await macs.Verify(Purpose, tenant.Id, $"{secret}|{about}", mac, cancel)) throw OutOfDate();
    }

    // Whoever found the pending request has its cookie.
    string Of(HttpRequest request, Tenant tenant, PendingRequest waiting, string? userId) =>
        $"{cookies.ReadRequest(request, tenant, waiting.Id.Split('.')[^1])}|{waiting.Id}|{userId}";

    static Problem OutOfDate() => Problem.BadRequest("sign_in_expired", "This page is out of date.");
}
