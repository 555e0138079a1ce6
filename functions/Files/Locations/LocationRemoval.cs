using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs.Models;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>
/// Removes where pictures were taken, in tenants that want it, when an upload is completed and before anybody can have it: the bytes that
/// were checked are read, the location is erased (<see cref="LocationEraser"/>), and the result is written beside them, once, under a name
/// that follows from these bytes. The write of the file's record makes that blob its bytes; then the uploaded ones are deleted. A process
/// holds one picture at a time, and only so many others wait for it.
/// </summary>
public sealed partial class LocationRemoval(
    TenantStore tenants, BlobStore blobs, StagedBlobs staged, ILogger<LocationRemoval> logger) : IDisposable
{
    /// <summary>The most bytes of a picture.</summary>
    public const long MaxBytes = 64 << 20;

    const int MaxWaiting = 32;
    const int MaxWaitingOfTenant = 8;
    const string Sha256Key = "sha256";

    readonly SemaphoreSlim turn = new(1);
    readonly Places places = new(MaxWaiting, MaxWaitingOfTenant, "Too many pictures are being completed at the same time. Try again.");

    /// <summary>The same upload, with the bytes that are to be served if those have another hash now.</summary>
    /// <param name="file">The upload.</param>
    /// <param name="verified">What was checked of it.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="RefusedUpload">422 <c>location_not_removable</c>.</exception>
    /// <exception cref="Problem">503 <c>server_busy</c></exception>
    /// <exception cref="RequestFailedException">404, 412: the upload changed meanwhile.</exception>
    public async Task<VerifiedUpload> Run(FileRecord file, VerifiedUpload verified, CancellationToken cancel)
    {
        if (!verified.IsPicture || await tenants.Find(file.Tenant, cancel) is { RemovesLocation: false }) return verified;
        if (file.Size > MaxBytes) throw NotRemovable($"A picture of more than {MaxBytes} bytes");
        // A header or a name takes no quote. A snapshot was taken of what had this ETag.
        var source = Ids.HashBase32(FileScan.NameOf(verified.ETags[^1]));
        if (await FindMade(file, source, cancel) is { } made) return With(verified, made);
        places.Take(file.Tenant);
        try
        {
            await turn.WaitAsync(cancel);
            try
            {
                return await Erase(file, verified, source, cancel);
            }
            finally
            {
                turn.Release();
            }
        }
        finally
        {
            places.Release(file.Tenant);
        }
    }

    /// <summary>
    /// Deletes the bytes that were uploaded, once others are served. If that fails, the sweep of uploads does it, which also deletes what
    /// the upload's URL writes later.
    /// </summary>
    public async Task DropUploaded(FileRecord file)
    {
        // An upload that waits to replace a file may have to be completed again.
        if (file.Clean is null || file.Replaces is not null) return;
        try
        {
            await blobs.Delete(file.Tenant, file.UploadedBlobName, CancellationToken.None);
        }
        catch (Exception fault) when (ErrorBoundary.IsOutage(fault))
        {
            Log.Stays(logger, file.Tenant, file.Id, fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    // By an earlier complete of the same bytes, which died or lost its race. Nobody else ever had a key to this blob.
    async Task<(CleanBytes Clean, ETag ETag)?> FindMade(FileRecord file, string source, CancellationToken cancel) =>
        await blobs.Find(file.Tenant, FileRecord.CleanBlobNameOf(file.Content, source), cancel) is { } made
            ? (new(Convert.ToBase64String(made.ContentHash), made.Metadata[Sha256Key], source), made.ETag) : null;

    async Task<VerifiedUpload> Erase(FileRecord file, VerifiedUpload verified, string source, CancellationToken cancel)
    {
        var bytes = await Read(file, verified, cancel);
        return LocationEraser.Erase(bytes) switch
        {
            Erasure.None => verified,
            Erasure.Done => With(verified, await Write(file, bytes, source, verified.ContentType, cancel)),
            _ => throw NotRemovable("A picture with metadata that is damaged, or packed,"),
        };
    }

    async Task<byte[]> Read(FileRecord file, VerifiedUpload verified, CancellationToken cancel)
    {
        var bytes = new byte[file.Size];
        if (bytes.Length == 0) return bytes;
        await using var from = verified.Snapshot is { } snapshot
            ? (await staged.Open(file.Tenant, file.BlobName, snapshot, null, cancel)).Bytes
            : await blobs.Open(file.Tenant, file.BlobName, verified.ETags[^1], cancel);
        await from.ReadExactlyAsync(bytes, cancel);
        return bytes;
    }

    async Task<(CleanBytes Clean, ETag ETag)> Write(
        FileRecord file, byte[] bytes, string source, string contentType, CancellationToken cancel)
    {
        var md5 = CryptographicOperations.HashData(HashAlgorithmName.MD5, bytes);
        var clean = new CleanBytes(Convert.ToBase64String(md5), Convert.ToHexStringLower(SHA256.HashData(bytes)), source);
        var options = new BlobUploadOptions
        {
            HttpHeaders = UploadCheck.HeadersOf(file with { ContentType = contentType }, md5),
            Metadata = new Dictionary<string, string> { [Sha256Key] = clean.Sha256 },
            // A record may lead to what is there already, and a scanner may have seen it.
            Conditions = new() { IfNoneMatch = ETag.All },
        };
        try
        {
            var blob = blobs.Blob(file.Tenant, FileRecord.CleanBlobNameOf(file.Content, source));
            return (clean, (await blob.UploadAsync(BinaryData.FromBytes(bytes), options, cancel)).Value.ETag);
        }
        catch (RequestFailedException other) when (other.Status is 409 or 412) // By a complete of the same bytes.
        {
            return await FindMade(file, source, cancel) ?? throw new RequestFailedException(412, "The picture is gone.", other);
        }
    }

    static VerifiedUpload With(VerifiedUpload verified, (CleanBytes Clean, ETag ETag) made) =>
        verified with { Clean = made.Clean, ETags = [made.ETag] };

    static RefusedUpload NotRemovable(string what) => new(new Problem(422, "location_not_removable",
        $"Pictures lose the place where they were taken here. {what} can't be changed that way."));

    static partial class Log
    {
        [LoggerMessage(210, LogLevel.Warning, "Tenant {Tenant}, file {FileId}: the uploaded bytes, with a location, stay until the sweep")]
        public static partial void Stays(ILogger logger, string tenant, string fileId, Exception fault);
    }
}
