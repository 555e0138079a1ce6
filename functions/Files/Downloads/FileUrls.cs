using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>
/// Hands out the URLs under which storage takes or gives a file's bytes. Every one is logged and audited with all that it allows
/// and without what makes it work. A URL that a refused request threw away may be in the log; the reverse can't be.
/// </summary>
public sealed partial class FileUrls(Sas sas, Settings settings, TimeProvider clock, ILogger<FileUrls> logger)
{
    /// <summary>
    /// The URL that creates the file's blob once, or that takes its blocks. It lives as long as its size needs
    /// (<see cref="UploadDeadline.UrlTime"/>), but never longer than the upload may.
    /// </summary>
    /// <exception cref="Problem">410 <c>upload_expired</c>.</exception>
    public async Task<SignedUrl> Upload(Caller caller, FileRecord file)
    {
        var left = UploadDeadline.Of(file) - clock.GetUtcNow();
        if (left <= TimeSpan.Zero) throw UploadDeadline.Passed();
        var needed = UploadDeadline.UrlTime(file.Size, settings.UploadUrlTime);
        var life = left < needed ? left : needed;
        var url = file.IsStaged
            ? await sas.ToStage(file.Tenant, file.BlobName, life, caller.Cancel)
            : await sas.ToCreate(file.Tenant, file.BlobName, life, caller.Cancel);
        Tell(file, caller.Token.ClientId, caller.Audit, file.IsStaged ? "create and write" : "create", url);
        return url;
    }

    /// <summary>The URL that serves the file under its name, to be saved. It lives <see cref="Settings.DownloadUrlTime"/>.</summary>
    public Task<SignedUrl> Download(Caller caller, FileRecord file) =>
        Read(file, caller.Token.ClientId, settings.DownloadUrlTime, caller.Audit, caller.Cancel);

    /// <summary>The URL from which storage itself copies the file: it is logged, and no act of anybody's, because nobody gets it.</summary>
    public async Task<SignedUrl> Copy(FileRecord file, string client, CancellationToken cancel)
    {
        var url = await sas.ToCopy(file.Tenant, file.BlobName, file.Snapshot, settings.LongestUrlTime, cancel);
        Tell(file, client, audit: null, "read", url);
        return url;
    }

    /// <summary>The same as a download for whoever has no token, such as a link; <paramref name="client"/> is who, for the log.</summary>
    public async Task<SignedUrl> Read(FileRecord file, string client, TimeSpan life, AuditContext audit, CancellationToken cancel)
    {
        var url = await sas.ToRead(
            file.Tenant, file.BlobName, file.Snapshot, file.ContentType, ContentDisposition.For(file.Name), life, cancel);
        Tell(file, client, audit, "read", url);
        return url;
    }

    // To the log, and to the audit with the rest of the act.
    void Tell(FileRecord file, string client, AuditContext? audit, string permission, SignedUrl url)
    {
        Log.Issued(logger, file.Tenant, file.Id, permission, url.ExpiresAt, client);
        if (audit is null) return;
        audit.Target = file.Id;
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
