using System.Collections.Concurrent;
using System.Diagnostics;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>
/// Changes many files, a fixed number at a time and for a bounded time. One that fails does not stop the others. A file that was not
/// reached is answered with 503, as if its own request had come at a bad moment.
/// </summary>
public sealed class BulkChanges(
    FilePermissions permissions, FileEdits edits, FileDeletion deletion, Folders folders, AuditLog audit)
{
    const int AtOnce = 8;

    // Azure's front end gives up after 230 seconds.
    static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(60);

    /// <summary>Changes the files; each once, however often its id is there.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="asked">What for.</param>
    /// <param name="change">The change of a move or tagging.</param>
    public async Task<IReadOnlyList<BulkResult>> Run(Caller caller, BulkRequest asked, Func<FileRecord, FileRecord>? change)
    {
        var time = Stopwatch.StartNew();
        var ids = asked.Ids.Distinct(StringComparer.Ordinal).ToList();
        var (results, left) = (new BulkResult[ids.Count], new ConcurrentBag<FileRecord>());
        var work = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = caller.Cancel };
        await Parallel.ForAsync(0, ids.Count, work, async (n, _) =>
        {
            results[n] = time.Elapsed > MaxTime ? new(ids[n], 503, "server_busy") : await TryOne(caller, asked, change, ids[n], left);
            if (results[n].Code is null) Audit(caller, asked, ids[n]);
        });
        // Once for each folder, and not for each file that has left it.
        await Parallel.ForEachAsync(left.DistinctBy(file => (file.Space, file.Folder)), work,
            async (file, _) => await folders.RemoveIfEmpty(file, caller.Cancel));
        return results;
    }

    async Task<BulkResult> TryOne(
        Caller caller, BulkRequest asked, Func<FileRecord, FileRecord>? change, string id, ConcurrentBag<FileRecord> left)
    {
        try
        {
            await FileRetry.Run(() => asked.Action switch
            {
                "delete" => Delete(caller, id, asked.Permanent is true, left),
                "restore" => Restore(caller, id),
                _ => Change(caller, id, change!, left),
            });
            return new(id, asked.Action == "delete" ? 204 : 200, null);
        }
        catch (Problem refused)
        {
            return new(id, refused.Status, refused.Code);
        }
        catch (Exception fault) when (ErrorBoundary.IsOutage(fault) && !caller.Cancel.IsCancellationRequested)
        {
            return new(id, 503, "storage_unavailable");
        }
    }

    async Task<FileRecord?> Delete(Caller caller, string id, bool permanent, ConcurrentBag<FileRecord> left)
    {
        var file = await permissions.GetAny(caller, id, inSpace: permanent);
        if (!await deletion.TryDelete(file, permanent, caller.Cancel)) return null;
        if (file.IsListed) left.Add(file);
        return file;
    }

    async Task<FileRecord?> Restore(Caller caller, string id) => (await edits.Restore(caller, id))?.After;

    async Task<FileRecord?> Change(
        Caller caller, string id, Func<FileRecord, FileRecord> change, ConcurrentBag<FileRecord> left)
    {
        if (await edits.Change(caller, id, change) is not { } edit) return null;
        if (edit.LeftFolder) left.Add(edit.Before);
        return edit.After;
    }

    void Audit(Caller caller, BulkRequest asked, string id) => audit.Add(
        caller.Tenant.Id, "files-bulk", caller.Audit.Actor, caller.Audit.Client, id, asked.Action);
}
