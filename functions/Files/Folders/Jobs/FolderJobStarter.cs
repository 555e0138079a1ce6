using System.Security.Cryptography;
using Azure.Data.Tables;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Begins jobs. One transaction writes the job, marks the folders that it works on, and says so in the row of the space's jobs
/// (<see cref="FolderClaims"/>), so no two jobs work on the same folder, or on one in the other. In its parent a folder changes at that
/// moment: what is moved or deleted is no longer listed, what is moved is listed
/// under its new name, what is copied or restored is listed once it is complete.
/// </summary>
public sealed class FolderJobStarter(
    StorageClients storage, Folders folders, FolderContents contents, FolderJobs jobs, FolderCopyCheck check, SpaceQuota spaceQuota,
    FolderWork work, Settings settings, TimeProvider clock)
{
    const int MaxAttempts = 10;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>Renames or moves a folder of a space.</summary>
    /// <exception cref="Problem">404 <c>folder_not_found</c>; 409 <c>folder_exists</c>, <c>folder_in_itself</c>,
    /// <c>folder_busy</c>.</exception>
    public Task<FolderJob> Move(Caller caller, Owner owner, string path, string to) => Begin(caller, async () =>
    {
        EnsureOutside(path, to);
        var job = New(caller, FolderJobKind.Move, owner, owner, path) with { To = to };
        var claims = await Claim(caller, job, new(job.Id, Reads: false, path), new(job.Id, Reads: false, to));
        var from = await FindSource(job, caller.Cancel);
        await EnsureFree(job.Partition, to, caller.Cancel);
        return (job, [claims.Write(), from.Mark(job.Id, hidden: true), .. FolderState.Insert(job.Partition, to, job.Id, hidden: false)]);
    });

    /// <summary>Moves a folder with all that it holds to the trash.</summary>
    /// <exception cref="Problem">404 <c>folder_not_found</c>; 409 <c>folder_busy</c>.</exception>
    public Task<FolderJob> Delete(Caller caller, Owner owner, string path) => Begin(caller, async () =>
    {
        var job = New(caller, FolderJobKind.Delete, owner, owner, path);
        job = job with { KeptUntil = job.CreatedAt + settings.TrashTime };
        var claims = await Claim(caller, job, new FolderClaim(job.Id, Reads: false, path));
        var from = await FindSource(job, caller.Cancel);
        var deletion = new TableEntity(job.Partition, RowKeys.DeletedFolder(path, job.CreatedAt, job.Id));
        return (job, [claims.Write(), from.Mark(job.Id, hidden: true), new(TableTransactionActionType.Add, deletion)]);
    });

    /// <summary>Copies a folder, perhaps into another space.</summary>
    /// <exception cref="Problem">The same as for a move, and 403 <c>quota_exceeded</c>.</exception>
    public Task<FolderJob> Copy(Caller caller, Owner source, string path, Owner owner, string to) => Begin(caller, async () =>
    {
        if (source == owner) EnsureOutside(path, to);
        var job = New(caller, FolderJobKind.Copy, owner, source, path) with
        {
            To = to,
            SourceChange = await check.Place(caller.Tenant.Id, source, caller.Cancel),
        };
        // In another space the source is only looked at: who may read there must not keep others from changing it.
        if (source != owner) await FindFree(caller, job.SourcePartition, path, reads: true);
        FolderClaim[] read = source == owner ? [new(job.Id, Reads: true, path)] : [];
        var claims = await Claim(caller, job, [.. read, new(job.Id, Reads: false, to)]);
        await FindSource(job, caller.Cancel);
        await EnsureFree(job.Partition, to, caller.Cancel);
        return (job, [claims.Write(), .. FolderState.Insert(job.Partition, to, job.Id, hidden: true)]);
    });

    /// <summary>Restores the folder of this path that was deleted last.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="owner">Whose space.</param>
    /// <param name="path">The folder.</param>
    /// <param name="deletion">The id of the job that has deleted it; null for the last one.</param>
    /// <exception cref="Problem">404 <c>folder_not_found</c>; 409 <c>folder_busy</c>.</exception>
    public Task<FolderJob> Restore(Caller caller, Owner owner, string path, string? deletion) => Begin(caller, async () =>
    {
        var job = New(caller, FolderJobKind.Restore, owner, owner, path);
        var claims = await Claim(caller, job, new FolderClaim(job.Id, Reads: false, path));
        var there = await folders.Find(job.Partition, path, caller.Cancel);
        var start = RowKeys.DeletedFolders(path);
        var row = await table.Range(job.Partition, start, start + "~", null, caller.Cancel)
            .FirstOrDefaultAsync(one => deletion is null || RowKeys.JobOf(one.RowKey) == deletion, caller.Cancel) ?? throw NotFound();
        var deleted = await jobs.Find(job.Tenant, RowKeys.JobOf(row.RowKey), caller.Cancel) ?? throw NotFound();
        job = job with { Deletion = (deleted.Id, deleted.CreatedAt), Total = deleted.Done };
        return (job, [claims.Write(), .. there is null ? FolderState.Insert(job.Partition, path, job.Id, hidden: true)
            : [there.Mark(job.Id, hidden: false)]]);
    });

    /// <summary>404 <c>folder_not_found</c>.</summary>
    public static Problem NotFound() => Problem.NotFound("folder_not_found", "The folder was not found.");

    /// <summary>409 <c>folder_exists</c>.</summary>
    public static Problem Exists() => Problem.Conflict("folder_exists", "There is a folder with this path already.");

    /// <summary>429 <c>too_many_jobs</c>.</summary>
    public static Problem TooMany() =>
        new(429, "too_many_jobs", $"At most {FolderClaims.MaxJobs} jobs can be at work in a space. Try again later.") { RetryAfter = 30 };

    /// <summary>The claims of the jobs in a space, none of which is on this folder, one above it or one below it.</summary>
    /// <exception cref="Problem">409 <c>folder_busy</c>, with the <c>job</c> if the caller has begun it.</exception>
    public async Task<FolderClaims> FindFree(Caller caller, string partition, string path, bool reads) =>
        await Without(caller, await FolderClaims.In(table, partition, caller.Cancel), path, reads);

    static Problem Busy(string? job = null) =>
        new(409, "folder_busy", "A job is at work on this folder, or on one above or below it. Try again when it has ended.")
        {
            RetryAfter = 5,
            Extensions = job is null ? null : new Dictionary<string, object?> { ["job"] = job },
        };

    async Task<FolderClaims> Claim(Caller caller, FolderJob job, params FolderClaim[] wanted)
    {
        var claims = await FolderClaims.In(table, job.Partition, caller.Cancel);
        foreach (var one in wanted) claims = await Without(caller, claims, one.Path, one.Reads);
        claims = claims.With(wanted);
        return claims.HasRoom ? claims : throw TooMany();
    }

    // A job that is over by now may still stand in what was read; then the row has changed, and the transaction is tried again.
    async Task<FolderClaims> Without(Caller caller, FolderClaims claims, string path, bool reads)
    {
        while (claims.Find(path, reads) is { } other)
        {
            var job = await jobs.Find(caller.Tenant.Id, other.Job, caller.Cancel);
            if (job is { IsOver: false }) throw Busy(job.By == Owner.Of(caller.Token) ? job.Id : null);
            claims = claims.Without(other.Job);
        }
        return claims;
    }

    async Task<FolderJob> Begin(Caller caller, Func<Task<(FolderJob Job, IEnumerable<TableTransactionAction> Rows)>> prepare)
    {
        long? total = null;
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var (job, rows) = await prepare();
            if (attempt == 0) total = job.Kind == FolderJobKind.Restore ? job.Total : await Count(caller, job);
            job = job with { Total = total };
            if (await jobs.TryBegin(job, rows, caller.Cancel) is { } begun) return await work.Begin(begun);
            await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(5 + 10 * attempt)), clock, caller.Cancel);
        }
        throw Busy(); // Others keep writing to it.
    }

    async Task<long?> Count(Caller caller, FolderJob job)
    {
        if (await contents.Count(job.SourcePartition, job.Path, caller.Cancel) is not { } found) return null;
        if (job.Kind == FolderJobKind.Copy)
        {
            var usage = await spaceQuota.Read(job.Tenant, job.Id[..16], caller.Cancel);
            usage.EnsureWithin(new UsageChange(found.Bytes, found.Files, 0), caller.Tenant.Limits);
        }
        return found.Files;
    }

    FolderJob New(Caller caller, FolderJobKind kind, Owner owner, Owner source, string path)
    {
        var now = clock.GetUtcNow();
        return new()
        {
            Tenant = caller.Tenant.Id,
            Id = FileRecord.NewId(caller.Tenant.Id, owner),
            Kind = kind,
            Owner = owner,
            Source = source,
            Path = path,
            By = Owner.Of(caller.Token),
            Client = caller.Token.ClientId,
            CreatedAt = now,
            ProgressAt = now,
            KeptUntil = now + FolderJobs.Kept,
        };
    }

    async Task<FolderState> FindSource(FolderJob job, CancellationToken cancel) =>
        await folders.Find(job.SourcePartition, job.Path, cancel) ?? throw NotFound();

    async Task EnsureFree(string partition, string path, CancellationToken cancel)
    {
        if (await folders.Find(partition, path, cancel) is not null) throw Exists();
    }

    static void EnsureOutside(string path, string to)
    {
        if (to == path) throw Exists();
        if (to.StartsWith(path + "/", StringComparison.Ordinal))
            throw Problem.Conflict("folder_in_itself", "A folder can't be moved or copied into itself.");
    }
}
