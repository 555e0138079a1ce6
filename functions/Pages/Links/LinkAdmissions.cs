using System.Globalization;
using Latchkey.Access;
using Latchkey.Files;
using Latchkey.Http;
using Latchkey.OAuth;

namespace Latchkey.Pages;

/// <summary>Remembers in a browser that the password of a link was right, for half a day: in a cookie with a MAC, and nowhere
/// else.</summary>
public sealed class LinkAdmissions(BrowserCookies cookies, Macs macs, TimeProvider clock)
{
    const string Purpose = "link-admission";

    static readonly TimeSpan Life = TimeSpan.FromHours(12);

    /// <summary>Remembers it.</summary>
    public async Task Admit(TenantRequest request, SpaceLink link)
    {
        var until = (clock.GetUtcNow() + Life).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var mac = await macs.Make(Purpose, request.Tenant.Id, $"{link.Id}|{until}", request.Cancel);
        cookies.Write(request, NameOf(link), $"{until}.{mac}", Life);
    }

    /// <summary>True if the link has no password, or this browser has given it.</summary>
    public async ValueTask<bool> IsAdmitted(TenantRequest request, SpaceLink link) => link.PasswordHash is null
        || (cookies.Read(request, NameOf(link))?.Split('.') is [var until, var mac]
            && long.TryParse(until, NumberStyles.None, CultureInfo.InvariantCulture, out var end)
                && clock.GetUtcNow().ToUnixTimeSeconds() < end
            && await macs.Verify(Purpose, request.Tenant.Id, $"{link.Id}|{until}", mac, request.Cancel));

    static string NameOf(SpaceLink link) => $"link-{link.Id}";
}
