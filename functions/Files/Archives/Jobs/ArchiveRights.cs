using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>
/// Looks whether whoever has asked for an archive of single files may still read one of them: as <see cref="FilePermissions"/> does, for
/// somebody who is not there. Of a folder, the right to its space counts (<see cref="FolderJobRights"/>).
/// </summary>
public sealed class ArchiveRights(FolderJobRights rights, ShareStore shares, Memberships memberships, TimeProvider clock)
{
    /// <summary>True if they may.</summary>
    public async Task<bool> MayRead(Tenant tenant, FolderJob job, FileRecord file, CancellationToken cancel)
    {
        if (job.Archive!.Files is null || file.Owner == job.By) return true;
        if (file.Owner.Kind == "app" && file.Owner.Id == job.Client) return true;
        if (job.By.Kind != "user") return false;
        if (file.Owner.Kind == "group" && await rights.Has(job, tenant, file.Owner, Permission.Read, cancel)) return true;
        var now = clock.GetUtcNow();
        foreach (var share in await shares.AllOf(file.Tenant, file.Id, cancel))
        {
            if (!share.IsLive(now)) continue;
            if (share.Kind == "user" && share.Recipient == job.By.Id) return true;
            if (share.Kind == "group"
                && await memberships.Role(new(tenant, job.By.Id, Address: null), share.Recipient, cancel) is not null) return true;
        }
        return false;
    }
}
