using Latchkey.Http;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>
/// Makes the renditions of a picture from the bytes that were checked: blobs first, then one conditional write of the record, which counts
/// them. So the same message twice, and a death in between, do no harm. One picture at a time in a process.
/// </summary>
public sealed partial class RenditionMaker(
    TenantStore tenants, FileStore files, VersionStore versions, RenditionBlobs blobs, TimeProvider clock,
    ILogger<RenditionMaker> logger) : IDisposable
{
    const int MaxAttempts = 5;

    readonly SemaphoreSlim turn = new(1);

    /// <summary>Makes them, if the file is still there and a picture without renditions.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="id">The file.</param>
    /// <param name="isLastTry">True if all tries before ended early: then the picture is not touched but marked.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task Make(string tenant, string id, bool isLastTry, CancellationToken cancel)
    {
        if (PictureReader.Missing is { } missing)
        {
            Log.NotAvailable(logger, missing);
            return;
        }
        if (await tenants.Find(tenant, cancel) is null) return;
        if (await files.Find(tenant, id, cancel) is not { Status: FileStatus.Available } file) return;
        if (!Thumbnails.AreDue(file, clock.GetUtcNow())) return;
        await turn.WaitAsync(cancel);
        try
        {
            if (await Decide(file, isLastTry, cancel) is { } set) await Record(file, set, cancel);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    // Null if the bytes are gone: the integrity check says so.
    async Task<RenditionSet?> Decide(FileRecord file, bool isLastTry, CancellationToken cancel)
    {
        try
        {
            if (isLastTry) throw new NoRenditionException(NoRenditionException.Failed);
            if (file.Size > PicturePolicy.MaxFileBytes) throw new NoRenditionException(NoRenditionException.TooLarge);
            if (await blobs.ReadSource(file, cancel) is not { } bytes) return null;
            var made = PictureReader.Make(bytes);
            foreach (var rendition in made) await blobs.Write(file, rendition, cancel);
            return new([.. made.Select(rendition => rendition.Size)], made.Sum(rendition => (long)rendition.Bytes.Length), null,
                clock.GetUtcNow());
        }
        catch (NoRenditionException none)
        {
            Log.None(logger, file.Tenant, file.Id, none.Reason, none.InnerException?.Message);
            return None(none.Reason);
        }
    }

    async Task Record(FileRecord file, RenditionSet set, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            switch (await TryRecord(file, set, cancel))
            {
                case null: // No room. Nobody knows of the blobs, and once the mark is written nobody will.
                    set = None(NoRenditionException.QuotaExceeded);
                    continue;
                case true:
                    if (set.Sizes.Count == 0) await blobs.DeleteAll(file, cancel);
                    return;
            }
            var now = await files.Find(file.Tenant, file.Id, cancel);
            if (now is null or { Status: FileStatus.Purging } or { IsInfected: true })
            {
                await blobs.DeleteAll(file, cancel); // The purge may have looked before we wrote.
                return;
            }
            if (now.Content != file.Content)
            {
                // It has other bytes by now, whose renditions were asked for. Those of the former ones go with them, if they are kept.
                if (await versions.Find(now, file.Content, cancel) is null) await blobs.DeleteAll(file, cancel);
                return;
            }
            if (!Thumbnails.AreDue(now, clock.GetUtcNow())) return; // The same message, delivered twice: the same blobs.
            file = now;
        }
        throw Problem.Conflict("file_changing", "The file keeps changing.");
    }

    // Null if the quota is exceeded; false if the record changed meanwhile.
    async Task<bool?> TryRecord(FileRecord file, RenditionSet set, CancellationToken cancel)
    {
        try
        {
            return await files.TryMove(file, file with { Renditions = set }, UsageChange.Of(set), cancel);
        }
        catch (Problem full) when (full.Code == "quota_exceeded" && set.Bytes > 0)
        {
            return null;
        }
    }

    RenditionSet None(string reason) => new([], 0, reason, clock.GetUtcNow())
    {
        Limit = reason == NoRenditionException.TooLarge ? PicturePolicy.MaxPixels : null,
    };

    static partial class Log
    {
        [LoggerMessage(68, LogLevel.Information, "No rendition of tenant {Tenant}, file {FileId}: {Reason} ({Detail})")]
        public static partial void None(ILogger logger, string tenant, string fileId, string reason, string? detail);

        [LoggerMessage(69, LogLevel.Warning, "No renditions are made: this platform has no library for pictures")]
        public static partial void NotAvailable(ILogger logger, Exception fault);
    }
}
