using System.Globalization;
using System.Security.Cryptography;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// What completes a file that was handed in: its type must be one that the request takes, and in its folder it gets a name that no other
/// file has. The request's row is written with it, so of several at once one is behind the other.
/// </summary>
public sealed class ReceivedFiles(StorageClients storage, FileStore files, FileRequestStore requests, TimeProvider clock)
{
    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>Refuses bytes of a type that the request does not take.</summary>
    /// <exception cref="RefusedUpload">422 <c>type_mismatch</c></exception>
    public async Task EnsureTaken(FileRecord file, VerifiedUpload verified, CancellationToken cancel)
    {
        if (await requests.Find(file.Tenant, file.Request, cancel) is not { } request || request.Takes(verified.ContentType)) return;
        throw new RefusedUpload(new Problem(422, "type_mismatch",
            $"The bytes are {verified.ContentType}, a type that this request does not take.")
        {
            Extensions = new Dictionary<string, object?> { ["declared"] = file.ContentType, ["actual"] = verified.ContentType },
        });
    }

    /// <summary>Makes a file available under a free name; null if its record changed meanwhile.</summary>
    /// <exception cref="Problem">410 <c>request_closed</c>; 503 <c>space_busy</c>.</exception>
    public async Task<FileRecord?> TryComplete(FileRecord available, CancellationToken cancel)
    {
        using var turn = await requests.Turn(available.Request!, cancel);
        var sender = FileRequest.SenderOf(available.Request!); // From where is of no interest any more.
        for (var attempt = 0; attempt < HandIns.MaxAttempts; attempt++)
        {
            // Read before the names are, so that nobody can take the name in between by the same request.
            var request = await requests.Find(available.Tenant, available.Request, cancel);
            if (request is not { ClosedAt: null }) throw HandIns.Closed(); // Since the caller has looked.
            var named = (available with { Name = await FreeName(available, cancel), UploadedBy = sender }).Relist();
            if (await files.TryComplete(named, request.Receive(available), cancel))
                return named;
            if (await files.Find(available.Tenant, available.Id, cancel) is not { } now || now.ETag != available.ETag) return null;
            await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(5 + 5 * attempt)), clock, cancel);
        }
        throw FileStore.Busy();
    }

    // The first number that is free, or nearly so: the steps double, so that a thousand files of one name cost a few reads each.
    async Task<string> FreeName(FileRecord file, CancellationToken cancel)
    {
        if (!await IsTaken(file, file.Name, cancel)) return file.Name;
        var (taken, free) = (1, 2);
        for (; await IsTaken(file, Numbered(file.Name, free), cancel); free *= 2) taken = free;
        while (free - taken > 1)
        {
            var middle = taken + (free - taken) / 2;
            if (await IsTaken(file, Numbered(file.Name, middle), cancel)) taken = middle;
            else free = middle;
        }
        return Numbered(file.Name, free);
    }

    async Task<bool> IsTaken(FileRecord file, string name, CancellationToken cancel)
    {
        // The key has only the beginning of a long name.
        var start = RowKeys.ListedByNameIn(file.Folder) + RowKeys.SortKey(name) + "-";
        return await table.Columns(FileRows.Partition(file), start, start + "~", ["Name"], cancel)
            .AnyAsync(row => row.GetString("Name").Equals(name, StringComparison.OrdinalIgnoreCase), cancel);
    }

    static string Numbered(string name, int number)
    {
        var end = string.Create(CultureInfo.InvariantCulture, $" ({number})");
        var (stem, extension) = FileName.Parts(name, end.Length);
        return stem + end + extension;
    }
}
