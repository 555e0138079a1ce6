using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Says what is known of a file, pending ones included.</summary>
public sealed class ReadFile(Gate gate, FileRights rights)
{
    /// <summary><c>GET /{tenant}/files/{id}</c>. The preflights of this route are answered here, its DELETE's too.</summary>
    [Function("files-read")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "{tenant}/files/{id}")] HttpRequest request) =>
        gate.Read(request, Scopes.FilesRead, async caller =>
            FileJson.Ok(FileAnswer.Of(await rights.Get(caller, request.RouteValues["id"] as string, Right.Read))));
}
