namespace Latchkey.Files;

/// <summary>What the sweep finds in a state that somebody else should have ended: copies, files that wait for a verdict, jobs.</summary>
public sealed class UnfinishedFiles(BlobCopier copier, ScanRequests scans, FolderJobWatch folderJobs)
{
    /// <summary>Goes on with a job; true if nothing is left to do.</summary>
    public Task<bool> FinishJob(string tenant, string job, DateTimeOffset now, CancellationToken cancel) =>
        folderJobs.TryFinish(tenant, job, now, cancel);

    /// <summary>Goes on with the file; true if nothing is left to do.</summary>
    public async Task<bool> Finish(FileRecord file, CancellationToken cancel)
    {
        if (file.Status == FileStatus.Scanning) return await scans.IsSettled(file);
        try
        {
            return (await copier.FinishIfDone(file, cancel)).Progress is null;
        }
        catch (Http.Problem) // The copy failed and was removed.
        {
            return true;
        }
    }
}
