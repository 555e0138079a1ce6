using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;

namespace Latchkey.OAuth;

/// <summary>
/// Resource owner password credentials (RFC 6749 §4.3). RFC 9700 §2.4 forbids it for new apps. It exists for first-party
/// apps that are being migrated, and works only for a client whose registration names it.
/// </summary>
public sealed class PasswordGrant(
    Passwords passwords, KnownDevices devices, SessionIssuer issuer, Settings settings, TimeProvider clock) : IGrant
{
    // The first word is for programs; RFC 6749 has no code for it.
    const string SecondFactorRequired =
        "mfa_required: This user signs in with a second factor. Use the authorization code grant.";

    const string Leaving = "This user's account is going to be deleted. Use the authorization code grant, where the user can keep it.";

    /// <inheritdoc/>
    public string Type => GrantType.Password;

    /// <inheritdoc/>
    public async Task<TokenResponse> Redeem(TokenRequest request)
    {
        var (tenant, client, form, cancel) = (request.Tenant, request.Client, request.Form, request.Cancel);
        var (userName, password) = (form.Required("username"), form.Required("password"));
        var api = RequestedApis.One(tenant, client, form);
        var scope = GrantedScope.ForClient(client, [api], Scope.Parse(form["scope"]));
        request.Audit.Type = "sign-in";
        var address = UserAddress(request);
        var place = new SignInPlace(address, form["device_token"]);
        var user = await passwords.SignIn(tenant, userName, password, place, cancel);
        request.Audit.Actor = user.Id;
        // This grant has no page that could ask for the second factor.
        if (SecondFactors.IsAskedOf(tenant, user) || SecondFactors.IsRequiredOf(tenant, user))
            throw OAuthError.InvalidGrant(SecondFactorRequired, "second factor required", user.Id);
        if (user.DeleteAt is not null) throw OAuthError.InvalidGrant(Leaving, "the account is going to be deleted", user.Id);
        var signIn = new SignIn(tenant, client, user, scope, Authentication.ByPassword(clock.GetUtcNow())) { Apis = [api] };
        var tokens = await issuer.Start(signIn, Device.Of(request.Http, address), request.Key, cancel);
        return tokens with { DeviceToken = await devices.Make(tenant, user, place.Device, cancel) };
    }

    // A backend's own address says nothing about its users. Only a client that an operator trusts may name theirs.
    string UserAddress(TokenRequest request)
    {
        var client = request.Client;
        if (!client.ForwardsAddress || client.IsPublic || request.Form["end_user_address"] is not { } forwarded)
            return CallerAddress.Of(request.Http, settings.FrontDoorId);
        return CallerAddress.Read(forwarded) ?? throw OAuthError.InvalidRequest("end_user_address is not an IP address.");
    }
}
