using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Account;

/// <summary>The data of the user whose token it is (<see cref="DataExport"/>), right after a sign-in.</summary>
public sealed class ExportMe(TenantPipeline pipeline, UserStore users, DataExport export, TimeProvider clock)
{
    /// <summary><c>GET /{tenant}/me/export</c> → the data as a JSON file. At most five an hour, so a dead token must not count.</summary>
    [Function("me-export")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/me/export")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Account, async caller =>
        {
            FreshSignIn.Ensure(caller, clock.GetUtcNow());
            var user = await users.Find(caller.Tenant, caller.Token.Subject, caller.Cancel)
                ?? throw Problem.NotFound("user_not_found", "The user was not found.");
            return await export.Begin(caller, user, caller.Token.ClientId);
        });
}
