using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Folders exist because of the files in them, or because somebody has made them. Every transaction that lists a file also writes the rows
/// of its folders, from the
/// root down. When the last file leaves, the folder's row is deleted, unless it was written again since the folder was seen to be
/// empty, somebody has made it, or a job is at work on it. So a folder with files is always listed. An empty one that nobody has made may
/// stay listed until the integrity check removes it.
/// </summary>
public sealed class Folders(StorageClients storage)
{
    /// <summary>The most names that one response holds.</summary>
    public const int Max = 1000;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>The names of the folders in a folder, sorted, and whether there are more than <see cref="Max"/>.</summary>
    public async Task<(IReadOnlyList<string> Names, bool More)> NamesIn(
        string partition, string folder, string prefix, CancellationToken cancel)
    {
        var start = RowKeys.FoldersIn(folder) + RowKeys.SortKey(prefix);
        var names = new List<string>();
        await foreach (var row in table.Range(partition, start, start + "~", null, cancel))
        {
            if (!FileName.StartsWith(row.GetString("Name"), prefix) || new FolderState(row.GetString("Path"), row).IsHidden) continue;
            if (names.Count == Max) return (names, true);
            names.Add(row.GetString("Name"));
        }
        return (names, false);
    }

    /// <summary>A folder, or null. The root has no row.</summary>
    public async Task<FolderState?> Find(string partition, string path, CancellationToken cancel) =>
        path.Length > 0 && await table.Find(partition, FileRows.FolderRow(partition, path).RowKey, cancel) is { } row ? new(path, row)
            : null;

    /// <summary>The first folder in a folder, or the first one behind another one of it; null if there is none.</summary>
    public async Task<string?> Next(string partition, string folder, string? after, CancellationToken cancel)
    {
        var start = RowKeys.FoldersIn(folder);
        var from = after is null ? start : FileRows.FolderRow(partition, after).RowKey + "0";
        await foreach (var row in table.Columns(partition, from, start + "~", ["Path"], cancel, 1)) return row.GetString("Path");
        return null;
    }

    /// <summary>True if there is nothing in it, neither a file nor a folder.</summary>
    public async Task<bool> IsEmpty(string partition, string path, CancellationToken cancel)
    {
        var hasContent = await Task.WhenAll(
            HasRows(partition, RowKeys.ListedByNameIn(path), cancel), HasRows(partition, RowKeys.FoldersIn(path), cancel));
        return !hasContent[0] && !hasContent[1];
    }

    /// <summary>After a file has left a folder: removes the folder's row if it is empty, then those of its parents likewise.</summary>
    public async Task RemoveIfEmpty(FileRecord left, CancellationToken cancel)
    {
        var (partition, path) = (FileRows.Partition(left), left.Folder);
        if (path.Length == 0 || await HasRows(partition, RowKeys.ListedByNameIn(path), cancel)) return;
        await RemoveEmpty(partition, path, cancel);
    }

    /// <summary>Removes the row of a folder if it is empty, then those of its parents likewise.</summary>
    public async Task RemoveEmpty(string partition, string path, CancellationToken cancel)
    {
        while (path.Length > 0 && await TryRemove(partition, path, cancel)) path = FileRows.Parent(path);
    }

    /// <summary>Removes a folder's row if the folder is empty; false if it is not empty or not listed, or has to stay.</summary>
    public async Task<bool> TryRemove(string partition, string path, CancellationToken cancel)
    {
        // Read the row first: a file that is listed after the check for emptiness changes its ETag.
        return await Find(partition, path, cancel) is { IsMade: false, Job: null } state
            && await IsEmpty(partition, path, cancel) && await table.TryDelete(state.Row, cancel);
    }

    async Task<bool> HasRows(string partition, string start, CancellationToken cancel) =>
        await table.Columns(partition, start, start + "~", ["RowKey"], cancel, 1).AnyAsync(cancel);
}
