using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// A user decides about a device (RFC 8628 §3.3). Only a user who is signed in learns whether a code is right, so that wrong
/// codes are counted for an account and for an address (§5.1).
/// </summary>
public sealed class DeviceApproval(
    DeviceRequests devices, ClientStore clients, SessionIssuer issuer, Consents consents, SignInLockout lockout,
    Settings settings, TimeProvider clock)
{
    /// <summary>Finds the device that shows a code; null if none does, which counts as a wrong guess.</summary>
    /// <exception cref="OAuthError">429 after too many wrong codes.</exception>
    public async Task<(DeviceRequest Device, Client Client)?> Find(TenantRequest request, User user, string code)
    {
        var (http, tenant, _, cancel) = request;
        var address = CallerAddress.Of(http, settings.FrontDoorId);
        using var attempt = await lockout.ReserveDevice(tenant.Id, user.Id, address, cancel);
        if (await devices.FindByUserCode(tenant, code, cancel) is { } device
            && await clients.Find(tenant, device.ClientId, cancel) is { } client)
        {
            await attempt.Withdraw(); // A right code clears no count: a guesser can always get right codes of their own.
            return (device, client);
        }
        await attempt.Failed();
        return null;
    }

    /// <summary>Allows the device to get tokens; false if the user can no longer decide, or somebody decided otherwise before.</summary>
    public async Task<bool> TryAllow(TenantRequest request, DeviceRequest device, Client client, SignedIn signedIn, Scope scope)
    {
        var (_, tenant, _, cancel) = request;
        var user = signedIn.User;
        var decision = new UserDecision(user.Id, issuer.NewId(client, scope), clock.GetUtcNow());
        var standing = await devices.Decide(tenant, device, decision, cancel);
        if (standing?.UserId != user.Id || standing.SessionId is not { } sessionId) return false;
        var apis = RequestedApis.Of(tenant, device.Apis);
        await consents.Add(tenant, user, client, new(scope, apis), cancel);
        var redeemableUntil = (device with { Decision = standing }).RedeemableUntil;
        var code = new CodeBinding(redeemableUntil, GrantType.DeviceCode, Challenge: null, Nonce: null);
        var signIn = new SignIn(tenant, client, user, device.Scope, signedIn.Authentication) { Apis = apis };
        // An API that was deleted meanwhile stays in the list, so that it is refused and no other one takes its place.
        var session = issuer.New(signIn, scope, sessionId) with { Apis = device.Apis, Code = code };
        await issuer.AddPending(tenant, session, device.Device, cancel);
        return true;
    }

    /// <summary>Denies the device; false if it was allowed before.</summary>
    public async Task<bool> TryDeny(TenantRequest request, DeviceRequest device, User user)
    {
        var decision = new UserDecision(user.Id, SessionId: null, clock.GetUtcNow());
        return await devices.Decide(request.Tenant, device, decision, request.Cancel) is not { SessionId: not null };
    }
}
