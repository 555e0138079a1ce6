using Azure;

namespace Latchkey.Files;

/// <summary>What a check goes through, one after the other.</summary>
public enum IntegrityCheckPhase
{
    /// <summary>Records: are their bytes there?</summary>
    Records,

    /// <summary>Blobs: have they a record?</summary>
    Blobs,

    /// <summary>Folders: is something in them?</summary>
    Folders,

    /// <summary>The parts that spaces have taken of the tenant's total: do the spaces know of them?</summary>
    Totals,

    /// <summary>Done.</summary>
    Done,
}

/// <summary>How far the check of one tenant is, and what it has found (SCHEMA.md, table Files, partition <c>tenant|check</c>).</summary>
public sealed record IntegrityCheckState
{
    /// <summary>How many ids of files without bytes are kept.</summary>
    public const int MaxIds = 100;

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended, or null.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>What it goes through now.</summary>
    public IntegrityCheckPhase Phase { get; init; }

    /// <summary>Where in that it goes on; null is the start.</summary>
    public string? Continuation { get; init; }

    /// <summary>Records seen.</summary>
    public long Records { get; init; }

    /// <summary>Blobs seen.</summary>
    public long Blobs { get; init; }

    /// <summary>Records whose bytes are not there; they are marked.</summary>
    public long Missing { get; init; }

    /// <summary>The first ids of them.</summary>
    public IReadOnlyList<string> MissingIds { get; init; } = [];

    /// <summary>Blobs without a record.</summary>
    public long Orphans { get; init; }

    /// <summary>Those of them that were old enough to be deleted.</summary>
    public long OrphansDeleted { get; init; }

    /// <summary>Empty folders that were taken off the list.</summary>
    public long FoldersRemoved { get; init; }

    /// <summary>Parts of the total that were given back.</summary>
    public long PartsRepaired { get; init; }

    /// <summary>The row's ETag; null if there is no row.</summary>
    public ETag? ETag { get; init; }

    /// <summary>After a page: on to the next, or to the next phase.</summary>
    public IntegrityCheckState MoveTo(string? next) => this with { Continuation = next, Phase = next is null ? Phase + 1 : Phase };
}
