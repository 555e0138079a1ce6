using System.Buffers;
using System.Text;
using Azure.Storage.Blobs.Models;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// The blob of an archive, as a worker writes it in blocks. Nobody sees it before all of them are there. What belongs into the directory at
/// its end goes into blocks of its own as soon as it is known, so nothing has to be remembered but how many blocks there are.
/// </summary>
/// <param name="staged">Where blocks go.</param>
/// <param name="job">The job, with the turn of this worker: no two turns write the same block.</param>
sealed class ArchiveBlob(StagedBlobs staged, FolderJob job)
{
    /// <summary>The most bytes of a block. With 50,000 of them, half of these for the directory, there is room for 200 GB.</summary>
    public const int BlockBytes = 8 << 20;

    const char OfFiles = 'f';
    const char OfDirectory = 'x';
    const char OfEnd = 'z';

    readonly byte[] buffer = new byte[BlockBytes];
    readonly ArrayBufferWriter<byte> directory = new();
    int filled, files, directories;

    /// <summary>The name of the blob.</summary>
    public static string BlobName(string job) => $"{job}.zip";

    /// <summary>Room for bytes of a file.</summary>
    public Memory<byte> Room => buffer.AsMemory(filled);

    /// <summary>Says that so many bytes were put there.</summary>
    public void Filled(int bytes) => filled += bytes;

    /// <summary>Adds a part of the format, for which there must be room.</summary>
    public void Add(byte[] part)
    {
        part.CopyTo(Room);
        Filled(part.Length);
    }

    /// <summary>Adds an entry to the directory; its length.</summary>
    public int Add(ZipEntry entry)
    {
        var part = ZipFormat.Entry(entry);
        directory.Write(part);
        return part.Length;
    }

    /// <summary>Writes what was added to storage. Afterwards the job's row can say so.</summary>
    /// <param name="state">How far the archive is with it.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<ArchiveState> Flush(ArchiveState state, CancellationToken cancel)
    {
        if (filled > 0) await Stage(Id(OfFiles, job.Turn, files++), buffer.AsMemory(0, filled), cancel);
        if (directory.WrittenCount > 0) await Stage(Id(OfDirectory, job.Turn, directories++), directory.WrittenMemory, cancel);
        filled = 0;
        directory.ResetWrittenCount();
        return state with { Blocks = [.. state.Blocks.Where(run => run.Turn != job.Turn), (job.Turn, files, directories)] };
    }

    /// <summary>Makes the blob of all that was written; its length.</summary>
    /// <exception cref="Azure.RequestFailedException">412: blocks are gone.</exception>
    public async Task<long> Commit(ArchiveState state, CancellationToken cancel)
    {
        var end = ZipFormat.End(state.Directory.Count, state.Length, state.Directory.Bytes);
        await Stage(Id(OfEnd, job.Turn, 0), end, cancel);
        var ids = state.Blocks.SelectMany(run => Enumerable.Range(0, run.Files).Select(n => Id(OfFiles, run.Turn, n)))
            .Concat(state.Blocks.SelectMany(run => Enumerable.Range(0, run.Directory).Select(n => Id(OfDirectory, run.Turn, n))))
            .Append(Id(OfEnd, job.Turn, 0));
        var headers = new BlobHttpHeaders { ContentType = "application/zip", ContentDisposition = ContentDisposition.Attachment };
        await staged.Commit(job.Tenant, BlobName(job.Id), ids, headers, cancel);
        return state.Length + state.Directory.Bytes + end.Length;
    }

    Task Stage(string id, ReadOnlyMemory<byte> bytes, CancellationToken cancel) =>
        staged.Stage(job.Tenant, BlobName(job.Id), id, bytes, cancel);

    // All ids of a blob's blocks must be of one length.
    static string Id(char kind, long turn, int n) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes(FormattableString.Invariant($"{kind}{turn:D10}{n:D7}")));
}
