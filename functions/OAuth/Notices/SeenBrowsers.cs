using System.Globalization;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// Browsers in which a user has signed in before, for the mails about new ones (<see cref="AccountRules.SignInMails"/>): known by a
/// cookie <c>{milliseconds}.{MAC}</c> for each user, or as one of the user's <see cref="KnownDevices"/>. Nothing is stored. Unlike
/// the cookie of a known device, this one comes back from a provider's site, too.
/// </summary>
public sealed class SeenBrowsers(KnownDevices devices, Macs macs, BrowserCookies cookies, AccountNotices notices, TimeProvider clock)
{
    const string Purpose = "seen-browser";

    static readonly TimeSpan Life = TimeSpan.FromDays(180); // Less than the MAC keys are kept.

    /// <summary>
    /// True if the user is to be told of a sign-in here: the tenant wants it, the user can get mail, and the browser is new to the
    /// account. It reads no storage.
    /// </summary>
    public async Task<bool> IsNew(TenantRequest request, User user)
    {
        var (_, tenant, _, cancel) = request;
        if (!tenant.Accounts.SignInMails || !notices.Possible || user.Email is null) return false;
        var known = await devices.Read(tenant, devices.PlaceOf(request, user.UserName).Device, cancel);
        return known?.UserId != user.Id && !await HasCookie(request, user);
    }

    /// <summary>Remembers the browser as one that the user has signed in with, if the tenant wants to know.</summary>
    public async Task Remember(TenantRequest request, User user)
    {
        if (!request.Tenant.Accounts.SignInMails) return;
        var time = clock.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var mac = await macs.Make(Purpose, request.Tenant.Id, $"{time}|{user.Id}", request.Cancel);
        cookies.Write(request, Name(user), $"{time}.{mac}", Life);
    }

    async Task<bool> HasCookie(TenantRequest request, User user) =>
        cookies.Read(request, Name(user))?.Split('.') is [var text, var mac]
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
        && await macs.Verify(Purpose, request.Tenant.Id, $"{text}|{user.Id}", mac, request.Cancel)
        && clock.GetUtcNow() < DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) + Life;

    static string Name(User user) => $"seen-{user.Id}";
}
