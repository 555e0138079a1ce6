using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

// What stands in rows of its own because the tenant's row would become too large.
public sealed partial class TenantStore
{
    /// <summary>
    /// Writes the texts of a tenant that <see cref="FindNow"/> returned; false if the tenant was changed since. One transaction with
    /// its own row, so that a tenant that is deleted meanwhile leaves no texts behind.
    /// </summary>
    public Task<bool> TryReplaceTexts(Tenant tenant, CancellationToken cancel) => TryReplace(tenant, TenantTexts.Row(tenant), cancel);

    /// <summary>The same for its own claims.</summary>
    public Task<bool> TryReplaceClaims(Tenant tenant, CancellationToken cancel) => TryReplace(tenant, ClaimRule.Row(tenant), cancel);

    async Task<IReadOnlyDictionary<string, Webhook>> Webhooks(string tenant, CancellationToken cancel) =>
        await table.Partition(RowKeys.Webhooks(tenant), cancel)
            .Where(row => row.RowKey.StartsWith(RowKeys.AnyWebhook, StringComparison.Ordinal)) // Events stand there, too.
            .Select(WebhookStore.Read).ToDictionaryAsync(webhook => webhook.Id, StringComparer.Ordinal, cancel);

    async Task<bool> TryReplace(Tenant tenant, TableEntity part, CancellationToken cancel)
    {
        var done = await outbox.TryTransact(tenant, TableNames.Tenants,
            [new(TableTransactionActionType.UpdateReplace, Row(tenant), tenant.ETag),
                new(TableTransactionActionType.UpsertReplace, part)], TenantEvents.Of(tenant), cancel);
        cache.Remove(tenant.Id);
        return done;
    }
}
