using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.OAuth.Sessions;

/// <summary>
/// Cookies of a tenant's pages (RFC 6265bis). All tenants share one origin and <c>__Host-</c> demands the path
/// <c>/</c>, so the tenant is in the cookie's name. Over http, which is Development, there is neither prefix nor Secure.
/// </summary>
public sealed class BrowserCookies(Settings settings)
{
    /// <summary>The cookie of <see cref="Browser"/>.</summary>
    public const string BrowserName = "browser";

    readonly bool secure = settings.Origin.StartsWith("https:", StringComparison.Ordinal);

    /// <summary>What the cookie holds, or null.</summary>
    public string? Read(HttpRequest request, Tenant tenant, string name) =>
        request.Cookies[Name(tenant, name)] is { Length: > 0 and <= 100 } value ? value : null;

    /// <summary>Sets a cookie that no script sees and that a foreign site's form does not send.</summary>
    /// <param name="response">The response.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="name">Its plain name.</param>
    /// <param name="value">What it holds.</param>
    /// <param name="life">How long the browser keeps it; null until it is closed.</param>
    public void Write(HttpResponse response, Tenant tenant, string name, string value, TimeSpan? life) =>
        response.Cookies.Append(Name(tenant, name), value, Options(life));

    /// <summary>Removes a cookie.</summary>
    public void Clear(HttpResponse response, Tenant tenant, string name) => response.Cookies.Delete(Name(tenant, name), Options(null));

    /// <summary>
    /// A secret that this browser has before anybody signs in: pending requests and forms belong to it. Made if it is
    /// not there; to HEAD, which begins nothing, it is not given.
    /// </summary>
    public string Browser(HttpRequest request, Tenant tenant)
    {
        if (Read(request, tenant, BrowserName) is { Length: 43 } known) return known;
        var made = Ids.NewSecret();
        if (!HttpMethods.IsHead(request.Method)) Write(request.HttpContext.Response, tenant, BrowserName, made, life: null);
        return made;
    }

    string Name(Tenant tenant, string name) => $"{(secure ? "__Host-" : "")}{name}-{tenant.Id}";

    CookieOptions Options(TimeSpan? life) => new()
    {
        HttpOnly = true,
        Secure = secure,
        SameSite = SameSiteMode.Lax, // Strict would lose it on the way from the app.
        Path = "/",
        MaxAge = life,
        IsEssential = true,
    };
}
