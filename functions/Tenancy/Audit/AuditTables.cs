using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>An audit entry: who did what to what, from where, with which client, and with what result.</summary>
/// <param name="Tenant">The tenant's id.</param>
/// <param name="At">When the response was ready.</param>
/// <param name="Type">The type of action (<see cref="AuditContext.Type"/>).</param>
/// <param name="Actor">The id of the acting user, or null.</param>
/// <param name="Client">The id of the client, or null.</param>
/// <param name="Target">The id of the object of the action, or null.</param>
/// <param name="Address">The caller's address (<see cref="Http.CallerAddress"/>).</param>
/// <param name="Result"><c>ok</c>, or the error code.</param>
/// <param name="Detail">Details in words of our own, or null.</param>
public sealed record AuditEntry(string Tenant, DateTimeOffset At, string Type, string? Actor, string? Client,
    string? Target, string Address, string Result, string? Detail);

/// <summary>The audit's tables (SCHEMA.md, tables Audit…): one per UTC day of the action, a partition per tenant, newest first.</summary>
public sealed class AuditTables(StorageClients storage)
{
    /// <summary>The tables by day. The bucket is the day of the action, not of an expiry.</summary>
    public ExpiringTables Tables { get; } = new(storage.Tables, TableNames.Audit);

    /// <summary>An entry's row. Its key is made once, so repeating a write whose answer was lost changes nothing.</summary>
    public static TableEntity Row(AuditEntry entry) => new(entry.Tenant, $"{Before(entry.At)}|{Ids.New()}")
    {
        ["At"] = entry.At,
        ["Type"] = entry.Type,
        ["Actor"] = entry.Actor,
        ["Client"] = entry.Client,
        ["Target"] = entry.Target,
        ["Address"] = entry.Address,
        ["Result"] = entry.Result,
        ["Detail"] = entry.Detail,
    };

    /// <summary>A row's entry.</summary>
    public static AuditEntry Read(TableEntity row) => new(row.PartitionKey, row.GetDateTimeOffset("At")!.Value, row.GetString("Type"),
        row.GetString("Actor"), row.GetString("Client"), row.GetString("Target"), row.GetString("Address"),
        row.GetString("Result"), row.GetString("Detail"));

    /// <summary>A row-key prefix that sorts before all earlier actions and after all later ones: it counts time down.</summary>
    public static string Before(DateTimeOffset time) => RowKeys.Descending(time);
}
