using Azure;
using Latchkey.Storage;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>The message of the queue <see cref="QueueNames.Rescans"/>: go on with this run of a tenant's rescan.</summary>
public sealed record RescanMessage(string Tenant, string Run);

/// <summary>
/// Scans a tenant's files once more, some of them for each message, in a queue of its own, so that new files do not wait for old ones. The
/// state is saved before the next message is sent: after a crash the same message comes again and goes on from there.
/// </summary>
public sealed partial class RescanQueue(
    RescanStore store, FileScanner scanner, ClamAvScanner clamAv, WorkQueues queues, Settings settings, TimeProvider clock,
    ILogger<RescanQueue> logger)
{
    const int FilesAtOnce = 20; // A function may take half an hour.

    static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    /// <summary>Works on one <see cref="RescanMessage"/>.</summary>
    [Function("files-rescans")]
    public async Task Run([QueueTrigger(QueueNames.Rescans)] string message, CancellationToken cancel)
    {
        var asked = WorkQueues.Read<RescanMessage>(message);
        if (!Tenancy.Tenant.IsId(asked.Tenant) || settings.Scan.Mode != ScanMode.ClamAv) return;
        if (await store.Find(asked.Tenant, cancel) is not { FinishedAt: null } state || state.Run != asked.Run) return;
        if (!await clamAv.IsUp(cancel))
        {
            Log.Later(logger, asked.Tenant);
            await queues.Send(QueueNames.Rescans, asked, cancel, RetryAfter);
            return;
        }
        var next = await Advance(asked.Tenant, state, cancel);
        if (!await store.TrySave(asked.Tenant, next, cancel)) return; // The same message, delivered twice.
        if (next.FinishedAt is null) await queues.Send(QueueNames.Rescans, asked, cancel);
        else Log.Finished(logger, asked.Tenant, next.Scanned, next.Infected, next.Failed);
    }

    async Task<RescanState> Advance(string tenant, RescanState state, CancellationToken cancel)
    {
        var (page, continuation) = await store.Page(tenant, state.Continuation, FilesAtOnce, cancel);
        foreach (var file in page)
        {
            if (file.IsInfected) await scanner.Finish(file);
            // What is infected has no bytes any more; what is not complete is scanned once it is.
            if (file.IsInfected || (!file.IsListed && file.Status != FileStatus.Deleted)) continue;
            var infected = await TryScan(file, cancel);
            state = state with
            {
                Scanned = state.Scanned + (infected is null ? 0 : 1),
                Infected = state.Infected + (infected is true ? 1 : 0),
                Failed = state.Failed + (infected is null ? 1 : 0),
            };
        }
        var now = clock.GetUtcNow();
        return state with { Continuation = continuation, SavedAt = now, FinishedAt = continuation is null ? now : null };
    }

    // Whether it is infected; null if there is no verdict. One file on which the scanner fails must not stop all others.
    async Task<bool?> TryScan(FileRecord file, CancellationToken cancel)
    {
        try
        {
            return await scanner.Scan(file, cancel) is { Threat: var threat, Failure: null } ? threat is not null : null;
        }
        catch (RequestFailedException archived) when (archived.Status == 409)
        {
            Log.NoVerdict(logger, file.Tenant, file.Id, archived); // Its bytes can't be read as they are.
            return null;
        }
        catch (NoVerdictException none)
        {
            if (!await clamAv.IsUp(cancel)) throw;
            Log.NoVerdict(logger, file.Tenant, file.Id, none);
            return null;
        }
    }

    static partial class Log
    {
        [LoggerMessage(136, LogLevel.Warning, "Malware: tenant {Tenant}'s files wait to be scanned again: clamd does not answer")]
        public static partial void Later(ILogger logger, string tenant);

        [LoggerMessage(137, LogLevel.Error, "Malware: tenant {Tenant}, file {FileId} got no verdict")]
        public static partial void NoVerdict(ILogger logger, string tenant, string fileId, Exception fault);

        [LoggerMessage(138, LogLevel.Information,
            "Malware: tenant {Tenant}, {Scanned} files scanned again, {Infected} infected, {Failed} not scannable")]
        public static partial void Finished(ILogger logger, string tenant, long scanned, long infected, long failed);
    }
}
