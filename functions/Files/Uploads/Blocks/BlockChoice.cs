using System.Text.Json;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>The blocks that make up a file, as the caller of complete names them: their number, or a list of their ids.</summary>
public sealed class BlockChoice
{
    const int MaxListed = 20;
    const int MaxIdBytes = 64;

    readonly IReadOnlyList<string> ids;
    readonly bool isByCount;

    BlockChoice(IReadOnlyList<string> ids, bool numbered) => (this.ids, this.isByCount) = (ids, numbered);

    /// <summary>Reads the field <c>blocks</c>: a whole number, or a list of distinct base64 ids of equal length.</summary>
    /// <exception cref="Problem">400 <c>invalid_blocks</c>.</exception>
    public static BlockChoice Read(JsonElement blocks)
    {
        if (blocks.ValueKind == JsonValueKind.Number && blocks.TryGetInt32(out var count) && count is >= 1 and <= BlockPlan.MaxBlocks)
            return new([.. Enumerable.Range(0, count).Select(n => BlockPlan.Id(n))], numbered: true);
        if (blocks.ValueKind != JsonValueKind.Array || blocks.GetArrayLength() is < 1 or > BlockPlan.MaxBlocks)
            throw Invalid($"it must be the number of blocks or the list of their ids, from 1 to {BlockPlan.MaxBlocks}");
        var ids = blocks.EnumerateArray().Select(id => id.ValueKind == JsonValueKind.String ? id.GetString()! : "").ToList();
        if (!ids.TrueForAll(IsId) || ids.Exists(id => id.Length != ids[0].Length))
            throw Invalid($"each id must be base64 of at most {MaxIdBytes} bytes, and all must have the same length");
        if (ids.Distinct(StringComparer.Ordinal).Count() != ids.Count) throw Invalid("an id is listed twice");
        return new(ids, numbered: false);
    }

    /// <summary>Selects the blocks. Of two blocks with the same id, the uncommitted one is newer.</summary>
    /// <exception cref="Problem">422 <c>blocks_missing</c>, with the ids that have not arrived.</exception>
    public IReadOnlyList<Block> Select(StagedBlocks list)
    {
        var arrived = list.Committed.Concat(list.Uncommitted)
            .GroupBy(block => block.Id, StringComparer.Ordinal)
            .ToDictionary(same => same.Key, same => same.Last(), StringComparer.Ordinal);
        var missing = ids.Where(id => !arrived.ContainsKey(id)).ToList();
        if (missing.Count == 0) return [.. ids.Select(id => arrived[id])];
        throw new Problem(422, "blocks_missing", $"Only {ids.Count - missing.Count} of {ids.Count} blocks have arrived.")
        {
            Extensions = new Dictionary<string, object?>
            {
                ["missingCount"] = missing.Count,
                ["missing"] = missing.Take(MaxListed).Select(id => isByCount ? (object?)BlockPlan.Number(id) : id).ToList(),
            },
        };
    }

    static bool IsId(string id)
    {
        Span<byte> bytes = stackalloc byte[MaxIdBytes];
        return Convert.TryFromBase64String(id, bytes, out var length) && length > 0 && Convert.ToBase64String(bytes[..length]) == id;
    }

    static Problem Invalid(string why) => Problem.BadRequest("invalid_blocks", $"Invalid blocks: {why}.");
}
