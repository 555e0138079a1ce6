namespace Latchkey.Files;

/// <summary>What the sweep finds in a state that somebody else should have ended: copies, files that wait for a verdict, and
/// infected ones of which nobody was told, or whose bytes are still there.</summary>
public sealed class UnfinishedFiles(BlobCopier copier, ScanRequests scans, ScanVerdicts verdicts)
{
    /// <summary>Goes on with the file; true if nothing is left to do.</summary>
    public async Task<bool> Finish(FileRecord file, CancellationToken cancel)
    {
        if (file.Status is FileStatus.Scanning or FileStatus.Infected) return await FinishScan(file, cancel);
        try
        {
            return (await copier.FinishIfDone(file, cancel)).Progress is null;
        }
        catch (Http.Problem) // The copy failed and was removed.
        {
            return true;
        }
    }

    // A verdict that came before the complete request waits in the record, if the process died before it was applied.
    async Task<bool> FinishScan(FileRecord file, CancellationToken cancel)
    {
        if (file.Status == FileStatus.Infected) await verdicts.Finish(file);
        else if (file.Scan is { Failure: null, OfCheckedBytes: { } early }) await verdicts.Apply(file, early.Verdict, cancel);
        else if (scans.IsLost(file)) await verdicts.Apply(file, ScanVerdict.None(ScanVerdict.NoResult), cancel);
        else return await scans.IsSettled(file);
        return true;
    }
}
