using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>
/// Writes the rules of a tenant's groups (SCHEMA.md, table Tenants). They are read with the tenant (<see cref="Tenant.GroupRules"/>), so
/// that a request of a tenant without any costs nothing more. A change takes effect at once on the instance that wrote it, and within 5
/// seconds on the others. Who was a member by a rule nobody knows, so all of the tenant's connections for messages are closed.
/// </summary>
public sealed class GroupRuleStore(StorageClients storage, TenantStore tenants, GroupStore groups, ConnectionClosings closings)
{
    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Tenants));

    /// <summary>A group's rule as stored now, or null.</summary>
    public async Task<GroupRule?> Find(string tenant, string group, CancellationToken cancel) =>
        (await tenants.FindNow(tenant, cancel))?.GroupRules.GetValueOrDefault(group);

    /// <summary>Sets a group's rule; false if the group is gone or being deleted.</summary>
    public async Task<bool> TrySet(string tenant, GroupRule rule, CancellationToken cancel)
    {
        await closings.Around(await tenants.Find(tenant, cancel), ClosingKind.Tenant, tenant, async () =>
        {
            await table.Put(GroupRule.RowOf(tenant, rule), cancel);
            return true;
        }, cancel);
        tenants.Forget(tenant);
        // Whoever deletes a group marks it first and removes its rule later: either the mark is seen here or the rule there.
        if (await groups.FindGroup(tenant, rule.Group, CancellationToken.None) is { Deleting: false }) return true;
        await TryRemove(tenant, rule.Group, CancellationToken.None);
        return false;
    }

    /// <summary>Removes a group's rule; false if it had none.</summary>
    public async Task<bool> TryRemove(string tenant, string group, CancellationToken cancel)
    {
        Task<bool> Delete() => table.TryDelete(tenant, RowKeys.GroupRule(group), cancel);
        var its = await tenants.Find(tenant, cancel);
        // Every group that is deleted comes here, and few have a rule.
        var done = closings.IsOn(its) && await Find(tenant, group, cancel) is not null
            ? await closings.Around(its, ClosingKind.Tenant, tenant, Delete, cancel) : await Delete();
        tenants.Forget(tenant);
        return done;
    }
}
