using Latchkey.Access;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.OAuth;

/// <summary>
/// Keeps the refresh token of a browser app in a cookie that scripts can't read (<see cref="Client.RefreshByCookie"/>). The
/// browser sends it only to the tenant's token endpoint, only from the same site, and it is accepted only from the
/// tenant's origins and our own.
/// </summary>
public sealed class RefreshCookies(Settings settings, WebOrigins origins)
{
    const int MaxChars = 200;

    readonly bool secure = settings.Origin.StartsWith("https:", StringComparison.Ordinal);

    /// <summary>The refresh token that came with the request.</summary>
    /// <exception cref="OAuthError">
    /// <c>login_required</c>: the request has no cookie; <c>invalid_request</c>: it comes from a foreign origin.
    /// </exception>
    public string Read(TenantRequest request, Client client)
    {
        var tenant = request.Tenant;
        // SameSite lets a sibling domain through; the Origin header does not.
        var origin = request.Http.Headers.Origin.ToString();
        // The page my-files lives at our own origin only: a tenant's app on the same site must not get its tokens.
        var isTenantsApp = client.Id != MyFilesClient.Id && origins.Allows(tenant, origin);
        if (origin != tenant.OwnOrigin && !isTenantsApp)
            throw OAuthError.InvalidRequest("The refresh cookie is accepted only from an origin of the tenant.");
        return request.Http.Cookies[Name(tenant, client)] is { Length: > 0 and <= MaxChars } token
            ? token : throw OAuthError.LoginRequired();
    }

    /// <summary>Gives the browser a refresh token for as long as it is valid.</summary>
    public void Write(TenantRequest request, Client client, string token, TimeSpan life) =>
        request.Response.Cookies.Append(Name(request.Tenant, client), token, Options(request.Tenant, life));

    /// <summary>Removes the cookie.</summary>
    public void Clear(TenantRequest request, Client client) =>
        request.Response.Cookies.Delete(Name(request.Tenant, client), Options(request.Tenant, null));

    // __Host- requires the path /, so __Secure- is the strongest prefix that fits. A tenant's id contains no dot.
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
