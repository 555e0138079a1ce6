using System.IO.Compression;
using System.Text;
using Azure;
using Latchkey.Http;
using Latchkey.Storage;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Files;

/// <summary>
/// A ZIP archive, sent while the files are read from storage: it is nowhere whole, in memory or on a disk. What is compressed already is
/// stored as it is. A failure in the middle cuts the response off before the directory at its end, without which it is no archive.
/// </summary>
sealed class ZipDownload(BlobStore blobs, ArchivePlace place, ArchivedFiles files, string name) : StreamedResult
{
    const int BufferBytes = 128 * 1024;

    /// <inheritdoc/>
    protected override async Task Send(HttpContext http)
    {
        using var taken = place;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, place.TimeIsUp);
        var cancel = ends.Token;
        http.Response.ContentType = "application/zip";
        http.Response.Headers.ContentDisposition = ContentDisposition.For(name);
        var body = new DeferredStream(http.Response.Body);
        var zip = await ZipArchive.CreateAsync(body, ZipArchiveMode.Create, leaveOpen: true, null, cancel);
        foreach (var item in files.Files) await Add(zip, item, cancel);
        if (files.LeftOut > 0) await AddNote(zip, cancel);
        await zip.DisposeAsync(); // Not after a failure: it writes the directory.
        await body.FlushAsync(cancel);
    }

    async Task Add(ZipArchive zip, ArchivedFile item, CancellationToken cancel)
    {
        var (file, path) = item;
        await using var bytes = await Open(file, cancel);
        var entry = zip.CreateEntry(path, Shrinks(file.ContentType) ? CompressionLevel.Fastest : CompressionLevel.NoCompression);
        entry.LastWriteTime = file.CreatedAt;
        await using var into = await entry.OpenAsync(cancel);
        var buffer = new byte[BufferBytes];
        var left = file.Size;
        for (int read; (read = await bytes.ReadAsync(buffer, cancel)) > 0; left -= read) await into.WriteAsync(buffer.AsMemory(0, read),
            cancel);
        if (left != 0) throw new IOException("The bytes of a file are not as many as they were.");
    }

    // Beside the files, because nobody sees the headers of what a browser saves.
    async Task AddNote(ZipArchive zip, CancellationToken cancel)
    {
        var text = FormattableString.Invariant(
            $"Not in this archive: {files.LeftOut}. These files are still being checked for malware, are infected, or are lost.\r\n");
        await using var into = await zip.CreateEntry(files.NotePath, CompressionLevel.NoCompression).OpenAsync(cancel);
        await into.WriteAsync(Encoding.UTF8.GetBytes(text), cancel);
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

    static bool Shrinks(string contentType)
    {
        var type = ContentTypeCheck.Essence(contentType);
        return type.StartsWith("text/", StringComparison.Ordinal) || type.EndsWith("+xml", StringComparison.Ordinal)
            || type.EndsWith("+json", StringComparison.Ordinal)
            || type is "application/json" or "application/xml" or "application/javascript" or "image/bmp" or "audio/wav";
    }
}
