using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>One line of the audit: who did what to what, from where, with which client, and how it went.</summary>
/// <param name="Tenant">The tenant's id.</param>
/// <param name="At">When the answer was known.</param>
/// <param name="Type">The kind of act (<see cref="AuditContext.Type"/>).</param>
/// <param name="Actor">The user who acted, or null.</param>
/// <param name="Client">The client, or null.</param>
/// <param name="Target">What it was done to, or null.</param>
/// <param name="Address">Where the request came from (<see cref="Http.CallerAddress"/>).</param>
/// <param name="Result"><c>ok</c>, or the code of the refusal.</param>
/// <param name="Detail">More, in our own words; or null.</param>
public sealed record AuditEntry(string Tenant, DateTimeOffset At, string Type, string? Actor, string? Client,
    string? Target, string Address, string Result, string? Detail);

/// <summary>The tables of the audit (SCHEMA.md, tables Audit…): one per UTC day of the act, a tenant's own partition, newest first.</summary>
public sealed class AuditTables(StorageClients storage)
{
    /// <summary>The tables by day. Their bucket is the day of the act, not of an expiry.</summary>
    public ExpiringTables Tables { get; } = new(storage.Tables, TableNames.Audit);

    /// <summary>An entry's row. Its key is made once, so writing it again after a lost answer changes nothing.</summary>
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

    /// <summary>A key before those of all earlier acts and after those of all later ones: times count down.</summary>
    public static string Before(DateTimeOffset time) => RowKeys.Descending(time);
}
