using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Finds files of a space in all of its folders. What is in the trash or not complete is not found.</summary>
public sealed class SearchFiles(TenantPipeline pipeline, Spaces spaces, FileSearch search)
{
    /// <summary>
    /// <c>GET /{tenant}/files/search</c> with <c>space</c>, <c>cursor</c>, <c>limit</c> and the parameters of <see cref="SearchQuery"/>.
    /// </summary>
    [Function("files-search")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/files/search")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.FilesRead, async caller =>
        {
            var query = Query.Read(request, ["space", "cursor", "limit", .. SearchQuery.Parameters]);
            var (limit, after) = (Paging.Limit(query), Paging.After(query));
            var wanted = SearchQuery.Read(query);
            if (after is not null && !RowKeys.IsSearchPlace(after)) throw Paging.InvalidCursor();
            var owner = await spaces.Find(caller, query["space"], Permission.Read);
            var page = await search.Page(caller.Tenant.Id, owner, wanted, (after, limit), caller.Cancel);
            return FileJson.Ok(new FilesResponse([.. page.Files.Select(FileResponse.Of)], Paging.Cursor(page.Next)));
        });
}
