namespace Latchkey.Http;

/// <summary>
/// How many documents are fetched at the same time, in all and from one host. Each use has places of its own, so that strangers who take
/// those of one use leave the others alone.
/// </summary>
/// <param name="total">How many in all.</param>
/// <param name="perHost">How many from one host.</param>
public sealed class FetchPlaces(int total, int perHost)
{
    readonly Lock door = new();
    readonly Dictionary<string, int> taken = new(StringComparer.OrdinalIgnoreCase);
    int all;

    /// <summary>Takes a place, to be given back by <see cref="Release"/>.</summary>
    /// <exception cref="Problem">503 <c>server_busy</c></exception>
    public void Take(string host)
    {
        lock (door)
        {
            var here = taken.GetValueOrDefault(host);
            if (all >= total || here >= perHost)
            {
                throw new Problem(503, "server_busy", "Too many documents are being fetched at the same time. Try again.")
                {
                    RetryAfter = 5,
                    Extensions = new Dictionary<string, object?> { ["error"] = "temporarily_unavailable" },
                };
            }
            (all, taken[host]) = (all + 1, here + 1);
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Release(string host)
    {
        lock (door)
        {
            all--;
            if (--taken[host] == 0) taken.Remove(host);
        }
    }
}
