using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Says that an upload is to be looked at, and when (SCHEMA.md, tables Uploads…). A note is written before what it is
/// about and again, for the next look, before it goes.
/// </summary>
public sealed record UploadNote
{
    /// <summary>While a URL lives, its blob is looked at this often: with the timer's own ten minutes, twice an hour.</summary>
    public static readonly TimeSpan InspectionInterval = TimeSpan.FromMinutes(20);

    // What a request that began just before the URL ended may still need.
    static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    /// <summary>The tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>The file that is uploaded.</summary>
    public required string FileId { get; init; }

    /// <summary>When the upload began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When to look.</summary>
    public required DateTimeOffset InspectAt { get; init; }

    /// <summary>Until when the URL lives that was handed out with this note; null: none was.</summary>
    public DateTimeOffset? UrlExpiresAt { get; init; }

    /// <summary>Bytes that were declared; what a URL can write is held to them.</summary>
    public long? Size { get; init; }

    /// <summary>Who got the URL (<see cref="Owner.Of"/>: kind and id).</summary>
    public string? Uploader { get; init; }

    /// <summary>The client that they got it with.</summary>
    public string? Client { get; init; }

    /// <summary>When whatever is left of the upload goes: a day after complete and URLs end, so that neither meets the sweep.</summary>
    public DateTimeOffset FinalInspectionAt => UploadDeadline.Of(StartedAt) + TimeSpan.FromDays(1);

    /// <summary>When to look again, or null: never.</summary>
    /// <param name="now">The time.</param>
    /// <param name="isLeft">There is something that the last look has to decide about.</param>
    public DateTimeOffset? NextInspection(DateTimeOffset now, bool isLeft)
    {
        if (UrlExpiresAt + Grace is { } last && now < last) return last - now < InspectionInterval ? last : now + InspectionInterval;
        return isLeft && now < FinalInspectionAt ? FinalInspectionAt : null;
    }

    /// <summary>The table that it lies in: that of the day of the look.</summary>
    public string Bucket => ExpiringTables.Bucket(InspectAt);

    /// <summary>
    /// The row. URLs of one upload that end within the same minutes share one, and <see cref="Grace"/> is longer than that:
    /// the next look for an older URL never takes the place of a note about a newer one.
    /// </summary>
    public TableEntity ToRow() => new(FileRows.Partition(Tenant, FileId), RowKeys.UploadNote(FileId, Slot(InspectAt), UrlExpiresAt is { } end ? Slot(end) : 0))
    {
        ["Begun"] = StartedAt,
        ["At"] = InspectAt,
        ["Until"] = UrlExpiresAt,
        ["Size"] = Size,
        ["By"] = Uploader,
        ["Client"] = Client,
    };

    static long Slot(DateTimeOffset time) => time.UtcTicks / TimeSpan.FromMinutes(5).Ticks;

    /// <summary>The note that a row says.</summary>
    public static UploadNote Read(TableEntity row) => new()
    {
        Tenant = row.PartitionKey.Split('|')[0],
        FileId = row.RowKey.Split('|')[1],
        StartedAt = row.GetDateTimeOffset("Begun")!.Value,
        InspectAt = row.GetDateTimeOffset("At")!.Value,
        UrlExpiresAt = row.GetDateTimeOffset("Until"),
        Size = row.GetInt64("Size"),
        Uploader = row.GetString("By"),
        Client = row.GetString("Client"),
    };
}
