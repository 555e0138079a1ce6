using Latchkey.Http;
using Latchkey.OAuth.Sessions;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.OAuth.Grants;

/// <summary>
/// Resource owner password credentials (RFC 6749 §4.3). Legacy: RFC 9700 §2.4 forbids it for new apps. It is here for
/// first-party apps that are being moved over, and works only for a client whose registration names it.
/// </summary>
public sealed class PasswordGrant(Passwords passwords, SignIns signIns, Settings settings, TimeProvider clock) : IGrant
{
    /// <inheritdoc/>
    public string Type => GrantType.Password;

    /// <inheritdoc/>
    public async Task<TokenAnswer> Redeem(TokenRequest request)
    {
        var (tenant, client, form, http, cancel) = request;
        var (userName, password) = (form.Required("username"), form.Required("password"));
        var asked = GrantedScope.ForClient(client, Scope.Parse(form["scope"]));
        var act = Act.Of(http);
        act.Type = "sign-in";
        var address = CallerAddress.Of(http, settings.FrontDoorId);
        var user = await passwords.SignIn(tenant, userName, password, address, cancel);
        act.Actor = user.Id;
        var scope = GrantedScope.ForUser(tenant, client, user.Roles, asked);
        return await signIns.Start(tenant, client, user, scope, Authentication.ByPassword(clock.GetUtcNow()),
            Device.Of(http, settings.FrontDoorId), request.Jkt, cancel);
    }
}
