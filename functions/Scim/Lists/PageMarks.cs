using System.Collections.Concurrent;
using Latchkey.Http;

namespace Latchkey.Scim;

/// <summary>How many resources a tenant has, and before which id each hundred begins.</summary>
/// <param name="Total">The number.</param>
/// <param name="Before">The id before each hundred; null for the first.</param>
/// <param name="Until">Until when it counts.</param>
sealed record Marks(int Total, IReadOnlyList<string?> Before, DateTimeOffset Until);

/// <summary>
/// The index of pages by number. Table Storage can neither count nor skip, so the ids, and nothing else, are read once, a thousand a
/// request; what is remembered of them for a minute is one id of a hundred. Then any page is one request. What this instance writes
/// for a directory counts at once, everything else within the minute; pages begin at ids, so that what is added or deleted between
/// two pages moves nothing but its own neighbours.
/// </summary>
public sealed class PageMarks(TimeProvider clock)
{
    /// <summary>Every how many ids one is remembered.</summary>
    public const int Every = 100;

    /// <summary>The most resources that are counted.</summary>
    public const int MaxTotal = 100_000;

    const int MaxKept = 200;

    static readonly TimeSpan Life = TimeSpan.FromMinutes(1);

    readonly ConcurrentDictionary<string, Marks> kept = new(StringComparer.Ordinal);

    /// <summary>The marks of a list.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="kind">Users or groups.</param>
    /// <param name="ids">Reads all ids in their order.</param>
    /// <exception cref="Problem">400 <c>tooMany</c></exception>
    internal async Task<Marks> Get(string tenant, string kind, Func<IAsyncEnumerable<string>> ids)
    {
        var now = clock.GetUtcNow();
        if (kept.TryGetValue(Key(tenant, kind), out var known) && now < known.Until) return known;
        var (total, before, last) = (0, new List<string?>(), (string?)null);
        await foreach (var id in ids())
        {
            if (total == MaxTotal)
                throw ScimError.TooMany($"There are more than {MaxTotal} resources. Page by cursor (RFC 9865), or filter by an id.");
            if (total++ % Every == 0) before.Add(last);
            last = id;
        }
        if (kept.Count >= MaxKept) kept.Clear();
        return kept[Key(tenant, kind)] = new Marks(total, before, now + Life);
    }

    /// <summary>Forgets a tenant's marks, after something was added or deleted.</summary>
    public void Forget(string tenant)
    {
        kept.TryRemove(Key(tenant, UserList.Kind), out _);
        kept.TryRemove(Key(tenant, GroupList.Kind), out _);
    }

    static string Key(string tenant, string kind) => $"{tenant}|{kind}";
}
