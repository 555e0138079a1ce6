using System.Diagnostics;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Latchkey.Files;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Admin;

/// <summary>
/// Everything that belongs to a tenant: in every table, each row whose partition key is the tenant's id, or the id and
/// <c>|</c> and more (SCHEMA.md); and its blob container. So a table that is added later is deleted without further work. It is
/// exported only once it is named here, because somebody must have thought about the secrets in it.
/// </summary>
public sealed class TenantData(StorageClients storage, TenantStore tenants, Domains domains)
{
    /// <summary>The tables to export, without the day at the end of their names.</summary>
    public static IReadOnlyList<string> Exported { get; } =
    [
        TableNames.Tenants, TableNames.Clients, TableNames.Users, TableNames.Passkeys, TableNames.Groups, TableNames.UserSessions,
        TableNames.Approvals, TableNames.DeveloperApps, TableNames.Sessions, TableNames.Files, TableNames.Audit,
        TableNames.Messaging,
    ];

    /// <summary>
    /// The tables not to export: keys and directories' tokens, rows that live for minutes or days (Messages), and work queues (Uploads,
    /// Due, Removals, LogoutNotices, Events and Deliveries), which are of no use elsewhere. They are deleted like all others.
    /// </summary>
    public static IReadOnlyList<string> NotExported { get; } =
    [
        TableNames.Keys, TableNames.Attempts, TableNames.SignIns, TableNames.Requests, TableNames.Replays, TableNames.InitialTokens,
        TableNames.Domains, TableNames.Uploads, TableNames.Due, TableNames.Removals,
        TableNames.LogoutNotices, TableNames.ScimTokens, TableNames.Visits, TableNames.Events, TableNames.Deliveries,
        TableNames.Messages,
    ];

    static readonly string[] Secrets = ["PasswordHash", "SecretHashes", "SecretHash", "RegistrationTokenHash", "DeleteConfirmation",
        "TotpSecret", "RecoveryCodes"];

    /// <summary>Every row without its secrets.</summary>
    public async IAsyncEnumerable<object> Export(string tenant, [EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var name in (await Tables(cancel)).Where(name => Exported.Contains(WithoutDay(name))))
        {
            await foreach (var row in Rows(tenant, name, cancel))
            {
                yield return new
                {
                    table = name,
                    partition = row.PartitionKey,
                    row = row.RowKey,
                    columns = row.Where(column => IsExported(column.Key) && column.Value is not (null or byte[]))
                        .ToDictionary(column => column.Key, column => column.Value),
                    blob = name == TableNames.Files ? BlobOf(tenant, row) : null,
                };
            }
        }
    }

    /// <summary>
    /// Deletes everything; the row that makes the tenant exist goes last. False if the time ran out first: a repeated call
    /// continues.
    /// </summary>
    public async Task<bool> Delete(Tenant tenant, TimeSpan maxTime, CancellationToken cancel)
    {
        var time = Stopwatch.StartNew();
        foreach (var name in await Tables(cancel))
        {
            var table = new Table(storage.Tables.GetTableClient(name));
            var batch = new List<TableTransactionAction>();
            await foreach (var row in Rows(tenant.Id, name, cancel))
            {
                if (name == TableNames.Tenants && row.RowKey == RowKeys.Tenant) continue;
                if (batch.Count == Table.MaxTransactionRows
                    || (batch.Count > 0 && batch[0].Entity.PartitionKey != row.PartitionKey)) await Flush();
                batch.Add(new(TableTransactionActionType.Delete, new TableEntity(row.PartitionKey, row.RowKey), ETag.All));
                if (time.Elapsed > maxTime) return false;
            }
            await Flush();

            async Task Flush()
            {
                // A row that was deleted by somebody else fails its whole batch; the next run finds the others.
                if (batch.Count > 0) await table.TryTransact(batch, cancel);
                batch.Clear();
            }
        }
        await storage.Blobs.GetBlobContainerClient(BlobStore.ContainerOf(tenant.Id)).DeleteIfExistsAsync(cancellationToken: cancel);
        await domains.ReleaseAll(tenant.Id, cancel);
        await tenants.Delete(tenant, cancel);
        return true;
    }

    /// <summary>A table's name without the day that it may end with.</summary>
    public static string WithoutDay(string name) => name.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');

    async Task<List<string>> Tables(CancellationToken cancel)
    {
        var names = new List<string>();
        await foreach (var table in storage.Tables.QueryAsync(cancellationToken: cancel)) names.Add(table.Name);
        return names;
    }

    IAsyncEnumerable<TableEntity> Rows(string tenant, string table, CancellationToken cancel)
    {
        // In ASCII `}` follows `|`.
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {tenant} or (PartitionKey ge {tenant + "|"} and PartitionKey lt {tenant + "}"})");
        return new Table(storage.Tables.GetTableClient(table)).Query(filter, null, cancel);
    }

    // Where a file's bytes are. A URL would grant access to them, and would expire before it is used.
    static object? BlobOf(string tenant, TableEntity row)
    {
        if (!row.RowKey.StartsWith(RowKeys.File(""), StringComparison.Ordinal)
            && !row.RowKey.StartsWith(RowKeys.AnyVersion, StringComparison.Ordinal)) return null;
        var file = FileRows.Read(tenant, row);
        return !file.IsInfected && file.Status is FileStatus.Available or FileStatus.Deleted or FileStatus.Scanning
            ? new { container = BlobStore.ContainerOf(tenant), name = file.BlobName, file.Snapshot } : null;
    }

    static bool IsExported(string column) => column is not ("PartitionKey" or "RowKey" or "Timestamp")
        && !column.StartsWith("odata.", StringComparison.Ordinal) && !Secrets.Contains(column);
}
