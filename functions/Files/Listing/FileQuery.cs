using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>Which files of a space a page holds.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Owner">Whose space.</param>
/// <param name="KeyPrefix">The prefix of the row keys (<see cref="RowKeys"/>).</param>
/// <param name="After">Where the last page ended: a row key, or a position (<see cref="FileSort"/>). Null for the first page.</param>
/// <param name="Limit">How many files at most.</param>
public sealed record FileQuery(string Tenant, Owner Owner, string KeyPrefix, string? After, int Limit)
{
    /// <summary>The prefix of the names, ignoring case.</summary>
    public string NamePrefix { get; init; } = "";

    /// <summary>The partition of the space.</summary>
    public string Partition => RowKeys.Space(Tenant, Owner.SpaceKey(Tenant));
}

/// <summary>A page of files, and the position after which the next page begins; null on the last page.</summary>
public sealed record FilePage(IReadOnlyList<FileRecord> Files, string? Next);
