using System.Text.Json.Nodes;
using Latchkey.Tenancy;

namespace Latchkey.Scim;

/// <summary>Lists users. Indexed: <c>id</c>, <c>userName</c>, <c>externalId</c>, <c>emails.value</c> (verified addresses).</summary>
sealed class UserList(UserStore users, GroupStore groups, PageMarks marks) : ResourceList<User>(marks, Kind)
{
    /// <summary>What the marks of this list are kept under.</summary>
    public const string Kind = "users";

    const int AtOnce = 16;

    /// <summary>A user as it is shown, with groups if they are asked for.</summary>
    public async Task<JsonObject> Show(ScimRequest call, User user, Projection projection) => UserResource.Of(call, user,
        projection.Wants("groups", byDefault: false) ? await groups.Of(call.Tenant.Id, user.Id, call.Cancel) : null);

    protected override async Task<IReadOnlyList<User>?> Candidates(ScimRequest call, Filter filter)
    {
        foreach (var (key, text) in filter.Equalities)
        {
            User? found;
            if (key == "id") found = IsId(text) ? await users.Find(call.Tenant, text, call.Cancel) : null;
            else if (key == "externalid") found = await users.FindByExternalId(call.Tenant, text, call.Cancel);
            else if (key is "username" or "emails.value") found = await users.FindByName(call.Tenant, text, call.Cancel);
            else continue;
            return found is { Deleting: false } ? [found] : [];
        }
        return null;
    }

    protected override Task<IReadOnlyList<User>> Read(ScimRequest call, string? after, int limit) =>
        users.List(call.Tenant, after, limit, call.Cancel);

    protected override IAsyncEnumerable<string> Ids(ScimRequest call) => users.AllIds(call.Tenant, call.Cancel);

    protected override string Id(User one) => one.Id;

    protected override bool IsId(string text) => Storage.Ids.IsId(text);

    protected override bool IsThere(User one) => !one.Deleting;

    protected override JsonObject Compared(ScimRequest call, User one, Filter filter) => UserResource.Of(call, one);

    protected override async Task<IReadOnlyList<JsonObject>> Show(ScimRequest call, IReadOnlyList<User> page, Projection projection)
    {
        var shown = new List<JsonObject>();
        foreach (var some in page.Chunk(AtOnce)) shown.AddRange(await Task.WhenAll(some.Select(user => Show(call, user, projection))));
        return shown;
    }
}
