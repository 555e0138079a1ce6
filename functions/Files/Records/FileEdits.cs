using Latchkey.Access;
using Latchkey.Http;

namespace Latchkey.Files;

/// <summary>A file before and after a change; the same record twice if nothing had to be changed.</summary>
public sealed record FileEdit(FileRecord Before, FileRecord After)
{
    /// <summary>True if it has left its folder, which may be empty now.</summary>
    public bool LeftFolder => Before.IsListed && After.Folder != Before.Folder;
}

/// <summary>
/// Changes a file for a caller, by a request of its own or as one of many. Each method is one attempt, which is null if others changed the
/// record meanwhile (<see cref="FileRetry"/>).
/// </summary>
public sealed class FileEdits(FilePermissions permissions, FileStore files)
{
    /// <summary>Changes name, folder, times, metadata or tags.</summary>
    /// <exception cref="Problem">404 <c>file_not_found</c>; 403 <c>insufficient_rights</c>; those of the change.</exception>
    public async Task<FileEdit?> Change(Caller caller, string? id, Func<FileRecord, FileRecord> change)
    {
        var file = await permissions.Get(caller, id, Permission.Write);
        var changed = change(file);
        if (changed == file) return new(file, file);
        var written = changed.Relist() with { ChangedBy = Owner.Of(caller.Token) };
        return await files.TryMove(file, written, default, caller.Cancel) ? new(file, changed) : null;
    }

    /// <summary>Restores a file from the trash; one that is restored already stays as it is.</summary>
    /// <exception cref="Problem">404 <c>file_not_found</c>; 403 <c>insufficient_rights</c>; 409 <c>file_not_deleted</c>.</exception>
    public async Task<FileEdit?> Restore(Caller caller, string? id)
    {
        var file = await permissions.GetAny(caller, id, inSpace: true);
        if (file.IsListed) return new(file, file);
        if (file.Status == FileStatus.Purging) throw FilePermissions.NotFound();
        if (file.Status != FileStatus.Deleted) throw Problem.Conflict("file_not_deleted", "The file is not in the trash.");
        var restored = file.Restore();
        return await files.TryMove(file, restored, default, caller.Cancel) ? new(file, restored) : null;
    }

    /// <summary>400 <c>not_supported</c>: a move leads to a folder of the same space.</summary>
    public static Problem OtherSpace() =>
        Problem.BadRequest("not_supported", "A file can't be moved to another space. Copy it there and delete it here.");
}
