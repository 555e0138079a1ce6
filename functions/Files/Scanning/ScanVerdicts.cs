using Latchkey.Http;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>Tells whoever is to know that malware was found in a file: mail and metrics are other rooms' (Services.Scanning.cs).</summary>
/// <param name="file">The file.</param>
/// <param name="cancel">Cancels.</param>
public delegate Task InfectionNotice(FileRecord file, CancellationToken cancel);

/// <summary>
/// Applies a verdict to a file's record by one conditional write: Scanning → Available once, or Infected for good. A verdict that comes
/// late or twice finds that done. Then others are told, once, and last the bytes are deleted: whoever finds an infected record that still
/// has bytes goes on with that. After a death right before they are told, the list, the changes and the event do.
/// </summary>
public sealed partial class ScanVerdicts(
    FileStore files, Replacement replacement, FormerVerdicts formers, InfectedBytes bytes, RenditionRequests renditions, AuditLog audit,
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
            if (!file.HasBytesOf(scanned))
            {
                if (verdict.Threat is not null) await files.MarkInfected(file, clock.GetUtcNow(), cancel);
                var (former, isGone) = await formers.TryJudge(file, scanned, verdict, cancel);
                if (former is null && !isGone) continue;
                if (former is { IsInfected: true }) await Finish(former);
                return file;
            }
            if (file.IsInfected)
            {
                await Finish(file);
                return file;
            }
            if (file is { Replaces: not null, Status: FileStatus.Scanning } && verdict is { Threat: null, Failure: null })
            {
                if (await replacement.TryRelease(file, cancel) is not { } released) continue;
                await renditions.Ask(released);
                return released;
            }
            if (Next(file, verdict) is not { } next) return file;
            // First: an archive that has it is not served any more. One that waits for its first verdict is in none.
            if (next.IsInfected && file.Status != FileStatus.Scanning) await files.MarkInfected(file, clock.GetUtcNow(), cancel);
            var change = next.IsInfected ? new UsageChange(-(file.Renditions?.Bytes ?? 0), 0, 0) : default;
            if (!await files.TryMove(file, next, change, cancel)) continue;
            if (next.IsInfected) await FinishNow(next);
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

    /// <summary>
    /// Tells of malware in a file, or a former version, that was just read, and deletes its bytes, unless that has been done. Whoever hangs
    /// up does not stop it.
    /// </summary>
    public async Task Finish(FileRecord infected)
    {
        // First, so that nobody is told again of whatever comes into the blob later.
        if (await formers.TryMarkTold(infected, CancellationToken.None))
        {
            Log.Infected(logger, infected.Tenant, infected.Id, infected.Scan!.Threat!);
            audit.Add(infected.Tenant, "file-infected", infected.Id, infected.Scan.Threat!);
            await notice(infected, CancellationToken.None);
        }
        await bytes.Delete(infected);
    }

    // Read again, because what follows is conditional on the record as it was written.
    async Task FinishNow(FileRecord infected)
    {
        var now = await files.Find(infected.Tenant, infected.Id, CancellationToken.None);
        if (now is { IsInfected: true }) await Finish(now);
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
