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
    const string FormName = "form-";
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

    /// <summary>The secret that forms of this id belong to; null if this browser does not have it.</summary>
    public string? FindForm(HttpRequest request, Tenant tenant, string id) =>
        Ids.IsId(id) && Read(request, tenant, FormName + id) is { Length: 43 } secret ? secret : null;

    /// <summary>The ids of the secrets that forms in this browser belong to: several, if tabs began at once.</summary>
    public IEnumerable<string> Forms(HttpRequest request, Tenant tenant)
    {
        var (start, end) = (Prefix + FormName, $"-{tenant.Id}");
        return from name in request.Cookies.Keys
            where name.Length == start.Length + Ids.Length + end.Length && name.StartsWith(start, StringComparison.Ordinal) && name.EndsWith(end, StringComparison.Ordinal)
            let id = name[start.Length..^end.Length]
            where FindForm(request, tenant, id) is not null
            orderby id
            select id;
    }

    /// <summary>
    /// The id of a secret that the forms of a page belong to which waits for nothing: one that this browser has, or a new one in a
    /// cookie of its own. So tabs that begin at once, before there is any, take nothing from each other. To HEAD, which
    /// begins nothing, none is given.
    /// </summary>
    public (string Id, string Secret) Form(HttpRequest request, Tenant tenant)
    {
        if (Forms(request, tenant).FirstOrDefault() is { } known) return (known, FindForm(request, tenant, known)!);
        var (id, secret) = (Ids.New(), Ids.NewSecret());
        if (!HttpMethods.IsHead(request.Method)) Write(request.HttpContext.Response, tenant, FormName + id, secret, life: null);
        return (id, secret);
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
