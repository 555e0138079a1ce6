using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// A user's passkeys, for administrators: they look at them and take one away that was lost. Nobody can add one for another.
/// </summary>
public sealed class AdminPasskeys(TenantPipeline pipeline, UserStore users, PasskeyStore passkeys, PasskeyRegistration registration)
{
    const string Many = "{tenant}/admin/users/{userId}/passkeys";

    /// <summary><c>GET /{tenant}/admin/users/{userId}/passkeys</c> → <c>{passkeys}</c>, at most 20. 404 <c>user_not_found</c>.</summary>
    [Function("admin-user-passkeys")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Many)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
        {
            var user = await Find(request, caller);
            var all = await passkeys.List(caller.Tenant, user.Id, caller.Cancel);
            return Results.Json(new
            {
                passkeys = all.Select(passkey => new
                {
                    passkey.Id,
                    passkey.Name,
                    createdAt = passkey.CreatedAt.UtcDateTime,
                    lastUsedAt = passkey.LastUsedAt?.UtcDateTime,
                    synced = passkey.BackedUp,
                    passkey.Transports,
                }),
            });
        });

    /// <summary>
    /// <c>DELETE /{tenant}/admin/users/{userId}/passkeys/{passkeyId}</c> → 204: it signs nobody in any more, and its owner is told by
    /// mail. Sessions that it began go on. 404 <c>user_not_found</c>, <c>passkey_not_found</c>.
    /// </summary>
    [Function("admin-user-passkey-delete")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", "options", Route = Many + "/{passkeyId}")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var user = await Find(request, caller);
            var id = request.RouteValues["passkeyId"] as string ?? "";
            if (await registration.Remove(caller.Tenant, user, id, force: true, caller.Cancel) is null)
                throw Problem.NotFound("passkey_not_found", "The passkey was not found.");
            return Results.NoContent();
        });

    async Task<User> Find(HttpRequest request, Caller caller) =>
        await users.Find(caller.Tenant, AdminUsers.Id(request), caller.Cancel) ?? throw AdminUsers.NotFound();
}
