using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.OAuth;

/// <summary>
/// The refresh token of an app in a browser as a cookie that no script sees (<see cref="Client.RefreshByCookie"/>). It goes
/// to the tenant's token endpoint and nowhere else, only from the same site, and only from the tenant's origins and our own.
/// </summary>
public sealed class RefreshCookies(Settings settings)
{
    const int MaxChars = 200;

    readonly bool secure = settings.Origin.StartsWith("https:", StringComparison.Ordinal);

    /// <summary>The refresh token that came with the request.</summary>
    /// <exception cref="OAuthError"><c>login_required</c>: there is none; <c>invalid_request</c>: it comes from a foreign origin.</exception>
    public string Read(HttpRequest request, Tenant tenant, Client client)
    {
        // SameSite lets a sibling domain through; the Origin header does not.
        var origin = request.Headers.Origin.ToString();
        // Our page is at our own origin alone: an app of the tenant, on the same site maybe, must not get its tokens.
        var isApps = client.Id != MyFilesClient.Id && tenant.Origins.Contains(origin, StringComparer.Ordinal);
        if (origin != tenant.OwnOrigin && !isApps)
            throw OAuthError.InvalidRequest("The refresh cookie is taken only from an origin of the tenant.");
        return request.Cookies[Name(tenant, client)] is { Length: > 0 and <= MaxChars } token ? token : throw OAuthError.LoginRequired();
    }

    /// <summary>Gives the browser a refresh token for as long as it is good.</summary>
    public void Write(HttpResponse response, Tenant tenant, Client client, string token, TimeSpan life) =>
        response.Cookies.Append(Name(tenant, client), token, Options(tenant, life));

    /// <summary>Takes it back.</summary>
    public void Clear(HttpResponse response, Tenant tenant, Client client) =>
        response.Cookies.Delete(Name(tenant, client), Options(tenant, null));

    // __Host- demands the path /, so __Secure- is the most that there is. A tenant's id holds no dot.
    string Name(Tenant tenant, Client client) => $"{(secure ? "__Secure-" : "")}refresh-{tenant.Id}.{client.Id}";

    CookieOptions Options(Tenant tenant, TimeSpan? life) => new()
    {
        HttpOnly = true,
        Secure = secure,
        SameSite = SameSiteMode.Strict,
        Path = $"/{tenant.Id}/oauth/token",
        MaxAge = life,
        IsEssential = true,
    };
}
