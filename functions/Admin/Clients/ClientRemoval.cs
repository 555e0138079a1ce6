using Latchkey.Account;
using Latchkey.Files;
using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Admin;

/// <summary>
/// Deletes a client. Its row goes first, which ends all its sessions and tokens, so nobody writes to its spaces any more. Then
/// the groups that it made go, and the files, if that was asked for. After a crash a repeated request finishes the work, or
/// <see cref="RemovalTimer"/> does, by the note that was written before. Until the files are gone no client with the same id can be
/// created.
/// </summary>
public sealed class ClientRemoval(ClientStore clients, SpaceRemoval spaces, AppGroups appGroups, RemovalNotes notes)
{
    /// <summary>Deletes the client; false if the time ran out first; null if neither the client nor anything of it exists.</summary>
    /// <exception cref="Problem">409 <c>client_has_files</c>.</exception>
    public async Task<bool?> TryRun(Tenant tenant, string id, bool purge, CancellationToken cancel)
    {
        if (await clients.FindNow(tenant, id, cancel) is null && await IsClear(tenant, id, cancel)) return null;
        if (!purge && await Files(tenant, id, cancel) + await appGroups.CountFiles(tenant, id, cancel) is > 0 and var files)
            throw HasFiles(files);
        if (purge) await notes.Add(tenant.Id, RemovalKind.Client, id, purge, cancel);
        // Whoever gets the same id must not inherit an address that others have.
        foreach (var owner in Owners(id)) await spaces.RemoveLinks(tenant.Id, owner, cancel);
        await clients.Delete(tenant, id, cancel);
        var areGroupsGone = await appGroups.TryRemoveAll(tenant, id, RemovalNotes.MaxRequestTime);
        return (!purge || await Finish(tenant, id, RemovalNotes.MaxRequestTime)) && areGroupsGone;
    }

    /// <summary>Finishes deleting the groups that a client made, for a note; false if some remain.</summary>
    public Task<bool> TryFinishGroups(Tenant tenant, string id, TimeSpan maxTime) => appGroups.TryRemoveAll(tenant, id, maxTime);

    /// <summary>
    /// Finishes deleting a client's files, for a note; false if some remain, or the client was never deleted.
    /// </summary>
    public async Task<bool> TryFinish(Tenant tenant, string id, TimeSpan maxTime, CancellationToken cancel)
    {
        if (await clients.FindNow(tenant, id, cancel) is null) return await Finish(tenant, id, maxTime);
        await notes.Remove(tenant.Id, RemovalKind.Client, id);
        return false;
    }

    async Task<bool> Finish(Tenant tenant, string id, TimeSpan maxTime)
    {
        foreach (var owner in Owners(id))
        {
            if (!await spaces.TryRemove(tenant.Id, owner, maxTime, CancellationToken.None)) return false;
        }
        await notes.Remove(tenant.Id, RemovalKind.Client, id);
        return true;
    }

    /// <summary>Refuses an id while files of a deleted client with the same id remain.</summary>
    /// <exception cref="Problem">409 <c>client_has_files</c>.</exception>
    public async Task EnsureClear(Tenant tenant, string id, CancellationToken cancel)
    {
        if (!await IsClear(tenant, id, cancel)) throw HasFiles(await Files(tenant, id, cancel));
    }

    async Task<bool> IsClear(Tenant tenant, string id, CancellationToken cancel)
    {
        foreach (var owner in Owners(id))
        {
            if (!await spaces.IsEmpty(tenant.Id, owner, cancel)) return false;
        }
        return true;
    }

    async Task<long> Files(Tenant tenant, string id, CancellationToken cancel)
    {
        var files = 0L;
        foreach (var owner in Owners(id)) files += await spaces.CountFiles(tenant.Id, owner, cancel);
        return files;
    }

    // The space that all users of the app share, and the client's own space.
    static Owner[] Owners(string id) => [Owner.App(id), new("client", id)];

    static Problem HasFiles(long files) => new(409, "client_has_files",
        "The client's spaces, or those of groups that it made, contain files. To delete them too, for good, add files=purge.")
    {
        Extensions = new Dictionary<string, object?> { ["files"] = files },
    };
}
