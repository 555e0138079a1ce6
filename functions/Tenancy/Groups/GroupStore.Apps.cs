using Latchkey.Storage;

namespace Latchkey.Tenancy;

// Groups that apps made for their users.
public sealed partial class GroupStore
{
    /// <summary>The ids of the groups that an app made, whichever app of this id; at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<string>> IdsOfApp(string tenant, string client, int limit, CancellationToken cancel)
    {
        var start = RowKeys.AppGroups(client);
        return await table.Range(tenant, start, start + "~", limit, cancel).Take(limit).Select(row => row.GetString("GroupId"))
            .ToListAsync(cancel);
    }

    /// <summary>
    /// Makes a group for a user, who is its owner, in the first free place of the user's groups of this app: so there are never more than
    /// <see cref="GroupApp.MaxPerUser"/>. Null if all are taken.
    /// </summary>
    public async Task<Group?> TryCreate(string tenant, Client client, string user, string name, CancellationToken cancel)
    {
        var start = RowKeys.AppGroup(client.Id, user, 0)[..^2];
        while (true)
        {
            var taken = await table.Keys(tenant, start, start + "~", cancel).ToHashSetAsync(StringComparer.Ordinal, cancel);
            var slot = Enumerable.Range(0, GroupApp.MaxPerUser).FirstOrDefault(
                n => !taken.Contains(RowKeys.AppGroup(client.Id, user, n)), -1);
            if (slot < 0) return null;
            var group = new Group(Ids.NewBase32(), name) { App = new(client.Id, client.Incarnation, user, slot) };
            if (await TryCreate(tenant, group, user, cancel)) return group; // Otherwise another request has taken the place.
        }
    }
}
