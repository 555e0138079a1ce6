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

/// <summary>How a change of a file changes what is found.</summary>
/// <param name="Gone">The entry that goes, or null.</param>
/// <param name="New">The entry that comes, or null.</param>
sealed record SearchChange(SearchEntry? Gone, SearchEntry? New)
{
    /// <summary>The changes between two states of records; null for none.</summary>
    public static IReadOnlyList<SearchChange>? Between(params IReadOnlyList<(FileRecord Before, FileRecord After)> records)
    {
        var changes = records.Select(file => Between(file.Before, file.After)).OfType<SearchChange>().ToList();
        return changes.Count == 0 ? null : changes;
    }

    static SearchChange? Between(FileRecord before, FileRecord after)
    {
        // A file that is purged leaves nothing behind, even if it went into the trash where nobody knew of the index.
        var was = before.Status == FileStatus.Available || (after.Status == FileStatus.Purging && before.CompletedAt is not null);
        var change = new SearchChange(
            was ? SearchEntry.Of(before) : null, after.Status == FileStatus.Available ? SearchEntry.Of(after) : null);
        return change.Gone == change.New ? null : change;
    }

    /// <summary>Makes sure that an available file is found.</summary>
    public static SearchChange Again(FileRecord file) => new(null, SearchEntry.Of(file));
}
