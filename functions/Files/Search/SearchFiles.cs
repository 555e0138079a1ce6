using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// Finds files of a space in all of its folders, by its index; in its trash; or among what others share with the caller. For the last two
/// there is no index, so a page looks at a number of files, whether or not they fit. What is not complete is not found.
/// </summary>
public sealed class SearchFiles(
    TenantPipeline pipeline, Spaces spaces, FileSearch search, FileListing listing, SharedWithMe shared)
{
    /// <summary>How many files of the trash a page looks at: one or two requests to storage.</summary>
    const int MaxOfTrash = 1000;

    /// <summary>
    /// <c>GET /{tenant}/files/search</c> with <c>space</c>, <c>trash</c>, <c>cursor</c>, <c>limit</c> and the parameters of
    /// <see cref="SearchQuery"/>.
    /// </summary>
    [Function("files-search")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/files/search")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.FilesRead, async caller =>
        {
            var query = Query.Read(request, ["space", "trash", "cursor", "limit", .. SearchQuery.Parameters]);
            var (limit, after) = (Paging.Limit(query), Paging.After(query));
            var wanted = SearchQuery.Read(query);
            if (query.Flag("trash")) return FileJson.Ok(await Trash(caller, query, wanted, after, limit));
            if (query["space"] == Owner.Shared) return FileJson.Ok(await Shared(caller, query, wanted, after, limit));
            if (after is not null && !wanted.Sort.IsPosition(after)) throw Paging.InvalidCursor();
            var owner = await spaces.Find(caller, query["space"], Permission.Read);
            return FileJson.Ok(Response(await search.Page(caller.Tenant.Id, owner, wanted, (after, limit), caller.Cancel)));
        });

    async Task<FilesResponse> Trash(Caller caller, Query query, SearchQuery wanted, string? after, int limit)
    {
        RefuseOrder(query, "The trash is always searched from the last deleted on");
        if (after is not null && !RowKeys.IsTimeKey(RowKeys.Trash, after)) throw Paging.InvalidCursor();
        var owner = await spaces.Find(caller, query["space"], Permission.Read);
        var all = new FileQuery(caller.Tenant.Id, owner, RowKeys.Trash, after, limit);
        return Response(await listing.Search(all, file => wanted.Fits(SearchEntry.Of(file)), MaxOfTrash, caller.Cancel));
    }

    async Task<FilesResponse> Shared(Caller caller, Query query, SearchQuery wanted, string? after, int limit)
    {
        RefuseOrder(query, "Files that are shared with you have no order");
        var (files, next) = await shared.Page(caller, after, limit, file => wanted.Fits(SearchEntry.Of(file)));
        return new FilesResponse(files, Paging.Cursor(next));
    }

    static void RefuseOrder(Query query, string why)
    {
        if (query["sort"] is not null) throw Problem.BadRequest("invalid_query", $"{why}: sort can't be used with it.");
    }

    static FilesResponse Response(FilePage page) => new([.. page.Files.Select(FileResponse.Of)], Paging.Cursor(page.Next));
}
