using Azure;

namespace Latchkey.Files;

/// <summary>The phases of a check, in order.</summary>
public enum IntegrityCheckPhase
{
    /// <summary>Finds records without bytes.</summary>
    Records,

    /// <summary>Finds former versions without bytes.</summary>
    Versions,

    /// <summary>Finds blobs without a record.</summary>
    Blobs,

    /// <summary>Finds folders without files.</summary>
    Folders,

    /// <summary>Finds quota that is reserved for a space which doesn't know of it.</summary>
    Totals,

    /// <summary>The check is finished.</summary>
    Done,
}

/// <summary>The progress of a tenant's check, and what it has found (SCHEMA.md, table Files, partition <c>tenant|check</c>).</summary>
public sealed record IntegrityCheckState
{
    /// <summary>The most ids of files without bytes that are kept.</summary>
    public const int MaxIds = 100;

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it finished, or null.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The current phase.</summary>
    public IntegrityCheckPhase Phase { get; init; }

    /// <summary>Where in the phase it continues; null for the start.</summary>
    public string? Continuation { get; init; }

    /// <summary>The number of records and former versions checked.</summary>
    public long Records { get; init; }

    /// <summary>The number of blobs checked.</summary>
    public long Blobs { get; init; }

    /// <summary>The number of records and former versions without bytes. They are marked.</summary>
    public long Missing { get; init; }

    /// <summary>The ids of the first of them.</summary>
    public IReadOnlyList<string> MissingIds { get; init; } = [];

    /// <summary>The number of blobs without a record.</summary>
    public long Orphans { get; init; }

    /// <summary>The number of those that were old enough to be deleted.</summary>
    public long OrphansDeleted { get; init; }

    /// <summary>The number of empty folders that were removed.</summary>
    public long FoldersRemoved { get; init; }

    /// <summary>The number of such reservations that were released.</summary>
    public long PartsRepaired { get; init; }

    /// <summary>The row's ETag; null if there is no row yet.</summary>
    public ETag? ETag { get; init; }

    /// <summary>The state after a page: at the next page, or in the next phase.</summary>
    public IntegrityCheckState MoveTo(string? next) => this with { Continuation = next, Phase = next is null ? Phase + 1 : Phase };
}
