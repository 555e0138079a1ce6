using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;

namespace Latchkey.Pages;

/// <summary>
/// Tokens that prove that a form is our own (protection against CSRF): a MAC of a cookie of this browser and of what the form
/// is about. A foreign site knows neither, and a token of one form is not valid for another.
/// </summary>
public sealed class FormTokens(Macs macs, BrowserCookies cookies)
{
    const string Purpose = "form";

    /// <summary>The name of the hidden field.</summary>
    public const string Field = "form";

    /// <summary>A token for a form of a pending request. It is tied to that request's cookie.</summary>
    /// <param name="request">The HTTP request.</param>
    /// <param name="pending">The pending request.</param>
    /// <param name="userId">The user whom the form names, or null.</param>
    public Task<string> For(TenantRequest request, PendingRequest pending, string? userId) =>
        macs.Make(Purpose, request.Tenant.Id, Text(request, pending, userId), request.Cancel);

    /// <summary>Accepts only our own form of this pending request, for the user whom the form named.</summary>
    /// <exception cref="Problem">400 <c>sign_in_expired</c></exception>
    public async Task Check(TenantRequest request, PendingRequest pending, string? userId, Form form)
    {
        if (form[Field] is not { } token
            || !await macs.Verify(Purpose, request.Tenant.Id, Text(request, pending, userId), token, request.Cancel))
            throw OutOfDate();
    }

    /// <summary>
    /// A token for a form without a pending request, <c>{id}.{MAC}</c>. The id names a cookie of this browser, to which the
    /// token is tied.
    /// </summary>
    /// <param name="request">The HTTP request.</param>
    /// <param name="subject">What the form is about; a form about anything else needs another token.</param>
    public async Task<string> For(TenantRequest request, string subject)
    {
        var (id, secret) = cookies.EnsureForm(request);
        return $"{id}.{await macs.Make(Purpose, request.Tenant.Id, $"{secret}|{subject}", request.Cancel)}";
    }

    /// <summary>Accepts only our own form about this subject.</summary>
    /// <exception cref="Problem">400 <c>sign_in_expired</c>, or <c>cookies_off</c> if the browser sent no cookie.</exception>
    public async Task Check(TenantRequest request, string subject, Form form)
    {
        if (!cookies.Forms(request).Any())
        {
            throw Problem.BadRequest("cookies_off",
                "Your browser did not send this site's cookie back. Allow cookies for this site, then load the page again.");
        }
        if (form[Field]?.Split('.') is not [var id, var mac] || cookies.FindForm(request, id) is not { } secret
            || !await macs.Verify(Purpose, request.Tenant.Id, $"{secret}|{subject}", mac, request.Cancel))
            throw OutOfDate();
    }

    // Finding the pending request has proved that the browser has its cookie.
    string Text(TenantRequest request, PendingRequest pending, string? userId) =>
        $"{cookies.ReadRequest(request, pending.Id.Split('.')[^1])}|{pending.Id}|{userId}";

    static Problem OutOfDate() => Problem.BadRequest("sign_in_expired", "This page is out of date.");
}
