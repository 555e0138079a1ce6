using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>Unlocks a user whose account was locked by wrong passwords, a stranger's or the user's own.</summary>
public sealed class AdminUnlock(TenantPipeline pipeline, UserStore users, SignInLockout attempts)
{
    /// <summary>
    /// <c>POST /{tenant}/admin/users/{userId}/unlock</c> → 204: forgets the wrong passwords counted for the account, on
    /// the user's known devices too; at once here, within 5 seconds on other instances. Those counted for an address stay. 404
    /// <c>user_not_found</c>.
    /// </summary>
    [Function("admin-user-unlock")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/admin/users/{userId}/unlock")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var user = request.RouteValues["userId"] as string is { } id && Ids.IsId(id) ? await users.Find(caller.Tenant, id, caller.Cancel) : null;
            if (user is null) throw Problem.NotFound("user_not_found", "The user was not found.");
            await attempts.Unlock(caller.Tenant.Id, user, caller.Cancel);
            return Results.NoContent();
        });
}
