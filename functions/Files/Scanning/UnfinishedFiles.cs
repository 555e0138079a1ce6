namespace Latchkey.Files;

/// <summary>What the sweep finds in a state that somebody else should have ended: copies, and files that wait for a verdict.</summary>
public sealed class UnfinishedFiles(BlobCopier copier, ScanRequests scans)
{
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
