using Azure;
using Azure.Data.Tables;
using Latchkey.Protocol;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>
/// Tenants and their roles (SCHEMA.md, table Tenants): one partition per tenant, read as a whole and cached for at most 5
/// seconds. So a suspension takes effect at once on the instance that wrote it, and within that time on the others.
/// </summary>
public sealed partial class TenantStore(
    StorageClients storage, Outbox outbox, ConnectionClosings closings, Settings settings, TimeProvider clock)
{
    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Tenants));
    readonly Cache<Tenant> cache = Cache<Tenant>.Short(clock, settings.CacheTime);

    /// <summary>The tenant, or null. A text that cannot be a tenant id costs no request.</summary>
    public ValueTask<Tenant?> Find(string? id, CancellationToken cancel) =>
        id is null || !Tenant.IsId(id) ? default : cache.Get(id, wait => Load(id, wait), cancel);

    /// <summary>The ids of all tenants.</summary>
    public async Task<IReadOnlyList<string>> All(CancellationToken cancel) =>
        await table.Scan($"RowKey eq {RowKeys.Tenant}", ["PartitionKey"], cancel).Select(row => row.PartitionKey).ToListAsync(cancel);

    /// <summary>The tenant as stored now, past the cache, in order to change it.</summary>
    public Task<Tenant?> FindNow(string id, CancellationToken cancel) =>
        Tenant.IsId(id) ? Load(id, cancel) : Task.FromResult<Tenant?>(null);

    /// <summary>The tenants by id, after the given one, without their roles; at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<Tenant>> List(string? after, int limit, CancellationToken cancel)
    {
        var tenants = new List<Tenant>();
        var filter = TableClient.CreateQueryFilter($"RowKey eq {RowKeys.Tenant} and PartitionKey gt {after ?? ""}");
        await foreach (var row in table.Query(filter, limit, cancel))
        {
            tenants.Add(Read(row, new Dictionary<string, Role>()));
            if (tenants.Count == limit) break;
        }
        return tenants;
    }

    /// <summary>Adds a tenant with its roles; false if the id is taken.</summary>
    public Task<bool> TryAdd(Tenant tenant, CancellationToken cancel) =>
        // One transaction, so that a taken id does not overwrite the roles of the existing tenant.
        outbox.TryTransact(tenant, TableNames.Tenants,
        [
            .. tenant.Roles.Values.Select(role => new TableTransactionAction(TableTransactionActionType.UpsertReplace, Row(tenant, role))),
            new(TableTransactionActionType.Add, Row(tenant)),
        ], [new(EventTypes.TenantCreated)], cancel);

    /// <summary>Writes a tenant that <see cref="FindNow"/> returned, without its roles; false if it was changed since.</summary>
    public async Task<bool> TryReplace(Tenant tenant, CancellationToken cancel)
    {
        var ending = TenantEvents.EndsConnections(tenant) ? tenant.Stored : null;
        var done = await closings.Around(ending, ClosingKind.Tenant, tenant.Id, () => outbox.TryTransact(tenant, TableNames.Tenants,
            [new(TableTransactionActionType.UpdateReplace, Row(tenant), tenant.ETag)], TenantEvents.Of(tenant), cancel), cancel);
        cache.Remove(tenant.Id);
        return done;
    }

    /// <summary>Writes a tenant and its roles, overwriting what is there.</summary>
    public async Task Save(Tenant tenant, CancellationToken cancel)
    {
        foreach (var role in tenant.Roles.Values) await table.Put(Row(tenant, role), cancel);
        await table.Put(Row(tenant), cancel);
    }

    /// <summary>Sets a role's rights, or creates the role with a new incarnation.</summary>
    public async Task Put(Tenant tenant, Role role, CancellationToken cancel)
    {
        while (true)
        {
            var row = await table.Find(tenant.Id, RowKeys.Role(role.Name), cancel);
            if (row is not null) row["Rights"] = role.Rights.ToString();
            // The write loses if the role was created or deleted meanwhile: read again.
            var done = row is null ? await table.TryAdd(Row(tenant, role with { Incarnation = Ids.New() }), cancel)
                : await table.TryReplace(row, cancel);
            if (done) break;
        }
        cache.Remove(tenant.Id);
    }

    /// <summary>Deletes a role, if it exists. Topics for messages may have been its users'.</summary>
    public async Task Delete(Tenant tenant, string role, CancellationToken cancel)
    {
        Task<bool> Delete() => table.TryDelete(tenant.Id, RowKeys.Role(role), cancel);
        await closings.Around(tenant, ClosingKind.Tenant, tenant.Id, Delete, cancel);
        cache.Remove(tenant.Id);
    }

    /// <summary>Deletes the row that makes the tenant exist, as the last step of its deletion.</summary>
    public async Task Delete(Tenant tenant, CancellationToken cancel)
    {
        await outbox.TryTransact(tenant, TableNames.Tenants,
            [new(TableTransactionActionType.Delete, new TableEntity(tenant.Id, RowKeys.Tenant), ETag.All)],
            [new(EventTypes.TenantDeleted)], cancel);
        cache.Remove(tenant.Id);
    }

    /// <summary>Drops what is cached of a tenant, after a write to its partition.</summary>
    internal void Forget(string id) => cache.Remove(id);

    async Task<Tenant?> Load(string id, CancellationToken cancel)
    {
        TableEntity? row = null, texts = null, claims = null;
        var roles = new Dictionary<string, Role>(StringComparer.Ordinal);
        var providers = new Dictionary<string, IdentityProvider>(StringComparer.Ordinal);
        var apis = new Dictionary<string, Api>(StringComparer.Ordinal);
        var rules = new Dictionary<string, GroupRule>(StringComparer.Ordinal);
        var webhooks = Webhooks(id, cancel); // At the same time.
        await foreach (var entity in table.Partition(id, cancel))
        {
            if (entity.RowKey == RowKeys.Tenant) row = entity;
            else if (entity.RowKey.StartsWith(RowKeys.AnyProvider, StringComparison.Ordinal))
                providers[entity.RowKey[RowKeys.AnyProvider.Length..]] = ProviderStore.Read(entity);
            else if (entity.RowKey.StartsWith(RowKeys.AnyApi, StringComparison.Ordinal)) ApiStore.Add(apis, entity);
            else if (entity.RowKey.StartsWith(RowKeys.AnyGroupRule, StringComparison.Ordinal))
                rules[entity.RowKey[RowKeys.AnyGroupRule.Length..]] = GroupRule.Read(entity);
            else if (entity.RowKey == RowKeys.Texts) texts = entity;
            else if (entity.RowKey == RowKeys.Claims) claims = entity;
            else if (entity.RowKey.StartsWith(RowKeys.AnyRole, StringComparison.Ordinal))
                roles[entity.GetString("Name")] = ReadRole(entity);
            // Events, and what later versions store here, are not ours to read.
        }
        var webhooksFound = await webhooks;
        if (row is null) return null;
        var tenant = Read(row, roles) with
        {
            Providers = providers,
            Apis = apis,
            GroupRules = rules,
            Claims = ClaimRule.Read(claims),
            Webhooks = webhooksFound,
        };
        if (texts is not null) tenant = tenant with { Texts = TenantTexts.Read(texts) };
        return tenant with { Stored = tenant };
    }

    static TableEntity Row(Tenant tenant, Role role) => new(tenant.Id, RowKeys.Role(role.Name))
    {
        ["Name"] = role.Name,
        ["Rights"] = role.Rights.ToString(),
        ["Incarnation"] = role.Incarnation.Length > 0 ? role.Incarnation : null,
    };

    static Role ReadRole(TableEntity row) =>
        new(row.GetString("Name"), Scope.Parse(row.GetString("Rights"))) { Incarnation = row.GetString("Incarnation") ?? "" };

    static TableEntity Row(Tenant tenant) => tenant.Limits.Write(new(tenant.Id, RowKeys.Tenant)
    {
        ["Name"] = tenant.Name,
        ["Origins"] = Columns.Join(tenant.Origins),
        ["Color"] = tenant.Color,
        ["LogoUri"] = tenant.LogoUri,
        ["Language"] = tenant.Language,
        ["OpenRegistration"] = tenant.OpenRegistration,
        ["ClientIdDocuments"] = tenant.ClientIdDocuments,
        ["MalwareScanning"] = tenant.MalwareScanning,
        ["RemovesLocation"] = tenant.RemovesLocation,
        ["Domain"] = tenant.Domain,
        ["SuspendedBecause"] = tenant.SuspendedBecause,
        ["SessionsNotBefore"] = tenant.SessionsNotBefore,
        ["BackchannelLogout"] = tenant.HasBackchannelLogout ? true : null,
        ["CreatedAt"] = tenant.CreatedAt,
        ["DeleteConfirmation"] = tenant.DeleteConfirmation,
        ["FirstOperator"] = tenant.FirstOperator,
        ["ImportedHashes"] = Columns.Join(tenant.ImportedHashes.Select(kind => kind.ToString())),
        ["Accounts"] = tenant.Accounts.ToJson(),
        ["Messages"] = tenant.Messages == new MessageRules() ? null : tenant.Messages.ToJson(),
    });

    Tenant Read(TableEntity row, IReadOnlyDictionary<string, Role> roles) => new()
    {
        Id = row.PartitionKey,
        Name = row.GetString("Name"),
        Issuer = $"{(row.GetString("Domain") is { } domain ? $"https://{domain}" : settings.Origin)}/{row.PartitionKey}",
        Origins = Columns.Split(row.GetString("Origins")),
        Color = row.GetString("Color"),
        LogoUri = row.GetString("LogoUri"),
        Language = row.GetString("Language"),
        OpenRegistration = row.GetBoolean("OpenRegistration") is true,
        ClientIdDocuments = row.GetBoolean("ClientIdDocuments") is true,
        MalwareScanning = row.GetBoolean("MalwareScanning") is true,
        RemovesLocation = row.GetBoolean("RemovesLocation") is true,
        Domain = row.GetString("Domain"),
        SuspendedBecause = row.GetString("SuspendedBecause"),
        SessionsNotBefore = row.GetDateTimeOffset("SessionsNotBefore"),
        HasBackchannelLogout = row.GetBoolean("BackchannelLogout") is true,
        CreatedAt = row.GetDateTimeOffset("CreatedAt"),
        DeleteConfirmation = row.GetString("DeleteConfirmation"),
        FirstOperator = row.GetString("FirstOperator"),
        ImportedHashes = [.. Columns.Split(row.GetString("ImportedHashes")).Select(HashKind.Parse)],
        Roles = roles,
        Limits = FileLimits.Read(row),
        Accounts = AccountRules.Parse(row.GetString("Accounts")),
        Messages = MessageRules.Parse(row.GetString("Messages")),
        ETag = row.ETag,
    };
}
