using System.Text.Json.Nodes;
using Latchkey.Account;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Scim;

/// <summary>
/// What a directory does to groups, by single requests and in bulk. Up to 49 members change in one transaction; after a crash in
/// between, a repeated request changes the rest. A group that is being deleted does not exist any more for directories.
/// </summary>
public sealed class ScimGroups(GroupStore groups, UserStore users, GroupRemoval removal, PageMarks marks)
{
    const int FirstMembers = 48;
    const int AtOnce = 16;
    const int MaxLooks = 10;

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>The group.</summary>
    /// <exception cref="Problem">404</exception>
    public async Task<Group> Find(ScimRequest call, string id) =>
        await groups.FindGroup(call.Tenant.Id, id, call.Cancel) is { Deleting: false } group ? group : throw ScimError.NotFound();

    /// <summary>Makes a group with its members.</summary>
    /// <exception cref="Problem">400, 409 <c>uniqueness</c></exception>
    public async Task<Group> Create(ScimRequest call, JsonObject body)
    {
        var plan = GroupPlan.OfResource(body);
        var group = new Group(Ids.NewBase32(), plan.Name!) { ExternalId = plan.ExternalId };
        await EnsureNameFree(call, group);
        await EnsureUsers(call, plan.Added);
        var members = plan.Added.Select(user => (user, call.Token.GroupRole)).ToList();
        if (!await groups.TryCreate(call.Tenant.Id, group, [.. members.Take(FirstMembers)], call.Cancel))
            throw ScimError.Uniqueness("Another group has this externalId.");
        marks.Forget(call.Tenant.Id);
        await EnsureOnlyOne(call, group);
        var made = await Find(call, group.Id);
        return members.Count <= FirstMembers ? made
            : await groups.ChangeMembers(call.Tenant.Id, made, new([.. members.Skip(FirstMembers)], []), false, call.Cancel)
                ?? throw ScimError.NotFound();
    }

    /// <summary>Replaces a group (PUT, RFC 7644 §3.5.1).</summary>
    /// <exception cref="Problem">400, 404, 409, 412</exception>
    public Task<Group> Replace(ScimRequest call, string id, JsonObject body) => Change(call, id, GroupPlan.OfResource(body));

    /// <summary>Changes a group (PATCH, RFC 7644 §3.5.2).</summary>
    /// <exception cref="Problem">400, 404, 409, 412</exception>
    public Task<Group> Patch(ScimRequest call, string id, JsonObject body) => Change(call, id, GroupPlan.OfPatch(body));

    /// <summary>Deletes a group without its files: a group with files is not deleted (<see cref="GroupRemoval"/>).</summary>
    /// <exception cref="Problem">404, 409, 412</exception>
    public async Task Delete(ScimRequest call, string id)
    {
        var group = await Find(call, id);
        Versions.Ensure(call.IfMatch, Versions.Of(group.ETag));
        try
        {
            await removal.TryRun(call.Tenant.Id, group.Id, purge: false, RemovalNotes.MaxRequestTime, call.Cancel);
        }
        catch (Problem files) when (files.Code == "group_has_files")
        {
            throw Problem.Conflict("group_has_files",
                "The group's space contains files or shares. An administrator has to delete the group.");
        }
        marks.Forget(call.Tenant.Id);
    }

    async Task<Group> Change(ScimRequest call, string id, GroupPlan plan)
    {
        var group = await Find(call, id);
        Versions.Ensure(call.IfMatch, Versions.Of(group.ETag));
        var change = await MembersOf(call, group, plan);
        group = await ChangeRow(call, group, plan);
        if (change.Added.Count + change.Removed.Count == 0) return group;
        return await groups.ChangeMembers(call.Tenant.Id, group, change, call.IfMatch.Count > 0, call.Cancel) ?? throw ScimError.NotFound();
    }

    async Task<Group> ChangeRow(ScimRequest call, Group group, GroupPlan plan)
    {
        if (plan is { Name: null, SetsExternalId: false }) return group;
        var before = group;
        var isUnique = false;
        var changed = await OptimisticUpdate.Run(async () =>
        {
            before = await Find(call, group.Id);
            Versions.Ensure(call.IfMatch, Versions.Of(before.ETag));
            if (!isUnique && plan.Name is { } name && name != before.Name) await EnsureNameFree(call, before with { Name = name });
            isUnique = true;
            return (Group?)before;
        }, read => After(read, plan) is var after && after.Name == read.Name && after.ExternalId == read.ExternalId ? null : after,
        after => groups.TryReplace(call.Tenant.Id, after, call.Cancel));
        // Also if the name is the same already: an earlier request may have broken off after it wrote the name.
        if (plan.Name is not null) await groups.RenameMembers(call.Tenant.Id, changed ?? before, CancellationToken.None);
        return changed is null ? before : await Find(call, group.Id);
    }

    static Group After(Group group, GroupPlan plan) => group with
    {
        Name = plan.Name ?? group.Name,
        ExternalId = plan.SetsExternalId ? plan.ExternalId : group.ExternalId,
    };

    // Whoever is a member already keeps the role there.
    async Task<MemberChange> MembersOf(ScimRequest call, Group group, GroupPlan plan)
    {
        if (!plan.ReplacesMembers && plan.Added.Count + plan.Removed.Count == 0) return new([], []);
        var there = await groups.Roles(call.Tenant.Id, group.Id, plan.ReplacesMembers ? null : [.. plan.Added, .. plan.Removed],
            call.Cancel);
        var added = plan.Added.Where(user => !there.ContainsKey(user)).ToList();
        await EnsureUsers(call, added);
        var removed = plan.ReplacesMembers ? there.Keys.Where(user => !plan.Added.Contains(user)) : plan.Removed.Where(there.ContainsKey);
        return new([.. added.Select(user => (user, call.Token.GroupRole))], [.. removed]);
    }

    async Task EnsureUsers(ScimRequest call, IReadOnlyCollection<string> ids)
    {
        foreach (var some in ids.Chunk(AtOnce))
        {
            var found = await Task.WhenAll(some.Select(id => users.Find(call.Tenant, id, call.Cancel)));
            if (Array.FindIndex(found, user => user is null or { Deleting: true }) is >= 0 and var missing)
                throw ScimError.InvalidValue($"No user has the id {some[missing]}.");
        }
    }

    // Two requests at once may both have found the name free. Of two new groups the one with the larger id goes, if its request has
    // seen the other one. If it has not, that group stays, and this one goes.
    async Task EnsureOnlyOne(ScimRequest call, Group group)
    {
        for (var look = 1; ; look++)
        {
            var others = (await groups.FindByName(call.Tenant.Id, group.Name, 10, CancellationToken.None)).Where(id => id != group.Id)
                .ToList();
            if (others.Count == 0) return;
            if (look < MaxLooks && others.All(other => string.CompareOrdinal(group.Id, other) < 0))
            {
                await Task.Delay(Pause, CancellationToken.None);
                continue;
            }
            await removal.TryRun(call.Tenant.Id, group.Id, purge: false, RemovalNotes.MaxRequestTime, CancellationToken.None);
            marks.Forget(call.Tenant.Id);
            throw NameTaken();
        }
    }

    static Problem NameTaken() => ScimError.Uniqueness("Another group has this displayName.");

    // Groups may share a name elsewhere, but directories find a group by its name, and must not find two.
    async Task EnsureNameFree(ScimRequest call, Group group)
    {
        var ids = await groups.FindByName(call.Tenant.Id, group.Name, 2, call.Cancel);
        if (ids.Any(id => id != group.Id)) throw NameTaken();
    }
}
