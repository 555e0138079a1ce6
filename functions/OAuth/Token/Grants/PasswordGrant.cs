using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.OAuth;

/// <summary>
/// Resource owner password credentials (RFC 6749 §4.3). Legacy: RFC 9700 §2.4 forbids it for new apps. It is here for
/// first-party apps that are being moved over, and works only for a client whose registration names it.
/// </summary>
public sealed class PasswordGrant(Passwords passwords, KnownDevices devices, SessionIssuer signIns, Settings settings, TimeProvider clock) : IGrant
{
    /// <inheritdoc/>
    public string Type => GrantType.Password;

    /// <inheritdoc/>
    public async Task<TokenResponse> Redeem(TokenRequest request)
    {
        var (tenant, client, form, http, cancel) = request;
        var (userName, password) = (form.Required("username"), form.Required("password"));
        var asked = GrantedScope.ForClient(client, Scope.Parse(form["scope"]));
        var audit = AuditContext.Of(http);
        audit.Type = "sign-in";
        var address = Address(client, form, http);
        var place = new SignInPlace(address, form["device_token"]);
        var user = await passwords.SignIn(tenant, userName, password, place, cancel);
        audit.Actor = user.Id;
        var tokens = await signIns.Start(tenant, client, user, asked, Authentication.ByPassword(clock.GetUtcNow()),
            Device.Of(http, address), request.Jkt, cancel);
        return tokens with { DeviceToken = await devices.Make(tenant, user, place.Device, cancel) };
    }

    // A backend's own address says nothing of its users; but only of one that an operator trusts are its words taken.
    string Address(Client client, Form form, HttpRequest http)
    {
        if (!client.ForwardsAddress || client.IsPublic || form["end_user_address"] is not { } said) return CallerAddress.Of(http, settings.FrontDoorId);
        return CallerAddress.Read(said) ?? throw OAuthError.InvalidRequest("end_user_address is not an IP address.");
    }
}
