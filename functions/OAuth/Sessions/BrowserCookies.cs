using Latchkey.Access;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.OAuth;

/// <summary>
/// Cookies of a tenant's pages (RFC 6265bis). All tenants share one origin and <c>__Host-</c> requires the path <c>/</c>,
/// so the tenant is part of the cookie's name. Over http, which only Development allows, cookies have neither prefix nor
/// Secure.
/// </summary>
public sealed class BrowserCookies(Settings settings)
{
    const string FormName = "form-";
    const string RequestName = "request-";

    const int SecretChars = 43;
    const int MaxChars = 100;

    // Each is about 110 bytes, and servers accept 32 KiB of headers. Beyond this number the oldest sign-ins are dropped.
    const int MaxRequests = 20;

    readonly bool secure = settings.Origin.StartsWith("https:", StringComparison.Ordinal);

    /// <summary>The cookie's value, or null.</summary>
    public string? Read(TenantRequest request, string name) =>
        request.Http.Cookies[Name(request.Tenant, name)] is { Length: > 0 and <= MaxChars } value ? value : null;

    /// <summary>Sets a cookie that scripts can't read and that a form on a foreign site does not send.</summary>
    /// <param name="request">The request.</param>
    /// <param name="name">The cookie's name without prefix and tenant.</param>
    /// <param name="value">The cookie's value.</param>
    /// <param name="life">How long the browser keeps it; null until the browser is closed.</param>
    public void Write(TenantRequest request, string name, string value, TimeSpan? life) =>
        request.Response.Cookies.Append(Name(request.Tenant, name), value, Options(life));

    /// <summary>Removes a cookie.</summary>
    public void Clear(TenantRequest request, string name) =>
        request.Response.Cookies.Delete(Name(request.Tenant, name), Options(null));

    /// <summary>The secret that forms with this id are tied to; null if this browser does not have it.</summary>
    public string? FindForm(TenantRequest request, string id) =>
        Ids.IsId(id) && Read(request, FormName + id) is { Length: SecretChars } secret ? secret : null;

    /// <summary>The ids of the form secrets that this browser has: several, if tabs started at the same time.</summary>
    public IEnumerable<string> Forms(TenantRequest request)
    {
        var (start, end) = (Prefix + FormName, $"-{request.Tenant.Id}");
        return from name in request.Http.Cookies.Keys
               where name.Length == start.Length + Ids.Length + end.Length
               where name.StartsWith(start, StringComparison.Ordinal) && name.EndsWith(end, StringComparison.Ordinal)
               let id = name[start.Length..^end.Length]
               where FindForm(request, id) is not null
               orderby id
               select id;
    }

    /// <summary>
    /// A secret that forms without a pending request are tied to: one that this browser has, or a new one in a cookie of its
    /// own. So tabs that start at the same time, before there is a cookie, do not disturb each other. HEAD starts nothing and
    /// sets no cookie.
    /// </summary>
    public (string Id, string Secret) EnsureForm(TenantRequest request)
    {
        if (Forms(request).FirstOrDefault() is { } known) return (known, FindForm(request, known)!);
        var (id, secret) = (Ids.New(), Ids.NewSecret());
        if (!HttpMethods.IsHead(request.Http.Method)) Write(request, FormName + id, secret, life: null);
        return (id, secret);
    }

    /// <summary>The secret that this browser has for a pending request, or null.</summary>
    public string? ReadRequest(TenantRequest request, string id) =>
        Ids.IsId(id) && Read(request, RequestName + id)?.Split('.') is [_, { Length: SecretChars } secret] ? secret : null;

    /// <summary>Gives this browser the secret of a pending request, in a cookie for that request alone.</summary>
    public void WriteRequest(TenantRequest request, string id, string secret, DateTimeOffset now, TimeSpan life)
    {
        DropOldRequests(request, id);
        Write(request, RequestName + id, $"{now.ToUnixTimeSeconds()}.{secret}", life);
    }

    /// <summary>
    /// If the browser has too many cookies of pending requests, of whichever tenant, drops the oldest, but never the
    /// cookie of this request. A form posted by a foreign site brings no cookies to count; the page that it leads to does.
    /// </summary>
    public void DropOldRequests(TenantRequest request, string id)
    {
        var others = RequestCookies(request.Http).Where(cookie => cookie.Name != Name(request.Tenant, RequestName + id))
            .OrderByDescending(cookie => cookie.Since, StringComparer.Ordinal).Skip(MaxRequests - 1);
        foreach (var (name, _) in others) request.Response.Cookies.Delete(name, Options(null));
    }

    /// <summary>True if this browser sent any cookie of the tenant's pages, so it does keep cookies.</summary>
    public bool HasAny(TenantRequest request) =>
        request.Http.Cookies.Keys.Any(name => name.EndsWith($"-{request.Tenant.Id}", StringComparison.Ordinal));

    // __Host-request-{id}-{tenant}
    IEnumerable<(string Name, string Since)> RequestCookies(HttpRequest http)
    {
        var start = Prefix + RequestName;
        return http.Cookies.Where(cookie => cookie.Key.StartsWith(start, StringComparison.Ordinal)
            && cookie.Key.Length > start.Length + Ids.Length && cookie.Key[start.Length + Ids.Length] == '-')
            .Select(cookie => (cookie.Key, cookie.Value.Split('.')[0]));
    }

    string Prefix => secure ? "__Host-" : "";

    string Name(Tenant tenant, string name) => $"{Prefix}{name}-{tenant.Id}";

    CookieOptions Options(TimeSpan? life) => new()
    {
        HttpOnly = true,
        Secure = secure,
        SameSite = SameSiteMode.Lax, // With Strict it would be missing when the user comes from the app.
        Path = "/",
        MaxAge = life,
        IsEssential = true,
    };
}
