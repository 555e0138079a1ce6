using Latchkey.Access;
using Latchkey.OAuth;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Pages;

/// <summary>
/// Signs in a user whose account was made just now. Whoever hangs up between the two signs in with the password; nothing is lost but
/// the convenience.
/// </summary>
public sealed class NewUserSignIn(KnownDevices devices, SsoSessions ssoSessions, SignInCompletion completion)
{
    /// <summary>
    /// Remembers the browser as the user's, signs the user in and goes on with the pending request; where the tenant has passkeys, by
    /// way of the offer to make one.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="pending">The pending request.</param>
    /// <param name="authorization">What it asks for; null if a built-in page waits.</param>
    /// <param name="user">The user.</param>
    public async Task<IResult> Complete(
        TenantRequest request, PendingRequest pending, AuthorizationRequest? authorization, User user)
    {
        await devices.Remember(request, user);
        // Without passwords it was the mail alone that proved who the user is.
        var method = request.Tenant.Accounts.Passwords ? Authentication.Password : Authentication.OneTimePassword;
        if (!request.Tenant.Accounts.Passkeys || SecondFactors.IsRequiredOf(request.Tenant, user))
            return await completion.Complete(request, pending, authorization, user, [method], isFirst: true);
        await ssoSessions.Start(request, user, [method]);
        return new SeeOther($"/{request.Tenant.Id}/{PasskeyOffer.Name}?request={pending.Id}");
    }
}
