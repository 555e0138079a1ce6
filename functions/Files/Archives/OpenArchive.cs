using Latchkey.Access;
using Latchkey.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Sends an archive to a browser that goes to it with a ticket (<see cref="ArchiveTickets"/>).</summary>
public sealed class OpenArchive(TenantPipeline pipeline, ArchiveTickets tickets, ArchiveSender sender)
{
    const string AuditType = "files-archive"; // As with a token.

    /// <summary><c>GET /{tenant}/files/archive?ticket=</c> → 200 application/zip; a failure is a page.</summary>
    [Function("files-archive-get")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/files/archive")] HttpRequest request) =>
        pipeline.Page(request, async visitor =>
        {
            visitor.Audit.Type = AuditType;
            var (caller, asked) = await tickets.Use(visitor, Query.Read(request, "ticket")["ticket"]);
            caller.Response.Headers["Referrer-Policy"] = "no-referrer";
            caller.Response.Headers.CacheControl = "no-store";
            return await sender.Send(caller, asked);
        });
}
