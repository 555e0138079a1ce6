using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>
/// Writes a tenant's webhooks (SCHEMA.md, table Tenants). They are read with the tenant (<see cref="Tenant.Webhooks"/>), so a change
/// takes effect at once on the instance that wrote it, and within 5 seconds on the others.
/// </summary>
public sealed class WebhookStore(StorageClients storage, TenantStore tenants, Outbox outbox)
{
    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Tenants));

    /// <summary>The webhook as stored now, in order to change it; or null.</summary>
    public async Task<Webhook?> FindNow(string tenant, string id, CancellationToken cancel) =>
        IsId(id) && await table.Find(RowKeys.Webhooks(tenant), RowKeys.Webhook(id), cancel) is { } row ? Read(row) : null;

    /// <summary>Adds a webhook with a new id; or replaces the row, if this is a retry.</summary>
    public async Task Add(Tenant tenant, Webhook webhook, CancellationToken cancel)
    {
        await outbox.TryTransact(tenant, TableNames.Tenants,
            [new(TableTransactionActionType.UpsertReplace, Row(tenant.Id, webhook))], [WebhookEvents.Created(webhook)], cancel);
        tenants.Forget(tenant.Id);
    }

    /// <summary>Changes a webhook; null if it does not exist, or if <paramref name="change"/> returned null.</summary>
    /// <exception cref="Http.Problem">409 <c>changed_meanwhile</c>.</exception>
    public async Task<Webhook?> Change(string tenant, string id, Func<Webhook, Webhook?> change, CancellationToken cancel)
    {
        if (await tenants.Find(tenant, cancel) is not { } owner) return null;
        Webhook? before = null;
        var changed = await OptimisticUpdate.Run(async () => before = await FindNow(tenant, id, cancel), change, webhook =>
            outbox.TryTransact(Without(owner, id), TableNames.Tenants,
                [new(TableTransactionActionType.UpdateReplace, Row(tenant, webhook), webhook.ETag)],
                WebhookEvents.Of(before!, webhook), cancel));
        tenants.Forget(tenant);
        return changed;
    }

    /// <summary>Deletes a webhook; false if it does not exist.</summary>
    public async Task<bool> TryDelete(Tenant tenant, string id, CancellationToken cancel)
    {
        var done = IsId(id) && await outbox.TryTransact(Without(tenant, id), TableNames.Tenants,
            [Table.Deletion(RowKeys.Webhooks(tenant.Id), RowKeys.Webhook(id))], [WebhookEvents.Deleted(id)], cancel);
        tenants.Forget(tenant.Id);
        return done;
    }

    // Nobody writes an event for the one that it is about.
    static Tenant Without(Tenant tenant, string id) => tenant with
    {
        Webhooks = tenant.Webhooks.Where(one => one.Key != id).ToDictionary(StringComparer.Ordinal),
    };

    static bool IsId(string id) => Ids.IsBase32(id, 16);

    internal static Webhook Read(TableEntity row) => new()
    {
        Id = row.RowKey[RowKeys.AnyWebhook.Length..],
        Url = row.GetString("Url"),
        Description = row.GetString("Description"),
        Types = Columns.Split(row.GetString("Types")),
        CreatedAt = row.GetDateTimeOffset("CreatedAt")!.Value,
        Secret = row.GetBinary("Secret"),
        FormerSecret = row.GetBinary("FormerSecret"),
        FormerUntil = row.GetDateTimeOffset("FormerUntil"),
        DisabledBecause = row.GetString("DisabledBecause"),
        FailingSince = row.GetDateTimeOffset("FailingSince"),
        ChangedBy = row.GetString("ChangedBy"),
        ETag = row.ETag,
    };

    static TableEntity Row(string tenant, Webhook webhook) => new(RowKeys.Webhooks(tenant), RowKeys.Webhook(webhook.Id))
    {
        ["Url"] = webhook.Url,
        ["Description"] = webhook.Description,
        ["Types"] = Columns.Join(webhook.Types),
        ["CreatedAt"] = webhook.CreatedAt,
        ["Secret"] = webhook.Secret,
        ["FormerSecret"] = webhook.FormerSecret,
        ["FormerUntil"] = webhook.FormerUntil,
        ["DisabledBecause"] = webhook.DisabledBecause,
        ["FailingSince"] = webhook.FailingSince,
        ["ChangedBy"] = webhook.ChangedBy,
    };
}
