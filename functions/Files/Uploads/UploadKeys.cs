using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>Finds the files that requests with an Idempotency-Key have begun (<see cref="IdempotencyKey"/>).</summary>
public sealed class UploadKeys(StorageClients storage, FileStore files, FilePurge purge, TimeProvider clock)
{
    const int MaxAttempts = 5;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>The file that the key of this one has begun before; null if there is none, or no key.</summary>
    /// <exception cref="Problem">422 <c>idempotency_key_reused</c>.</exception>
    public async Task<FileRecord?> Find(FileRecord asked, CancellationToken cancel)
    {
        if (asked.UploadKey is not { } key) return null;
        var row = await table.Find(FileRows.Partition(asked), RowKeys.UploadKey(key), cancel);
        if (row is null) return null;
        var file = await files.Find(asked.Tenant, row.GetString("Id"), cancel);
        // What is gone, or can't be completed any more, does not hold its key.
        var isOver = file is { Status: FileStatus.Pending } && clock.GetUtcNow() >= UploadDeadline.Of(file);
        if (file is null or { Status: FileStatus.Purging } || (isOver && await purge.TryPurge(file, isDue: false, cancel)))
        {
            await table.TryDelete(row, cancel);
            return null;
        }
        return row.GetString("Asked") == IdempotencyKey.Asked(asked) ? file
            : throw new Problem(422, "idempotency_key_reused", "This Idempotency-Key was used for another request.");
    }

    /// <summary>Writes the record of a new file. Returns it, or the file that its key has begun meanwhile.</summary>
    /// <param name="file">The new file.</param>
    /// <param name="who">Who creates it.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="Problem">422 <c>idempotency_key_reused</c>; those of <see cref="FileStore.Add"/>.</exception>
    public async Task<FileRecord> Add(FileRecord file, Owner who, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (await files.TryAdd(file, who, cancel)) return file;
            if (await Find(file, cancel) is { } before) return before;
        }
        throw FileStore.Busy();
    }

    /// <summary>
    /// The same, for a file whose bytes came with the request. One that was begun before and is not complete gives way: its own bytes
    /// can't follow any more.
    /// </summary>
    /// <exception cref="Problem">The same.</exception>
    public async Task<FileRecord> AddOrReplace(FileRecord file, Owner who, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var before = await Find(file, cancel);
            if (before is { Status: FileStatus.Pending }) await purge.TryPurge(before, isDue: false, cancel);
            else if (before is not null) return before;
            else if (await files.TryAdd(file, who, cancel)) return file;
        }
        throw FileStore.Busy();
    }
}
