using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>
/// Compares the records with what is stored, one tenant and one page at a time. It is the only housekeeping that reads everything, so
/// it continues where it stopped and takes as many runs as it needs.
/// </summary>
public sealed partial class IntegrityCheck(
    IntegrityCheckStore store, IntegrityCheckSteps steps, TimeProvider clock, ILogger<IntegrityCheck> logger)
{
    static readonly TimeSpan Pause = TimeSpan.FromDays(1);

    /// <summary>
    /// Continues a tenant's check by at most <paramref name="pages"/> pages. If the last check has finished, a new one begins: at once
    /// if <paramref name="now"/> is true, otherwise a day later.
    /// </summary>
    public async Task<IntegrityCheckState?> Run(string tenant, int pages, bool now, CancellationToken cancel)
    {
        var state = await store.Find(tenant, cancel);
        if (state is null or { FinishedAt: not null })
        {
            if (state is not null && !now && clock.GetUtcNow() < state.FinishedAt + Pause) return state;
            state = new IntegrityCheckState { StartedAt = clock.GetUtcNow(), ETag = state?.ETag };
        }
        for (; pages > 0 && state.Phase != IntegrityCheckPhase.Done; pages--)
        {
            state = await steps.Next(tenant, state, cancel);
            if (state.Phase == IntegrityCheckPhase.Done) state = state with { FinishedAt = clock.GetUtcNow(), Continuation = null };
            if (!await store.TrySave(tenant, state, cancel)) return await store.Find(tenant, cancel); // Another process is running it.
            state = (await store.Find(tenant, cancel))!;
        }
        if (state.FinishedAt is not null) Report(tenant, state);
        return state;
    }

    void Report(string tenant, IntegrityCheckState state)
    {
        if (state.Missing > 0) Log.Missing(logger, tenant, state.Missing, string.Join(' ', state.MissingIds));
        Log.Finished(logger, tenant, state.FinishedAt!.Value - state.StartedAt, state.Records, state.Blobs, state.Missing, state.Orphans,
            state.OrphansDeleted, state.FoldersRemoved, state.PartsRepaired);
    }

    static partial class Log
    {
        [LoggerMessage(63, LogLevel.Error, "Integrity check: tenant {Tenant} has {Missing} files without bytes: {FileIds}")]
        public static partial void Missing(ILogger logger, string tenant, long missing, string fileIds);

        [LoggerMessage(64, LogLevel.Information,
            "Integrity check: tenant {Tenant}, a round of {Time}, {Records} records, {Blobs} blobs; {Missing} records without bytes, "
            + "{Orphans} blobs without record ({Deleted} deleted), {Folders} empty folders removed, {Parts} quota reservations released")]
        public static partial void Finished(ILogger logger, string tenant, TimeSpan time, long records, long blobs, long missing,
            long orphans, long deleted, long folders, long parts);
    }
}
