using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>A file whose bytes a caller is going to replace, in whatever way they are sent.</summary>
/// <param name="File">The file.</param>
/// <param name="Condition">On what that depends.</param>
/// <param name="ByShare">True if only the file is shared with the caller, who has no right in its space.</param>
public sealed record VersionTarget(FileRecord File, VersionCondition Condition, bool ByShare)
{
    /// <summary>The record of the upload. What it does not declare is as it is in the file.</summary>
    /// <exception cref="Problem">Those of <see cref="UploadRequest.ToRecord"/>.</exception>
    internal FileRecord RecordOf(
        UploadRequest asked, string? name, Tenant tenant, string client, Settings settings, DateTimeOffset now) =>
        (asked with { ContentType = asked.ContentType ?? File.ContentType, Folder = File.Folder })
            .ToRecord(name ?? File.Name, tenant, File.Owner, client, settings, now) with
        {
            Replaces = File.Id,
            ReplacesOnly = Condition.Only,
            BecomesCopy = Condition.Copy,
            ByShare = ByShare,
        };

    /// <summary>Refuses an upload that would lose at once.</summary>
    /// <exception cref="Problem">409 <c>version_conflict</c>.</exception>
    public void EnsureDue()
    {
        if (!Condition.Copy) Condition.Ensure(File);
    }
}

/// <summary>Finds the files whose bytes callers want to replace.</summary>
public sealed class VersionTargets(FilePermissions permissions, Spaces spaces)
{
    /// <summary>The file, which is there and which the caller may write.</summary>
    /// <exception cref="Problem">
    /// 404 <c>file_not_found</c>; 403 <c>insufficient_rights</c>, <c>file_infected</c>; 409 <c>file_pending</c>, <c>file_copying</c>,
    /// <c>file_scanning</c>.
    /// </exception>
    public async Task<VersionTarget> Find(Caller caller, string? id, VersionCondition condition)
    {
        var (file, byShare) = await permissions.Find(caller, id, Permission.Write);
        FilePermissions.EnsureAvailable(file);
        return byShare && condition.Copy ? throw Spaces.InsufficientRights(Permission.Write) : new(file, condition, byShare);
    }

    /// <summary>An upload to complete it. Since it was begun, the caller may have lost the right to a copy in the space.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="id">The upload.</param>
    /// <param name="copy">True if it is to become a copy, even if it did not say so when it was begun.</param>
    /// <exception cref="Problem">404 <c>file_not_found</c>; 403 <c>insufficient_rights</c>.</exception>
    public async Task<FileRecord> FindUnfinished(Caller caller, string? id, bool copy = false)
    {
        var upload = await permissions.GetUpload(caller, id);
        if ((copy || upload.BecomesCopy) && upload.Replaces is not null) await EnsureMayCopy(caller, spaces, upload);
        return upload;
    }

    /// <summary>
    /// Refuses the former versions to whom only the file is shared: they got what it is, and not what was taken out of it before.
    /// </summary>
    /// <exception cref="Problem">403 <c>insufficient_rights</c>.</exception>
    internal static Task EnsureMaySeeFormer(Caller caller, Spaces spaces, FileRecord file) => EnsureMayCopy(caller, spaces, file);

    // It would be in a space that whoever has only a share can't see.
    static async Task EnsureMayCopy(Caller caller, Spaces spaces, FileRecord file)
    {
        if (await spaces.PermissionIn(caller, file.Owner) < Permission.Write) throw Spaces.InsufficientRights(Permission.Write);
    }
}
