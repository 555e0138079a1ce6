using Azure;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>
/// What a space holds (SCHEMA.md, table Files, row <c>usage</c>), and what it has reserved of its tenant's quota. It never holds
/// more than it has reserved.
/// </summary>
public sealed record Usage
{
    /// <summary>The most folders that can be made in a space. Those that exist because of files are not counted.</summary>
    public const long MaxFolders = 10_000;

    /// <summary>The limit of files that are not complete, as <c>what</c> of <c>quota_exceeded</c> names it.</summary>
    public const string PendingFiles = "pending files";

    // Stored rows have these names.
    const string ReservedBytesColumn = "TakenBytes";
    const string ReservedFilesColumn = "TakenFiles";

    // What an incarnation begins with: whether the space was empty when its changes began to be recorded.
    const char FromEmpty = 'n';
    const char FromOlder = 'o';

    /// <summary>The bytes of all files, including pending and deleted ones, of their former versions and renditions.</summary>
    public long Bytes { get; init; }

    /// <summary>The number of all files, including pending and deleted ones.</summary>
    public long Files { get; init; }

    /// <summary>The number of files that are not complete.</summary>
    public long Pending { get; init; }

    /// <summary>The number of folders that somebody has made, also of those in the trash.</summary>
    public long Folders { get; init; }

    /// <summary>Bytes reserved of the tenant's quota.</summary>
    public long ReservedBytes { get; init; }

    /// <summary>Files reserved of the tenant's quota.</summary>
    public long ReservedFiles { get; init; }

    /// <summary>The uploads of the last day that were larger than declared.</summary>
    public IReadOnlyList<OversizedUpload> Oversized { get; init; } = [];

    /// <summary>The number of the last change (<see cref="FileChange"/>).</summary>
    public long Changes { get; init; }

    /// <summary>
    /// Of what the changes are numbered from 1 without a gap; null if there is no row yet, or if a version of the service wrote it
    /// that doesn't record changes. It is another one if the space was removed, or if such a version wrote the row, and made again.
    /// </summary>
    public string? Incarnation { get; init; }

    /// <summary>True if the changes are all that ever happened in the space.</summary>
    public bool IsRecordedFromEmpty => Incarnation?[0] == FromEmpty;

    /// <summary>The row's ETag, or null if there is no row yet.</summary>
    public ETag? ETag { get; init; }

    /// <summary>The usage after this change.</summary>
    public Usage With(UsageChange change) => this with
    {
        Bytes = Math.Max(0, Bytes + change.Bytes),
        Files = Math.Max(0, Files + change.Files),
        Pending = Math.Max(0, Pending + change.Pending),
        Folders = Math.Max(0, Folders + change.Folders),
        Changes = Changes + change.Seen.Count,
        Incarnation = Incarnation ?? (ETag is null ? FromEmpty : FromOlder) + Ids.NewBase32(),
        Oversized = change.Oversized is { } found ? Latchkey.Files.OversizedUpload.Add(Oversized, found) : Oversized,
    };

    /// <summary>Refuses a change that exceeds the space's limits.</summary>
    /// <exception cref="Problem">403 <c>quota_exceeded</c>, 429 <c>too_many_oversized</c>.</exception>
    public void EnsureWithin(UsageChange change, FileLimits limits)
    {
        if (change.StartedBy is { } beginner) Latchkey.Files.OversizedUpload.EnsureFewerThanMax(Oversized, beginner.Who, beginner.At);
        EnsureWithin("space bytes", Left(limits.SpaceBytes, change), Bytes, change.Bytes, change.ByShare);
        EnsureWithin("space files", limits.SpaceFiles, Files, change.Files, change.ByShare);
        EnsureWithin(PendingFiles, Left(limits.SpacePending, change), Pending, change.Pending, change.ByShare);
        EnsureWithin("space folders", MaxFolders, Folders, change.Folders);
    }

    static long Left(long limit, UsageChange change) => change.ByShare ? limit - limit / 10 : limit;

    /// <summary>Refuses if more is requested than the limit leaves.</summary>
    /// <param name="what">The name of the limit.</param>
    /// <param name="limit">The limit.</param>
    /// <param name="used">How much of it is used.</param>
    /// <param name="requested">How much more is requested.</param>
    /// <param name="byShare">True if only a file is shared with the caller: how full the space is, is none of their business.</param>
    /// <exception cref="Problem">403 <c>quota_exceeded</c>, with the limit and the usage.</exception>
    public static void EnsureWithin(string what, long limit, long used, long requested, bool byShare = false)
    {
        if (requested <= 0 || requested <= limit - used) return;
        if (byShare)
        {
            throw new Problem(403, "quota_exceeded", $"The quota of {what} is exceeded: {requested} more are requested.")
            {
                Extensions = new Dictionary<string, object?> { ["what"] = what, ["requested"] = requested },
            };
        }
        throw new Problem(403, "quota_exceeded",
            $"The quota of {what} is exceeded: the limit is {limit}, {used} are used, and {requested} more are requested.")
        {
            Extensions = new Dictionary<string, object?> { ["what"] = what, ["limit"] = limit, ["used"] = used, ["requested"] = requested },
        };
    }

    /// <summary>Reads the usage from its row. Without a row nothing is used.</summary>
    public static Usage Read(TableEntity? row) => row is null ? new() : new()
    {
        Bytes = row.GetInt64("Bytes")!.Value,
        Files = row.GetInt64("Files")!.Value,
        Pending = row.GetInt64("Pending")!.Value,
        Folders = row.GetInt64("Folders") ?? 0,
        ReservedBytes = row.GetInt64(ReservedBytesColumn)!.Value,
        ReservedFiles = row.GetInt64(ReservedFilesColumn)!.Value,
        Changes = row.GetInt64("Changes") ?? 0,
        Incarnation = row.GetString("Incarnation"),
        Oversized = Latchkey.Files.OversizedUpload.Read(row.GetString("Oversized")),
        ETag = row.ETag,
    };

    /// <summary>The write of the row, on condition that it has not changed since it was read.</summary>
    public TableTransactionAction Write(string partition)
    {
        var row = new TableEntity(partition, RowKeys.SpaceUsage)
        {
            ["Bytes"] = Bytes,
            ["Files"] = Files,
            ["Pending"] = Pending,
            ["Folders"] = Folders,
            [ReservedBytesColumn] = ReservedBytes,
            [ReservedFilesColumn] = ReservedFiles,
            ["Changes"] = Changes,
            ["Incarnation"] = Incarnation,
            ["Oversized"] = Latchkey.Files.OversizedUpload.Write(Oversized),
        };
        return ETag is { } etag
            ? new(TableTransactionActionType.UpdateReplace, row, etag)
            : new(TableTransactionActionType.Add, row);
    }
}
