using System.Diagnostics;
using System.Text;
using Azure;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>
/// Makes archives: plans what goes into one, counts its length in the space of whom it is for, then copies file after file into the blocks
/// of a blob, 8 MiB at a time. After each block the job's row says how far it is, so a worker goes on where another one stopped or died.
/// The last write makes a blob of the blocks.
/// </summary>
public sealed class ArchiveWork(
    FolderJobs jobs, ArchivePlans plans, ArchiveEnd end, ArchiveRights rights, FileStore files, VersionStore versions, ScanRequests scans,
    BlobStore blobs, StagedBlobs staged)
{
    /// <summary>Works on an archive for some time.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="job">The job, whose turn this worker has.</param>
    /// <param name="maxTime">When it stops, at the end of a block.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task Run(Tenant tenant, FolderJob job, TimeSpan maxTime, CancellationToken cancel)
    {
        try
        {
            await Make(tenant, job, maxTime, cancel);
        }
        catch (FolderJobStopped stopped)
        {
            await end.TryEnd(stopped.Job, null, cancel);
        }
        catch (Problem full) when (full.Code == "quota_exceeded")
        {
            await end.TryEnd(job with { Code = full.Code }, null, cancel);
        }
        catch (LostJobException)
        {
            // It has ended, or somebody else has the turn.
        }
    }

    async Task Make(Tenant tenant, FolderJob begun, TimeSpan maxTime, CancellationToken cancel)
    {
        var time = Stopwatch.StartNew();
        bool IsOver() => time.Elapsed >= maxTime;
        var plan = await plans.Of(tenant, begun, cancel);
        var job = begun.Archive!.IsPlanned ? begun : await Reserve(begun, plan, cancel);
        var blob = new ArchiveBlob(staged, job);
        while (job.Archive!.Next < plan.Files.Count)
        {
            job = await Add(tenant, job, plan.Files[job.Archive.Next], blob, IsOver, cancel);
            if (!IsOver()) continue;
            await jobs.Pause(begun, await Save(job, blob, cancel), null, cancel);
            return;
        }
        // Unless a worker has written it that died before the end.
        if (job.Failed > 0 && job.Archive!.Next == plan.Files.Count) job = await AddNote(job, plan.NotePath, blob, cancel);
        job = await Save(job, blob, cancel);
        try
        {
            await end.TryEnd(job, await blob.Commit(job.Archive!, cancel), cancel);
        }
        catch (RequestFailedException gone) when (gone.Status == 412)
        {
            // Somebody who was thought dead has made the blob of other blocks. From the start: no byte of it may be wrong.
            var again = job with { Done = 0, Failed = plan.LeftOut, Archive = job.Archive!.Again() };
            await jobs.Pause(begun, await jobs.TrySave(again, [], default, cancel) ?? throw new LostJobException(), null, cancel);
        }
    }

    async Task<FolderJob> Reserve(FolderJob job, ArchivePlan plan, CancellationToken cancel)
    {
        var planned = job with
        {
            Total = plan.Files.Count + plan.LeftOut,
            Failed = plan.LeftOut,
            Code = plan.LeftOut > 0 ? "file_not_available" : null,
            Archive = job.Archive! with { IsPlanned = true, Bytes = plan.Length },
        };
        return await jobs.TrySave(planned, [], new UsageChange(plan.Length, 0, 0), cancel) ?? throw new LostJobException();
    }

    // A file, or as much of it as there is time for.
    async Task<FolderJob> Add(Tenant tenant, FolderJob job, PlannedFile planned, ArchiveBlob blob, Func<bool> isOver,
        CancellationToken cancel)
    {
        if (await Find(tenant, job, planned, cancel) is not { } file) return LeaveOut(job, planned);
        await using var bytes = await Open(job, file, cancel);
        if (bytes is null) return LeaveOut(job, planned);
        if (job.Archive!.Start is null) job = await Begin(job, planned, blob, cancel);
        while (job.Archive!.Offset < planned.Size)
        {
            if (blob.Room.Length == 0)
            {
                job = await Save(job, blob, cancel);
                if (isOver()) return job;
            }
            var read = await bytes.ReadAsync(blob.Room, cancel);
            if (read == 0) throw new IOException("The bytes of a file are not as many as they were.");
            var state = job.Archive!;
            job = job with
            {
                Archive = state with
                {
                    Offset = state.Offset + read,
                    Crc = ZipCrc.Append(state.Crc, blob.Room.Span[..read]),
                    Length = state.Length + read,
                },
            };
            blob.Filled(read);
        }
        return await Complete(job, planned, blob, cancel) with { Done = job.Done + 1 };
    }

    async Task<FolderJob> Begin(FolderJob job, PlannedFile planned, ArchiveBlob blob, CancellationToken cancel)
    {
        var header = ZipFormat.Header(planned.Path, planned.Size, planned.Time);
        if (blob.Room.Length < header.Length) job = await Save(job, blob, cancel);
        blob.Add(header);
        return job with { Archive = job.Archive! with { Start = job.Archive.Length, Length = job.Archive.Length + header.Length } };
    }

    async Task<FolderJob> Complete(FolderJob job, PlannedFile planned, ArchiveBlob blob, CancellationToken cancel)
    {
        var footer = ZipFormat.Footer(planned.Size, job.Archive!.Crc);
        if (blob.Room.Length < footer.Length) job = await Save(job, blob, cancel);
        blob.Add(footer);
        var state = job.Archive;
        var entry = blob.Add(new ZipEntry(planned.Path, planned.Size, planned.Time, state!.Start!.Value, state.Crc));
        return job with
        {
            Archive = state with
            {
                Next = state.Next + 1,
                Start = null,
                Offset = 0,
                Crc = 0,
                Length = state.Length + footer.Length,
                Directory = (state.Directory.Count + 1, state.Directory.Bytes + entry),
            },
        };
    }

    async Task<FolderJob> AddNote(FolderJob job, string path, ArchiveBlob blob, CancellationToken cancel)
    {
        var text = Encoding.UTF8.GetBytes(ZipDownload.NoteOf(job.Failed));
        var note = new PlannedFile("", "", text.Length, path, job.CreatedAt);
        job = await Begin(await Save(job, blob, cancel), note, blob, cancel);
        blob.Add(text);
        var state = job.Archive!;
        job = job with { Archive = state with { Crc = ZipCrc.Append(0, text), Length = state.Length + text.Length } };
        return await Complete(job, note, blob, cancel);
    }

    async Task<FolderJob> Save(FolderJob job, ArchiveBlob blob, CancellationToken cancel) =>
        await jobs.TrySave(job with { Archive = await blob.Flush(job.Archive!, cancel) }, [], default, cancel)
            ?? throw new LostJobException();

    // What somebody has named must be there. Of a folder, what can't be served is left out, unless half of it is written.
    static FolderJob LeaveOut(FolderJob job, PlannedFile planned)
    {
        var without = job with { Failed = job.Failed + 1, Code = "file_not_available" };
        if (job.Archive!.Files is not null || job.Archive.Start is not null) throw new FolderJobStopped(without);
        return without with { Archive = job.Archive with { Next = job.Archive.Next + 1 } };
    }

    // The bytes of the plan: the file's, or a former version's if it has others by now.
    async Task<FileRecord?> Find(Tenant tenant, FolderJob job, PlannedFile planned, CancellationToken cancel)
    {
        var file = await files.Find(job.Tenant, planned.Id, cancel);
        if (file is not { Status: FileStatus.Available, MissingSince: null, IsInfected: false }
            || !await rights.MayRead(tenant, job, file, cancel)) return null;
        if (file.Content == planned.Content) return file;
        if (await versions.Find(file, planned.Content, cancel) is not { } former) return null;
        try
        {
            await scans.EnsureClean(former, tenant);
            return former;
        }
        catch (Problem refused) when (refused.Status is 403 or 409)
        {
            return null;
        }
    }

    async Task<Stream?> Open(FolderJob job, FileRecord file, CancellationToken cancel)
    {
        if (job.Archive!.Offset == file.Size && file.Size > 0) return Stream.Null; // Storage has no range behind the last byte.
        try
        {
            return await blobs.OpenServed(file.Tenant, file.BlobName, file.Snapshot, cancel, job.Archive!.Offset);
        }
        catch (RequestFailedException gone) when (gone.Status == 404)
        {
            return null;
        }
    }
}
