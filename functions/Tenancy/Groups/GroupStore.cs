using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>
/// A tenant's groups (SCHEMA.md, table Groups). A membership is two rows, one by group and one by user, written in one
/// transaction; deciding it is one point read, which is cached for seconds: a removed member loses access at once here and
/// that late on other instances.
/// </summary>
public sealed class GroupStore(StorageClients storage, Settings settings, TimeProvider clock)
{
    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Groups));
    readonly Cache<Membership> cache = new(clock, settings.CacheTime);

    /// <summary>
    /// A user's membership, at most <see cref="Settings.CacheTime"/> old, or null; a text that is no group's id asks nobody.
    /// </summary>
    public ValueTask<Membership?> Find(string tenant, string group, string user, CancellationToken cancel) =>
        Group.IsId(group) ? cache.Get($"{tenant}|{group}|{user}", () => Load(tenant, group, user, cancel)) : default;

    /// <summary>Makes a group, with its first owner if there is one; false if the id is taken.</summary>
    public Task<bool> TryCreate(string tenant, Group group, string? owner, CancellationToken cancel) =>
        TryCreate(tenant, group, owner is null ? [] : [(owner, GroupRole.Owner)], cancel);

    /// <summary>Makes a group with its first members, 49 at most; false if the id is taken.</summary>
    public Task<bool> TryCreate(string tenant, Group group, IReadOnlyList<(string User, GroupRole Role)> members, CancellationToken cancel) => table.TryTransact(
    [
        new(TableTransactionActionType.Add, new TableEntity(tenant, RowKeys.Group(group.Id)) { ["Name"] = group.Name }),
        .. members.SelectMany(member => Rows(tenant, new(group, member.Role), member.User)),
    ], cancel);

    /// <summary>
    /// Adds a member, or changes what a member may do; false if there is no such group. The group's row is touched with
    /// it, so that a group that is being deleted takes nobody along unseen.
    /// </summary>
    public async Task<bool> SetMember(string tenant, Membership membership, string user, CancellationToken cancel)
    {
        TableTransactionAction touch = new(
            TableTransactionActionType.UpdateMerge, new TableEntity(tenant, RowKeys.Group(membership.Group.Id)), ETag.All);
        var done = await table.TryTransact([touch, .. Rows(tenant, membership, user)], cancel);
        Forget(tenant, membership.Group.Id, user);
        return done;
    }

    /// <summary>Removes a member; false if there was none.</summary>
    public async Task<bool> TryRemoveMember(string tenant, string group, string user, CancellationToken cancel)
    {
        var done = await table.TryTransact(
        [
            new(TableTransactionActionType.Delete, new TableEntity(tenant, RowKeys.Member(group, user)), ETag.All),
            new(TableTransactionActionType.Delete, new TableEntity(tenant, RowKeys.Membership(user, group)), ETag.All),
        ], cancel);
        Forget(tenant, group, user);
        return done;
    }

    /// <summary>
    /// Renames a group, then its members' rows, which know its name too; false if there is no such group. Whoever dies in
    /// between leaves some with the old name, and the same again mends it.
    /// </summary>
    public async Task<bool> TryRename(string tenant, Group group, CancellationToken cancel)
    {
        if (!await table.TryMerge(new TableEntity(tenant, RowKeys.Group(group.Id)) { ["Name"] = group.Name }, cancel)) return false;
        await foreach (var user in Members(tenant, group.Id, cancel))
        {
            // A merge, which fails for a member who has been removed since.
            await table.TryTransact([.. Keys(group.Id, user).Select(key => new TableTransactionAction(TableTransactionActionType.UpdateMerge,
                new TableEntity(tenant, key) { ["Name"] = group.Name }, ETag.All))], cancel);
            Forget(tenant, group.Id, user);
        }
        return true;
    }

    /// <summary>
    /// Removes the members, then the group unless somebody was added meanwhile; then false. A group that is not there is
    /// as good as removed.
    /// </summary>
    public async Task<bool> TryDelete(string tenant, string group, CancellationToken cancel)
    {
        if (await table.Find(tenant, RowKeys.Group(group), cancel) is not { } row) return true;
        await RemoveMembers(tenant, group, cancel);
        return await table.TryDelete(row, cancel);
    }

    /// <summary>Removes all members.</summary>
    public async Task RemoveMembers(string tenant, string group, CancellationToken cancel)
    {
        await foreach (var user in Members(tenant, group, cancel)) await TryRemoveMember(tenant, group, user, cancel);
    }

    /// <summary>The tenant's groups by id, after one; the first <paramref name="limit"/> of them.</summary>
    public async Task<IReadOnlyList<Group>> List(string tenant, string? after, int limit, CancellationToken cancel)
    {
        var groups = new List<Group>();
        await foreach (var row in table.Range(tenant, RowKeys.Group(after is null ? "" : after + " "), RowKeys.Group("~"), limit, cancel))
        {
            groups.Add(new(row.RowKey[RowKeys.Group("").Length..], row.GetString("Name")));
            if (groups.Count == limit) break;
        }
        return groups;
    }

    /// <summary>A group's members by user id, after one; the first <paramref name="limit"/> of them.</summary>
    public async Task<IReadOnlyList<(string User, GroupRole Role)>> Members(
        string tenant, string group, string? after, int limit, CancellationToken cancel)
    {
        var members = new List<(string, GroupRole)>();
        var from = RowKeys.Member(group, after is null ? "" : after + " ");
        await foreach (var row in table.Range(tenant, from, RowKeys.Member(group, "~"), limit, cancel))
        {
            members.Add((row.GetString("UserId"), Read(row).Role));
            if (members.Count == limit) break;
        }
        return members;
    }

    /// <summary>The group, or null; a text that is no group's id asks nobody.</summary>
    public async Task<Group?> FindGroup(string tenant, string id, CancellationToken cancel)
    {
        var row = Group.IsId(id) ? await table.Find(tenant, RowKeys.Group(id), cancel) : null;
        return row is null ? null : new Group(id, row.GetString("Name"));
    }

    /// <summary>A user's memberships.</summary>
    public async Task<IReadOnlyList<Membership>> Of(string tenant, string user, CancellationToken cancel)
    {
        var memberships = new List<Membership>();
        var start = RowKeys.Membership(user, "");
        await foreach (var row in table.Range(tenant, start, start + "~", null, cancel)) memberships.Add(Read(row));
        return memberships;
    }

    async Task<Membership?> Load(string tenant, string group, string user, CancellationToken cancel)
    {
        var row = await table.Find(tenant, RowKeys.Member(group, user), cancel);
        return row is null ? null : Read(row);
    }

    async IAsyncEnumerable<string> Members(string tenant, string group, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var row in table.Range(tenant, RowKeys.Member(group, ""), RowKeys.Member(group, "~"), null, cancel))
            yield return row.GetString("UserId");
    }

    void Forget(string tenant, string group, string user) => cache.Remove($"{tenant}|{group}|{user}");

    static string[] Keys(string group, string user) => [RowKeys.Member(group, user), RowKeys.Membership(user, group)];

    static Membership Read(TableEntity row) =>
        new(new Group(row.GetString("GroupId"), row.GetString("Name")), Enum.Parse<GroupRole>(row.GetString("Role")));

    static IEnumerable<TableTransactionAction> Rows(string tenant, Membership membership, string user) =>
        Keys(membership.Group.Id, user).Select(key =>
            new TableTransactionAction(TableTransactionActionType.UpsertReplace, new TableEntity(tenant, key)
            {
                ["GroupId"] = membership.Group.Id,
                ["Name"] = membership.Group.Name,
                ["UserId"] = user,
                ["Role"] = membership.Role.ToString(),
            }));
}
