using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.OAuth;

/// <summary>
/// UserInfo (OpenID Connect Core §5.3): the user as stored now, with the claims that the token's scopes allow
/// (§5.4). A POST may carry the token in its form (RFC 6750 §2.2).
/// </summary>
public sealed class UserInfo(TenantPipeline pipeline, UserStore users, GroupStore groups)
{
    /// <summary><c>GET,POST /{tenant}/oauth/userinfo</c></summary>
    [Function("userinfo")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "post", "options", Route = "{tenant}/oauth/userinfo")]
        HttpRequest http) =>
        pipeline.AuthorizeRead(http, Scopes.OpenId, async caller =>
        {
            var user = await users.Find(caller.Tenant, caller.Token.Subject, caller.Cancel);
            if (user is null || user.Disabled) throw Problem.UserGone();
            var (tenant, scope, person) = (caller.Tenant, caller.Token.Scope, Person.Of(caller.Tenant, user));
            if (scope.Has(Scopes.Groups))
                person = person with { Groups = await groups.IdsOf(tenant.Id, user.Id, UserClaims.MaxGroups + 1, caller.Cancel) };
            var claims = new Dictionary<string, object>();
            UserClaims.Add(claims, ClaimRule.UserInfo, new(tenant, caller.Token.ClientId, scope), person);
            claims["sub"] = user.Id;
            return Results.Json(claims);
        }, tokenInBodyToo: true);
}
