using Azure;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>A folder that a job is at work on.</summary>
/// <param name="Job">The job.</param>
/// <param name="Reads">True if the job only reads it: the source of a copy.</param>
/// <param name="Path">The folder.</param>
public sealed record FolderClaim(string Job, bool Reads, string Path)
{
    /// <summary>True if the other folder is this one, above it or below it, and one of both is written to.</summary>
    public bool Excludes(string path, bool reads) =>
        !(Reads && reads) && (Path == path || IsBelow(Path, path) || IsBelow(path, Path));

    /// <summary>The claim as one line.</summary>
    public string Write() => $"{Job} {(Reads ? "r" : "w")} {Path}";

    /// <summary>Reads that line.</summary>
    public static FolderClaim Read(string line) => line.Split(' ', 3) is [var job, var how, var path]
        ? new(job, how == "r", path) : throw new FormatException("A line of the row of jobs has three parts.");

    static bool IsBelow(string path, string above) => path.StartsWith(above + "/", StringComparison.Ordinal);
}

/// <summary>
/// The folders of a space that jobs are at work on (SCHEMA.md, table Files, row <c>jobs</c>). Whatever begins a job, ends one or makes a
/// folder writes the row in the same transaction, on condition that it is as it was read. So no two jobs are ever at work on the same
/// folder, or on one in the other.
/// </summary>
public sealed record FolderClaims
{
    /// <summary>The most jobs that are at work in a space at the same time.</summary>
    public const int MaxJobs = 20;

    const string Column = "Jobs";
    const int MaxChars = 30_000; // A column holds 32,768.

    readonly string partition;
    readonly ETag? etag;

    FolderClaims(string partition, TableEntity? row)
    {
        (this.partition, etag) = (partition, row?.ETag);
        All = [.. Columns.Split(row?.GetString(Column)).Select(FolderClaim.Read)];
    }

    /// <summary>The claims of all jobs.</summary>
    public IReadOnlyList<FolderClaim> All { get; private init; }

    /// <summary>True if there is room for another job.</summary>
    public bool HasRoom => All.Select(claim => claim.Job).Distinct().Count() <= MaxJobs && Text.Length <= MaxChars;

    string Text => Columns.Join(All.Select(claim => claim.Write()));

    /// <summary>The claims in a space.</summary>
    public static async Task<FolderClaims> In(Table table, string partition, CancellationToken cancel) =>
        new(partition, await table.Find(partition, RowKeys.Jobs, cancel));

    /// <summary>A claim that excludes another one, or null.</summary>
    public FolderClaim? Find(string path, bool reads) => All.FirstOrDefault(claim => claim.Excludes(path, reads));

    /// <summary>The claims with these too.</summary>
    public FolderClaims With(params IEnumerable<FolderClaim> more) => this with { All = [.. All, .. more] };

    /// <summary>The claims without those of a job.</summary>
    public FolderClaims Without(string job) => this with { All = [.. All.Where(claim => claim.Job != job)] };

    /// <summary>The write of the row, on condition that it is as it was read.</summary>
    public TableTransactionAction Write()
    {
        var row = new TableEntity(partition, RowKeys.Jobs) { [Column] = Text };
        return etag is { } read ? new(TableTransactionActionType.UpdateReplace, row, read) : new(TableTransactionActionType.Add, row);
    }
}
