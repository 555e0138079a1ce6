using Azure;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>What happens to a space's usage in one step.</summary>
/// <param name="Bytes">Bytes more, or less.</param>
/// <param name="Files">Files more, or less.</param>
/// <param name="Pending">Files more, or less, that are not complete.</param>
public readonly record struct UsageChange(long Bytes, long Files, long Pending)
{
    /// <summary>An upload that was larger than declared, to be remembered.</summary>
    public OversizedUpload? Oversized { get; init; }

    /// <summary>Who begins a file, and when.</summary>
    public (Owner Who, DateTimeOffset At)? StartedBy { get; init; }

    /// <summary>A file is begun.</summary>
    public static UsageChange Begin(FileRecord file, Owner who) => new(file.Size, 1, 1) { StartedBy = (who, file.CreatedAt) };

    /// <summary>A file becomes complete.</summary>
    public static UsageChange Complete => new(0, 0, -1);

    /// <summary>A file is forgotten.</summary>
    public static UsageChange Forget(FileRecord file) => new(-file.Size, -1, file.CompletedAt is null ? -1 : 0);
}

/// <summary>
/// What a space holds (SCHEMA.md, table Files, row <c>usage</c>), and what of its tenant's total it has taken: never
/// more than that is in use.
/// </summary>
public sealed record Usage
{
    /// <summary>Bytes of all files, pending and deleted ones included.</summary>
    public long Bytes { get; init; }

    /// <summary>All files, pending and deleted ones included.</summary>
    public long Files { get; init; }

    /// <summary>Files that are not complete.</summary>
    public long Pending { get; init; }

    /// <summary>Bytes taken from the tenant's total.</summary>
    public long TakenBytes { get; init; }

    /// <summary>Files taken from the tenant's total.</summary>
    public long TakenFiles { get; init; }

    /// <summary>The uploads of the last day that were larger than declared.</summary>
    public IReadOnlyList<OversizedUpload> Oversized { get; init; } = [];

    /// <summary>The row's ETag, or null if there is no row yet.</summary>
    public ETag? ETag { get; init; }

    /// <summary>After this step.</summary>
    public Usage With(UsageChange change) => this with
    {
        Bytes = Math.Max(0, Bytes + change.Bytes),
        Files = Math.Max(0, Files + change.Files),
        Pending = Math.Max(0, Pending + change.Pending),
        Oversized = change.Oversized is { } found ? Latchkey.Files.OversizedUpload.Add(Oversized, found) : Oversized,
    };

    /// <summary>Refuses a step that leads beyond what a space may hold.</summary>
    /// <exception cref="Problem">403 <c>quota_exceeded</c>, 429 <c>too_many_oversized</c>.</exception>
    public void EnsureWithin(UsageChange change, FileLimits limits)
    {
        if (change.StartedBy is { } beginner) Latchkey.Files.OversizedUpload.EnsureFewerThanMax(Oversized, beginner.Who, beginner.At);
        EnsureWithin("space bytes", limits.SpaceBytes, Bytes, change.Bytes);
        EnsureWithin("space files", limits.SpaceFiles, Files, change.Files);
        EnsureWithin("pending files", limits.SpacePending, Pending, change.Pending);
    }

    /// <summary>Refuses if more is asked for than there is room.</summary>
    /// <exception cref="Problem">403 <c>quota_exceeded</c>, with the numbers.</exception>
    public static void EnsureWithin(string what, long limit, long used, long requested)
    {
        if (requested <= 0 || requested <= limit - used) return;
        throw new Problem(403, "quota_exceeded", $"There is no room for this: the limit of {what} is {limit}, {used} are used.")
        {
            Extensions = new Dictionary<string, object?> { ["what"] = what, ["limit"] = limit, ["used"] = used, ["requested"] = requested },
        };
    }

    /// <summary>The usage that a row says; none is nothing.</summary>
    public static Usage Read(TableEntity? row) => row is null ? new() : new()
    {
        Bytes = row.GetInt64("Bytes")!.Value,
        Files = row.GetInt64("Files")!.Value,
        Pending = row.GetInt64("Pending")!.Value,
        TakenBytes = row.GetInt64("TakenBytes")!.Value,
        TakenFiles = row.GetInt64("TakenFiles")!.Value,
        Oversized = Latchkey.Files.OversizedUpload.Read(row.GetString("Oversized")),
        ETag = row.ETag,
    };

    /// <summary>The write of the row, which fails if somebody else wrote it since.</summary>
    public TableTransactionAction Write(string partition)
    {
        var row = new TableEntity(partition, RowKeys.SpaceQuota)
        {
            ["Bytes"] = Bytes,
            ["Files"] = Files,
            ["Pending"] = Pending,
            ["TakenBytes"] = TakenBytes,
            ["TakenFiles"] = TakenFiles,
            ["Oversized"] = Latchkey.Files.OversizedUpload.Write(Oversized),
        };
        return ETag is { } etag
            ? new(TableTransactionActionType.UpdateReplace, row, etag)
            : new(TableTransactionActionType.Add, row);
    }
}
