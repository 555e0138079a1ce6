using System.Text.Json;
using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Events;

/// <summary>An event that one receiver is to be told of.</summary>
/// <param name="Tenant">The tenant's id.</param>
/// <param name="Receiver">A webhook's id, or <see cref="EventGrid"/>.</param>
/// <param name="Event">The event.</param>
/// <param name="QueuedAt">Since when it is to be sent.</param>
/// <param name="Tries">How often that has failed.</param>
public sealed record Delivery(string Tenant, string Receiver, StoredEvent Event, DateTimeOffset QueuedAt, int Tries)
{
    /// <summary>The receiver that is the deployment's Event Grid topic.</summary>
    public const string EventGrid = "eventgrid";

    /// <summary>The receiver that is the inboxes of those whom the event is about.</summary>
    public const string Inboxes = "inboxes";

    /// <summary>How long whoever has taken it may send it.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    // A day in all.
    static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1), TimeSpan.FromHours(2),
        TimeSpan.FromHours(4), TimeSpan.FromHours(8), TimeSpan.FromHours(8),
    ];

    /// <summary>When it is given up, if it was not sent.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(24);

    /// <summary>The bucket of its table.</summary>
    public required string Bucket { get; init; }

    /// <summary>Its row as it was read or written last.</summary>
    public required TableEntity Row { get; init; }

    /// <summary>When it is tried next, or until when somebody has taken it.</summary>
    public DateTimeOffset At => Row.GetDateTimeOffset("At")!.Value;

    /// <summary>What the receiver answered last: a status or a short text; null if it was not tried.</summary>
    public string? LastResult => Row.GetString("LastResult");

    /// <summary>When to try again after one more failure; null: never.</summary>
    /// <param name="now">The time.</param>
    /// <param name="asked">What the receiver asked for (Retry-After), or null.</param>
    public DateTimeOffset? Next(DateTimeOffset now, TimeSpan? asked)
    {
        if (Tries >= Pauses.Length) return null;
        var pause = asked > Pauses[Tries] ? asked.Value : Pauses[Tries];
        return now + pause > QueuedAt + Life ? null : now + pause;
    }

    /// <summary>A new one, which its writer has taken.</summary>
    /// <param name="tenant">The tenant's id.</param>
    /// <param name="receiver">The receiver.</param>
    /// <param name="sent">The event.</param>
    /// <param name="now">The time.</param>
    /// <param name="bucket">The bucket of its table; null for the one of now.</param>
    public static Delivery New(string tenant, string receiver, StoredEvent sent, DateTimeOffset now, string? bucket = null)
    {
        var row = new TableEntity(tenant, RowKeys.PendingDelivery(receiver, sent.Id))
        {
            ["Receiver"] = receiver,
            ["QueuedAt"] = now,
            ["Tries"] = 0,
            ["At"] = now + Lease,
        };
        Columns.PutLong(row, "Event", JsonSerializer.Serialize(sent));
        return Read(bucket ?? ExpiringTables.Bucket(now + Outbox.Life), row);
    }

    /// <summary>One that was stored.</summary>
    public static Delivery Read(string bucket, TableEntity row) => new(row.PartitionKey, row.GetString("Receiver"),
        JsonSerializer.Deserialize<StoredEvent>(Columns.GetLong(row, "Event"))!, row.GetDateTimeOffset("QueuedAt")!.Value,
        row.GetInt32("Tries")!.Value)
    { Bucket = bucket, Row = row };
}
