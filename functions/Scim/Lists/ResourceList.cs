using System.Text.Json.Nodes;
using Latchkey.Http;

namespace Latchkey.Scim;

/// <summary>
/// Lists resources (RFC 7644 §3.4.2). What a list costs: a filter that demands an id, a name or an address by <c>eq</c> takes a few
/// reads; any other filter is compared with each resource, five thousand at most by index and a thousand a page by cursor.
/// </summary>
abstract class ResourceList<T>(PageMarks marks, string kind)
{
    /// <summary>How many resources a filter is compared with at most, where no index helps.</summary>
    public const int MaxCompared = 5000;

    const int MaxComparedByCursor = 1000;

    /// <summary>The list that is the answer.</summary>
    /// <exception cref="Problem">400 <c>tooMany</c>, <c>invalidFilter</c>, <c>invalidCursor</c>.</exception>
    public async Task<JsonObject> Answer(ScimRequest call, ListQuery query)
    {
        if (query.Filter is { } filter && await Candidates(call, filter) is { } few)
            return await Page(call, query, [.. few.Where(one => filter.Matches(Compared(call, one, filter)))]);
        if (query.Filter is not null) EnsureComparable(query.Filter);
        if (query.Cursor is not null) return await ByCursor(call, query);
        return query.Filter is { } other ? await Page(call, query, await Compare(call, other)) : await ByIndex(call, query);
    }

    /// <summary>The resources that an index finds, among which all that match are; null if no index helps.</summary>
    protected abstract Task<IReadOnlyList<T>?> Candidates(ScimRequest call, Filter filter);

    /// <summary>Refuses a filter about what a list does not read.</summary>
    protected virtual void EnsureComparable(Filter filter)
    {
    }

    /// <summary>The resources after an id; those that are being deleted are among them.</summary>
    protected abstract Task<IReadOnlyList<T>> Read(ScimRequest call, string? after, int limit);

    /// <summary>All ids.</summary>
    protected abstract IAsyncEnumerable<string> Ids(ScimRequest call);

    /// <summary>The resource's id.</summary>
    protected abstract string Id(T one);

    /// <summary>True if the text may be an id.</summary>
    protected abstract bool IsId(string text);

    /// <summary>False if it is being deleted.</summary>
    protected abstract bool IsThere(T one);

    /// <summary>The resource as the filter sees it.</summary>
    protected abstract JsonObject Compared(ScimRequest call, T one, Filter filter);

    /// <summary>The resources as they are shown.</summary>
    protected abstract Task<IReadOnlyList<JsonObject>> Show(ScimRequest call, IReadOnlyList<T> page, Projection projection);

    async Task<JsonObject> Page(ScimRequest call, ListQuery query, List<T> found)
    {
        var page = found.OrderBy(Id, StringComparer.Ordinal).Skip(query.Start - 1).Take(query.Count).ToList();
        return Answer(await Show(call, page, query.Projection), query, found.Count, null);
    }

    async Task<List<T>> Compare(ScimRequest call, Filter filter)
    {
        var (found, read, after) = (new List<T>(), 0, (string?)null);
        while (true)
        {
            var some = await Read(call, after, 1000);
            found.AddRange(some.Where(one => IsThere(one) && filter.Matches(Compared(call, one, filter))));
            if (some.Count < 1000) return found;
            if ((read += some.Count) >= MaxCompared)
                throw ScimError.TooMany($"This filter can search at most {MaxCompared} resources. "
                    + "Page by cursor (RFC 9865), or use eq on an indexed attribute.");
            after = Id(some[^1]);
        }
    }

    async Task<JsonObject> ByIndex(ScimRequest call, ListQuery query)
    {
        var index = await marks.Get(call.Tenant.Id, kind, () => Ids(call));
        var block = (query.Start - 1) / PageMarks.Every;
        if (query.Count == 0 || block >= index.Before.Count) return Answer([], query, index.Total, null);
        var skip = (query.Start - 1) % PageMarks.Every;
        var some = await Read(call, index.Before[block], skip + query.Count);
        return Answer(await Show(call, [.. some.Skip(skip).Where(IsThere)], query.Projection), query, index.Total, null);
    }

    async Task<JsonObject> ByCursor(ScimRequest call, ListQuery query)
    {
        var after = query.Cursor!.Length == 0 ? null : IsId(query.Cursor) ? query.Cursor
            : throw new Problem(400, "invalidCursor", "The cursor did not come from this list.");
        var limit = query.Filter is null ? query.Count + 1 : MaxComparedByCursor;
        var some = await Read(call, after, limit);
        var (found, compared) = (new List<T>(), 0);
        foreach (var one in some)
        {
            if (found.Count == query.Count) break;
            compared++;
            if (IsThere(one) && (query.Filter?.Matches(Compared(call, one, query.Filter)) ?? true)) found.Add(one);
        }
        var next = compared < some.Count || some.Count == limit ? Id(some[compared - 1]) : null;
        return Answer(await Show(call, found, query.Projection), query, null, next);
    }

    static JsonObject Answer(IReadOnlyList<JsonObject> resources, ListQuery query, int? total, string? next)
    {
        var answer = new JsonObject { ["schemas"] = new JsonArray(ScimSchemas.List) };
        if (total is { } number) answer["totalResults"] = number;
        answer["itemsPerPage"] = resources.Count;
        if (query.Cursor is null) answer["startIndex"] = query.Start;
        if (next is not null) answer["nextCursor"] = next;
        answer["Resources"] = new JsonArray([.. resources.Select(one => (JsonNode)query.Projection.Of(one))]);
        return answer;
    }
}
