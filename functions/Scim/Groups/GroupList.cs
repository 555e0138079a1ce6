using System.Text.Json.Nodes;
using Latchkey.Tenancy;

namespace Latchkey.Scim;

/// <summary>
/// Lists groups. Indexed: <c>id</c>, <c>displayName</c>, <c>externalId</c>, <c>members.value</c>. An answer has at most
/// 5,000 members altogether; a group that would exceed this comes without its members.
/// </summary>
sealed class GroupList(GroupStore groups, PageMarks marks) : ResourceList<GroupList.Candidate>(marks, Kind)
{
    /// <summary>What the marks of this list are kept under.</summary>
    public const string Kind = "groups";

    const int MaxMembers = 5000;
    const int MaxOfOneName = 100;
    const int MaxOfOneUser = 1000;

    /// <summary>A group, with those of the users that the filter names who are members.</summary>
    public sealed record Candidate(Group Group, IReadOnlyList<string> Members);

    /// <summary>A group as it is shown.</summary>
    public async Task<JsonObject> Show(ScimRequest call, Group group, Projection projection) =>
        (await Show(call, [new Candidate(group, [])], projection))[0];

    protected override async Task<IReadOnlyList<Candidate>?> Candidates(ScimRequest call, Filter filter)
    {
        var users = filter.Equalities.Where(one => one.Key == "members.value").Select(one => one.Text).Distinct(StringComparer.Ordinal)
            .ToList();
        var memberships = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var user in users)
            memberships[user] = Storage.Ids.IsId(user)
                ? [.. (await groups.Of(call.Tenant.Id, user, call.Cancel)).Select(one => one.Group.Id)] : [];
        if (await Ids(call, filter, memberships) is not { } ids) return null;
        EnsureOnlyEqualities(filter);
        var found = await Task.WhenAll(ids.Select(id => groups.FindGroup(call.Tenant.Id, id, call.Cancel)));
        return [.. found.OfType<Group>().Where(group => !group.Deleting)
            .Select(group => new Candidate(group, [.. users.Where(user => memberships[user].Contains(group.Id))]))];
    }

    async Task<IReadOnlyCollection<string>?> Ids(ScimRequest call, Filter filter, Dictionary<string, HashSet<string>> memberships)
    {
        foreach (var (key, text) in filter.Equalities)
        {
            if (key == "id") return [text];
            if (key == "externalid") return await groups.FindByExternalId(call.Tenant.Id, text, call.Cancel) is { } id ? [id] : [];
            if (key == "displayname") return await Named(call, text);
        }
        if (memberships.Count == 0) return null;
        var smallest = memberships.Values.MinBy(ids => ids.Count)!;
        return smallest.Count <= MaxOfOneUser ? smallest
            : throw ScimError.TooMany($"The user is a member of more than {MaxOfOneUser} groups.");
    }

    // Groups that are older than the index of names are not in it: search the first thousand groups.
    async Task<IReadOnlyCollection<string>> Named(ScimRequest call, string name)
    {
        if (await groups.FindByName(call.Tenant.Id, name, MaxOfOneName, call.Cancel) is { Count: > 0 } ids) return ids;
        var normalized = UserStore.Normalize(name);
        return [.. (await groups.List(call.Tenant.Id, null, 1000, call.Cancel))
            .Where(group => UserStore.Normalize(group.Name) == normalized).Take(MaxOfOneName).Select(group => group.Id)];
    }

    protected override void EnsureComparable(Filter filter)
    {
        if (filter.Paths.Any(path => path.Is("members"))) throw NoMembers();
    }

    // Of the members only those are known that the filter demands.
    static void EnsureOnlyEqualities(Filter filter)
    {
        if (filter.Paths.Count(path => path.Is("members")) != filter.Equalities.Count(one => one.Key == "members.value")) throw NoMembers();
    }

    static Http.Problem NoMembers() =>
        ScimError.InvalidFilter("For members, a filter supports only members.value eq, alone or joined by and.");

    protected override async Task<IReadOnlyList<Candidate>> Read(ScimRequest call, string? after, int limit) =>
        [.. (await groups.List(call.Tenant.Id, after, limit, call.Cancel)).Select(group => new Candidate(group, []))];

    protected override IAsyncEnumerable<string> Ids(ScimRequest call) => groups.AllIds(call.Tenant.Id, call.Cancel);

    protected override string Id(Candidate one) => one.Group.Id;

    protected override bool IsId(string text) => Group.IsId(text);

    protected override bool IsThere(Candidate one) => !one.Group.Deleting;

    protected override JsonObject Compared(ScimRequest call, Candidate one, Filter filter) =>
        GroupResource.Of(call, one.Group, one.Members);

    protected override async Task<IReadOnlyList<JsonObject>> Show(ScimRequest call, IReadOnlyList<Candidate> page, Projection projection)
    {
        var (shown, left) = (new List<JsonObject>(), MaxMembers);
        foreach (var (group, _) in page)
        {
            IReadOnlyList<(string User, GroupRole Role)>? members = null;
            if (projection.Wants("members", byDefault: true))
            {
                members = await groups.Members(call.Tenant.Id, group.Id, null, left + 1, call.Cancel);
                if (members.Count > left) members = null;
                else left -= members.Count;
            }
            shown.Add(GroupResource.Of(call, group, members?.Select(member => member.User)));
        }
        return shown;
    }
}
