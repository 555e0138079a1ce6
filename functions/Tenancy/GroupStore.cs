using Azure;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>
/// A tenant's groups (SCHEMA.md, table Groups). A membership is two rows, one by group and one by user, written in one
/// transaction; deciding it is one point read, which is cached for seconds: a removed member loses access that late.
/// </summary>
public sealed class GroupStore(StorageClients storage, Settings settings, TimeProvider clock)
{
    readonly Table table = new(storage.Tables.GetTableClient("Groups"));
    readonly Cache<Membership> cache = new(clock, settings.CacheTime);

    /// <summary>
    /// A user's membership, at most <see cref="Settings.CacheTime"/> old, or null; a text that is no group's id asks nobody.
    /// </summary>
    public ValueTask<Membership?> Find(string tenant, string group, string user, CancellationToken cancel) =>
        Group.IsId(group) ? cache.Get($"{tenant}|{group}|{user}", () => Load(tenant, group, user, cancel)) : default;

    /// <summary>Makes a group with its first owner; false if the id is taken.</summary>
    public Task<bool> TryCreate(string tenant, Group group, string owner, CancellationToken cancel) => table.TryTransact(
    [
        new(TableTransactionActionType.Add, new TableEntity(tenant, RowKeys.Group(group.Id)) { ["Name"] = group.Name }),
        .. Rows(tenant, new(group, GroupRole.Owner), owner),
    ], cancel);

    /// <summary>Adds a member, or changes what a member may do.</summary>
    public Task<bool> SetMember(string tenant, Membership membership, string user, CancellationToken cancel) =>
        table.TryTransact([.. Rows(tenant, membership, user)], cancel);

    /// <summary>Removes a member; false if there was none.</summary>
    public Task<bool> TryRemoveMember(string tenant, string group, string user, CancellationToken cancel) => table.TryTransact(
    [
        new(TableTransactionActionType.Delete, new TableEntity(tenant, RowKeys.Member(group, user)), ETag.All),
        new(TableTransactionActionType.Delete, new TableEntity(tenant, RowKeys.GroupOf(user, group)), ETag.All),
    ], cancel);

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
        var start = RowKeys.GroupOf(user, "");
        await foreach (var row in table.Range(tenant, start, start + "~", null, cancel)) memberships.Add(Read(row));
        return memberships;
    }

    async Task<Membership?> Load(string tenant, string group, string user, CancellationToken cancel)
    {
        var row = await table.Find(tenant, RowKeys.Member(group, user), cancel);
        return row is null ? null : Read(row);
    }

    static Membership Read(TableEntity row) =>
        new(new Group(row.GetString("GroupId"), row.GetString("Name")), Enum.Parse<GroupRole>(row.GetString("Role")));

    static IEnumerable<TableTransactionAction> Rows(string tenant, Membership membership, string user) =>
        new[] { RowKeys.Member(membership.Group.Id, user), RowKeys.GroupOf(user, membership.Group.Id) }.Select(key =>
            new TableTransactionAction(TableTransactionActionType.UpsertReplace, new TableEntity(tenant, key)
            {
                ["GroupId"] = membership.Group.Id,
                ["Name"] = membership.Group.Name,
                ["UserId"] = user,
                ["Role"] = membership.Role.ToString(),
            }));
}
