using Latchkey.Access;
using Latchkey.Storage;


namespace Latchkey.Files;

/// <summary>
/// Begins uploads, whichever way the bytes come, and notes each (<see cref="UploadNote"/>): what was abandoned, or is not
/// what was declared, is then found without a look at the files that live.
/// </summary>
public sealed class Uploads(FileStore files, BlobStore blobs, StorageClients storage)
{
    /// <summary>The notes. A table is dropped once its day is over and every upload in it has been looked at.</summary>
    public ExpiringTables Notes { get; } = new(storage.Tables, TableNames.Uploads);

    /// <summary>Notes an upload, then writes its record: whatever dies in between leaves a note that leads to nothing.</summary>
    /// <param name="caller">Who begins it.</param>
    /// <param name="file">The file.</param>
    /// <param name="url">The URL that is handed out for it, or null.</param>
    public async Task Begin(Caller caller, FileRecord file, SignedUrl? url)
    {
        await AddNote(caller, file, url);
        await files.Add(file, Owner.Of(caller.Token), caller.Cancel);
    }

    /// <summary>Notes an upload whose bytes a URL brings, or none. Before the URL is handed out, so that no URL lives unseen.</summary>
    public async Task AddNote(Caller caller, FileRecord file, SignedUrl? url)
    {
        var note = FinalInspectionNote(file.Tenant, file.Id, file.CreatedAt);
        if (url is not null)
        {
            note = note with
            {
                InspectAt = url.IssuedAt + UploadNote.InspectionInterval,
                UrlExpiresAt = url.ExpiresAt,
                Size = file.Size,
                Uploader = OversizedUpload.UploaderOf(Owner.Of(caller.Token)),
                Client = caller.Token.ClientId,
            };
        }
        await blobs.EnsureContainer(file.Tenant, caller.Cancel);
        await SaveNote(note, caller.Cancel);
    }

    /// <summary>Notes an upload that begins now and has no record yet. From here on its blob may be made: the sweep knows its name.</summary>
    public async Task AddNote(string tenant, string id, DateTimeOffset now, CancellationToken cancel)
    {
        await blobs.EnsureContainer(tenant, cancel);
        await SaveNote(FinalInspectionNote(tenant, id, now), cancel);
    }

    /// <summary>Writes a note.</summary>
    public Task SaveNote(UploadNote note, CancellationToken cancel) => Notes.For(note.Bucket).Put(note.ToRow(), cancel);

    // Looked at once its time is over.
    static UploadNote FinalInspectionNote(string tenant, string id, DateTimeOffset begun)
    {
        var note = new UploadNote { Tenant = tenant, FileId = id, StartedAt = begun, InspectAt = begun };
        return note with { InspectAt = note.FinalInspectionAt };
    }
}
