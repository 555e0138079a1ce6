using System.Globalization;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Leads to a rendition of a picture, which storage serves as it does the file (<see cref="Download"/>).</summary>
public sealed class Thumbnail(
    TenantPipeline pipeline, FilePermissions permissions, RenditionRequests requests, FileUrls urls, TimeProvider clock)
{
    const int DefaultSize = 512;
    const int RetryAfterSeconds = 3;

    /// <summary>
    /// <c>GET /{tenant}/files/{id}/thumbnail?size=</c> → <c>{url, expiresAt}</c>; 409 <c>thumbnail_pending</c> while it is not made yet,
    /// and
    /// then it is asked for; 404 <c>no_thumbnail</c> with the <c>reason</c>.
    /// </summary>
    [Function("files-thumbnail")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/files/{id}/thumbnail")]
        HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.FilesRead, async caller =>
        {
            var size = Size(request);
            var file = await permissions.Get(caller, request.RouteValues["id"] as string, Permission.Read);
            Download.EnsureServable(file);
            if (!Thumbnails.Has(file.ContentType)) throw None(NoRenditionException.NotAPicture);
            if (PictureReader.Missing is not null && file.Renditions is null) throw None(NoRenditionException.NotAvailable);
            if (Thumbnails.AreDue(file, clock.GetUtcNow())) throw await Pending(file);
            if (file.Renditions is { Refusal: { } reason }) throw None(reason);
            return FileJson.Ok(DownloadResponse.Of(await urls.Thumbnail(caller, file, file.Renditions!.Nearest(size))));
        });

    static int Size(HttpRequest request)
    {
        if (Query.Read(request, "size")["size"] is not { } text) return DefaultSize;
        return Thumbnails.Sizes.FirstOrDefault(size => size.ToString(CultureInfo.InvariantCulture) == text) is > 0 and var size
            ? size : throw Problem.BadRequest("invalid_query", $"size must be {string.Join(", ", Thumbnails.Sizes)}, or left out.");
    }

    async Task<Problem> Pending(FileRecord file)
    {
        await requests.Ask(file);
        return new(409, "thumbnail_pending", "The thumbnail is not made yet. Try again soon.") { RetryAfter = RetryAfterSeconds };
    }

    static Problem None(string reason) => new(404, "no_thumbnail", "The file has no thumbnail.")
    {
        Extensions = new Dictionary<string, object?> { ["reason"] = reason },
    };
}
