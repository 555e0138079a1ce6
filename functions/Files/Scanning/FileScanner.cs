using Azure;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>Sends the bytes of a file that were checked to ClamAV, a chunk at a time, and applies its verdict.</summary>
public sealed class FileScanner(
    BlobStore blobs, ClamAvScanner scanner, ScanVerdicts verdicts, Settings settings, TimeProvider clock)
{
    /// <summary>Each tenant's share of the time for new files.</summary>
    public TenantShare Share { get; } = new(clock);

    /// <summary>Scans the file, and writes what was found.</summary>
    /// <exception cref="NoVerdictException">The scanner did not answer, or not as it should: nothing is written.</exception>
    /// <exception cref="RequestFailedException">Storage failed.</exception>
    public async Task<ScanVerdict> Scan(FileRecord file, CancellationToken cancel)
    {
        var verdict = await Look(file, cancel);
        await verdicts.Apply(file, verdict, cancel);
        return verdict;
    }

    /// <summary>Goes on where a process died that had found malware.</summary>
    public Task Finish(FileRecord file) => verdicts.Finish(file);

    async Task<ScanVerdict> Look(FileRecord file, CancellationToken cancel)
    {
        if (file.Size > settings.Scan.MaxBytes) return ScanVerdict.None(ScanVerdict.TooLarge);
        try
        {
            await using var bytes = await blobs.OpenServed(file.Tenant, file.BlobName, file.Snapshot, cancel);
            return await scanner.Scan(bytes, file.Size, cancel);
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return ScanVerdict.None(ScanVerdict.BytesMissing);
        }
    }
}
