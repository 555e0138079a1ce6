namespace Latchkey.Files;

/// <summary>Begins copies.</summary>
public sealed class CopyStarter(BlobCopier copier, FilePurge purge, FileSchedule schedule)
{
    // After this time the sweep finishes a copy.
    static readonly TimeSpan UnfinishedAfter = TimeSpan.FromMinutes(10);

    /// <summary>Begins a copy: the record as it was written; null if the source's bytes are gone, and then nothing is left of it.</summary>
    /// <param name="source">The source.</param>
    /// <param name="copy">The record of the copy (<see cref="NewCopy"/>).</param>
    /// <param name="add">Writes it.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<FileRecord?> TryBegin(
        FileRecord source, FileRecord copy, Func<FileRecord, Task<FileRecord>> add, CancellationToken cancel)
    {
        // First, so that the sweep finishes the copy if this process crashes after writing the record.
        await schedule.Add(copy, copy.CreatedAt + UnfinishedAfter, cancel);
        copy = await add(copy);
        if (await copier.TryStart(source, copy, cancel)) return copy;
        await purge.TryPurge(copy, isDue: true, cancel);
        return null;
    }
}
