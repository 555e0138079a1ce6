using System.Text.Json;
using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Events;

/// <summary>A delivery that is over.</summary>
/// <param name="Id">Its id in the log.</param>
/// <param name="Delivered">True if the receiver accepted it; false if it was given up.</param>
/// <param name="Event">The event.</param>
/// <param name="At">When it was accepted or given up.</param>
/// <param name="Tries">How often it was tried.</param>
/// <param name="LastResult">What the receiver answered last; null if it was not tried.</param>
public sealed record PastDelivery(string Id, bool Delivered, StoredEvent Event, DateTimeOffset At, int Tries, string? LastResult);

/// <summary>
/// What was sent to the receivers, for a week, and what was given up (the dead letters), for a month (SCHEMA.md, tables Deliveries…).
/// </summary>
public sealed class DeliveryLog(StorageClients storage, TimeProvider clock)
{
    static readonly TimeSpan DeliveredLife = TimeSpan.FromDays(7);
    static readonly TimeSpan DeadLife = TimeSpan.FromDays(30);

    readonly ExpiringTables tables = new(storage.Tables, TableNames.Deliveries);

    /// <summary>Records how a delivery ended.</summary>
    public Task Add(Delivery delivery, bool delivered, string? result)
    {
        var now = clock.GetUtcNow();
        var key = $"{Prefix(delivered)}{RowKeys.Descending(now)}|{delivery.Event.Id}";
        var row = new TableEntity(RowKeys.Deliveries(delivery.Tenant, delivery.Receiver), key)
        {
            ["At"] = now,
            ["Tries"] = delivery.Tries + (delivered ? 1 : 0),
            ["LastResult"] = result,
        };
        Columns.PutLong(row, "Event", JsonSerializer.Serialize(delivery.Event));
        var bucket = ExpiringTables.Bucket(now + (delivered ? DeliveredLife : DeadLife));
        return tables.For(bucket).Put(row, CancellationToken.None);
    }

    /// <summary>Those that were accepted, or given up: the newest first, at most so many, after the one with this id.</summary>
    public async Task<IReadOnlyList<PastDelivery>> List(
        string tenant, string receiver, bool delivered, string? after, int limit, CancellationToken cancel)
    {
        var (found, start) = (new List<PastDelivery>(), after is null ? null : Parse(after));
        foreach (var bucket in (await tables.Buckets(cancel)).Reverse())
        {
            if (start is not null && string.CompareOrdinal(bucket, start.Value.Bucket) > 0) continue;
            var from = bucket == start?.Bucket ? start.Value.Key + " " : Prefix(delivered);
            await foreach (var row in tables.For(bucket)
                .Range(RowKeys.Deliveries(tenant, receiver), from, Prefix(delivered) + "~", limit, cancel))
            {
                found.Add(Read(bucket, row));
                if (found.Count == limit) return found;
            }
        }
        return found;
    }

    /// <summary>The one with this id, or null.</summary>
    public async Task<PastDelivery?> Find(string tenant, string receiver, string id, CancellationToken cancel)
    {
        if (Parse(id) is not var (bucket, key)) return null;
        return await tables.For(bucket).Find(RowKeys.Deliveries(tenant, receiver), key, cancel) is { } row ? Read(bucket, row) : null;
    }

    /// <summary>Removes a dead letter that is sent again.</summary>
    public Task Remove(string tenant, string receiver, string id)
    {
        var (bucket, key) = Parse(id)!.Value;
        return tables.For(bucket).TryDelete(RowKeys.Deliveries(tenant, receiver), key, CancellationToken.None);
    }

    /// <summary>True if the text has the form of an id in the log.</summary>
    public static bool IsId(string id, bool delivered) =>
        Parse(id) is var (_, key) && key.StartsWith(Prefix(delivered), StringComparison.Ordinal);

    static string Prefix(bool delivered) => delivered ? "sent|" : "dead|";

    // {sent or dead}.{bucket}.{time, counting down}.{event}
    static (string Bucket, string Key)? Parse(string id) =>
        id.Split('.') is [("sent" or "dead") and var state, var bucket, { Length: 19 } time, var sent]
        && ExpiringTables.IsBucket(bucket) && time.All(char.IsAsciiDigit)
        && sent.StartsWith("evt_", StringComparison.Ordinal) && Ids.IsId(sent[4..]) ? (bucket, $"{state}|{time}|{sent}") : null;

    static PastDelivery Read(string bucket, TableEntity row)
    {
        var parts = row.RowKey.Split('|');
        return new($"{parts[0]}.{bucket}.{parts[1]}.{parts[2]}", parts[0] == "sent",
            JsonSerializer.Deserialize<StoredEvent>(Columns.GetLong(row, "Event"))!, row.GetDateTimeOffset("At")!.Value,
            row.GetInt32("Tries")!.Value, row.GetString("LastResult"));
    }
}
