using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>
/// Purges former versions: those that are more than a tenant keeps, or older, and all of a file that is purged. As with a file, the row is
/// marked, then the bytes are deleted, then the row, which frees the quota. Whoever finds the mark completes the purge.
/// </summary>
public sealed partial class VersionPurge(
    VersionStore versions, FileStore files, TenantStore tenants, BlobStore blobs, RenditionBlobs renditions, FileSchedule schedule,
    TimeProvider clock, ILogger<VersionPurge> logger)
{
    // Until then a replacement has happened, or has not.
    static readonly TimeSpan UnfinishedAfter = TimeSpan.FromMinutes(10);

    /// <summary>Leads the sweep to a file that is about to have a former version. It comes first, so that none stays forever.</summary>
    public Task Schedule(FileRecord file, CancellationToken cancel) =>
        schedule.Add(file.Tenant, file.Id, FileSchedule.Versions, clock.GetUtcNow() + UnfinishedAfter, cancel);

    /// <summary>Purges what is more than a tenant keeps (<see cref="KeptVersions"/>). If that fails, the sweep does it.</summary>
    public async Task TryPurgeExcess(FileRecord file, FileLimits limits, CancellationToken cancel)
    {
        if (file.Version - 1 <= limits.Versions) return; // So many there never were.
        try
        {
            foreach (var (version, until) in KeptVersions.Of(await versions.List(file, cancel), limits, clock.GetUtcNow()))
                if (until is null) await TryPurge(version, cancel);
        }
        catch (Exception fault) when (fault is Problem || ErrorBoundary.IsOutage(fault))
        {
            Log.Later(logger, file.Tenant, file.Id, fault);
        }
    }

    /// <summary>Purges all of a file whose own purge has begun.</summary>
    public async Task PurgeAll(FileRecord file, CancellationToken cancel)
    {
        foreach (var version in await versions.List(file, cancel)) await TryPurge(version, cancel);
    }

    /// <summary>Purges what is due of a file's versions, and schedules what is due next.</summary>
    public async Task Sweep(string tenant, string id, DateTimeOffset now, CancellationToken cancel)
    {
        if (await tenants.Find(tenant, cancel) is not { Limits: { } limits }) return;
        if (await files.Find(tenant, id, cancel) is not { Status: FileStatus.Available or FileStatus.Deleted } file) return;
        var kept = KeptVersions.Of(await versions.List(file, cancel), limits, now).ToList();
        foreach (var (version, until) in kept)
            if (until is null) await TryPurge(version, cancel);
        if (kept.Min(one => one.Until) is { } next) await schedule.Add(tenant, id, FileSchedule.Versions, next, cancel);
    }

    /// <summary>Purges a former version; false if it was restored or purged meanwhile.</summary>
    public async Task<bool> TryPurge(FileRecord version, CancellationToken cancel)
    {
        // First, so that nobody restores a version without bytes.
        if (version.Status != FileStatus.Purging && !await versions.TryChange(version with { Status = FileStatus.Purging }, cancel))
            return false;
        foreach (var name in version.BlobNames) await blobs.Delete(version.Tenant, name, cancel);
        await renditions.DeleteAll(version, cancel);
        if (version.ContentId is { } upload && await files.Find(version.Tenant, upload, cancel) is { } begun)
            await files.ForgetKey(begun, cancel);
        await versions.Remove(version, cancel);
        return true;
    }

    static partial class Log
    {
        [LoggerMessage(139, LogLevel.Warning, "Versions of tenant {Tenant}, file {FileId} that are too many stay until the next sweep")]
        public static partial void Later(ILogger logger, string tenant, string fileId, Exception fault);
    }
}
