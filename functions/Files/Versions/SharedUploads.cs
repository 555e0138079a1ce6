using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>
/// Looks again whether somebody with only a share may still replace a file: what they have begun takes space of somebody else, and ends
/// with the share and with the file.
/// </summary>
public sealed class SharedUploads(
    FileStore files, ShareStore shares, TenantStore tenants, Memberships memberships, TimeProvider clock)
{
    /// <summary>True if the upload's file is there, also in the trash, and still shared with whoever began the upload.</summary>
    public async Task<bool> MayGoOn(FileRecord upload, CancellationToken cancel)
    {
        if (upload.UploadedBy is not { Kind: "user" } user || await tenants.Find(upload.Tenant, cancel) is not { } tenant) return false;
        if (await files.Find(upload.Tenant, upload.Replaces, cancel) is not { Status: not FileStatus.Purging } file) return false;
        var now = clock.GetUtcNow();
        foreach (var share in await shares.AllOf(file.Tenant, file.Id, cancel))
        {
            if (share.Access < Permission.Write || !share.IsLive(now)) continue;
            if (share.Kind == "user" ? share.Recipient == user.Id : await IsIn(tenant, share.Recipient, user.Id, cancel)) return true;
        }
        return false;
    }

    // Where the request came from can't be asked again: it was in the group's network or place.
    async Task<bool> IsIn(Tenant tenant, string group, string user, CancellationToken cancel) =>
        (tenant.GroupRules.TryGetValue(group, out var rule) && !rule.IsOfUsers)
        || await memberships.Role(new(tenant, user, Address: null), group, cancel) is not null;
}
