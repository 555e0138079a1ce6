using System.Security.Cryptography;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Takes files from people without an account. They upload as anybody does: with one PUT, to a blob that their URL can create and nothing
/// else. The limits hold before the URL is issued, by a conditional write of the request's row in the transaction that writes the file's
/// record. A sender learns nothing of what others, or they themselves, have sent before.
/// </summary>
public sealed class HandIns(
    FileRequestStore requests, FileStore files, UploadKeys keys, UploadStarter uploads, FileUrls urls, Completion completion,
    BlobStore blobs, TimeProvider clock)
{
    /// <summary>How often a write of a request's row is tried that others keep changing.</summary>
    internal const int MaxAttempts = 30;

    /// <summary>Begins a file, and the request that uploads it; only its state if its key has begun it before.</summary>
    /// <exception cref="Problem">409 <c>request_full</c>; 410 <c>request_closed</c>, <c>request_expired</c>; 413, 415, 429.</exception>
    public async Task<(bool IsNew, UploadProgressResponse State)> Begin(
        TenantRequest http, FileRequest request, FileRecord file, Owner sender)
    {
        EnsureTakes(request, file);
        if (await keys.Find(file, http.Cancel) is { } before) return (false, await StateOf(http, request, before));
        EnsureRoom(request, file, sender);
        var url = await urls.Upload(file, request.Client, http.Audit, http.Cancel);
        await uploads.AddNote(file, url, sender, request.Client, http.Cancel);
        var begun = await Add(request, file, sender, http.Cancel);
        return begun.Id != file.Id ? (false, await StateOf(http, request, begun))
            : (true, new(file.Id, "pending") { Upload = UploadResponse.Of(file, url) });
    }

    /// <summary>
    /// Completes a file that was begun by this request; false if it was complete before. What was begun in time may be completed later.
    /// </summary>
    /// <exception cref="Problem">404 <c>file_not_found</c>; 410 <c>request_closed</c>; those of <see cref="Completion"/>.</exception>
    public async Task<bool> Complete(FileRequest request, string? id, CancellationToken cancel)
    {
        if (request.ClosedAt is not null) throw Closed();
        // The answer was lost; what became of it is not theirs.
        if (await Own(request, id, cancel) is { CompletedAt: not null }) return false;
        await completion.Run(() => Own(request, id, cancel), choose: null, cancel);
        return true;
    }

    /// <summary>
    /// True for one of those who ask at a time: whoever created the request is to be told that files have come
    /// (<see cref="FileRequest.Notify"/>).
    /// </summary>
    public async Task<bool> TakeNotice(FileRequest request, CancellationToken cancel)
    {
        var (now, taken) = (clock.GetUtcNow(), false);
        if (request.Notify(now) == request) return false;
        try
        {
            await requests.Count(request.Tenant, request.Id, found =>
            {
                var told = found.Notify(now);
                taken = told != found;
                return told;
            }, cancel);
            return taken;
        }
        catch (Problem busy) when (busy.Status == 503)
        {
            return false; // The file is received; somebody else will ask.
        }
    }

    async Task<FileRecord> Own(FileRequest request, string? id, CancellationToken cancel) =>
        await files.Find(request.Tenant, id, cancel) is { } file && file.Request == request.Id
            && (file.CompletedAt is not null || file.Status != FileStatus.Purging)
            ? file : throw FilePermissions.NotFound();

    async Task<FileRecord> Add(FileRequest request, FileRecord file, Owner sender, CancellationToken cancel)
    {
        using var turn = await requests.Turn(request.Id, cancel);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            // Others may have begun since it was read, and then the first try would only fail.
            var now = await requests.Find(request.Tenant, request.Id, cancel) ?? throw Closed();
            EnsureRoom(now, file, sender);
            if (await TryAdd(now, file, sender, cancel)) return file;
            if (await keys.Find(file, cancel) is { } before) return before;
            await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(5 + 5 * attempt)), clock, cancel);
        }
        throw FileStore.Busy();
    }

    async Task<bool> TryAdd(FileRequest request, FileRecord file, Owner sender, CancellationToken cancel)
    {
        try
        {
            return await files.TryAdd(file, sender, request.Begin(file.Size, sender), cancel);
        }
        catch (Problem full) when (full.Code == "quota_exceeded")
        {
            throw Full(); // How much the owner has is nothing for a stranger.
        }
    }

    async Task<UploadProgressResponse> StateOf(TenantRequest http, FileRequest request, FileRecord file)
    {
        if (file.Status != FileStatus.Pending) return new(file.Id, "received");
        if (request.ClosedAt is not null) throw Closed();
        // A blob that exists can't be overwritten. The next step is complete, which deletes it if it is wrong.
        if (await blobs.Find(file.Tenant, file.BlobName, http.Cancel) is { } blob)
            return new(file.Id, "pending") { ReceivedBytes = blob.ContentLength };
        var url = await urls.Upload(file, request.Client, http.Audit, http.Cancel);
        await uploads.AddNote(file, url, file.UploadedBy ?? request.Sender, request.Client, http.Cancel);
        return new(file.Id, "pending") { ReceivedBytes = 0, Upload = UploadResponse.Of(file, url) };
    }

    static void EnsureTakes(FileRequest request, FileRecord file)
    {
        if (file.Size > request.MaxFileBytes)
        {
            throw new Problem(413, "file_too_large", $"The file is too large: the limit is {request.MaxFileBytes} bytes.")
            {
                Extensions = new Dictionary<string, object?> { ["size"] = file.Size, ["limit"] = request.MaxFileBytes },
            };
        }
        if (request.Takes(file.ContentType)) return;
        throw new Problem(415, "content_type_not_allowed", "This request does not take files of this type.")
        {
            Extensions = new Dictionary<string, object?> { ["contentType"] = file.ContentType, ["allowed"] = request.ContentTypes },
        };
    }

    void EnsureRoom(FileRequest request, FileRecord file, Owner sender)
    {
        var now = clock.GetUtcNow();
        switch (request.StatusAt(now))
        {
            case FileRequestStatus.Closed:
                throw Closed();
            case FileRequestStatus.Expired:
                throw new Problem(410, "request_expired", "The time for handing files in is over.");
            case FileRequestStatus.Full:
                throw Full();
        }
        if (file.Size > request.MaxTotalBytes - request.Bytes) throw Full();
        request.EnsureMayBegin(sender, now);
    }

    /// <summary>410 <c>request_closed</c>.</summary>
    internal static Problem Closed() => new(410, "request_closed", "This request was closed. It takes no more files.");

    static Problem Full() => Problem.Conflict("request_full", "This request has no room for the file.");
}
