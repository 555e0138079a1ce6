using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>How one change of a file changes the usage of its space.</summary>
/// <param name="Bytes">The difference in bytes.</param>
/// <param name="Files">The difference in files.</param>
/// <param name="Pending">The difference in files that are not complete.</param>
public readonly record struct UsageChange(long Bytes, long Files, long Pending)
{
    /// <summary>An upload that was larger than declared, to be recorded.</summary>
    public OversizedUpload? Oversized { get; init; }

    /// <summary>Who begins an upload, and when.</summary>
    public (Owner Who, DateTimeOffset At)? StartedBy { get; init; }

    /// <summary>True if only a file is shared with whoever that is: a tenth of the space is left to those who belong there.</summary>
    public bool ByShare { get; init; }

    /// <summary>The difference in folders that were made and not by a file.</summary>
    public long Folders { get; init; }

    /// <summary>What people see of it, to be recorded; null for nothing.</summary>
    public FileChange? Change { get; init; }

    /// <summary>What people see of other files that the same transaction changes, after <see cref="Change"/>; null for nothing.</summary>
    public IReadOnlyList<FileChange>? More { get; init; }

    /// <summary>All that people see of it, in order.</summary>
    public IReadOnlyList<FileChange> Seen => Change is null ? [] : [Change, .. More ?? []];

    /// <summary>What others are told of it.</summary>
    public IEnumerable<TenantEvent> Events =>
        Seen.SelectMany((seen, n) => seen.Events.Select(one => one with { Change = n })).Concat(Unseen ?? []);

    /// <summary>What others are told of besides (<see cref="FileChange.UnseenBetween"/>); null for nothing.</summary>
    public IReadOnlyList<TenantEvent>? Unseen { get; init; }

    /// <summary>By what the space knows its files from now on; null if that stays.</summary>
    public KnownChange? Known { get; init; }

    /// <summary>The request for files that the change is counted in, as it is from now on; null for none.</summary>
    public FileRequest? Request { get; init; }

    /// <summary>What is found from now on; null if that stays.</summary>
    internal IReadOnlyList<SearchChange>? Search { get; init; }

    /// <summary>The file that is in all indexes after this change, because the change writes all of its entries; otherwise null.</summary>
    public string? Indexes { get; init; }

    /// <summary>True if it needs a space that is there, and must not make one.</summary>
    public bool InSpace { get; init; }

    /// <summary>A file begins to be uploaded or copied. An upload that is to replace one's bytes is no file more.</summary>
    public static UsageChange Begin(FileRecord file, Owner who) => new(file.Size, CountOf(file), 1)
    {
        StartedBy = (who, file.CreatedAt),
        ByShare = file.ByShare,
    };

    /// <summary>An upload that was to replace a file's bytes becomes a file.</summary>
    public static UsageChange OneMore => new(0, 1, 0);

    /// <summary>A file is completed.</summary>
    public static UsageChange Complete => new(0, 0, -1);

    /// <summary>A file's record is deleted.</summary>
    public static UsageChange Forget(FileRecord file) =>
        new(-file.Size - (file.Renditions?.Bytes ?? 0), -CountOf(file), file.CompletedAt is null ? -1 : 0);

    /// <summary>An upload has become a version of a file; both its bytes and the former ones stay.</summary>
    public static UsageChange Replace(FileRecord upload) => new(0, 0, upload.CompletedAt is null ? -1 : 0);

    /// <summary>A former version is deleted.</summary>
    public static UsageChange ForgetVersion(FileRecord version) => new(-version.Size - (version.Renditions?.Bytes ?? 0), 0, 0);

    /// <summary>Renditions of a picture were made.</summary>
    public static UsageChange Of(RenditionSet made) => new(made.Bytes, 0, 0);

    static long CountOf(FileRecord file) => file.Replaces is null ? 1 : 0;
}
