using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>
/// Issues the URLs with which a file's bytes are uploaded to storage or downloaded from it. Every URL is logged and audited with what
/// it permits, but without its signature. The log may hold a URL that was discarded because its request was refused; a URL that was
/// issued is never missing.
/// </summary>
public sealed partial class FileUrls(Sas sas, Settings settings, TimeProvider clock, ILogger<FileUrls> logger)
{
    /// <summary>
    /// The URL that creates the file's blob once, or that takes its blocks. Its lifetime depends on the file's size
    /// (<see cref="UploadDeadline.UrlLifetime"/>), but it never outlives the upload.
    /// </summary>
    /// <exception cref="Problem">410 <c>upload_expired</c>.</exception>
    public Task<SignedUrl> Upload(Caller caller, FileRecord file) => Upload(file, caller.Token.ClientId, caller.Audit, caller.Cancel);

    /// <summary>The same for somebody without a token, who hands a file in; <paramref name="client"/> identifies them in the log.</summary>
    /// <exception cref="Problem">410 <c>upload_expired</c>.</exception>
    public async Task<SignedUrl> Upload(FileRecord file, string client, AuditContext audit, CancellationToken cancel)
    {
        var left = UploadDeadline.Of(file) - clock.GetUtcNow();
        if (left <= TimeSpan.Zero) throw UploadDeadline.Expired();
        var needed = UploadDeadline.UrlLifetime(file.Size, settings.UploadUrlTime);
        var life = left < needed ? left : needed;
        var url = file.IsStaged
            ? await sas.ToStage(file.Tenant, file.BlobName, life, cancel)
            : await sas.ToCreate(file.Tenant, file.BlobName, life, cancel);
        LogAndAudit(file, client, audit, file.IsStaged ? "create and write" : "create", url);
        return url;
    }

    /// <summary>
    /// The URL that downloads the file under its name, or shows it. It stays the same for a quarter of an hour, so that the caller's cache
    /// knows it again, and lives for <see cref="Settings.DownloadUrlTime"/> at least.
    /// </summary>
    /// <exception cref="Problem">409 <c>not_displayable</c></exception>
    public async Task<SignedUrl> Download(Caller caller, FileRecord file, bool inline)
    {
        var headers = !inline ? AsAttachment(file)
            : DisplayTypes.ShownAs(file.ContentType) is { } type ? new(type, ContentDisposition.For(file.Name, ContentDisposition.Inline))
            : throw Problem.Conflict("not_displayable", $"Files of the type {file.ContentType} are only served as an attachment.");
        var url = await sas.ToReadCached(file.Tenant, file.BlobName, file.Snapshot, headers, settings.DownloadUrlTime, caller.Cancel);
        LogAndAudit(file, caller.Token.ClientId, caller.Audit, "read", url);
        return url;
    }

    /// <summary>The URL that downloads an archive that a job has made, as long as a file's at most.</summary>
    public async Task<SignedUrl> Archive(Caller caller, FolderJob job)
    {
        var left = job.KeptUntil - clock.GetUtcNow();
        var life = left < settings.DownloadUrlTime ? left : settings.DownloadUrlTime;
        if (life <= TimeSpan.Zero) throw ReadJob.NotFound();
        var headers = new ResponseHeaders("application/zip", ContentDisposition.For(job.Archive!.Name));
        var url = await sas.ToRead(job.Tenant, ArchiveBlob.BlobName(job.Id), null, headers, life, caller.Cancel);
        LogAndAudit(job.Tenant, job.Id, caller.Token.ClientId, caller.Audit, "read an archive", url);
        return url;
    }

    /// <summary>The URL that shows a rendition of the file. It stays the same and lives as a download's.</summary>
    public async Task<SignedUrl> Thumbnail(Caller caller, FileRecord file, int size)
    {
        var name = Path.ChangeExtension(file.Name, ".webp");
        var headers = new ResponseHeaders(Thumbnails.ContentType, ContentDisposition.For(name, ContentDisposition.Inline));
        var url = await sas.ToReadCached(
            file.Tenant, Thumbnails.BlobName(file.Content, size), null, headers, settings.DownloadUrlTime, caller.Cancel);
        LogAndAudit(file, caller.Token.ClientId, caller.Audit, "read a thumbnail", url);
        return url;
    }

    /// <summary>The same for a caller without a token, for as long as the link lives that it is shown by.</summary>
    public async Task<SignedUrl> ThumbnailWithoutToken(
        FileRecord file, int size, string client, TimeSpan life, AuditContext audit, CancellationToken cancel)
    {
        var name = Thumbnails.BlobName(file.Content, size);
        var headers = new ResponseHeaders(Thumbnails.ContentType, ContentDisposition.Inline);
        var url = await sas.ToRead(file.Tenant, name, null, headers, life, cancel);
        LogAndAudit(file, client, audit, "read a thumbnail", url);
        return url;
    }

    /// <summary>
    /// A download URL in a document of all of a user's files, which is logged; the audit has one entry for all of them.
    /// </summary>
    public async Task<SignedUrl> Export(FileRecord file, string client, CancellationToken cancel)
    {
        var url = await sas.ToRead(file.Tenant, file.BlobName, file.Snapshot, AsAttachment(file), settings.DownloadUrlTime, cancel);
        LogAndAudit(file, client, audit: null, "read", url);
        return url;
    }

    /// <summary>The URL from which storage itself copies the file. It is logged but not audited, because nobody else gets it.</summary>
    public async Task<SignedUrl> Copy(FileRecord file, string client, CancellationToken cancel)
    {
        var url = await sas.ToCopy(file.Tenant, file.BlobName, file.Snapshot, settings.LongestUrlTime, cancel);
        LogAndAudit(file, client, audit: null, "read", url);
        return url;
    }

    /// <summary>
    /// A download URL for a caller without a token, such as the holder of a link; <paramref name="client"/> identifies the caller in
    /// the log.
    /// </summary>
    public async Task<SignedUrl> DownloadWithoutToken(
        FileRecord file, string client, TimeSpan life, AuditContext audit, CancellationToken cancel)
    {
        var url = await sas.ToRead(file.Tenant, file.BlobName, file.Snapshot, AsAttachment(file), life, cancel);
        LogAndAudit(file, client, audit, "read", url);
        return url;
    }

    static ResponseHeaders AsAttachment(FileRecord file) => new(file.ContentType, ContentDisposition.For(file.Name));

    void LogAndAudit(FileRecord file, string client, AuditContext? audit, string permission, SignedUrl url) =>
        LogAndAudit(file.Tenant, file.Id, client, audit, permission, url);

    void LogAndAudit(string tenant, string id, string client, AuditContext? audit, string permission, SignedUrl url)
    {
        Log.Issued(logger, tenant, id, permission, url.ExpiresAt, client);
        if (audit is null) return;
        audit.Target = id;
        audit.Detail = $"SAS to {permission}, until {url.ExpiresAt.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}";
    }

    static partial class Log
    {
        [LoggerMessage(60, LogLevel.Information,
            "SAS issued: tenant {Tenant}, file {FileId}, permission {Permission}, until {ExpiresAt:u}, client {ClientId}")]
        public static partial void Issued(
            ILogger logger, string tenant, string fileId, string permission, DateTimeOffset expiresAt, string clientId);
    }
}
