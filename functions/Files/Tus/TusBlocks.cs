using System.Globalization;
using System.Text;
using Latchkey.Storage;

namespace Latchkey.Files.Tus;

/// <summary>
/// How far an upload is, told by nothing but the blocks that storage has. Each piece (PATCH) becomes a run of blocks,
/// and a block's id says where it begins, which of its run it is, and whose run. No id is ever written twice with other
/// bytes, so what was acknowledged stays, whatever comes in at the same time or dies in the middle.
/// </summary>
static class TusBlocks
{
    /// <summary>The most bytes of a block: what a request holds in memory, or twice that with a checksum.</summary>
    public const int MaxBytes = 4 << 20;

    const int OffsetDigits = 15;
    const int NumberDigits = 5;
    const int RunChars = 8;

    /// <summary>A new run.</summary>
    public static string NewRun() => Ids.NewBase32()[..RunChars];

    /// <summary>The id, base64, of a run's block that begins at this offset.</summary>
    public static string Id(long offset, int number, string run) => Convert.ToBase64String(Encoding.ASCII.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{offset:D15}{number:D5}{run}")));

    /// <summary>
    /// The blocks that together reach furthest from the start without a gap, and how far. A run counts only from its
    /// first block on: without that its bytes have not been checked.
    /// </summary>
    public static (IReadOnlyList<Block> Blocks, long Offset) Chain(StagedBlocks? list)
    {
        // To each end that is reached the block that ends there. The first that gets there stays.
        var reached = new Dictionary<long, Placed?> { [0] = null };
        foreach (var run in Runs(list))
        {
            if (!reached.ContainsKey(run[0].Offset)) continue;
            foreach (var block in run) reached.TryAdd(block.Offset + block.Block.Size, block);
        }
        var furthest = reached.Keys.Max();
        var chain = new List<Block>();
        for (var block = reached[furthest]; block is not null; block = reached[block.Offset]) chain.Add(block.Block);
        chain.Reverse();
        return (chain, furthest);
    }

    // By their starts: a run can only begin where one that started before it has been.
    static IEnumerable<List<Placed>> Runs(StagedBlocks? list) =>
        from block in list is null ? [] : list.Committed.Concat(list.Uncommitted).DistinctBy(block => block.Id)
        let placed = Read(block)
        where placed is not null
        group placed by placed.Run into run
        let whole = Whole(run.OrderBy(block => block.Number))
        where whole.Count > 0
        orderby whole[0].Offset
        select whole;

    static List<Placed> Whole(IEnumerable<Placed> run)
    {
        var whole = new List<Placed>();
        foreach (var block in run)
        {
            if (block.Number != whole.Count) break;
            if (whole is [.., var last] && last.Offset + last.Block.Size != block.Offset) break;
            whole.Add(block);
        }
        return whole;
    }

    static Placed? Read(Block block)
    {
        Span<byte> id = stackalloc byte[64];
        if (!Convert.TryFromBase64String(block.Id, id, out var length) || length != OffsetDigits + NumberDigits + RunChars) return null;
        if (!long.TryParse(id[..OffsetDigits], NumberStyles.None, CultureInfo.InvariantCulture, out var offset)) return null;
        return int.TryParse(id.Slice(OffsetDigits, NumberDigits), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new Placed(offset, number, Encoding.Latin1.GetString(id[(OffsetDigits + NumberDigits)..length]), block) : null;
    }

    sealed record Placed(long Offset, int Number, string Run, Block Block);
}
