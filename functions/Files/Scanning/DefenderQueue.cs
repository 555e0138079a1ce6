using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>
/// Takes the results of Defender for Storage. Who can write to the queue could have written them, so only those count that came through the
/// deployment's own topic, about a blob of its own account, with the ETag of the very bytes that are to be served. Defender may be quicker
/// than the upload's complete request; such a verdict waits in the record.
/// </summary>
public sealed partial class DefenderQueue(
    FileStore files, VersionStore versions, BlobStore blobs, TenantStore tenants, ScanVerdicts verdicts, Settings settings,
    ILogger<DefenderQueue> logger)
{
    const int MaxAttempts = 5;

    /// <summary>Works on one event.</summary>
    /// <exception cref="UnknownMessageException">It is not about our account, or not through our topic.</exception>
    [Function("files-scan-results")]
    public async Task Run([QueueTrigger(QueueNames.ScanResults)] string message, CancellationToken cancel)
    {
        var result = DefenderResult.Read(message);
        var isOurs = settings.Scan.Mode == ScanMode.Defender
            && string.Equals(result.Topic, settings.Scan.Topic, StringComparison.OrdinalIgnoreCase)
            && result.BlobUri.StartsWith($"{blobs.AccountUri}/", StringComparison.Ordinal);
        if (!isOurs) throw new UnknownMessageException();
        // Renditions, and what else is in the account, are scanned too.
        if (result.BlobUri[(blobs.AccountUri.Length + 1)..].Split('/') is not [var container, var name]) return;
        var tenant = container.StartsWith("files-", StringComparison.Ordinal) ? container["files-".Length..] : "";
        if (Tenant.IsId(tenant) && name.Length >= FileRecord.IdLength) await Apply(tenant, name, result, cancel);
    }

    async Task Apply(string tenant, string blob, DefenderResult result, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var file = await versions.FindBytes(tenant, blob[..FileRecord.IdLength], cancel);
            if (file is null or { Status: FileStatus.Purging }) return;
            // A picture whose place is being erased: what is scanned is what will be served.
            var isSoonServed = file.Status == FileStatus.Pending
                && blob.StartsWith(FileRecord.CleanBlobNamesOf(file.Content), StringComparison.Ordinal);
            if (file.BlobName != blob && !isSoonServed) return;
            // A tenant that does not want it is left alone, but what waits for a verdict gets it.
            if (file.Status != FileStatus.Scanning && await tenants.Find(tenant, cancel) is not { MalwareScanning: true }) return;
            if (file.Status is FileStatus.Pending or FileStatus.Copying)
            {
                if (await TryRemember(file, result, cancel)) return;
                continue;
            }
            if (await IsOfServedBytes(file, result.ETag, cancel)) await verdicts.Apply(file, result.Verdict, cancel);
            else Log.OtherBytes(logger, tenant, file.Id, result.Result);
            return;
        }
        throw Problem.Conflict("file_changing", "The file keeps changing.");
    }

    async Task<bool> TryRemember(FileRecord file, DefenderResult result, CancellationToken cancel)
    {
        var scan = (file.Scan ?? new()).With(EarlyVerdict.Of(result.ETag, result.Verdict));
        return await files.TryMove(file, file with { Scan = scan }, default, cancel);
    }

    async Task<bool> IsOfServedBytes(FileRecord file, string etag, CancellationToken cancel) =>
        file.Scan?.ETags.Contains(etag) is true
        || (await blobs.Find(file.Tenant, file.BlobName, cancel, file.Snapshot) is { } blob && FileScan.NameOf(blob.ETag) == etag);

    static partial class Log
    {
        [LoggerMessage(135, LogLevel.Warning,
            "Malware: a result ({Result}) of tenant {Tenant}, file {FileId} is about bytes that are not served, and does not count")]
        public static partial void OtherBytes(ILogger logger, string tenant, string fileId, string result);
    }
}
