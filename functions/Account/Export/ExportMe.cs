using Latchkey.Access;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Account;

/// <summary>The data of the user whose token it is (<see cref="DataExport"/>), right after a sign-in.</summary>
public sealed class ExportMe(TenantPipeline pipeline, AccountUsers accounts, DataExport export)
{
    /// <summary><c>GET /{tenant}/me/export</c> → the data as a JSON file, at most five an hour. It reads, but counts the
    /// download, so the token must be known to be live first: <c>AuthorizeWrite</c>.</summary>
    [Function("me-export")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/me/export")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Account, async caller =>
            await export.Begin(caller, (await accounts.FindFresh(caller)).User, caller.Token.ClientId));
}
