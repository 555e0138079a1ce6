using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>Counts what a folder holds, as far as a request can wait for it.</summary>
public sealed class FolderContents(StorageClients storage, Folders folders)
{
    const int MaxRequests = 40;
    const int RowsPerRequest = 1000;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>The files in and below a folder, and their bytes; null if that takes more than forty requests.</summary>
    public async Task<(long Files, long Bytes)?> Count(string partition, string path, CancellationToken cancel)
    {
        var (files, bytes, requests, left) = (0L, 0L, 0, new Queue<string>([path]));
        while (left.TryDequeue(out var folder))
        {
            var (start, before) = (RowKeys.ListedByNameIn(folder), files);
            await foreach (var row in table.Columns(partition, start, start + "~", ["Size"], cancel))
            {
                (files, bytes) = (files + 1, bytes + row.GetInt64("Size")!.Value);
                if (requests + (files - before) / RowsPerRequest > MaxRequests) return null;
            }
            requests += 2 + (int)((files - before) / RowsPerRequest);
            if (requests > MaxRequests) return null;
            var (names, more) = await folders.NamesIn(partition, folder, "", cancel);
            if (more) return null;
            foreach (var name in names) left.Enqueue($"{folder}/{name}");
        }
        return (files, bytes);
    }
}
