using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>
/// Decides what a caller may do with a file. Every access to a file goes through it. The file's owner and the caller decide, each
/// time anew. A file that the caller may not see looks as if it did not exist.
/// </summary>
public sealed class FilePermissions(FileStore files, Spaces spaces, Memberships memberships, ShareStore shares, TimeProvider clock)
{
    const int ReadsAtOnce = 8;

    /// <summary>Finds a file that is not deleted.</summary>
    /// <exception cref="Problem">404 <c>file_not_found</c>, 403 <c>insufficient_rights</c>.</exception>
    public async Task<FileRecord> Get(Caller caller, string? id, Permission needed) => (await Find(caller, id, needed)).File;

    /// <summary>These files, for each of which the caller must have this permission, and which must have bytes.</summary>
    /// <exception cref="Problem">404 <c>file_not_found</c>, 403 <c>insufficient_rights</c>; 409, 410 as for a download.</exception>
    public async Task<IReadOnlyList<FileRecord>> GetServable(Caller caller, IReadOnlyList<string> ids, Permission needed)
    {
        var found = new FileRecord[ids.Count];
        var work = new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = caller.Cancel };
        await Parallel.ForAsync(0, ids.Count, work, async (n, _) => found[n] = await Get(caller, ids[n], needed));
        foreach (var file in found) Download.EnsureServable(file);
        return found;
    }

    /// <summary>A file that is not deleted, and whether the caller has this permission only by a share, and less in the space.</summary>
    /// <exception cref="Problem">404 <c>file_not_found</c>, 403 <c>insufficient_rights</c>.</exception>
    public async Task<(FileRecord File, bool ByShare)> Find(Caller caller, string? id, Permission needed) =>
        await Check(caller, await files.Find(caller.Tenant.Id, id, caller.Cancel), needed);

    /// <summary>Finds an upload to write to it; once it has become a version of a file, that file.</summary>
    /// <exception cref="Problem">404 <c>file_not_found</c>, 403 <c>insufficient_rights</c>.</exception>
    public async Task<FileRecord> GetUpload(Caller caller, string? id)
    {
        var file = await files.Find(caller.Tenant.Id, id, caller.Cancel);
        if (file is { Status: FileStatus.Version }) file = await files.Find(caller.Tenant.Id, file.Replaces, caller.Cancel);
        return (await Check(caller, file, Permission.Write)).File;
    }

    /// <summary>
    /// The permission that the file's shares give a user; for an upload those of the file that it replaces. It takes one query, and one
    /// read per group that has a share.
    /// </summary>
    public async Task<Permission> PermissionByShare(Caller caller, FileRecord file)
    {
        var (self, now, has) = (Owner.Of(caller.Token), clock.GetUtcNow(), Permission.None);
        if (self.Kind != "user") return has;
        var who = memberships.Who(caller.Http, caller.Tenant, self.Id);
        foreach (var share in await shares.AllOf(file.Tenant, file.Replaces ?? file.Id, caller.Cancel))
        {
            if (share.Access <= has || !share.IsLive(now)) continue;
            var mine = share.Kind == "user" ? share.Recipient == self.Id
                : share.Kind == "group" && await memberships.Role(who, share.Recipient, caller.Cancel) is not null;
            if (mine) has = share.Access;
        }
        return has;
    }

    /// <summary>
    /// Finds a file in any state, including the trash, to write to it. A share gives no access to a file that is deleted.
    /// </summary>
    /// <param name="caller">The caller.</param>
    /// <param name="id">The id.</param>
    /// <param name="inSpace">True if a share is not enough, because what follows can't be undone.</param>
    /// <exception cref="Problem">404 <c>file_not_found</c>, 403 <c>insufficient_rights</c>.</exception>
    public async Task<FileRecord> GetAny(Caller caller, string? id, bool inSpace)
    {
        var file = await files.Find(caller.Tenant.Id, id, caller.Cancel);
        if (file is null or { Status: FileStatus.Version }) throw NotFound();
        var has = await spaces.PermissionIn(caller, file.Owner);
        if (has < Permission.Write && file.Status is not (FileStatus.Deleted or FileStatus.Purging)
            && await PermissionByShare(caller, file) is var shared && shared > has)
            has = inSpace && shared == Permission.Write ? throw Spaces.InsufficientRights(Permission.Share) : shared;
        if (has == Permission.None) throw NotFound();
        return has >= Permission.Write ? file : throw Spaces.InsufficientRights(Permission.Write);
    }

    /// <summary>409 <c>file_copying</c>.</summary>
    public static Problem Copying() =>
        Problem.Conflict("file_copying", "The file is still being copied. Read it until it is available.");

    /// <summary>Refuses a file whose bytes nobody may have: it is not complete, not scanned yet, or infected.</summary>
    /// <exception cref="Problem">409 <c>file_copying</c>, <c>file_pending</c>, <c>file_scanning</c>; 403 <c>file_infected</c>.</exception>
    public static void EnsureAvailable(FileRecord file)
    {
        if (file.IsInfected) throw Infected();
        if (file.Status != FileStatus.Available) throw NotAvailable(file.Status);
    }

    /// <summary>403 <c>file_infected</c>.</summary>
    public static Problem Infected() => new(403, "file_infected", "Malware was found in this file. Nobody can download it.");

    /// <summary>409 <c>file_scanning</c>.</summary>
    public static Problem Scanning() =>
        new(409, "file_scanning", "The file is being scanned for malware. Try again later.") { RetryAfter = 10 };

    static Problem NotAvailable(FileStatus status) => status switch
    {
        FileStatus.Copying => Copying(),
        FileStatus.Scanning => Scanning(),
        FileStatus.Infected => Infected(),
        _ => Problem.Conflict("file_pending", "The file is not complete yet."),
    };

    /// <summary>404 <c>file_not_found</c>: the file does not exist, or the caller may not see it.</summary>
    public static Problem NotFound() => Problem.NotFound("file_not_found", "The file was not found.");

    async Task<(FileRecord File, bool ByShare)> Check(Caller caller, FileRecord? file, Permission needed)
    {
        if (file is null or { Status: FileStatus.Deleted or FileStatus.Purging or FileStatus.Version }) throw NotFound();
        var inSpace = await spaces.PermissionIn(caller, file.Owner);
        var has = inSpace;
        if (has < needed && await PermissionByShare(caller, file) is var shared && shared > has) has = shared;
        if (has == Permission.None) throw NotFound();
        return has >= needed ? (file, inSpace < needed) : throw Spaces.InsufficientRights(needed);
    }
}
