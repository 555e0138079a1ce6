using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// What the index of a space knows of a file. Entries are in the order of their keys: by the file's own time, newest first, which is when
/// a picture was taken, else when the content was changed, else when the upload began. Times are milliseconds since the year 1.
/// </summary>
/// <param name="Id">The second half of the file's id.</param>
/// <param name="Name">The name, folded (<see cref="FoldedText"/>).</param>
/// <param name="Folder">The folder.</param>
/// <param name="Type">The media type in lower case.</param>
/// <param name="Tags">The tags, folded, a line each, with a line break at both ends; empty for none.</param>
/// <param name="Size">The size in bytes.</param>
/// <param name="Created">When the upload began.</param>
/// <param name="Modified">When the content was changed; 0 if nobody says.</param>
/// <param name="Taken">When the picture was taken; 0 if nobody says.</param>
sealed record SearchEntry(
    string Id, string Name, string Folder, string Type, string Tags, long Size, long Created, long Modified, long Taken)
{
    /// <summary>The file's own time.</summary>
    public long Time => Taken != 0 ? Taken : Modified != 0 ? Modified : Created;

    /// <summary>The place in the order of a space. No two files have the same.</summary>
    public string Key => RowKeys.SearchPlace(new DateTimeOffset(Time * TimeSpan.TicksPerMillisecond, TimeSpan.Zero), Id);

    /// <summary>The entry of a file that is available, whether or not it is.</summary>
    public static SearchEntry Of(FileRecord file) => new(
        file.Id[16..], FoldedText.Of(file.Name), file.Folder, file.ContentType.ToLowerInvariant(), TagsOf(file), file.Size,
        InMilliseconds(file.CreatedAt), InMilliseconds(file.ModifiedAt), InMilliseconds(file.TakenAt));

    static string TagsOf(FileRecord file) =>
        file.Tags is { } tags ? $"\n{string.Join('\n', tags.All.Select(FoldedText.Normal))}\n" : "";

    /// <summary>A time as entries have it; 0 for none.</summary>
    public static long InMilliseconds(DateTimeOffset? time) => (time?.UtcTicks ?? 0) / TimeSpan.TicksPerMillisecond;

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static SearchEntry Read(BinaryReader from) => new(
        from.ReadString(), from.ReadString(), from.ReadString(), from.ReadString(), from.ReadString(), from.Read7BitEncodedInt64(),
        from.Read7BitEncodedInt64(), from.Read7BitEncodedInt64(), from.Read7BitEncodedInt64());

    /// <summary>Writes the entry.</summary>
    public void Write(BinaryWriter to)
    {
        foreach (var text in (ReadOnlySpan<string>)[Id, Name, Folder, Type, Tags]) to.Write(text);
        foreach (var number in (ReadOnlySpan<long>)[Size, Created, Modified, Taken]) to.Write7BitEncodedInt64(number);
    }
}

/// <summary>How a change of files changes what is found.</summary>
/// <param name="Gone">The entries that go.</param>
/// <param name="New">The entries that come.</param>
sealed record SearchChange(IReadOnlyList<SearchEntry> Gone, IReadOnlyList<SearchEntry> New)
{
    /// <summary>The change between two states of records; null for none.</summary>
    public static SearchChange? Between(IEnumerable<(FileRecord Before, FileRecord After)> moves)
    {
        var changes = moves.Select(move => (Gone: GoneOf(move.Before, move.After), New: NewOf(move.After)))
            .Where(change => change.Gone != change.New).ToList();
        return changes.Count == 0 ? null : new(
            [.. changes.Select(change => change.Gone).OfType<SearchEntry>()],
            [.. changes.Select(change => change.New).OfType<SearchEntry>()]);
    }

    /// <summary>Makes sure that an available file is found.</summary>
    public static SearchChange Again(FileRecord file) => new([], [SearchEntry.Of(file)]);

    static SearchEntry? NewOf(FileRecord after) => after.Status == FileStatus.Available ? SearchEntry.Of(after) : null;

    // A file that is purged leaves nothing behind, even if it went into the trash where nobody knew of the index.
    static SearchEntry? GoneOf(FileRecord before, FileRecord after) =>
        before.Status == FileStatus.Available || (after.Status == FileStatus.Purging && before.CompletedAt is not null)
            ? SearchEntry.Of(before) : null;
}
