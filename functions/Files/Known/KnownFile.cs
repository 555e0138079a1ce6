using System.Globalization;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// By what a file is known: the SHA-256 of its content, if the bytes were read and have it, and its name, size and time. A key is
/// the first half of a hash in hex, so its first byte says in which row it is (<see cref="KnownRows"/>).
/// </summary>
static class KnownFile
{
    const int KeyChars = 32;

    /// <summary>The key of a content, by its SHA-256 in lower-case hex.</summary>
    public static string ByContent(string sha256) => Key($"sha256|{sha256}");

    /// <summary>The key of a name, a size and a time.</summary>
    public static string ByName(string name, long size, DateTimeOffset modified) =>
        Key(string.Create(CultureInfo.InvariantCulture, $"name|{size}|{modified.UtcTicks}|{name}"));

    /// <summary>The keys of a file; none if it is not there, in the trash, or without its bytes.</summary>
    public static IEnumerable<string> KeysOf(FileRecord file)
    {
        if (file is not { Status: FileStatus.Available or FileStatus.Scanning, MissingSince: null }) yield break;
        if (file is { Sha256Verified: true, Sha256: { } sha256 }) yield return ByContent(sha256);
        // A stranger could make a phone believe that its pictures are there, by their names and times.
        if (file is { ModifiedAt: { } modified, Request: null }) yield return ByName(file.Name, file.Size, modified);
    }

    static string Key(string text) => Ids.Hash(text)[..KeyChars];
}

/// <summary>How a change of a file changes by what the space knows it.</summary>
/// <param name="FileId">The file.</param>
/// <param name="Gone">The keys by which it is no longer known.</param>
/// <param name="New">The keys by which it is known from now on.</param>
public sealed record KnownChange(string FileId, IReadOnlyList<string> Gone, IReadOnlyList<string> New)
{
    /// <summary>The change between two states of a record; null for none.</summary>
    public static KnownChange? Between(FileRecord before, FileRecord after)
    {
        // A file that is purged leaves nothing behind, even if it went into the trash where nobody knew of these rows.
        var known = after.Status == FileStatus.Purging ? before with { Status = FileStatus.Available, MissingSince = null } : before;
        var (had, has) = (KnownFile.KeysOf(known).ToList(), KnownFile.KeysOf(after).ToList());
        var change = new KnownChange(after.Id, [.. had.Except(has)], [.. has.Except(had)]);
        return change is { Gone.Count: 0, New.Count: 0 } ? null : change;
    }

    /// <summary>Makes sure that a file is known, once by each key; null if it has none.</summary>
    public static KnownChange? Again(FileRecord file) =>
        KnownFile.KeysOf(file).ToList() is { Count: > 0 } keys ? new(file.Id, keys, keys) : null;
}
