using System.Text.Json;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>Writes and reads the rows of changes (SCHEMA.md, table Files, <c>change|…</c>).</summary>
static class ChangeRows
{
    const string KindColumn = "Change";
    /// <summary>The column of the change's time.</summary>
    public const string TimeColumn = "ChangedAt";

    const string ShareColumn = "ShareId";
    const string FolderColumn = "ChangedFolder"; // A file's own is called Folder.
    const string FromColumn = "FromFolder";

    /// <summary>The insertion of a change as the last one of its space.</summary>
    public static TableTransactionAction Write(string partition, Usage usage, FileChange change, DateTimeOffset now)
    {
        var key = RowKeys.Change(usage.Incarnation!, usage.Changes);
        var row = change.File is { } file
            ? FileRows.ListRow(file with { TusMetadata = null }, key)
            : new TableEntity(partition, key) { ["Id"] = change.Folder is null ? change.FileId : null };
        (row[FolderColumn], row[FromColumn]) = (change.Folder, change.From);
        (row[KindColumn], row[TimeColumn], row[ShareColumn]) = (change.Kind.ToString(), now, change.ShareId);
        return new(TableTransactionActionType.Add, row);
    }

    /// <summary>When the change was made.</summary>
    public static DateTimeOffset TimeOf(TableEntity row) => row.GetDateTimeOffset(TimeColumn)!.Value;

    /// <summary>The change as callers see it.</summary>
    public static ChangeResponse Read(string tenant, TableEntity row) => new(
        JsonNamingPolicy.SnakeCaseLower.ConvertName(row.GetString(KindColumn)), row.GetString("Id"), TimeOf(row).UtcDateTime,
        row.ContainsKey("Name") ? FileResponse.Of(FileRows.Read(tenant, row)) : null, row.GetString(ShareColumn))
    {
        Folder = row.GetString(FolderColumn),
        From = row.GetString(FromColumn),
    };
}
