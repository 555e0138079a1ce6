using Latchkey.Files;
using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Account;

/// <summary>
/// Deletes a group. First its row is marked: nobody can become a member any more, and from then on the work is finished even if
/// the caller hangs up. After a crash a repeated request continues, or <c>RemovalTimer</c> does, by the note that was
/// written before the mark. Then the members go, so that nobody writes; then shares and files; the group's row goes last.
/// </summary>
public sealed class GroupRemoval(GroupStore groups, SpaceRemoval spaces, RemovalNotes notes)
{
    /// <summary>
    /// Deletes the group; false if the time ran out first: a repeated call continues. Null if neither the group nor anything of it
    /// exists.
    /// </summary>
    /// <exception cref="Problem">409 <c>group_has_files</c>: nothing was deleted. 409 <c>changed_meanwhile</c>.</exception>
    public async Task<bool?> TryRun(string tenant, string id, bool purge, TimeSpan maxTime, CancellationToken cancel)
    {
        // A file can outlive the group: a member may have written it while the group was being deleted.
        if (await groups.FindGroup(tenant, id, cancel) is null && await spaces.IsEmpty(tenant, Owner.Group(id), cancel))
        {
            await notes.Remove(tenant, RemovalKind.Group, id);
            return null;
        }
        if (!purge) await EnsureNoFiles(tenant, id, cancel);
        await notes.Add(tenant, RemovalKind.Group, id, purge, cancel);
        await groups.Mark(tenant, id, deleting: true, cancel);
        return await Finish(tenant, id, purge, maxTime);
    }

    /// <summary>Continues a deletion, for its note; false if it is not finished, or never began.</summary>
    public async Task<bool> TryFinish(RemovalNote note, TimeSpan maxTime, CancellationToken cancel)
    {
        // Without the mark nothing was removed, or the id belongs to a new group by now.
        if (await groups.FindGroup(note.Tenant, note.Id, cancel) is { Deleting: false })
        {
            await notes.Remove(note.Tenant, RemovalKind.Group, note.Id);
            return false;
        }
        try
        {
            return await Finish(note.Tenant, note.Id, note.Purge, maxTime);
        }
        catch (Problem)
        {
            return false; // The space has files that nobody asked to delete.
        }
    }

    /// <summary>Refuses if the group's space contains files.</summary>
    /// <exception cref="Problem">409 <c>group_has_files</c> with their number.</exception>
    public async Task EnsureNoFiles(string tenant, string id, CancellationToken cancel)
    {
        if (await spaces.CountFiles(tenant, Owner.Group(id), cancel) is > 0 and var files) throw HasFiles(files);
    }

    /// <summary>Refuses an id while files or shares of a deleted group with the same id remain.</summary>
    /// <exception cref="Problem">409 <c>group_has_files</c>.</exception>
    public async Task EnsureClear(string tenant, string id, CancellationToken cancel)
    {
        if (!await spaces.IsEmpty(tenant, Owner.Group(id), cancel))
            throw HasFiles(await spaces.CountFiles(tenant, Owner.Group(id), cancel));
    }

    async Task<bool> Finish(string tenant, string id, bool purge, TimeSpan maxTime)
    {
        var cancel = CancellationToken.None; // From here on the work is finished even if the caller hangs up.
        // The mark keeps new members out, but those who are in write until they are removed.
        var members = purge ? null : await groups.Roles(tenant, id, null, cancel);
        if (!purge) await EnsureStillNoFiles(tenant, id, null, cancel);
        await groups.RemoveMembers(tenant, id, cancel);
        if (!purge) await EnsureStillNoFiles(tenant, id, members, cancel);
        if (!await spaces.TryRemove(tenant, Owner.Group(id), maxTime, cancel)) return false;
        if (!await groups.TryDelete(tenant, id, cancel))
            throw Problem.Conflict("changed_meanwhile", "The group was changed at the same time. Try again.");
        await notes.Remove(tenant, RemovalKind.Group, id);
        return true;
    }

    // Gives up the deletion if there are files, and lets the members in again who have been removed.
    async Task EnsureStillNoFiles(string tenant, string id, IReadOnlyDictionary<string, GroupRole>? removed, CancellationToken cancel)
    {
        if (await spaces.CountFiles(tenant, Owner.Group(id), cancel) is not (> 0 and var files)) return;
        await groups.Mark(tenant, id, deleting: false, cancel);
        if (removed is not null && await groups.FindGroup(tenant, id, cancel) is { } group)
            await groups.ChangeMembers(tenant, group, new([.. removed.Select(one => (one.Key, one.Value))], []), false, cancel);
        await notes.Remove(tenant, RemovalKind.Group, id);
        throw HasFiles(files);
    }

    static Problem HasFiles(long files) => new(409, "group_has_files",
        "The group's space contains files or shares. To delete them too, for good, add files=purge.")
    {
        Extensions = new Dictionary<string, object?> { ["files"] = files },
    };
}
