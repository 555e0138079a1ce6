using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Tenancy;


namespace Latchkey.Files;

/// <summary>
/// What others share with a user: found through the user's index and those of the user's groups, and then looked up,
/// record and share, because only these decide. What has ended or gone meanwhile is left out.
/// </summary>
public sealed class SharedWithMe(ShareStore shares, FileStore files, GroupStore groups, TimeProvider clock)
{
    /// <summary>A page, which may hold fewer than <paramref name="limit"/> though there are more, and where to go on.</summary>
    /// <exception cref="Problem">400 <c>invalid_cursor</c>.</exception>
    public async Task<(IReadOnlyList<FileResponse> Files, string? Next)> Page(Caller caller, string? cursor, int limit)
    {
        var self = Owner.Of(caller.Token);
        if (self.Kind != "user") return ([], null); // Nothing can be shared with a client.
        List<(string Kind, string Id)> sources =
        [
            ("user", self.Id),
            .. (await groups.Of(caller.Tenant.Id, self.Id, caller.Cancel)).Select(membership => ("group", membership.Group.Id)),
        ];
        var (at, after) = ReadCursor(cursor, sources);
        for (; at < sources.Count; (at, after) = (at + 1, ""))
        {
            var (kind, id) = sources[at];
            var found = await shares.SharedWith(caller.Tenant.Id, kind, id, after, limit, caller.Cancel);
            if (found.Count == 0) continue;
            var page = await Task.WhenAll(found.Select(item => Load(caller, item.FileId, item.ShareId)));
            var (last, ended) = (found[^1].Key, found.Count < limit);
            var next = ended && at + 1 == sources.Count ? null
                : ended ? $"{sources[at + 1].Kind}:{sources[at + 1].Id}:" : $"{kind}:{id}:{last}";
            return ([.. page.OfType<FileResponse>()], next);
        }
        return ([], null);
    }

    async Task<FileResponse?> Load(Caller caller, string fileId, string shareId)
    {
        var (tenant, now) = (caller.Tenant.Id, clock.GetUtcNow());
        var (finding, sharing) = (files.Find(tenant, fileId, caller.Cancel), shares.Find(tenant, fileId, shareId, caller.Cancel));
        await Task.WhenAll(finding, sharing);
        return await finding is { Status: FileStatus.Available } file && await sharing is { } share && share.IsLive(now)
            ? FileResponse.Of(file) with { Space = "shared", Access = share.Access.ToString().ToLowerInvariant() }
            : null;
    }

    // A source that the user has left meanwhile is skipped, not an error: its place in the order is still known.
    static (int At, string After) ReadCursor(string? cursor, List<(string Kind, string Id)> sources)
    {
        if (cursor is null) return (0, "");
        if (cursor.Split(':') is not [("user" or "group") and var kind, var id, var key]
            || key.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '|'))
            throw Problem.BadRequest("invalid_cursor", "The cursor is not one of this listing's.");
        var at = sources.FindIndex(source => source == (kind, id));
        if (at >= 0) return (at, key + "0"); // No key is longer than another by a suffix.
        var later = sources.FindIndex(source => kind == "group" && source.Kind == "group" && string.CompareOrdinal(source.Id, id) > 0);
        return (later < 0 ? sources.Count : later, "");
    }
}
