using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Begins uploads, whichever way the bytes come, and notes each in the table of the day on which it must be over
/// (SCHEMA.md, tables Uploads…): what was abandoned is then found without a look at the files that live.
/// </summary>
public sealed class Uploads(FileStore files, BlobStore blobs, StorageClients storage)
{
    /// <summary>The notes. Their tables are dropped once every upload in them has been looked at.</summary>
    public ExpiringTables Notes { get; } = new(storage.Tables, "Uploads");

    /// <summary>Notes the upload, then writes its record: whatever dies in between leaves a note that leads to nothing.</summary>
    public async Task Begin(FileRecord file, CancellationToken cancel)
    {
        await Note(file.Tenant, file.Id, file.CreatedAt, cancel);
        await files.Add(file, cancel);
    }

    /// <summary>Notes an upload that begins now. From here on its blob may be made: the sweep knows its name.</summary>
    public async Task Note(string tenant, string id, DateTimeOffset now, CancellationToken cancel)
    {
        await blobs.EnsureContainer(tenant, cancel);
        var bucket = ExpiringTables.Bucket(UploadDeadline.Of(now));
        await Notes.For(bucket).Put(new(FileRows.Partition(tenant, id), RowKeys.Upload(id)), cancel);
    }
}
