using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Lists the files and folders in a folder of a space, a space's trash, or what is shared with the caller.</summary>
public sealed class ListFiles(TenantPipeline pipeline, Spaces spaces, FileListing listing, Folders folders, SharedWithMe shared)
{
    /// <summary>
    /// <c>GET /{tenant}/files?folder=&amp;space=&amp;prefix=&amp;sort=&amp;trash=&amp;cursor=&amp;limit=</c>. Preflights: see
    /// <see cref="BeginUpload"/>.
    /// </summary>
    [Function("files-list")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/files")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.FilesRead, async caller =>
        {
            var query = Query.Read(request, "folder", "space", "prefix", "sort", "trash", "cursor", "limit");
            var (limit, after) = (Paging.Limit(query), Paging.After(query));
            if (query.Flag("trash")) return FileJson.Ok(await Trash(caller, query, after, limit));
            if (query["space"] == "shared") return FileJson.Ok(await Shared(caller, query, after, limit));
            return FileJson.Ok(await Folder(caller, query, after, limit));
        });

    async Task<FilesResponse> Folder(Caller caller, Query query, string? after, int limit)
    {
        var folder = FileName.ReadFolder(query["folder"]);
        var prefix = FileName.ReadPrefix(query["prefix"]);
        var sort = FileSort.Read(query["sort"]);
        var order = OrderOf(sort, prefix);
        if (after is not null && !IsPositionIn(order, folder, sort, after)) throw Paging.InvalidCursor();
        var owner = await spaces.Find(caller, query["space"], Permission.Read);
        var keyPrefix = order switch
        {
            Order.NewestFirst => RowKeys.ListedByTimeIn(folder),
            Order.LastTakenFirst => RowKeys.ListedByTakenIn(folder),
            _ => RowKeys.ListedByNameIn(folder) + RowKeys.SortKey(prefix),
        };
        var wanted = new FileQuery(caller.Tenant.Id, owner, keyPrefix, after, limit) { NamePrefix = prefix };
        var reading = order == Order.InMemory ? listing.Sorted(wanted, sort, caller.Cancel) : listing.ByKey(wanted, caller.Cancel);
        if (after is not null) return Response(await reading);
        var readingFolders = folders.NamesIn(wanted.Partition, folder, prefix, caller.Cancel); // At the same time: one wait, not two.
        await Task.WhenAll(reading, readingFolders);
        var (names, more) = await readingFolders;
        return Response(await reading) with { Folders = names, MoreFolders = more ? true : null };
    }

    async Task<FilesResponse> Trash(Caller caller, Query query, string? after, int limit)
    {
        RefuseOrder(query, "The trash is always listed whole, the last deleted first");
        if (after is not null && !RowKeys.IsTimeKey(RowKeys.Trash, after)) throw Paging.InvalidCursor();
        var owner = await spaces.Find(caller, query["space"], Permission.Read);
        var wanted = new FileQuery(caller.Tenant.Id, owner, RowKeys.Trash, after, limit);
        return Response(await listing.ByKey(wanted, caller.Cancel));
    }

    async Task<FilesResponse> Shared(Caller caller, Query query, string? after, int limit)
    {
        RefuseOrder(query, "Files that are shared with you have no folders and no order");
        var (files, next) = await shared.Page(caller, after, limit);
        return new FilesResponse(files, Paging.Cursor(next));
    }

    // Row keys give three orders. Those by time don't begin with the name, so a prefix makes these orders ones for memory.
    static Order OrderOf(FileSort sort, string prefix) =>
        sort.IsByName ? Order.ByName
        : sort.IsNewest && prefix.Length == 0 ? Order.NewestFirst
        : sort.IsLastTaken && prefix.Length == 0 ? Order.LastTakenFirst
        : Order.InMemory;

    // A cursor can lead only into what the query names.
    static bool IsPositionIn(Order order, string folder, FileSort sort, string position) => order switch
    {
        Order.ByName => RowKeys.IsListedByNameIn(folder, position),
        Order.NewestFirst => RowKeys.IsTimeKey(RowKeys.ListedByTimeIn(folder), position),
        Order.LastTakenFirst => RowKeys.IsTimeKey(RowKeys.ListedByTakenIn(folder), position),
        _ => sort.IsPosition(position),
    };

    static void RefuseOrder(Query query, string why)
    {
        if (query["folder"] is not null || query["prefix"] is not null || query["sort"] is not null)
            throw Problem.BadRequest("invalid_query", $"{why}: folder, prefix and sort can't be used with it.");
    }

    static FilesResponse Response(FilePage page) => new([.. page.Files.Select(FileResponse.Of)], Paging.Cursor(page.Next));

    enum Order
    {
        ByName,
        NewestFirst,
        LastTakenFirst,
        InMemory,
    }
}
