using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>Sends a user the link to a new password, so that no administrator has to know one.</summary>
public sealed class AdminSendReset(TenantPipeline pipeline, UserStore users, PasswordResets resets)
{
    /// <summary>
    /// <c>POST /{tenant}/admin/users/{userId}/send-reset</c> → 204 once the mail was accepted. 404 <c>user_not_found</c>; 409
    /// <c>user_disabled</c>, <c>user_without_email</c>, <c>no_mail</c>; 429 <c>too_many_mails</c> after five in ten minutes; 503
    /// <c>mail_unavailable</c>.
    /// </summary>
    [Function("admin-user-send-reset")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/admin/users/{userId}/send-reset")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var user = request.RouteValues["userId"] as string is { } id && Ids.IsId(id) ? await users.Find(caller.Tenant, id, caller.Cancel) : null;
            if (user is null) throw Problem.NotFound("user_not_found", "The user was not found.");
            if (user.State.Disabled) throw Problem.Conflict("user_disabled", "The user is disabled and could not sign in with a new password.");
            if (user.Email is null) throw Problem.Conflict("user_without_email", "The user has no email address.");
            await resets.Send(caller.Tenant, user, caller.Cancel);
            return Results.NoContent();
        });
}
