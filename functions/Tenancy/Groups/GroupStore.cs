using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>
/// A tenant's groups (SCHEMA.md, table Groups). A membership is two rows, one by group and one by user, written in one
/// transaction. Further rows lead to a group from its name and from its id in the directory that provisions the tenant. To check one takes
/// a point read, which is cached for seconds: a removed member loses access at once here, and
/// on other instances when their cached entry expires.
/// </summary>
public sealed partial class GroupStore(
    StorageClients storage, TenantStore tenants, ConnectionClosings closings, Settings settings, TimeProvider clock)
{
    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Groups));
    readonly Cache<Membership> cache = new(clock, settings.CacheTime);

    /// <summary>
    /// A user's membership, at most <see cref="Settings.CacheTime"/> old, or null. A text that cannot be a group's id costs no request.
    /// </summary>
    public ValueTask<Membership?> Find(string tenant, string group, string user, CancellationToken cancel) =>
        Group.IsId(group) ? cache.Get($"{tenant}|{group}|{user}", wait => Load(tenant, group, user, wait), cancel) : default;

    /// <summary>Creates a group with its first owner, if one is given; false if the id is taken.</summary>
    public Task<bool> TryCreate(string tenant, Group group, string? owner, CancellationToken cancel) =>
        TryCreate(tenant, group, owner is null ? [] : [(owner, GroupRole.Owner)], cancel);

    /// <summary>Creates a group with its first members, 48 at most; false if the id, or the id in the directory, is taken.</summary>
    public Task<bool> TryCreate(
        string tenant, Group group, IReadOnlyList<(string User, GroupRole Role)> members, CancellationToken cancel) => table.TryTransact(
    [
        new(TableTransactionActionType.Add,
            new TableEntity(tenant, RowKeys.Group(group.Id))
            {
                ["Name"] = group.Name,
                ["ExternalId"] = group.ExternalId,
                ["App"] = group.App?.ClientId,
                ["AppIncarnation"] = group.App?.Incarnation,
                ["Maker"] = group.App?.Maker,
                ["Slot"] = group.App?.Slot,
            }),
        .. LeadingKeys(group).Select(key => new TableTransactionAction(TableTransactionActionType.Add, Leading(tenant, group, key))),
        .. members.SelectMany(member => Rows(tenant, new(group, member.Role), member.User)),
    ], cancel);

    /// <summary>
    /// Adds a member or changes a member's role; false if the group does not exist or is being deleted. The same transaction
    /// touches the group's row with the ETag that was read, so a deletion that begins meanwhile keeps the member out.
    /// </summary>
    public async Task<bool> SetMember(string tenant, Membership membership, string user, CancellationToken cancel)
    {
        var (done, key) = (false, RowKeys.Group(membership.Group.Id));
        while (!done && await table.Find(tenant, key, cancel) is { } row && !IsMarked(row))
        {
            TableTransactionAction touch = new(TableTransactionActionType.UpdateMerge, new TableEntity(tenant, key), row.ETag);
            done = await table.TryTransact([touch, .. Rows(tenant, membership, user)], cancel);
        }
        Forget(tenant, membership.Group.Id, user);
        return done;
    }

    /// <summary>Marks a group as being deleted, or removes the mark. Does nothing if the group is gone.</summary>
    public Task Mark(string tenant, string group, bool deleting, CancellationToken cancel) =>
        table.TryMerge(new TableEntity(tenant, RowKeys.Group(group)) { ["Deleting"] = deleting }, cancel);

    /// <summary>Removes a member; false if the user was not one.</summary>
    public async Task<bool> TryRemoveMember(string tenant, string group, string user, CancellationToken cancel)
    {
        var done = await closings.Around(await tenants.Find(tenant, cancel), ClosingKind.User, user, () => table.TryTransact(
        [
            new(TableTransactionActionType.Delete, new TableEntity(tenant, RowKeys.Member(group, user)), ETag.All),
            new(TableTransactionActionType.Delete, new TableEntity(tenant, RowKeys.Membership(user, group)), ETag.All),
        ], cancel), cancel);
        Forget(tenant, group, user);
        return done;
    }

    /// <summary>Removes all members of a group that is marked or gone.</summary>
    public async Task RemoveMembers(string tenant, string group, CancellationToken cancel)
    {
        if (await FindGroup(tenant, group, cancel) is { Deleting: false }) return;
        await foreach (var user in Members(tenant, group, cancel)) await TryRemoveMember(tenant, group, user, cancel);
    }

    /// <summary>The tenant's groups by id, after the given one; at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<Group>> List(string tenant, string? after, int limit, CancellationToken cancel)
    {
        var groups = new List<Group>();
        await foreach (var row in table.Range(tenant, RowKeys.Group(after is null ? "" : after + " "), RowKeys.Group("~"), limit, cancel))
        {
            groups.Add(Read(row.RowKey[RowKeys.Group("").Length..], row));
            if (groups.Count == limit) break;
        }
        return groups;
    }

    /// <summary>A group's members by user id, after the given one; at most <paramref name="limit"/>.</summary>
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

    /// <summary>The group, or null. A text that cannot be a group's id costs no request.</summary>
    public async Task<Group?> FindGroup(string tenant, string id, CancellationToken cancel)
    {
        var row = Group.IsId(id) ? await table.Find(tenant, RowKeys.Group(id), cancel) : null;
        return row is null ? null : Read(id, row);
    }

    /// <summary>A user's memberships, by the ids of the groups.</summary>
    public Task<IReadOnlyList<Membership>> Of(string tenant, string user, CancellationToken cancel) =>
        Of(tenant, user, int.MaxValue, cancel);

    /// <summary>A user's first memberships, by the ids of the groups; at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<Membership>> Of(string tenant, string user, int limit, CancellationToken cancel)
    {
        var start = RowKeys.Membership(user, "");
        return await table.Range(tenant, start, start + "~", limit, cancel)
            .Take(limit).Select(Read).ToListAsync(cancel);
    }

    /// <summary>The ids of a user's groups in their order; at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<string>> IdsOf(string tenant, string user, int limit, CancellationToken cancel)
    {
        var start = RowKeys.Membership(user, "");
        return await table.Range(tenant, start, start + "~", limit, cancel).Take(limit).Select(row => row.GetString("GroupId"))
            .ToListAsync(cancel);
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

    static bool IsMarked(TableEntity group) => group.GetBoolean("Deleting") is true;

    static Group Read(string id, TableEntity row) => new(id, row.GetString("Name"))
    {
        Deleting = IsMarked(row),
        ExternalId = row.GetString("ExternalId") is { Length: > 0 } external ? external : null,
        App = row.GetString("App") is not { } app ? null
            : new(app, row.GetString("AppIncarnation") ?? "", row.GetString("Maker"), row.GetInt32("Slot")!.Value),
        WrittenAt = row.Timestamp,
        ETag = row.ETag,
    };

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
