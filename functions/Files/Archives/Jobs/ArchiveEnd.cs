using System.Security.Cryptography;
using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>Somebody else has the job's turn, or it is gone.</summary>
public sealed class LostJobException : Exception;

/// <summary>
/// Ends jobs that make archives, and removes what they made. The write that ends one also counts its bytes as they are, or none. The blob
/// of
/// one that failed goes at once, of one that is done a day later; whatever dies in between, the row leads to the blob until it is gone.
/// </summary>
public sealed class ArchiveEnd(
    StorageClients storage, FolderJobs jobs, SpaceQuota spaceQuota, BlobStore blobs, StagedBlobs staged, AuditLog audit, TimeProvider clock)
{
    /// <summary>How long an archive can be downloaded, and the row of one that failed be read.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    const int MaxAttempts = 20;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>
    /// Ends a job, or withdraws an archive that is done; as it is then, or null if it is gone or somebody else has its turn.
    /// </summary>
    /// <param name="job">The job; if it failed, with the reason in <see cref="FolderJob.Code"/>.</param>
    /// <param name="length">The length of the archive; null if it failed.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<FolderJob?> TryEnd(FolderJob job, long? length, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var claims = (await FolderClaims.In(table, job.Partition, cancel)).Without(job.Id).Write();
            var now = clock.GetUtcNow();
            var over = job with
            {
                Status = length is null ? FolderJobStatus.Failed : FolderJobStatus.Done,
                FinishedAt = now,
                KeptUntil = now + Kept,
                Archive = job.Archive! with { Bytes = length ?? 0 },
            };
            var change = new UsageChange(over.Archive.Bytes - job.Archive.Bytes, 0, 0);
            if (await jobs.TrySave(over, [claims], change, cancel) is { } ended)
            {
                audit.Add(job.Tenant, "archive-job", job.By.Kind == "user" ? job.By.Id : null, job.Client, job.Id,
                    $"{FolderEnd.Describe(job)}: {job.Done} files, {job.Failed} left out, "
                    + (length is null ? job.Code : FormattableString.Invariant($"{length} bytes")));
                await (length is null ? Drop(ended, cancel) : blobs.Delete(job.Tenant, ArchivePlans.BlobName(job.Id), cancel));
                return ended;
            }
            // The row of the space's jobs has changed, or this one.
            if (await jobs.Find(job.Tenant, job.Id, cancel) is not { } found) return null;
            if (found.Turn != job.Turn || found.Status is FolderJobStatus.Failed) return null;
            // With the archive as it is: what was read first may say nothing of blocks that are written since.
            job = job with { ETag = found.ETag, Total = found.Total, Archive = found.Archive };
            await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(5 + 10 * attempt)), clock, cancel);
        }
        return null;
    }

    /// <summary>Removes a job whose time is over, with its archive; false if it changed meanwhile.</summary>
    public async Task<bool> TryRemove(FolderJob job, CancellationToken cancel)
    {
        await Drop(job, cancel);
        TableTransactionAction row = new(TableTransactionActionType.Delete, new TableEntity(job.Partition, RowKeys.Job(job.Id)), job.ETag);
        return job.Archive!.Bytes == 0 ? await table.TryTransact([row], cancel)
            : await spaceQuota.TryTransact(job.Tenant, job.Id[..16], new UsageChange(-job.Archive.Bytes, 0, 0), [row], cancel);
    }

    /// <summary>Deletes what a job has in storage, blocks of which no blob was made as well.</summary>
    public async Task Drop(FolderJob job, CancellationToken cancel)
    {
        var name = ArchiveBlob.BlobName(job.Id);
        if (job.Archive!.IsPlanned && job.Status != FolderJobStatus.Done) await staged.DropBlocks(job.Tenant, name, cancel);
        await blobs.Delete(job.Tenant, name, cancel);
        await blobs.Delete(job.Tenant, ArchivePlans.BlobName(job.Id), cancel);
    }
}
