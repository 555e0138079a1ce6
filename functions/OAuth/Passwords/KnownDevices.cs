using System.Globalization;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.OAuth;

/// <summary>Where a sign-in attempt comes from.</summary>
/// <param name="Address">The caller's address (<see cref="CallerAddress"/>).</param>
/// <param name="Device">The token that <see cref="KnownDevices"/> gave this device at an earlier sign-in, as sent; or null.</param>
public sealed record SignInPlace(string Address, string? Device);

/// <summary>A device on which a user has signed in before.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Id">The device's random id.</param>
/// <param name="Since">When the user last signed in on it.</param>
public sealed record KnownDevice(string UserId, string Id, DateTimeOffset Since)
{
    /// <summary>True if this user has signed in on it and has not been signed out everywhere since.</summary>
    public bool IsOf(User? user) => user?.Id == UserId && !(Since < user.SignedOutAt);
}

/// <summary>
/// Devices on which a user has signed in before (OWASP, "device cookies"), recognized by a token
/// <c>{milliseconds}.{user}.{id}.{MAC}</c>, which is not stored. Browsers keep it in a cookie for each user, apps as
/// <c>device_token</c>. It signs nobody in: it only means that the device's attempts are counted apart from strangers'.
/// </summary>
public sealed class KnownDevices(Macs macs, Settings settings, TimeProvider clock)
{
    const string Purpose = "known-device";
    const int MaxChars = 200;

    static readonly TimeSpan Life = TimeSpan.FromDays(180); // Less than the MAC keys are kept.

    readonly bool secure = settings.Origin.StartsWith("https:", StringComparison.Ordinal);

    /// <summary>The device that a token stands for, or null.</summary>
    public async Task<KnownDevice?> Read(Tenant tenant, string? token, CancellationToken cancel)
    {
        if (token is not { Length: <= MaxChars } || token.Split('.') is not [var time, var user, { Length: 22 } id, var mac]
            || !long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            || !await macs.Verify(Purpose, tenant.Id, $"{time}.{user}.{id}", mac, cancel)) return null;
        var since = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return clock.GetUtcNow() < since + Life ? new KnownDevice(user, id, since) : null;
    }

    /// <summary>A token for this device. The device keeps its id if the user has signed in on it before.</summary>
    public async Task<string> Make(Tenant tenant, User user, string? token, CancellationToken cancel)
    {
        var before = await Read(tenant, token, cancel);
        // Rounded up, so that a sign-out in the same millisecond counts as earlier.
        var time = (clock.GetUtcNow() + TimeSpan.FromMilliseconds(1)).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var text = $"{time}.{user.Id}.{(before?.IsOf(user) is true ? before.Id : Ids.New())}";
        return $"{text}.{await macs.Make(Purpose, tenant.Id, text, cancel)}";
    }

    /// <summary>Where a browser's sign-in attempt comes from.</summary>
    public SignInPlace PlaceOf(TenantRequest request, string userName) =>
        new(CallerAddress.Of(request.Http, settings.FrontDoorId), request.Http.Cookies[Name(request.Tenant, userName)]);

    /// <summary>Gives the browser the cookies by which it is recognized as this user's device, whichever name is typed.</summary>
    public async Task Remember(TenantRequest request, User user)
    {
        var (http, tenant, _, cancel) = request;
        var token = await Make(tenant, user, http.Cookies[Name(tenant, user.UserName)], cancel);
        foreach (var name in user.Names)
        {
            request.Response.Cookies.Append(Name(tenant, name), token, new CookieOptions
            {
                HttpOnly = true,
                Secure = secure,
                SameSite = SameSiteMode.Strict, // Only our own forms send it.
                Path = $"/{tenant.Id}",
                MaxAge = Life,
                IsEssential = true,
            });
        }
    }

    // One cookie for each name of each user of the browser. __Host- requires the path /. A tenant's id contains no dot.
    string Name(Tenant tenant, string userName) =>
        $"{(secure ? "__Secure-" : "")}device-{tenant.Id}.{Ids.HashBase32(UserStore.Normalize(userName))}";
}
