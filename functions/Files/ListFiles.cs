using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Lists the caller's files in one folder, by name without regard to case.</summary>
public sealed class ListFiles(Gate gate, FileStore files)
{
    const int DefaultLimit = 50;
    const int MaxLimit = 200;

    /// <summary><c>GET /{tenant}/files?folder=&amp;space=&amp;cursor=&amp;limit=</c>. Preflights: see <see cref="BeginUpload"/>.</summary>
    [Function("files-list")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "{tenant}/files")] HttpRequest request) =>
        gate.Read(request, Scopes.FilesRead, async caller =>
        {
            var query = Query.Read(request, "folder", "space", "cursor", "limit");
            if (query["space"] is not (null or "me")) throw Problem.BadRequest("not_supported", "The only space so far is me.");
            var folder = FileName.ReadFolder(query["folder"]);
            var (page, next) = await files.List(caller, folder, After(query["cursor"], folder), Limit(query["limit"]));
            var cursor = next is null ? null : Base64Url.EncodeToString(Encoding.ASCII.GetBytes(next));
            return FileJson.Ok(new FilesAnswer([.. page.Select(FileAnswer.Of)], cursor));
        });

    static int Limit(string? limit)
    {
        if (limit is null) return DefaultLimit;
        return int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= MaxLimit
            ? number : throw Problem.BadRequest("invalid_limit", $"limit must be a whole number from 1 to {MaxLimit}.");
    }

    // The cursor is the last row's key. It can lead nowhere but into this folder of the caller's own space.
    static string? After(string? cursor, string folder)
    {
        if (cursor is null) return null;
        if (!Base64Url.IsValid(cursor)) throw Invalid();
        var key = Encoding.Latin1.GetString(Base64Url.DecodeFromChars(cursor));
        return RowKeys.IsListedIn(folder, key) ? key : throw Invalid();
    }

    static Problem Invalid() => Problem.BadRequest("invalid_cursor", "The cursor is not one of this folder's.");
}
