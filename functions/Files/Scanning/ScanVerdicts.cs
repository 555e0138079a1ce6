using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>Tells whoever is to know that malware was found in a file: mail and metrics are other rooms' (Services.Scanning.cs).</summary>
/// <param name="file">The file.</param>
/// <param name="cancel">Cancels.</param>
public delegate Task InfectionNotice(FileRecord file, CancellationToken cancel);

/// <summary>
/// Applies a verdict to a file's record by one conditional write: Scanning → Available once, or Infected for good. A verdict that comes
/// late
/// or twice finds that done. Then others are told, and last the bytes are deleted: whoever finds an infected record that still has bytes
/// does both again, so a death in between loses nothing.
/// </summary>
public sealed partial class ScanVerdicts(
    FileStore files, Replacement replacement, BlobStore blobs, RenditionBlobs renditionBlobs, RenditionRequests renditions, AuditLog audit,
    InfectionNotice notice, TimeProvider clock, ILogger<ScanVerdicts> logger)
{
    const int MaxAttempts = 5;

    /// <summary>Applies the verdict; the file as it is now, or null if it is gone.</summary>
    /// <param name="scanned">The file, or a former version of it, with the bytes that were scanned: the verdict is about no others.</param>
    /// <param name="verdict">The verdict.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<FileRecord?> Apply(FileRecord scanned, ScanVerdict verdict, CancellationToken cancel)
    {
        var (tenant, id) = (scanned.Tenant, scanned.Id);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var file = await files.Find(tenant, id, cancel);
            if (file is null) return null;
            if (file.Status is FileStatus.Purging or FileStatus.Pending or FileStatus.Copying or FileStatus.Version) return file;
            if (file.Content != scanned.Content || file.Snapshot != scanned.Snapshot)
            {
                if (verdict.Threat is { } found && await replacement.TryInfect(file, scanned, found, cancel) is { } former)
                    await Finish(former, cancel);
                return file;
            }
            if (file.IsInfected)
            {
                await Finish(file, cancel);
                return file;
            }
            if (file is { Replaces: not null, Status: FileStatus.Scanning } && verdict is { Threat: null, Failure: null })
            {
                if (await replacement.TryRelease(file, cancel) is not { } released) continue;
                await renditions.Ask(released);
                return released;
            }
            if (Next(file, verdict) is not { } next) return file;
            var change = next.IsInfected ? new UsageChange(-(file.Renditions?.Bytes ?? 0), 0, 0) : default;
            if (!await files.TryMove(file, next, change, cancel)) continue;
            if (next.IsInfected) await Finish(next, cancel);
            else if (next.Status == FileStatus.Available) await renditions.Ask(next);
            else ReportFailure(next);
            return next;
        }
        throw Problem.Conflict("file_changing", "The file keeps changing.");
    }

    // Null if there is nothing to write.
    FileRecord? Next(FileRecord file, ScanVerdict verdict)
    {
        var now = clock.GetUtcNow();
        if (verdict.Threat is { } threat) return file.Infect(threat, now);
        if (file.Status != FileStatus.Scanning) return null;
        if (verdict.Failure is not { } failure) return file.Release(now);
        return file.Scan?.Failure == failure ? null : file with { Scan = (file.Scan ?? new()) with { Failure = failure, At = now } };
    }

    /// <summary>Tells of an infected file and deletes its bytes, unless that has been done.</summary>
    public async Task Finish(FileRecord file, CancellationToken cancel)
    {
        if (await blobs.Find(file.Tenant, file.BlobName, cancel, file.Snapshot) is null) return;
        Log.Infected(logger, file.Tenant, file.Id, file.Scan!.Threat!);
        audit.Add(file.Tenant, "file-infected", file.Id, file.Scan.Threat!);
        await notice(file, cancel);
        await renditionBlobs.DeleteAll(file, cancel);
        await blobs.Delete(file.Tenant, file.BlobName, cancel); // Last: it says that all is done. URLs that were issued end with it.
    }

    void ReportFailure(FileRecord file)
    {
        Log.NotScanned(logger, file.Tenant, file.Id, file.Scan!.Failure!);
        audit.Add(file.Tenant, "file-not-scanned", file.Id, file.Scan.Failure!);
    }

    static partial class Log
    {
        [LoggerMessage(130, LogLevel.Warning, "Malware: tenant {Tenant}, file {FileId} has {Threat}")]
        public static partial void Infected(ILogger logger, string tenant, string fileId, string threat);

        [LoggerMessage(131, LogLevel.Error, "Malware: tenant {Tenant}, file {FileId} can't be scanned: {Failure}; nobody gets it")]
        public static partial void NotScanned(ILogger logger, string tenant, string fileId, string failure);
    }
}
