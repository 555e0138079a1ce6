using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// A note to inspect an upload, and when (SCHEMA.md, tables Uploads…). It is written before the upload's record or URL, and the
/// note for the next inspection is written before this one is deleted.
/// </summary>
public sealed record UploadNote
{
    /// <summary>How often an upload is inspected while its URL lives. With the timer's own ten minutes, that is twice an hour.</summary>
    public static readonly TimeSpan InspectionInterval = TimeSpan.FromMinutes(20);

    // How long a request that began just before the URL expired may still take.
    static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    /// <summary>The tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>The file that is being uploaded.</summary>
    public required string FileId { get; init; }

    /// <summary>When the upload began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When to inspect it.</summary>
    public required DateTimeOffset InspectAt { get; init; }

    /// <summary>When the URL that was issued with this note expires; null if none was issued.</summary>
    public DateTimeOffset? UrlExpiresAt { get; init; }

    /// <summary>The declared size in bytes, against which what the URL wrote is checked.</summary>
    public long? Size { get; init; }

    /// <summary>Who got the URL: kind and id of <see cref="Owner.Of"/>.</summary>
    public string? Uploader { get; init; }

    /// <summary>The client through which they got it.</summary>
    public string? Client { get; init; }

    /// <summary>The upload's deadline, if it is earlier than usual (<see cref="UploadDeadline.EarlyOf"/>); otherwise null.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>
    /// When what is left of the upload is removed: a day after its deadline, so that no complete request and no URL meets the sweep. What
    /// takes the space of others goes as soon as no URL can write to it; whoever completes it then is told that it has expired.
    /// </summary>
    public DateTimeOffset FinalInspectionAt => Deadline + Grace ?? UploadDeadline.Of(StartedAt) + TimeSpan.FromDays(1);

    /// <summary>When to inspect the upload again, or null for never.</summary>
    /// <param name="now">The time.</param>
    /// <param name="needsFinalInspection">True if something is left that the final inspection has to decide about.</param>
    public DateTimeOffset? NextInspection(DateTimeOffset now, bool needsFinalInspection)
    {
        if (UrlExpiresAt + Grace is { } last && now < last) return last - now < InspectionInterval ? last : now + InspectionInterval;
        if (!needsFinalInspection || now >= FinalInspectionAt) return null;
        // Its request may be closed meanwhile, or its share revoked.
        return Deadline is not null && now + InspectionInterval < FinalInspectionAt ? now + InspectionInterval : FinalInspectionAt;
    }

    /// <summary>The bucket of its table: the day of the inspection.</summary>
    public string Bucket => ExpiringTables.Bucket(InspectAt);

    /// <summary>
    /// The row. Notes about URLs of one upload that expire within the same five minutes share a row. <see cref="Grace"/> is longer
    /// than that, so the next note about an older URL never replaces a note about a newer one.
    /// </summary>
    public TableEntity ToRow() => new(FileRows.Partition(Tenant, FileId), RowKey)
    {
        ["Begun"] = StartedAt,
        ["At"] = InspectAt,
        ["Until"] = UrlExpiresAt,
        ["Size"] = Size,
        ["By"] = Uploader,
        ["Client"] = Client,
        ["Deadline"] = Deadline,
    };

    string RowKey => RowKeys.UploadNote(FileId, Slot(InspectAt), UrlExpiresAt is { } expiry ? Slot(expiry) : 0);

    static long Slot(DateTimeOffset time) => time.UtcTicks / TimeSpan.FromMinutes(5).Ticks;

    /// <summary>Reads a note from its row.</summary>
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
        Deadline = row.GetDateTimeOffset("Deadline"),
    };
}
