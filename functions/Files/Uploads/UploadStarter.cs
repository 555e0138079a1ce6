using Latchkey.Access;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Begins uploads of every kind and writes a note about each (<see cref="UploadNote"/>). By the notes, uploads that were abandoned or
/// are larger than declared are found without reading the records of all files.
/// </summary>
public sealed class UploadStarter(UploadKeys keys, BlobStore blobs, StorageClients storage)
{
    /// <summary>The notes. A table is dropped once its day is over and every upload in it was inspected.</summary>
    public ExpiringTables Notes { get; } = new(storage.Tables, TableNames.Uploads);

    /// <summary>
    /// Adds a note, then writes the file's record. A crash in between leaves a note that leads to nothing. Returns the file, or the one
    /// that the same Idempotency-Key has begun meanwhile.
    /// </summary>
    /// <param name="caller">Who begins it.</param>
    /// <param name="file">The file.</param>
    /// <param name="url">The upload URL that is going to be issued, or null.</param>
    public async Task<FileRecord> Begin(Caller caller, FileRecord file, SignedUrl? url)
    {
        await AddNote(caller, file, url);
        return await keys.Add(file, Owner.Of(caller.Token), caller.Cancel);
    }

    /// <summary>Adds a note about an upload and its URL, if it has one. The note comes before the URL, so that no URL is missed.</summary>
    public Task AddNote(Caller caller, FileRecord file, SignedUrl? url) =>
        AddNote(file, url, Owner.Of(caller.Token), caller.Token.ClientId, caller.Cancel);

    /// <summary>The same for whoever gets the URL.</summary>
    public async Task AddNote(FileRecord file, SignedUrl? url, Owner who, string client, CancellationToken cancel)
    {
        var note = NoteWithoutUrl(file.Tenant, file.Id, file.CreatedAt, UploadDeadline.EarlyOf(file));
        if (url is not null)
        {
            note = note with
            {
                InspectAt = url.IssuedAt + UploadNote.InspectionInterval,
                UrlExpiresAt = url.ExpiresAt,
                Size = file.Size,
                Uploader = OversizedUpload.UploaderOf(who),
                Client = client,
            };
        }
        await blobs.EnsureContainer(file.Tenant, cancel);
        await SaveNote(note, cancel);
    }

    /// <summary>
    /// Adds a note about an upload that begins now and has no record yet. From now on its blob may be created, because the sweep
    /// knows its name.
    /// </summary>
    public async Task AddNote(string tenant, string id, DateTimeOffset now, CancellationToken cancel)
    {
        await blobs.EnsureContainer(tenant, cancel);
        await SaveNote(NoteWithoutUrl(tenant, id, now), cancel);
    }

    /// <summary>Saves a note.</summary>
    public Task SaveNote(UploadNote note, CancellationToken cancel) => Notes.For(note.Bucket).Put(note.ToRow(), cancel);

    // A note for the inspection after the deadline. Of what takes the space of others it is looked at all the time whether it may go on.
    static UploadNote NoteWithoutUrl(string tenant, string id, DateTimeOffset begun, DateTimeOffset? deadline = null)
    {
        var note = new UploadNote { Tenant = tenant, FileId = id, StartedAt = begun, InspectAt = begun, Deadline = deadline };
        return note with { InspectAt = deadline is null ? note.FinalInspectionAt : begun + UploadNote.InspectionInterval };
    }
}
