using Azure;

namespace Latchkey.Files;

/// <summary>How far a tenant's files are scanned once more, and what was found (SCHEMA.md, table Files, partition
/// <c>tenant|scan</c>).</summary>
public sealed record RescanState
{
    /// <summary>A random id. Messages of an earlier run have another one.</summary>
    public required string Run { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it got further last.</summary>
    public DateTimeOffset? SavedAt { get; init; }

    /// <summary>When it finished, or null.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Where it continues; null for the start.</summary>
    public string? Continuation { get; init; }

    /// <summary>The number of files that were scanned.</summary>
    public long Scanned { get; init; }

    /// <summary>The number of those in which malware was found.</summary>
    public long Infected { get; init; }

    /// <summary>The number of files that could not be scanned.</summary>
    public long Failed { get; init; }

    /// <summary>The row's ETag; null if there is no row yet.</summary>
    public ETag? ETag { get; init; }
}
