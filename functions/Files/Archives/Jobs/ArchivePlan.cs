using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>A file that an archive is to hold.</summary>
/// <param name="Id">The file.</param>
/// <param name="Content">Its version when the plan was made: its bytes, whatever becomes of the file.</param>
/// <param name="Size">Their number.</param>
/// <param name="Path">Its path in the archive.</param>
/// <param name="Time">The time that the archive says of it.</param>
public sealed record PlannedFile(string Id, string Content, long Size, string Path, DateTimeOffset Time);

/// <summary>What an archive is to hold. It is made once, when the job begins, and stays what it is.</summary>
/// <param name="Files">The files.</param>
/// <param name="LeftOut">How many more there were, whose bytes could not be served.</param>
/// <param name="NotePath">The path of the text that says how many files are not there.</param>
public sealed record ArchivePlan(IReadOnlyList<PlannedFile> Files, long LeftOut, string NotePath)
{
    /// <summary>The length of the archive if all of these files are in it.</summary>
    public long Length => ZipFormat.LengthOf(Files.Select(file => (file.Path, file.Size))
        .Append((NotePath, Encoding.UTF8.GetByteCount(ZipDownload.NoteOf(long.MaxValue)))));

    /// <summary>The time that an archive says of a file: the file's own, if it has one.</summary>
    public static DateTimeOffset TimeOf(FileRecord file) => file.ModifiedAt ?? file.CreatedAt;
}

/// <summary>The plans of archives: each a blob beside the archive, which whoever is first writes and nobody changes.</summary>
public sealed class ArchivePlans(BlobStore blobs, FileStore files, ArchiveContents contents, ArchiveRights rights)
{
    // Nobody but us reads it, and escapes would take six bytes for a letter.
    static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The name of the blob.</summary>
    public static string BlobName(string job) => $"{job}.plan";

    /// <summary>The plan of a job.</summary>
    /// <exception cref="FolderJobStopped">There is nothing to put into the archive, or too much.</exception>
    public async Task<ArchivePlan> Of(Tenant tenant, FolderJob job, CancellationToken cancel)
    {
        if (await Read(job, cancel) is { } made) return made;
        var plan = await Make(tenant, job, cancel);
        try
        {
            var isNew = new BlobRequestConditions { IfNoneMatch = ETag.All };
            await blobs.Blob(job.Tenant, BlobName(job.Id)).UploadAsync(BinaryData.FromBytes(ToJson(plan)),
                new BlobUploadOptions { Conditions = isNew }, cancel);
            return plan;
        }
        catch (RequestFailedException other) when (other.Status is 409 or 412) // A worker that was thought dead.
        {
            return await Read(job, cancel) ?? throw Problem.Conflict("file_changing", "The archive was removed.");
        }
    }

    /// <summary>The text of a plan, in which letters of all languages stay what they are.</summary>
    public static byte[] ToJson(ArchivePlan plan) => JsonSerializer.SerializeToUtf8Bytes(plan, Plain);

    async Task<ArchivePlan?> Read(FolderJob job, CancellationToken cancel)
    {
        try
        {
            var read = await blobs.Blob(job.Tenant, BlobName(job.Id)).DownloadStreamingAsync(cancellationToken: cancel);
            await using var bytes = read.Value.Content;
            return await JsonSerializer.DeserializeAsync<ArchivePlan>(bytes, cancellationToken: cancel);
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return null;
        }
    }

    async Task<ArchivePlan> Make(Tenant tenant, FolderJob job, CancellationToken cancel)
    {
        var (names, planned, bytes, leftOut, note) = (new ArchiveNames(), new List<PlannedFile>(), 0L, 0L, "");
        try
        {
            var found = job.Archive!.Files is { } ids ? Named(tenant, job, ids, names, cancel)
                : contents.Walk(job.Tenant, job.Source, job.Path, ArchiveLimits.Made, names, cancel);
            await foreach (var (file, path) in found)
            {
                if (file is not { Status: FileStatus.Available, MissingSince: null }) leftOut++;
                else planned.Add(new(file.Id, file.Content, file.Size, path, ArchivePlan.TimeOf(file)));
                if ((bytes += file.Size) > ArchiveLimits.Made.Bytes) throw ArchiveLimits.TooLarge("bytes", ArchiveLimits.Made.Bytes);
            }
            note = names.File("", ArchiveContents.NoteName);
        }
        catch (Problem refused) when (refused.Status is 403 or 404 or 413)
        {
            throw new FolderJobStopped(job with { Code = refused.Code });
        }
        if (planned.Count == 0) throw new FolderJobStopped(job with { Code = "file_not_found" });
        return new(planned, leftOut, note);
    }

    // Of those that somebody has named, none may be missing.
    async IAsyncEnumerable<ArchivedFile> Named(Tenant tenant, FolderJob job, IReadOnlyList<string> ids, ArchiveNames names,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var id in ids)
        {
            if (await files.Find(job.Tenant, id, cancel) is not { Status: FileStatus.Available, MissingSince: null } file
                || !await rights.MayRead(tenant, job, file, cancel)) throw FilePermissions.NotFound();
            yield return new(file, names.File("", file.Name));
        }
    }
}
