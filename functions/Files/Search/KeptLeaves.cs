using Azure;

namespace Latchkey.Files;

/// <summary>
/// The row of the index that a process wrote last, of each of the spaces that changed last. It is as it was while the usage of the space
/// has this ETag, because nobody writes the index without the usage. A row has some 16 KiB, so there are not as many as spaces.
/// </summary>
sealed class KeptLeaves
{
    /// <summary>Of how many spaces.</summary>
    public const int Max = 500;

    readonly Lock door = new();
    readonly LinkedList<(string Partition, ETag Usage, SearchLeaf Leaf)> latest = new();
    readonly Dictionary<string, LinkedListNode<(string Partition, ETag Usage, SearchLeaf Leaf)>> nodes = new(StringComparer.Ordinal);

    /// <summary>The row, or null if none is known.</summary>
    public SearchLeaf? Find(string partition, ETag? usage)
    {
        lock (door) return nodes.TryGetValue(partition, out var node) && node.Value.Usage == usage ? node.Value.Leaf : null;
    }

    /// <summary>Keeps a row, or forgets the one of the space.</summary>
    public void Keep(string partition, ETag usage, SearchLeaf? leaf)
    {
        lock (door)
        {
            if (nodes.Remove(partition, out var former)) latest.Remove(former);
            if (leaf is null) return;
            nodes[partition] = latest.AddFirst((partition, usage, leaf));
            if (nodes.Count <= Max) return;
            nodes.Remove(latest.Last!.Value.Partition);
            latest.RemoveLast();
        }
    }
}
