using Azure;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>Members to add and to remove. Nobody is in both.</summary>
/// <param name="Added">Users with their role. A member's role changes.</param>
/// <param name="Removed">Users. Whoever is not a member is passed over.</param>
public sealed record MemberChange(IReadOnlyList<(string User, GroupRole Role)> Added, IReadOnlyList<string> Removed);

// Names, and changes of many members at once.
public sealed partial class GroupStore
{
    // An entity-group transaction has at most 100 rows: two for a member, and one is the group's.
    const int MembersAtOnce = 49;

    /// <summary>The ids of the groups with this name, which is compared as user names are; at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<string>> FindByName(string tenant, string name, int limit, CancellationToken cancel)
    {
        var ids = new List<string>();
        var start = RowKeys.NamedGroup(UserStore.Normalize(name), "");
        await foreach (var row in table.Range(tenant, start, start + "~", limit, cancel))
        {
            ids.Add(row.GetString("GroupId"));
            if (ids.Count == limit) break;
        }
        return ids;
    }

    /// <summary>The id of the group with this id in the directory that provisions the tenant, or null.</summary>
    public async Task<string?> FindByExternalId(string tenant, string externalId, CancellationToken cancel) =>
        (await table.Find(tenant, RowKeys.ExternalGroup(externalId), cancel))?.GetString("GroupId");

    /// <summary>The ids of the tenant's own groups in their order, and nothing else: a thousand a request.</summary>
    public IAsyncEnumerable<string> AllIds(string tenant, CancellationToken cancel) =>
        table.Columns(tenant, RowKeys.Group(""), RowKeys.Group("~"), ["RowKey", "App"], cancel)
            .Where(row => row.GetString("App") is null).Select(row => row.RowKey[RowKeys.Group("").Length..]);

    /// <summary>
    /// The roles of those of the users who are members, past the cache. Null for the users asks about all members, a thousand a request.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, GroupRole>> Roles(
        string tenant, string group, IReadOnlyCollection<string>? users, CancellationToken cancel)
    {
        var rows = users is { Count: <= MembersAtOnce }
            ? (await Task.WhenAll(users.Select(user => table.Find(tenant, RowKeys.Member(group, user), cancel)))).OfType<TableEntity>()
            : await table.Range(tenant, RowKeys.Member(group, ""), RowKeys.Member(group, "~"), null, cancel).ToListAsync(cancel);
        return rows.ToDictionary(row => row.GetString("UserId"), row => Read(row).Role);
    }

    /// <summary>
    /// Renames a group, then its members' rows, which contain its name too; false if the group does not exist. After a crash in
    /// between some rows have the old name; repeating the request corrects them.
    /// </summary>
    public async Task<bool> TryRename(string tenant, Group group, CancellationToken cancel)
    {
        var changed = await OptimisticUpdate.Run(() => FindGroup(tenant, group.Id, cancel), read => read with { Name = group.Name },
            renamed => TryReplace(tenant, renamed, cancel), maxAttempts: int.MaxValue);
        if (changed is not null) await RenameMembers(tenant, changed, cancel);
        return changed is not null;
    }

    /// <summary>
    /// Writes a group's name and its id in the directory, as one transaction with the rows that lead to it; false if it was changed
    /// since it was read. The members' rows still have the old name (<see cref="RenameMembers"/>).
    /// </summary>
    /// <exception cref="Problem">409 <c>uniqueness</c>: another group has this id in the directory.</exception>
    public async Task<bool> TryReplace(string tenant, Group group, CancellationToken cancel)
    {
        if (await table.Find(tenant, RowKeys.Group(group.Id), cancel) is not { } row || row.ETag != group.ETag) return false;
        var stored = Read(group.Id, row);
        var actions = new List<TableTransactionAction>
        {
            // A merge, because the row may have columns that this version does not know. It can't remove one, so empty means none.
            new(TableTransactionActionType.UpdateMerge, new TableEntity(tenant, row.RowKey)
            {
                ["Name"] = group.Name,
                ["ExternalId"] = group.ExternalId ?? "",
            }, row.ETag),
        };
        foreach (var key in LeadingKeys(stored).Except(LeadingKeys(group)))
        {
            // A group may be older than these rows.
            if (await table.Find(tenant, key, cancel) is not null) actions.Add(Table.Deletion(tenant, key));
        }
        foreach (var key in LeadingKeys(group))
        {
            if (await table.Find(tenant, key, cancel) is not { } there)
                actions.Add(new(TableTransactionActionType.Add, Leading(tenant, group, key)));
            else if (there.GetString("GroupId") != group.Id) throw ExternalIdTaken();
        }
        return await table.TryTransact(actions, cancel);
    }

    /// <summary>409 <c>uniqueness</c>.</summary>
    public static Problem ExternalIdTaken() => Problem.Conflict("uniqueness", "Another group has this id in the directory.");

    /// <summary>Writes the group's name into those of its members' rows that have another.</summary>
    public async Task RenameMembers(string tenant, Group group, CancellationToken cancel)
    {
        var others = table.Range(tenant, RowKeys.Member(group.Id, ""), RowKeys.Member(group.Id, "~"), null, cancel)
            .Where(row => row.GetString("Name") != group.Name).Select(row => row.GetString("UserId"));
        await foreach (var users in others.Chunk(MembersAtOnce).WithCancellation(cancel))
        {
            // A merge fails for a member who was removed since, as it should; the others are then written one by one.
            if (!await table.TryTransact([.. users.SelectMany(Renamed)], cancel))
            {
                foreach (var user in users) await table.TryTransact([.. Renamed(user)], cancel);
            }
            foreach (var user in users) Forget(tenant, group.Id, user);
        }

        IEnumerable<TableTransactionAction> Renamed(string user) => Keys(group.Id, user).Select(key => new TableTransactionAction(
            TableTransactionActionType.UpdateMerge, new TableEntity(tenant, key) { ["Name"] = group.Name }, ETag.All));
    }

    /// <summary>
    /// Adds and removes members, up to 49 in one transaction, each of which touches the group's row: a deletion that begins meanwhile
    /// keeps the members out. After a crash in between the first ones are changed; repeating the request changes the others.
    /// </summary>
    /// <returns>The group as it is afterwards; null if it does not exist or is being deleted.</returns>
    /// <exception cref="Problem">
    /// 409 <c>changed_meanwhile</c>: others keep changing it; or it was changed since it was read, and <paramref name="onlyAsRead"/>.
    /// </exception>
    public async Task<Group?> ChangeMembers(
        string tenant, Group group, MemberChange change, bool onlyAsRead, CancellationToken cancel)
    {
        var work = change.Added.Select(member => (member.User, Role: (GroupRole?)member.Role))
            .Concat(change.Removed.Select(user => (User: user, Role: (GroupRole?)null)));
        foreach (var chunk in work.Chunk(MembersAtOnce))
        {
            for (var attempt = 1; ; attempt++)
            {
                if (await TryChange(tenant, group, chunk, cancel) is { } etag)
                {
                    group = group with { ETag = etag };
                    break;
                }
                if (onlyAsRead || attempt == OptimisticUpdate.MaxAttempts)
                    throw Problem.Conflict("changed_meanwhile", "The group was changed at the same time. Try again.");
                if (await FindGroup(tenant, group.Id, cancel) is not { Deleting: false } now) return null;
                group = now;
            }
            foreach (var (user, _) in chunk) Forget(tenant, group.Id, user);
        }
        return await FindGroup(tenant, group.Id, cancel);
    }

    async Task<ETag?> TryChange(string tenant, Group group, (string User, GroupRole? Role)[] chunk, CancellationToken cancel)
    {
        var gone = chunk.Where(one => one.Role is null).Select(one => one.User).ToList();
        var there = await Task.WhenAll(gone.Select(user => table.Find(tenant, RowKeys.Member(group.Id, user), cancel)));
        var removed = gone.Where((_, index) => there[index] is not null).ToHashSet();
        TableTransactionAction touch = new(TableTransactionActionType.UpdateMerge, new TableEntity(tenant, RowKeys.Group(group.Id)),
            group.ETag);
        var rows = chunk.SelectMany(one => one.Role is { } role ? Rows(tenant, new(group, role), one.User)
            : removed.Contains(one.User) ? Keys(group.Id, one.User).Select(key => Table.Deletion(tenant, key)) : []);
        var etags = await closings.Around(await tenants.Find(tenant, cancel), ClosingKind.User, [.. removed],
            () => table.TransactForETags([touch, .. rows], cancel), cancel);
        return etags?[0];
    }

    /// <summary>
    /// Deletes a group that is marked; false if it was changed meanwhile. True if the group is gone, or the id belongs to a new
    /// group by now.
    /// </summary>
    public async Task<bool> TryDelete(string tenant, string group, CancellationToken cancel)
    {
        if (await table.Find(tenant, RowKeys.Group(group), cancel) is not { } row || !IsMarked(row)) return true;
        var actions = new List<TableTransactionAction> { new(TableTransactionActionType.Delete, row, row.ETag) };
        foreach (var key in LeadingKeys(Read(group, row)))
        {
            if (await table.Find(tenant, key, cancel) is not null) actions.Add(Table.Deletion(tenant, key));
        }
        return await table.TryTransact(actions, cancel);
    }

    // An app's group leads nobody to it by name: its users choose the name, and directories know groups by theirs.
    static IEnumerable<string> LeadingKeys(Group group)
    {
        if (group.App is { } app)
        {
            yield return RowKeys.AppGroup(app.ClientId, app.Maker, app.Slot);
            yield break;
        }
        yield return RowKeys.NamedGroup(UserStore.Normalize(group.Name), group.Id);
        if (group.ExternalId is { } id) yield return RowKeys.ExternalGroup(id);
    }

    static TableEntity Leading(string tenant, Group group, string key) => new(tenant, key) { ["GroupId"] = group.Id };
}
