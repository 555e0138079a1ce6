using Latchkey.Access;
using Latchkey.Files;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Account;

/// <summary>
/// The groups that apps make for their users. One belongs to its app, which alone changes it, and to its owners. It goes with the app, and
/// with its last member.
/// </summary>
public sealed class AppGroups(
    GroupStore groups, ClientStore clients, UserStore users, GroupRemoval removal, SpaceRemoval spaces, RemovalNotes notes)
{
    const int MaxAttempts = 10;

    /// <summary>Makes a group that the user owns.</summary>
    /// <exception cref="Problem">409 <c>too_many_groups</c>; 401 if the app was deleted meanwhile.</exception>
    public async Task<Group> Create(Tenant tenant, Client client, string userId, string name, CancellationToken cancel)
    {
        if ((await groups.IdsOfApp(tenant.Id, client.Id, GroupApp.MaxPerApp, cancel)).Count >= GroupApp.MaxPerApp)
            throw Problem.Conflict("too_many_groups", $"An app has at most {GroupApp.MaxPerApp} groups.");
        var group = await groups.TryCreate(tenant.Id, client, userId, name, cancel)
            ?? throw Problem.Conflict("too_many_groups", $"A user has at most {GroupApp.MaxPerUser} groups of an app.");
        // Whoever deletes an app, or a user, looks for groups afterwards: either the group is seen there or the deletion here.
        var isThere = await clients.FindNow(tenant, client.Id, CancellationToken.None) is { } now && group.App!.Is(now)
            && await users.Find(tenant, userId, CancellationToken.None) is { Deleting: false };
        if (isThere) return group;
        await removal.TryRun(tenant.Id, group.Id, purge: true, TimeSpan.FromSeconds(10), CancellationToken.None);
        throw Problem.Unauthorized("The access token's user or client was deleted.");
    }

    /// <summary>The app and the user of the token. What the administrator has taken from the app since, it can't do any more.</summary>
    /// <exception cref="Problem">403 <c>insufficient_scope</c></exception>
    public async Task<(Client Client, string User)> App(Caller caller)
    {
        var client = await clients.Find(caller.Tenant, caller.Token.ClientId, caller.Cancel);
        return caller.Token.SessionId is not null && client?.Scope.Has(Scopes.GroupsWrite) is true ? (client, caller.Token.Subject)
            : throw Problem.InsufficientScope(Scopes.GroupsWrite);
    }

    /// <summary>The group in the path, which is this app's and to which the user belongs, with the app and the user's role.</summary>
    /// <exception cref="Problem">404 <c>group_not_found</c>: also for a group of others; 403 <c>insufficient_scope</c>.</exception>
    public async Task<(Client Client, Group Group, GroupRole Role)> Find(Caller caller)
    {
        var (client, user) = await App(caller);
        var (tenant, id) = (caller.Tenant.Id, caller.Http.RouteValues["group"] as string ?? "");
        var group = await groups.FindGroup(tenant, id, caller.Cancel);
        if (group is not { Deleting: false, App: { } app } || !app.Is(client)) throw NotFound();
        var roles = await groups.Roles(tenant, id, [user], caller.Cancel);
        return roles.TryGetValue(user, out var role) ? (client, group, role) : throw NotFound();
    }

    /// <summary>
    /// Adds a member, changes a member's role, or removes a member (null). It is decided by the group as it was read and written only if
    /// nobody has changed it since: so there is always an owner, and never a member too many.
    /// </summary>
    /// <returns>False if the user was to be removed and is not a member.</returns>
    /// <exception cref="Problem">404 <c>group_not_found</c>; 409 <c>last_owner</c>, <c>too_many_members</c>,
    /// <c>changed_meanwhile</c>.</exception>
    public async Task<bool> Set(Tenant tenant, string id, string userId, GroupRole? role, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await groups.FindGroup(tenant.Id, id, cancel) is not { Deleting: false } group) throw NotFound();
            var members = await groups.Roles(tenant.Id, id, null, cancel);
            var isMember = members.TryGetValue(userId, out var before);
            if (role is null && !isMember) return false;
            if (isMember && before == GroupRole.Owner && role != GroupRole.Owner
                && members.Values.Count(one => one == GroupRole.Owner) == 1)
                throw Problem.Conflict("last_owner", "The group needs an owner. Make another member one first, or delete the group.");
            if (!isMember && members.Count >= GroupApp.MaxMembers)
                throw Problem.Conflict("too_many_members", $"A group has at most {GroupApp.MaxMembers} members.");
            try
            {
                var change = role is { } given ? new MemberChange([(userId, given)], []) : new MemberChange([], [userId]);
                return await groups.ChangeMembers(tenant.Id, group, change, onlyAsRead: true, cancel) is not null ? true : throw NotFound();
            }
            catch (Problem lost) when (lost.Code == "changed_meanwhile" && attempt < MaxAttempts)
            {
                // Somebody else was faster: look again.
            }
        }
    }

    /// <summary>
    /// Takes a user who is being deleted out of all groups. A group of an app that loses its only owner gets the next one: an editor before
    /// a reader, by their ids. If there is nobody else, the group goes with its files.
    /// </summary>
    /// <returns>False if the time ran out first.</returns>
    public async Task<bool> TryLeaveAll(string tenant, string userId, TimeSpan maxTime)
    {
        var cancel = CancellationToken.None;
        foreach (var membership in await groups.Of(tenant, userId, cancel))
        {
            var id = membership.Group.Id;
            if (membership.Role == GroupRole.Owner
                && await groups.FindGroup(tenant, id, cancel) is { App: not null, Deleting: false } group)
            {
                var others = (await groups.Roles(tenant, id, null, cancel)).Where(member => member.Key != userId)
                    .OrderByDescending(member => member.Value).ThenBy(member => member.Key, StringComparer.Ordinal).ToList();
                if (others.Count == 0 && await removal.TryRun(tenant, id, purge: true, maxTime, cancel) == false) return false;
                if (others.Count > 0 && others[0].Value != GroupRole.Owner)
                    await groups.SetMember(tenant, new(group, GroupRole.Owner), others[0].Key, cancel);
            }
            if (membership.Role == GroupRole.Owner) await spaces.RemoveLinks(tenant, Owner.Group(id), userId, cancel);
            await groups.TryRemoveMember(tenant, id, userId, cancel);
        }
        return true;
    }

    /// <summary>How many files are in the groups of a client that is to be deleted.</summary>
    public async Task<long> CountFiles(Tenant tenant, string clientId, CancellationToken cancel)
    {
        var files = 0L;
        foreach (var id in await groups.IdsOfApp(tenant.Id, clientId, int.MaxValue, cancel))
            files += await spaces.CountFiles(tenant.Id, Owner.Group(id), cancel);
        return files;
    }

    /// <summary>Deletes the groups of a deleted client with their files, for its note; false if some remain.</summary>
    public async Task<bool> TryRemoveAll(Tenant tenant, string clientId, TimeSpan maxTime)
    {
        var cancel = CancellationToken.None;
        var client = await clients.FindNow(tenant, clientId, cancel);
        foreach (var id in await groups.IdsOfApp(tenant.Id, clientId, int.MaxValue, cancel))
        {
            if (client is not null && await groups.FindGroup(tenant.Id, id, cancel) is { App: { } app } && app.Is(client)) continue;
            if (await removal.TryRun(tenant.Id, id, purge: true, maxTime, cancel) == false) return false;
        }
        await notes.Remove(tenant.Id, RemovalKind.AppGroups, clientId);
        return true;
    }

    static Problem NotFound() => Problem.NotFound("group_not_found", "The group was not found.");
}
