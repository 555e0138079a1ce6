using System.Globalization;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.OAuth;

/// <summary>Where an attempt to sign in comes from.</summary>
/// <param name="Address">The address (<see cref="CallerAddress"/>).</param>
/// <param name="Device">What <see cref="KnownDevices"/> gave to this device when a user signed in, as sent; or null.</param>
public sealed record SignInPlace(string Address, string? Device);

/// <summary>A device on which a user has signed in before.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Id">Its random id.</param>
/// <param name="Since">The sign-in.</param>
public sealed record KnownDevice(string UserId, string Id, DateTimeOffset Since)
{
    /// <summary>True if it is this user's and was not signed out since.</summary>
    public bool IsOf(User? user) => user?.Id == UserId && !(Since < user.SignedOutAt);
}

/// <summary>
/// Devices on which a user has signed in before (OWASP, "device cookies"), known by <c>{milliseconds}.{user}.{id}.{MAC}</c>,
/// which is stored nowhere. Browsers keep it as a cookie for each user, apps as <c>device_token</c>. It signs nobody in: its
/// attempts are only counted apart from those of strangers.
/// </summary>
public sealed class KnownDevices(Macs macs, Settings settings, TimeProvider clock)
{
    const string Purpose = "known-device";
    const int MaxChars = 200;

    static readonly TimeSpan Life = TimeSpan.FromDays(180); // MAC keys verify for longer.

    readonly bool secure = settings.Origin.StartsWith("https:", StringComparison.Ordinal);

    /// <summary>The device that a token names, or null.</summary>
    public async Task<KnownDevice?> Read(Tenant tenant, string? token, CancellationToken cancel)
    {
        if (token is not { Length: <= MaxChars } || token.Split('.') is not [var time, var user, { Length: 22 } id, var mac]
            || !long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            || !await macs.Verify(Purpose, tenant.Id, $"{time}.{user}.{id}", mac, cancel)) return null;
        var since = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return clock.GetUtcNow() < since + Life ? new KnownDevice(user, id, since) : null;
    }

    /// <summary>What this device is known by from now on; its id stays if the user has signed in on it before.</summary>
    public async Task<string> Make(Tenant tenant, User user, string? token, CancellationToken cancel)
    {
        var before = await Read(tenant, token, cancel);
        // Rounded up: a sign-out of the same millisecond was before.
        var time = (clock.GetUtcNow() + TimeSpan.FromMilliseconds(1)).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var text = $"{time}.{user.Id}.{(before?.IsOf(user) is true ? before.Id : Ids.New())}";
        return $"{text}.{await macs.Make(Purpose, tenant.Id, text, cancel)}";
    }

    /// <summary>The place of a browser's sign-in.</summary>
    public SignInPlace Of(HttpRequest request, Tenant tenant, string userName) =>
        new(CallerAddress.Of(request, settings.FrontDoorId), request.Cookies[Name(tenant, userName)]);

    /// <summary>Gives the browser the cookie by which it is known as this user's.</summary>
    public async Task Remember(HttpRequest request, Tenant tenant, User user, CancellationToken cancel)
    {
        var name = Name(tenant, user.UserName);
        request.HttpContext.Response.Cookies.Append(name, await Make(tenant, user, request.Cookies[name], cancel), new CookieOptions
        {
            HttpOnly = true,
            Secure = secure,
            SameSite = SameSiteMode.Strict, // Only our own forms are to send it.
            Path = $"/{tenant.Id}",
            MaxAge = Life,
            IsEssential = true,
        });
    }

    // One for each user of the browser. __Host- demands the path /; a tenant's id holds no dot.
    string Name(Tenant tenant, string userName) =>
        $"{(secure ? "__Secure-" : "")}device-{tenant.Id}.{Ids.HashBase32(UserStore.Normalize(userName))}";
}
