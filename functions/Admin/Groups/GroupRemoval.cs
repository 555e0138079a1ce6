using Latchkey.Files;
using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Admin;

/// <summary>
/// Deletes a group. First its row is marked: nobody becomes a member any more, and what follows is finished even if the caller
/// hangs up. It goes on after a crash with the same request, or by the note that was written before the mark
/// (<see cref="RemovalTimer"/>). The members go then, so that nobody writes; the shares and files; the group's row last.
/// </summary>
public sealed class GroupRemoval(GroupStore groups, SpaceRemoval spaces, RemovalNotes notes)
{
    /// <summary>
    /// Deletes the group; false if the time was over before: then the same again goes on. Null if there is neither a group
    /// nor anything of one.
    /// </summary>
    /// <exception cref="Problem">409 <c>group_has_files</c>: it stays, and so do they. 409 <c>changed_meanwhile</c>.</exception>
    public async Task<bool?> TryRun(string tenant, string id, bool purge, TimeSpan most, CancellationToken cancel)
    {
        // What was written by somebody who had just been a member can be there without the group.
        if (await groups.FindGroup(tenant, id, cancel) is null && await spaces.IsClear(tenant, Owner.Group(id), cancel))
        {
            await notes.Remove(tenant, Removed.Group, id);
            return null;
        }
        if (!purge) await EnsureNoFiles(tenant, id, cancel);
        await notes.Add(tenant, Removed.Group, id, purge, cancel);
        await groups.Mark(tenant, id, deleting: true, cancel);
        return await Finish(tenant, id, purge, most);
    }

    /// <summary>Goes on with a deletion that a note tells of; false if it did not come to its end, or had never begun.</summary>
    public async Task<bool> TryFinish(RemovalNote note, TimeSpan most, CancellationToken cancel)
    {
        // Without the mark nothing has been removed, or it is another group that has the id now.
        if (await groups.FindGroup(note.Tenant, note.Id, cancel) is { Deleting: false })
        {
            await notes.Remove(note.Tenant, Removed.Group, note.Id);
            return false;
        }
        try
        {
            return await Finish(note.Tenant, note.Id, note.Purge, most);
        }
        catch (Problem)
        {
            return false; // It has got files that nobody wanted to remove.
        }
    }

    /// <summary>Refuses if there are files in the group's space.</summary>
    /// <exception cref="Problem">409 <c>group_has_files</c> with their number.</exception>
    public async Task EnsureNoFiles(string tenant, string id, CancellationToken cancel)
    {
        if (await spaces.Files(tenant, Owner.Group(id), cancel) is > 0 and var files) throw HasFiles(files);
    }

    /// <summary>Refuses to give an id to a group while files or shares of another that had it are there.</summary>
    /// <exception cref="Problem">409 <c>group_has_files</c>.</exception>
    public async Task EnsureClear(string tenant, string id, CancellationToken cancel)
    {
        if (!await spaces.IsClear(tenant, Owner.Group(id), cancel)) throw HasFiles(await spaces.Files(tenant, Owner.Group(id), cancel));
    }

    async Task<bool> Finish(string tenant, string id, bool purge, TimeSpan most)
    {
        var cancel = CancellationToken.None; // What has begun is finished, whether or not the caller is still there.
        await groups.RemoveMembers(tenant, id, cancel);
        if (!purge && await spaces.Files(tenant, Owner.Group(id), cancel) is > 0 and var late)
        {
            await groups.Mark(tenant, id, deleting: false, cancel);
            await notes.Remove(tenant, Removed.Group, id);
            throw HasFiles(late);
        }
        if (!await spaces.TryRun(tenant, Owner.Group(id), most, cancel)) return false;
        if (!await groups.TryDelete(tenant, id, cancel)) throw Problem.Conflict("changed_meanwhile", "The group was changed meanwhile; try again.");
        await notes.Remove(tenant, Removed.Group, id);
        return true;
    }

    static Problem HasFiles(long files) => new(409, "group_has_files", "The group's space has files or shares; files=purge removes them for good.")
    {
        Extensions = new Dictionary<string, object?> { ["files"] = files },
    };
}
