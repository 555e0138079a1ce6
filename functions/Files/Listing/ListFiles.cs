using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Lists the files and folders in one folder of a space, or a space's trash.</summary>
public sealed class ListFiles(TenantPipeline pipeline, Spaces spaces, FileListing listing, Folders folders, SharedWithMe shared)
{
    const int DefaultLimit = 50;
    const int MaxLimit = 200;

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
            var (limit, cursor) = (Limit(query["limit"]), Decoded(query["cursor"]));
            return FileJson.Ok(
                query.Flag("trash") ? await Trash(caller, query, cursor, limit)
                : query["space"] == "shared" ? await Shared(caller, query, cursor, limit)
                : await Folder(caller, query, cursor, limit));
        });

    async Task<FilesResponse> Folder(Caller caller, Query query, string? cursor, int limit)
    {
        var (folder, prefix) = (FileName.ReadFolder(query["folder"]), FileName.ReadPrefix(query["prefix"]));
        var sort = FileSort.Read(query["sort"]);
        var byKey = sort.IsByName || (sort.IsNewest && prefix.Length == 0);
        if (cursor is not null && !(
            !byKey ? sort.IsPosition(cursor)
            : sort.IsByName ? RowKeys.IsListedByNameIn(folder, cursor) : RowKeys.IsTimeKey(RowKeys.ListedByTimeIn(folder), cursor)))
            throw InvalidCursor();
        var owner = await spaces.Find(caller, query["space"], Permission.Read);
        var tenant = caller.Tenant.Id;
        var start = sort.IsNewest && byKey ? RowKeys.ListedByTimeIn(folder) : RowKeys.ListedByNameIn(folder) + RowKeys.SortKey(prefix);
        var files = byKey
            ? listing.ByKey(tenant, owner, start, cursor, limit, prefix, caller.Cancel)
            : listing.InMemory(tenant, owner, start, sort, cursor, limit, prefix, caller.Cancel);
        if (cursor is not null) return Answer(await files);
        var inside = folders.NamesIn(RowKeys.Space(tenant, owner.SpaceKey(tenant)), folder, prefix, caller.Cancel);
        await Task.WhenAll(files, inside);
        var (names, more) = await inside;
        return Answer(await files) with { Folders = names, MoreFolders = more ? true : null };
    }

    async Task<FilesResponse> Trash(Caller caller, Query query, string? cursor, int limit)
    {
        RefuseOrder(query, "The trash is listed whole, the last deleted first");
        if (cursor is not null && !RowKeys.IsTimeKey(RowKeys.Trash, cursor)) throw InvalidCursor();
        var owner = await spaces.Find(caller, query["space"], Permission.Read);
        return Answer(await listing.ByKey(caller.Tenant.Id, owner, RowKeys.Trash, cursor, limit, "", caller.Cancel));
    }

    async Task<FilesResponse> Shared(Caller caller, Query query, string? cursor, int limit)
    {
        RefuseOrder(query, "What is shared with you has no folders and no order");
        var (files, next) = await shared.Page(caller, cursor, limit);
        return new FilesResponse(files, Encoded(next));
    }

    static void RefuseOrder(Query query, string why)
    {
        if (query["folder"] is not null || query["prefix"] is not null || query["sort"] is not null)
            throw Problem.BadRequest("invalid_query", $"{why}: folder, prefix and sort don't go with it.");
    }

    static FilesResponse Answer((IReadOnlyList<FileRecord> Files, string? Next) page) =>
        new([.. page.Files.Select(FileResponse.Of)], Encoded(page.Next));

    static string? Encoded(string? next) => next is null ? null : Base64Url.EncodeToString(Encoding.ASCII.GetBytes(next));

    static int Limit(string? limit)
    {
        if (limit is null) return DefaultLimit;
        return int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= MaxLimit
            ? number : throw Problem.BadRequest("invalid_limit", $"limit must be a whole number from 1 to {MaxLimit}.");
    }

    // A cursor is the last row's key, or the last file's place. It can lead nowhere but into what the query names.
    static string? Decoded(string? cursor)
    {
        if (cursor is null) return null;
        if (!Base64Url.IsValid(cursor)) throw InvalidCursor();
        return Encoding.Latin1.GetString(Base64Url.DecodeFromChars(cursor));
    }

    static Problem InvalidCursor() => Problem.BadRequest("invalid_cursor", "The cursor is not one of this listing's.");
}
