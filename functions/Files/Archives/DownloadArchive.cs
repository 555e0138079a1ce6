using Latchkey.Access;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Downloads several files, or a folder with all below it, as one ZIP archive. Their bytes pass through the function.</summary>
public sealed class DownloadArchive(TenantPipeline pipeline, ArchiveContents contents, ArchiveTickets tickets, ArchiveSender sender)
{
    const string Route = "{tenant}/files/archive";

    /// <summary>
    /// <c>POST /{tenant}/files/archive</c> <c>{files: [id, …]}</c> or <c>{folder, space?}</c>, with <c>name?</c> → 200 application/zip;
    /// 413 <c>archive_too_large</c>.
    /// </summary>
    [Function("files-archive")]
    public Task<IResult> Post([HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesRead, async caller => await sender.Send(caller, await ArchiveRequest.Read(request)));

    /// <summary>
    /// <c>POST /{tenant}/files/archive/tickets</c>, with the same body → 201 <c>{url, expiresAt}</c>: what a browser opens to save the
    /// archive.
    /// </summary>
    [Function("files-archive-ticket")]
    public Task<IResult> Ticket(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = Route + "/tickets")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesRead, async caller =>
        {
            var asked = await ArchiveRequest.Read(request);
            // Here an app can show what is wrong; where the browser goes nobody can.
            caller.Audit.Detail = $"ticket for an {await asked.Find(caller, contents)}";
            var (ticket, expires) = await tickets.Make(caller, asked);
            return FileJson.Ok(
                new DownloadResponse($"{caller.Tenant.Issuer}/files/archive?ticket={ticket}", expires.UtcDateTime), 201);
        });
}
