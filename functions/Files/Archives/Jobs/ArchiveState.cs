using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// What is known of an archive that a job makes, and how far it is written (SCHEMA.md, table Files, <c>job|…</c>). Whoever goes on needs
/// nothing else: what was written behind this place is written again, as other blocks.
/// </summary>
public sealed record ArchiveState
{
    /// <summary>The ids of the files that were named; null if a folder was.</summary>
    public IReadOnlyList<string>? Files { get; init; }

    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>What it counts in the usage of its space: from the plan on its length if no file is left out, at its end its
    /// length.</summary>
    public long Bytes { get; init; }

    /// <summary>True once its plan is written (<see cref="ArchivePlan"/>), and its bytes are counted.</summary>
    public bool IsPlanned { get; init; }

    /// <summary>The place of the next file in the plan.</summary>
    public int Next { get; init; }

    /// <summary>Where that file's header begins in the archive; null if it is not written yet.</summary>
    public long? Start { get; init; }

    /// <summary>How many of its bytes are written.</summary>
    public long Offset { get; init; }

    /// <summary>Their CRC-32.</summary>
    public uint Crc { get; init; }

    /// <summary>How many bytes of the archive are written, without its directory.</summary>
    public long Length { get; init; }

    /// <summary>How many entries its directory has, and their bytes.</summary>
    public (long Count, long Bytes) Directory { get; init; }

    /// <summary>The blocks that are written: for each turn of a worker its number, that of its blocks of files and of the
    /// directory.</summary>
    public IReadOnlyList<(long Turn, int Files, int Directory)> Blocks { get; init; } = [];

    /// <summary>The same archive, of which nothing is written.</summary>
    public ArchiveState Again() => new() { Files = Files, Name = Name, Bytes = Bytes, IsPlanned = IsPlanned };

    /// <summary>Writes it into the job's row.</summary>
    public void Write(TableEntity row)
    {
        row["ArchiveFiles"] = Columns.JoinIds(Files);
        row["ArchiveName"] = Name;
        row["ArchiveBytes"] = Bytes;
        row["ArchivePlanned"] = IsPlanned;
        row["ArchiveNext"] = Next;
        row["ArchiveStart"] = Start;
        row["ArchiveOffset"] = Offset;
        row["ArchiveCrc"] = (long)Crc;
        row["ArchiveLength"] = Length;
        row["ArchiveEntries"] = Directory.Count;
        row["ArchiveDirectory"] = Directory.Bytes;
        row["ArchiveBlocks"] = string.Join(' ',
            Blocks.Select(run => FormattableString.Invariant($"{run.Turn}:{run.Files}:{run.Directory}")));
    }

    /// <summary>Reads it from the row of a job that makes an archive; null for another job.</summary>
    public static ArchiveState? Read(TableEntity row) => row.GetString("ArchiveName") is not { } name ? null : new()
    {
        Files = Columns.SplitIds(row.GetBinary("ArchiveFiles")),
        Name = name,
        Bytes = row.GetInt64("ArchiveBytes")!.Value,
        IsPlanned = row.GetBoolean("ArchivePlanned") is true,
        Next = row.GetInt32("ArchiveNext")!.Value,
        Start = row.GetInt64("ArchiveStart"),
        Offset = row.GetInt64("ArchiveOffset")!.Value,
        Crc = (uint)row.GetInt64("ArchiveCrc")!.Value,
        Length = row.GetInt64("ArchiveLength")!.Value,
        Directory = (row.GetInt64("ArchiveEntries")!.Value, row.GetInt64("ArchiveDirectory")!.Value),
        Blocks = [.. row.GetString("ArchiveBlocks").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ReadRun)],
    };

    static (long, int, int) ReadRun(string text)
    {
        var numbers = text.Split(':').Select(number => long.Parse(number, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        return (numbers[0], (int)numbers[1], (int)numbers[2]);
    }
}
