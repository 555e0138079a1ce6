using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Account;

/// <summary>Deletes the account of the user whose token it is (<see cref="AccountDeletion"/>), right after a sign-in.</summary>
public sealed class DeleteMe(TenantPipeline pipeline, UserStore users, AccountDeletion deletion, TimeProvider clock)
{
    /// <summary>
    /// <c>DELETE /{tenant}/me</c> → 204 once everything is gone; 202 <c>{deleteAt}</c> if it will be deleted later. The token ends with
    /// it either way.
    /// </summary>
    [Function("me-delete")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "{tenant}/me")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Account, async caller =>
        {
            AccountDeletion.EnsureOffered(caller.Tenant);
            FreshSignIn.Ensure(caller, clock.GetUtcNow());
            var user = await users.Find(caller.Tenant, caller.Token.Subject, caller.Cancel)
                ?? throw Problem.NotFound("user_not_found", "The user was not found.");
            AccountNotices.Address(caller.Tenant, user);
            return await deletion.Run(caller.Tenant, user, caller.Cancel) is { } at
                ? Results.Json(new { deleteAt = at.UtcDateTime }, statusCode: 202) : Results.NoContent();
        });
}
