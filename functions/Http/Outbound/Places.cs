namespace Latchkey.Http;

/// <summary>
/// How many pieces of costly work are under way in a process at the same time, in all and for one host or user. Each use has places of its
/// own, so that those who take all places of one use leave the others alone.
/// </summary>
/// <param name="total">How many in all.</param>
/// <param name="perKey">How many for one host or user.</param>
/// <param name="refusal">What the caller is told if there is no place.</param>
public sealed class Places(int total, int perKey, string refusal)
{
    const int RetryAfterSeconds = 5;

    readonly Lock door = new();
    readonly Dictionary<string, int> taken = new(StringComparer.OrdinalIgnoreCase);
    int all;

    /// <summary>Takes a place, to be given back by <see cref="Release"/>.</summary>
    /// <exception cref="Problem">503 <c>server_busy</c></exception>
    public void Take(string key)
    {
        lock (door)
        {
            var here = taken.GetValueOrDefault(key);
            if (all >= total || here >= perKey)
            {
                throw new Problem(503, "server_busy", refusal)
                {
                    RetryAfter = RetryAfterSeconds,
                    Extensions = new Dictionary<string, object?> { ["error"] = "temporarily_unavailable" },
                };
            }
            (all, taken[key]) = (all + 1, here + 1);
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Release(string key)
    {
        lock (door)
        {
            all--;
            if (--taken[key] == 0) taken.Remove(key);
        }
    }
}
