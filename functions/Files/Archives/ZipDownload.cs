using System.Text;
using Azure;
using Latchkey.Http;
using Latchkey.Storage;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Files;

/// <summary>
/// A ZIP archive, sent while the files are read from storage: it is nowhere whole, in memory or on a disk. Its length is known beforehand.
/// A
/// failure in the middle cuts the response off before the directory at its end, without which it is no archive.
/// </summary>
sealed class ZipDownload(BlobStore blobs, ArchivePlace place, ArchivedFiles files, string name) : StreamedResult
{
    const int BufferBytes = 128 * 1024;

    readonly List<ZipEntry> entries = [];
    readonly byte[] note = Encoding.UTF8.GetBytes(NoteOf(files.LeftOut));
    long sent;

    /// <summary>The text that says how many files are not there.</summary>
    public static string NoteOf(long leftOut) => FormattableString.Invariant(
        $"Not in this archive: {leftOut}. These files are still being checked for malware, are infected, are lost, or were deleted.\r\n");

    /// <inheritdoc/>
    protected override async Task Send(HttpContext http)
    {
        using var taken = place;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, place.TimeIsUp);
        var cancel = ends.Token;
        // First: until here another answer can be given.
        var first = await Open(files.Files[0].File, cancel);
        await using var _ = first;
        var all = files.Files.Select(item => (item.Path, item.File.Size));
        http.Response.ContentType = "application/zip";
        http.Response.Headers.ContentDisposition = ContentDisposition.For(name);
        // Beside the files, because nobody sees the headers of what a browser saves.
        http.Response.ContentLength = ZipFormat.LengthOf(files.LeftOut > 0 ? all.Append((files.NotePath, note.Length)) : all);
        if (HttpMethods.IsHead(http.Request.Method)) return;
        var body = http.Response.Body;
        foreach (var (file, path) in files.Files)
        {
            await using var bytes = entries.Count == 0 ? first : await Open(file, cancel);
            await Add(body, path, file.Size, ArchivePlan.TimeOf(file), bytes, cancel);
        }
        using var text = new MemoryStream(note);
        if (files.LeftOut > 0) await Add(body, files.NotePath, note.Length, default, text, cancel);
        var directory = sent;
        foreach (var entry in entries) await Write(body, ZipFormat.Entry(entry), cancel);
        await Write(body, ZipFormat.End(entries.Count, directory, sent - directory), cancel);
        await body.FlushAsync(cancel);
    }

    async Task Add(Stream body, string path, long size, DateTimeOffset time, Stream bytes, CancellationToken cancel)
    {
        var (start, crc, left) = (sent, 0u, size);
        await Write(body, ZipFormat.Header(path, size, time), cancel);
        var buffer = new byte[BufferBytes];
        for (int read; (read = await bytes.ReadAsync(buffer, cancel)) > 0; left -= read)
        {
            crc = ZipCrc.Append(crc, buffer.AsSpan(0, read));
            await Write(body, buffer.AsMemory(0, read), cancel);
        }
        if (left != 0) throw new IOException("The bytes of a file are not as many as they were.");
        await Write(body, ZipFormat.Footer(size, crc), cancel);
        entries.Add(new(path, size, time, start, crc));
    }

    async ValueTask Write(Stream body, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        await body.WriteAsync(bytes, cancel);
        sent += bytes.Length;
    }

    async Task<Stream> Open(FileRecord file, CancellationToken cancel)
    {
        try
        {
            return await blobs.OpenServed(file.Tenant, file.BlobName, file.Snapshot, cancel);
        }
        catch (RequestFailedException gone) when (gone.Status == 404)
        {
            throw new Problem(410, "bytes_missing", "The bytes of a file are lost, or it was just deleted.");
        }
    }
}
