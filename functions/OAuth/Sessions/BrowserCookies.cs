using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.OAuth;

/// <summary>
/// Cookies of a tenant's pages (RFC 6265bis). All tenants share one origin and <c>__Host-</c> demands the path
/// <c>/</c>, so the tenant is in the cookie's name. Over http, which is Development, there is neither prefix nor Secure.
/// </summary>
public sealed class BrowserCookies(Settings settings)
{
    const string BrowserName = "browser";
    const string RequestName = "request-";

    // Each is about 110 bytes, and servers take 32 KiB of headers: who leaves more sign-ins open loses the oldest.
    const int MaxRequests = 20;

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

    /// <summary>The secret of <see cref="Browser"/>; null if this browser has none.</summary>
    public string? FindBrowser(HttpRequest request, Tenant tenant) => Read(request, tenant, BrowserName) is { Length: 43 } known ? known : null;

    /// <summary>
    /// A secret that this browser has before anybody signs in: forms belong to it. Made if it is not there. Not for the answer
    /// to a POST: one from a foreign site brings no cookie, and a new one would replace it. To HEAD, which
    /// begins nothing, none is given.
    /// </summary>
    public string Browser(HttpRequest request, Tenant tenant)
    {
        if (FindBrowser(request, tenant) is { } known) return known;
        var made = Ids.NewSecret();
        if (!HttpMethods.IsHead(request.Method)) Write(request.HttpContext.Response, tenant, BrowserName, made, life: null);
        return made;
    }

    /// <summary>The secret of a pending request in this browser, or null.</summary>
    public string? ReadRequest(HttpRequest request, Tenant tenant, string id) =>
        Ids.IsId(id) && Read(request, tenant, RequestName + id)?.Split('.') is [_, { Length: 43 } secret] ? secret : null;

    /// <summary>Gives this browser the secret of a pending request, in a cookie of that request's own.</summary>
    public void WriteRequest(HttpRequest request, Tenant tenant, string id, string secret, DateTimeOffset now, TimeSpan life)
    {
        DropOldRequests(request, tenant, id);
        Write(request.HttpContext.Response, tenant, RequestName + id, $"{now.ToUnixTimeSeconds()}.{secret}", life);
    }

    /// <summary>
    /// Takes the oldest cookies of pending requests from a browser that has too many, whichever tenant's, but not this
    /// request's. A form that a foreign site posts brings none to be counted; the page that it leads to does.
    /// </summary>
    public void DropOldRequests(HttpRequest request, Tenant tenant, string id)
    {
        var others = Requests(request).Where(cookie => cookie.Name != Name(tenant, RequestName + id))
            .OrderByDescending(cookie => cookie.Since, StringComparer.Ordinal).Skip(MaxRequests - 1);
        foreach (var (name, _) in others) request.HttpContext.Response.Cookies.Delete(name, Options(null));
    }

    /// <summary>True if this browser has sent any cookie of the tenant's pages: it keeps them.</summary>
    public bool KeepsAny(HttpRequest request, Tenant tenant) => request.Cookies.Keys.Any(name => name.EndsWith($"-{tenant.Id}", StringComparison.Ordinal));

    // __Host-request-{id}-{tenant}
    IEnumerable<(string Name, string Since)> Requests(HttpRequest request)
    {
        var start = Prefix + RequestName;
        return request.Cookies.Where(cookie => cookie.Key.StartsWith(start, StringComparison.Ordinal)
            && cookie.Key.Length > start.Length + Ids.Length && cookie.Key[start.Length + Ids.Length] == '-')
            .Select(cookie => (cookie.Key, cookie.Value.Split('.')[0]));
    }

    string Prefix => secure ? "__Host-" : "";

    string Name(Tenant tenant, string name) => $"{Prefix}{name}-{tenant.Id}";

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
