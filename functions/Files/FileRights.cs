using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>
/// The way to every file: what a caller may do is decided by the record's owner and the caller, each time. What the
/// caller may not know of looks as if it were not there.
/// </summary>
public sealed class FileRights(FileStore files, Spaces spaces)
{
    /// <summary>A file that is not deleted.</summary>
    /// <exception cref="Problem">404 <c>file_not_found</c>, 403 <c>insufficient_rights</c>.</exception>
    public async Task<FileRecord> Get(Caller caller, string? id, Right needed)
    {
        var file = await files.Find(caller.Tenant.Id, id, caller.Cancel);
        if (file is null or { Status: FileStatus.Deleted or FileStatus.Purging }) throw NotFound();
        var has = await spaces.RightIn(caller, file.Owner);
        if (has == Right.None) throw NotFound();
        return has >= needed ? file : throw Spaces.Insufficient(needed);
    }

    /// <summary>A file in whatever state, the trash included; for those who may write in its space.</summary>
    /// <exception cref="Problem">404 <c>file_not_found</c>, 403 <c>insufficient_rights</c>.</exception>
    public async Task<FileRecord> GetAny(Caller caller, string? id)
    {
        var file = await files.Find(caller.Tenant.Id, id, caller.Cancel) ?? throw NotFound();
        var has = await spaces.RightIn(caller, file.Owner);
        if (has == Right.None) throw NotFound();
        return has >= Right.Write ? file : throw Spaces.Insufficient(Right.Write);
    }

    /// <summary>409 <c>file_copying</c>: the copy is not done yet.</summary>
    public static Problem Copying() => Problem.Conflict("file_copying", "The file is still being copied; read it until it is available.");

    /// <summary>404 <c>file_not_found</c>: not there, or not for the caller to know of.</summary>
    public static Problem NotFound() => Problem.NotFound("file_not_found", "There is no such file.");
}
