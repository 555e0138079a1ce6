using System.Runtime.CompilerServices;
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
public sealed class TenantData(StorageClients storage, TenantStore tenants, Domains domains, TimeProvider clock)
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
        TableNames.Messages, TableNames.ArchiveTickets,
    ];

    const int TablesAtOnce = 4;
    const int BatchesAtOnce = 8;

    static readonly string[] Secrets = ["PasswordHash", "SecretHashes", "SecretHash", "RegistrationTokenHash", "DeleteConfirmation",
        "TotpSecret", "RecoveryCodes"];

    /// <summary>Every row without its secrets.</summary>
    public async IAsyncEnumerable<object> Export(string tenant, [EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var name in (await Tables(cancel)).Where(name => Exported.Contains(WithoutDay(name))))
        {
            await foreach (var row in Rows(tenant, name, columns: null, cancel))
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
    /// Deletes everything, several tables and batches at the same time; the row that makes the tenant exist goes last. False if the time
    /// ran out first: a repeated call continues with what is left.
    /// </summary>
    public async Task<bool> Delete(Tenant tenant, TimeSpan maxTime, CancellationToken cancel)
    {
        var (begun, isOver) = (clock.GetTimestamp(), false);
        await Parallel.ForEachAsync(await Tables(cancel), AtOnce(TablesAtOnce, cancel), async (name, stop) =>
        {
            var table = new Table(storage.Tables.GetTableClient(name));
            var rows = Rows(tenant.Id, name, ["PartitionKey", "RowKey"], stop)
                .Where(row => name != TableNames.Tenants || row.RowKey != RowKeys.Tenant);
            await Parallel.ForEachAsync(Batches(rows).TakeWhile(_ => HasTime()), AtOnce(BatchesAtOnce, stop),
                async (batch, cancelled) => await table.Delete(batch[0].PartitionKey, [.. batch.Select(row => row.RowKey)], cancelled));
        });
        if (Volatile.Read(ref isOver)) return false;
        await storage.Blobs.GetBlobContainerClient(BlobStore.ContainerOf(tenant.Id)).DeleteIfExistsAsync(cancellationToken: cancel);
        await domains.ReleaseAll(tenant.Id, cancel);
        await tenants.Delete(tenant, cancel);
        return true;

        // Several tables ask at once. It is only ever set, so that none that has time left hides that another had to stop.
        bool HasTime()
        {
            if (clock.GetElapsedTime(begun) <= maxTime) return true;
            Volatile.Write(ref isOver, true);
            return false;
        }
    }

    /// <summary>A table's name without the day that it may end with.</summary>
    public static string WithoutDay(string name) => name.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');

    async Task<List<string>> Tables(CancellationToken cancel)
    {
        var names = new List<string>();
        await foreach (var table in storage.Tables.QueryAsync(cancellationToken: cancel)) names.Add(table.Name);
        return names;
    }

    // Two ranges, one after the other: for both in one filter the service would read the whole table.
    IAsyncEnumerable<TableEntity> Rows(string tenant, string name, IEnumerable<string>? columns, CancellationToken cancel)
    {
        var table = new Table(storage.Tables.GetTableClient(name));
        return table.Scan($"PartitionKey eq {tenant}", columns, cancel)
            .Concat(table.Scan($"PartitionKey ge {tenant + "|"} and PartitionKey lt {tenant + "}"}", columns, cancel)); // `}` follows `|`.
    }

    // What one transaction can delete.
    static async IAsyncEnumerable<List<TableEntity>> Batches(IAsyncEnumerable<TableEntity> rows)
    {
        var batch = new List<TableEntity>();
        await foreach (var row in rows)
        {
            if (batch.Count == Table.MaxTransactionRows || (batch.Count > 0 && batch[0].PartitionKey != row.PartitionKey))
            {
                yield return batch;
                batch = [];
            }
            batch.Add(row);
        }
        if (batch.Count > 0) yield return batch;
    }

    static ParallelOptions AtOnce(int most, CancellationToken cancel) =>
        new() { MaxDegreeOfParallelism = most, CancellationToken = cancel };

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
