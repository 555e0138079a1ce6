using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>Lets a user sign in again: sets a password, sends a link to set one, ends a lockout, or resets the second factor.</summary>
public sealed class AdminUserAccess(
    TenantPipeline pipeline, UserStore users, Passwords passwords, SessionRevocation revocation, SignInLockout lockout,
    PasswordResets resets, SecondFactors secondFactors, AccountNotices notices)
{
    const string ItemRoute = "{tenant}/admin/users/{userId}";

    /// <summary><c>PUT /{tenant}/admin/users/{userId}/password</c> <c>{password}</c> → 204.</summary>
    [Function("admin-user-password")]
    public Task<IResult> SetPassword(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", "options", Route = ItemRoute + "/password")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var password = (await JsonBody.Read<NewPassword>(request)).Password;
            var user = await Find(request, caller);
            var hash = await passwords.Hash(FieldChecks.Password("password", user, password), caller.Cancel);
            var changed = await revocation.OfUser(caller.Tenant, user.Id, user => user with { PasswordHash = hash }, caller.Cancel)
                ?? throw AdminUsers.NotFound();
            notices.PasswordChanged(caller.Tenant, changed);
            return Results.NoContent();
        });

    /// <summary>
    /// <c>POST /{tenant}/admin/users/{userId}/send-reset</c> → 204 once the mail was accepted: a link to set a new password, so that
    /// no administrator has to know one. 404 <c>user_not_found</c>; 409 <c>user_disabled</c>, <c>user_without_email</c>,
    /// <c>no_mail</c>; 429 <c>too_many_mails</c> after five in ten minutes; 503 <c>mail_unavailable</c>.
    /// </summary>
    [Function("admin-user-send-reset")]
    public Task<IResult> SendReset(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = ItemRoute + "/send-reset")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var user = await Find(request, caller);
            if (user.State.Disabled)
                throw Problem.Conflict("user_disabled", "The user is disabled and could not sign in with a new password.");
            if (user.Email is null) throw Problem.Conflict("user_without_email", "The user has no email address.");
            await resets.Send(caller.Tenant, user, caller.Cancel);
            return Results.NoContent();
        });

    /// <summary>
    /// <c>POST /{tenant}/admin/users/{userId}/unlock</c> → 204: forgets the wrong passwords counted for the account, a stranger's or
    /// the user's own, on known devices too; at once here, within 5 seconds on other instances. Those counted for an address stay.
    /// 404 <c>user_not_found</c>.
    /// </summary>
    [Function("admin-user-unlock")]
    public Task<IResult> Unlock(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = ItemRoute + "/unlock")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            await lockout.Unlock(caller.Tenant.Id, await Find(request, caller), caller.Cancel);
            return Results.NoContent();
        });

    /// <summary>
    /// <c>DELETE /{tenant}/admin/users/{userId}/second-factor</c> → 204: removes the user's second factor with its recovery codes, and
    /// what browsers remember of it. The user is told by mail. 404 <c>user_not_found</c>.
    /// </summary>
    [Function("admin-user-second-factor-reset")]
    public Task<IResult> ResetSecondFactor(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", "options", Route = ItemRoute + "/second-factor")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            _ = await secondFactors.Remove(caller.Tenant, AdminUsers.Id(request), byAdministrator: true, caller.Cancel)
                ?? throw AdminUsers.NotFound();
            return Results.NoContent();
        });

    async Task<User> Find(HttpRequest request, Caller caller) =>
        await users.Find(caller.Tenant, AdminUsers.Id(request), caller.Cancel) ?? throw AdminUsers.NotFound();

    sealed record NewPassword(string Password);
}
