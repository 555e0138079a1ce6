using System.Globalization;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// Browsers in which a user has given the second factor and is not asked for it again for some days
/// (<see cref="AccountRules.RememberDays"/>), recognized by a cookie <c>{milliseconds}.{MAC}</c> for each user. Nothing is stored. A
/// browser is forgotten once the user is signed out everywhere, or once the second factor is another or gone.
/// </summary>
public sealed class RememberedBrowsers(Macs macs, BrowserCookies cookies, TimeProvider clock)
{
    const string Purpose = "remembered-browser";

    /// <summary>True if this browser is remembered for the user.</summary>
    public async Task<bool> Knows(TenantRequest request, User user)
    {
        if (cookies.Read(request, Name(user))?.Split('.') is not [var text, var mac]
            || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            || !await macs.Verify(Purpose, request.Tenant.Id, Text(text, user), mac, request.Cancel)) return false;
        var since = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return clock.GetUtcNow() < since.AddDays(request.Tenant.Accounts.RememberDays) && !(since < user.SignedOutAt);
    }

    /// <summary>Remembers this browser for the user, unless the tenant remembers none.</summary>
    public async Task Remember(TenantRequest request, User user)
    {
        if (request.Tenant.Accounts.RememberDays is not (> 0 and var days)) return;
        // Rounded up, so that a sign-out in the same millisecond counts as earlier.
        var time = (clock.GetUtcNow() + TimeSpan.FromMilliseconds(1)).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var mac = await macs.Make(Purpose, request.Tenant.Id, Text(time, user), request.Cancel);
        cookies.Write(request, Name(user), $"{time}.{mac}", TimeSpan.FromDays(days));
    }

    static string Text(string time, User user) => $"{time}|{user.Id}|{user.SecondFactor}";

    // Cookies' names are case-sensitive, and so are ids.
    static string Name(User user) => $"second-{user.Id}";
}
