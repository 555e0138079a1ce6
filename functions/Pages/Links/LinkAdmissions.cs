using System.Globalization;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;

namespace Latchkey.Pages;

/// <summary>
/// Remembers in a browser that the password of a link, or of a request for files, was right, for half a day: in a cookie with a MAC, and
/// nowhere else. It ends with the password.
/// </summary>
public sealed class LinkAdmissions(BrowserCookies cookies, Macs macs, TimeProvider clock)
{
    const string Purpose = "link-admission";

    static readonly TimeSpan Life = TimeSpan.FromHours(12);

    /// <summary>Remembers it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="id">The id of the link, or of the request for files.</param>
    /// <param name="passwordHash">The hash of its password.</param>
    public async Task Admit(TenantRequest request, string id, string? passwordHash)
    {
        var until = (clock.GetUtcNow() + Life).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var mac = await macs.Make(Purpose, request.Tenant.Id, Text(id, until, passwordHash), request.Cancel);
        cookies.Write(request, NameOf(id), $"{until}.{mac}", Life);
    }

    /// <summary>True if there is no password, or this browser has given it.</summary>
    public async ValueTask<bool> IsAdmitted(TenantRequest request, string id, string? passwordHash) => passwordHash is null
        || (cookies.Read(request, NameOf(id))?.Split('.') is [var until, var mac]
            && long.TryParse(until, NumberStyles.None, CultureInfo.InvariantCulture, out var end)
                && clock.GetUtcNow().ToUnixTimeSeconds() < end
            && await macs.Verify(Purpose, request.Tenant.Id, Text(id, until, passwordHash), mac, request.Cancel));

    static string Text(string id, string until, string? passwordHash) => $"{id}|{until}|{passwordHash}";

    static string NameOf(string id) => $"link-{id}";
}
