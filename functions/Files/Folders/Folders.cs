using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Folders are there because of the files in them. A row for each, from the root down, is written again in the
/// transaction that lists a file; when the last file leaves, the row goes, but only if nobody wrote it again since the
/// folder was seen to be empty. So a folder with files is always listed; one without may be, until the check finds it.
/// </summary>
public sealed class Folders(StorageClients storage)
{
    /// <summary>How many names one answer holds.</summary>
    public const int Max = 1000;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>The names of the folders in a folder, in order, and whether there are more than <see cref="Max"/>.</summary>
    public async Task<(IReadOnlyList<string> Names, bool More)> NamesIn(string partition, string folder, string prefix, CancellationToken cancel)
    {
        var start = RowKeys.FoldersIn(folder) + RowKeys.SortKey(prefix);
        var names = new List<string>();
        await foreach (var row in table.Range(partition, start, start + "~", null, cancel))
        {
            if (!FileName.StartsWith(row.GetString("Name"), prefix)) continue;
            if (names.Count == Max) return (names, true);
            names.Add(row.GetString("Name"));
        }
        return (names, false);
    }

    /// <summary>Takes the folder that a file has left off the list if nothing is in it now, and those above it likewise.</summary>
    public async Task RemoveIfEmpty(FileRecord left, CancellationToken cancel)
    {
        var (partition, path) = (FileRows.Partition(left), left.Folder);
        if (path.Length == 0 || await HasRows(partition, RowKeys.ListedByNameIn(path), cancel)) return;
        while (path.Length > 0 && await TryRemove(partition, path, cancel)) path = FileRows.Parent(path);
    }

    /// <summary>Takes one folder off the list if nothing is in it; false if something is, or if it is off already.</summary>
    public async Task<bool> TryRemove(string partition, string path, CancellationToken cancel)
    {
        // The row first: whatever is listed there after the look changes its ETag.
        var row = await table.Find(partition, FileRows.FolderRow(partition, path).RowKey, cancel);
        if (row is null) return false;
        var full = await Task.WhenAll(
            HasRows(partition, RowKeys.ListedByNameIn(path), cancel), HasRows(partition, RowKeys.FoldersIn(path), cancel));
        return !full[0] && !full[1] && await table.TryDelete(row, cancel);
    }

    async Task<bool> HasRows(string partition, string start, CancellationToken cancel) =>
        await table.Range(partition, start, start + "~", 1, cancel).AnyAsync(cancel);
}
