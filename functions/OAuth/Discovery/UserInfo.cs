using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.OAuth;

/// <summary>
/// UserInfo (OpenID Connect Core §5.3): the user as stored now, with the claims that the token's scopes allow
/// (§5.4). A POST may carry the token in its form (RFC 6750 §2.2).
/// </summary>
public sealed class UserInfo(TenantPipeline pipeline, UserStore users)
{
    /// <summary><c>GET,POST /{tenant}/oauth/userinfo</c></summary>
    [Function("userinfo")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "post", "options", Route = "{tenant}/oauth/userinfo")]
        HttpRequest http) =>
        pipeline.AuthorizeRead(http, Scopes.OpenId, async caller =>
        {
            var user = await users.Find(caller.Tenant, caller.Token.Subject, caller.Cancel);
            if (user is null || user.Disabled) throw Problem.Unauthorized("The access token's user is disabled or was deleted.");
            return Results.Json(Claims(caller.Tenant, user, caller.Token.Scope));
        }, tokenInBodyToo: true);

    static Dictionary<string, object> Claims(Tenant tenant, User user, Scope scope)
    {
        var claims = new Dictionary<string, object> { ["sub"] = user.Id };
        if (scope.Has("profile")) ProfileClaims.Add(claims, user.Name, user.UserName, user.Profile.Published(tenant, user.Id));
        if (scope.Has("email") && user.Email is { } email) (claims["email"], claims["email_verified"]) = (email, user.EmailVerified);
        return claims;
    }
}
