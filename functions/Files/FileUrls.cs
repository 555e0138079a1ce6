using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>
/// Hands out the URLs under which storage takes or gives a file's bytes. Every one is logged and audited with all that it allows
/// and without what makes it work. A URL that a refused request threw away may be in the log; the reverse can't be.
/// </summary>
public sealed partial class FileUrls(Sas sas, Settings settings, ILogger<FileUrls> logger)
{
    /// <summary>The URL that creates the file's blob once. It lives <see cref="Settings.UploadUrlTime"/>.</summary>
    public async Task<SignedUrl> Upload(Caller caller, FileRecord file)
    {
        var url = await sas.ToCreate(file.Tenant, file.Id, settings.UploadUrlTime, caller.Cancel);
        Tell(caller, file, "create", url);
        return url;
    }

    /// <summary>The URL that serves the file under its name, to be saved. It lives <see cref="Settings.DownloadUrlTime"/>.</summary>
    public async Task<SignedUrl> Download(Caller caller, FileRecord file)
    {
        var url = await sas.ToRead(
            file.Tenant, file.Id, file.ContentType, ContentDisposition.For(file.Name), settings.DownloadUrlTime, caller.Cancel);
        Tell(caller, file, "read", url);
        return url;
    }

    // To the log, and to the audit with the rest of the act.
    void Tell(Caller caller, FileRecord file, string permission, SignedUrl url)
    {
        Log.Issued(logger, file.Tenant, file.Id, permission, url.ExpiresAt, caller.Token.ClientId);
        caller.Act.Target = file.Id;
        caller.Act.Detail = $"SAS to {permission}, until {url.ExpiresAt.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}";
    }

    static partial class Log
    {
        [LoggerMessage(60, LogLevel.Information,
            "SAS issued: tenant {Tenant}, file {FileId}, permission {Permission}, until {ExpiresAt:u}, client {ClientId}")]
        public static partial void Issued(
            ILogger logger, string tenant, string fileId, string permission, DateTimeOffset expiresAt, string clientId);
    }
}
