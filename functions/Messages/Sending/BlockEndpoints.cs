using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Messages;

/// <summary>Whom a user does not want to hear of. They are not told.</summary>
public sealed class BlockEndpoints(TenantPipeline pipeline, Blocks blocks, UserStore users, Settings settings)
{
    const string Route = "{tenant}/messages/blocked";

    /// <summary><c>GET /{tenant}/messages/blocked</c> → <c>{users}</c></summary>
    [Function("messages-blocked")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Messages, async caller =>
            Results.Json(new { users = await blocks.Of(caller.Tenant.Id, MessagingRequest.User(caller, settings), caller.Cancel) }));

    /// <summary><c>PUT /{tenant}/messages/blocked/{userId}</c> → 204. 404 <c>user_not_found</c>; 409 <c>too_many_blocked</c>.</summary>
    [Function("messages-block")]
    public Task<IResult> Put(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", "options", Route = Route + "/{userId}")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Messages, async caller =>
        {
            var (user, userId) = (MessagingRequest.User(caller, settings), Named(request));
            if (await users.FindState(caller.Tenant.Id, userId, caller.Cancel) is null) throw NotFound();
            await blocks.Add(caller.Tenant.Id, user, userId, caller.Cancel);
            return Results.NoContent();
        });

    /// <summary><c>DELETE /{tenant}/messages/blocked/{userId}</c> → 204</summary>
    [Function("messages-unblock")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = Route + "/{userId}")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Messages, async caller =>
        {
            var (user, userId) = (MessagingRequest.User(caller, settings), Named(request));
            if (!Ids.IsId(userId)) throw NotFound();
            await blocks.Remove(caller.Tenant.Id, user, userId, caller.Cancel);
            return Results.NoContent();
        });

    static string Named(HttpRequest request) => request.RouteValues["userId"] as string ?? "";

    static Problem NotFound() => Problem.NotFound("user_not_found", "The user does not exist.");
}
