using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Account;

/// <summary>Deletes the account of the user whose token it is (<see cref="AccountDeletion"/>), right after a sign-in.</summary>
public sealed class DeleteMe(TenantPipeline pipeline, AccountUsers accounts, AccountDeletion deletion)
{
    /// <summary>
    /// <c>DELETE /{tenant}/me?confirm={the user's id}</c> → 204: it is deleted, or being deleted (the timer finishes it); 202
    /// <c>{deleteAt}</c>: it will be deleted later. The token ends either way. 400 <c>confirmation_required</c> without the id: an app that
    /// builds a wrong path (<c>DELETE me/sessions/..</c> becomes <c>DELETE me</c>) must not delete the account.
    /// </summary>
    [Function("me-delete")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "{tenant}/me")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Account, async caller =>
        {
            if (Query.Read(request, "confirm")["confirm"] != caller.Token.Subject)
                throw Problem.BadRequest("confirmation_required", "confirm must be the user's id.");
            AccountDeletion.EnsureOffered(caller.Tenant);
            var signedIn = await accounts.FindFresh(caller);
            return await deletion.Run(caller.Tenant, signedIn.User, caller.Cancel) is { } at
                ? Results.Json(new { deleteAt = at.UtcDateTime }, statusCode: 202) : Results.NoContent();
        });
}
