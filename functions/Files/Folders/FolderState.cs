using Azure.Data.Tables;

namespace Latchkey.Files;

/// <summary>A folder as its row says it is (SCHEMA.md, table Files, <c>folder|…</c>).</summary>
/// <param name="Path">The folder.</param>
/// <param name="Row">Its row.</param>
public sealed record FolderState(string Path, TableEntity Row)
{
    const string MadeColumn = "Made";
    const string JobColumn = "Job";
    const string HiddenColumn = "Hidden";

    /// <summary>True if somebody has made it, so that it stays without files.</summary>
    public bool IsMade => Row.GetBoolean(MadeColumn) is true;

    /// <summary>The job that is at work on it, or null.</summary>
    public string? Job => Row.GetString(JobColumn) is { Length: > 0 } id ? id : null;

    /// <summary>True if it is not listed, because a job removes it or has not finished it.</summary>
    public bool IsHidden => Row.GetBoolean(HiddenColumn) is true;

    /// <summary>The write that deletes the row, if it is still as it was read.</summary>
    public TableTransactionAction Delete() => new(TableTransactionActionType.Delete, Row, Row.ETag);

    /// <summary>The write that makes it a folder which exists because of what is in it, if the row is still as it was read.</summary>
    public TableTransactionAction Unmake() =>
        new(TableTransactionActionType.UpdateReplace, FileRows.FolderRow(Row.PartitionKey, Path), Row.ETag);

    /// <summary>The write that marks it as a job's, if the row is still as it was read.</summary>
    public TableTransactionAction Mark(string job, bool hidden) =>
        new(TableTransactionActionType.UpdateMerge, Marked(Row.PartitionKey, Path, job, hidden), Row.ETag);

    /// <summary>The insertion of a folder that a job fills, and the rows of its parents.</summary>
    public static IEnumerable<TableTransactionAction> Insert(string partition, string path, string job, bool hidden) =>
        WithParents(partition, path, TableTransactionActionType.Add, Marked(partition, path, job, hidden));

    /// <summary>The insertion of a folder that somebody makes, and the rows of its parents.</summary>
    public static IEnumerable<TableTransactionAction> Make(string partition, string path) =>
        WithParents(partition, path, TableTransactionActionType.Add, MadeRow(partition, path));

    /// <summary>The write of a folder that somebody has made, whether or not it is there, and of the rows of its parents.</summary>
    public static IEnumerable<TableTransactionAction> KeepMade(string partition, string path) =>
        WithParents(partition, path, TableTransactionActionType.UpsertMerge, MadeRow(partition, path));

    /// <summary>The write of a folder that no job is at work on any more.</summary>
    /// <param name="partition">The partition of its space.</param>
    /// <param name="path">The folder.</param>
    /// <param name="made">True if somebody has made it; false leaves that as it is.</param>
    public static TableTransactionAction Release(string partition, string path, bool made)
    {
        var row = Marked(partition, path, "", hidden: false); // A merge can't remove a column.
        if (made) row[MadeColumn] = true;
        return new(TableTransactionActionType.UpsertMerge, row);
    }

    static TableEntity Marked(string partition, string path, string job, bool hidden)
    {
        var row = FileRows.FolderRow(partition, path);
        (row[JobColumn], row[HiddenColumn]) = (job, hidden);
        return row;
    }

    static TableEntity MadeRow(string partition, string path)
    {
        var row = FileRows.FolderRow(partition, path);
        row[MadeColumn] = true;
        return row;
    }

    static IEnumerable<TableTransactionAction> WithParents(
        string partition, string path, TableTransactionActionType write, TableEntity row) =>
    [
        .. FileRows.FolderRows(partition, FileRows.Parent(path))
            .Select(parent => new TableTransactionAction(TableTransactionActionType.UpsertMerge, parent)),
        new(write, row),
    ];
}
