using Latchkey.Access;
using Latchkey.OAuth;
using Latchkey.Sessions;
using Latchkey.Tenancy;

namespace Latchkey.Pages;

/// <summary>Tells users of sign-ins with browsers that are new to their account (<see cref="AccountRules.SignInMails"/>).</summary>
public sealed class NewBrowsers(SeenBrowsers seen, AccountNotices notices, Settings settings)
{
    /// <summary>True if the user is to be told, once the sign-in is complete.</summary>
    public Task<bool> Is(TenantRequest request, User user) => seen.IsNew(request, user);

    /// <summary>Remembers the browser, now that the user is signed in, and tells the user if it is a new one.</summary>
    public async Task Note(TenantRequest request, User user, bool isNew)
    {
        await seen.Remember(request, user);
        if (!isNew) return;
        var device = Device.Of(request.Http, settings.FrontDoorId);
        notices.NewSignIn(request.Tenant, user, DeviceNames.Of(device), DeviceNames.Place(device));
    }
}
