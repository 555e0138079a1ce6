using System.Globalization;
using System.Text;

namespace Latchkey.Storage;

// The keys of files: records, listings, folders, shares, quotas, integrity checks.
public static partial class RowKeys
{
    const int MaxSortedChars = 100;

    /// <summary>The partition of one space of files.</summary>
    public static string Space(string tenant, string spaceKey) => $"{tenant}|{spaceKey}";

    /// <summary>A file's record in its space.</summary>
    public static string File(string id) => $"file|{id}";

    /// <summary>A note to inspect an upload: the time slot of the inspection, and that in which the upload URL expires.</summary>
    public static string UploadNote(string id, long slot, long urlEnd) => $"upload|{id}|{slot}|{urlEnd}";

    /// <summary>
    /// The row that lists a file in its folder by name. Rows sort by name, ignoring case, then by id. The name is the hex of its
    /// first UTF-16 units, because all of them might not fit into a key. <c>-</c> sorts before every hex digit, so a name comes
    /// before longer names that start with it.
    /// </summary>
    public static string ListedByName(string folder, string name, string id) => $"{ListedByNameIn(folder)}{SortKey(name)}-{id}";

    /// <summary>The prefix of the keys that list a folder's files by name.</summary>
    public static string ListedByNameIn(string folder) => $"list|{Ids.HashBase32(folder)}|";

    /// <summary>True if the text has the form of a key that lists a file of this folder by name.</summary>
    public static bool IsListedByNameIn(string folder, string key)
    {
        var start = ListedByNameIn(folder);
        return key.StartsWith(start, StringComparison.Ordinal)
            && key[start.Length..].Split('-') is [var name, var id]
            && name.Length is > 0 and <= 4 * MaxSortedChars && name.Length % 4 == 0 && name.All(char.IsAsciiHexDigitLower)
            && Ids.IsBase32(id, 32);
    }

    /// <summary>The row that lists a file in its folder by time, newest first.</summary>
    public static string ListedByTime(string folder, DateTimeOffset created, string id) =>
        $"{ListedByTimeIn(folder)}{Descending(created)}|{id}";

    /// <summary>The prefix of the keys that list a folder's files by time.</summary>
    public static string ListedByTimeIn(string folder) => $"new|{Ids.HashBase32(folder)}|";

    /// <summary>The row that lists a file in its folder by the time at which it was taken, the last first.</summary>
    public static string ListedByTaken(string folder, DateTimeOffset taken, string id) =>
        $"{ListedByTakenIn(folder)}{Descending(taken)}|{id}";

    /// <summary>The prefix of the keys that list a folder's files by the time at which they were taken.</summary>
    public static string ListedByTakenIn(string folder) => $"taken|{Ids.HashBase32(folder)}|";

    /// <summary>The row that lists a file that was handed in by a request, the one that was begun last first.</summary>
    public static string ListedByRequest(string request, DateTimeOffset created, string id) =>
        $"{ListedByRequestOf(request)}{Descending(created)}|{id}";

    /// <summary>The prefix of the keys that list the files of a request.</summary>
    public static string ListedByRequestOf(string request) => $"by|{request}|";

    /// <summary>The row that lists a file in its space's trash, last deleted first.</summary>
    public static string Trashed(DateTimeOffset deleted, string id) => $"{Trash}{Descending(deleted)}|{id}";

    /// <summary>The prefix of the keys that list a space's trash.</summary>
    public const string Trash = "trash|";

    /// <summary>True if the text is this prefix, followed by a descending time and a file's id.</summary>
    public static bool IsTimeKey(string start, string key) =>
        key.StartsWith(start, StringComparison.Ordinal)
        && key[start.Length..].Split('|') is [{ Length: 19 } time, var id] && time.All(char.IsAsciiDigit) && Ids.IsBase32(id, 32);

    /// <summary>The row that lists a folder in its parent, sorted like files (<see cref="ListedByName"/>).</summary>
    public static string Folder(string parent, string name, string path) =>
        $"{FoldersIn(parent)}{SortKey(name)}-{Ids.HashBase32(path)}";

    /// <summary>The prefix of the keys that list the folders in a folder.</summary>
    public static string FoldersIn(string parent) => $"folder|{Ids.HashBase32(parent)}|";

    /// <summary>The prefix of the keys of all folders.</summary>
    public const string AnyFolder = "folder|";

    /// <summary>A share, in the partition of its file's space.</summary>
    public static string Share(string fileId, string shareId) => $"{AnyShare}{fileId}|{shareId}";

    /// <summary>The prefix of the keys of all shares in a space.</summary>
    public const string AnyShare = "share|";

    /// <summary>A link to a folder or to several files, in the partition of their space.</summary>
    public static string Link(string id) => $"{AnyLink}{id}";

    /// <summary>The prefix of the keys of all such links of a space.</summary>
    public const string AnyLink = "link|";

    /// <summary>A request for files, in the partition of the space that they go into.</summary>
    public static string FileRequest(string id) => $"{AnyFileRequest}{id}";

    /// <summary>The prefix of the keys of all requests of a space.</summary>
    public const string AnyFileRequest = "request|";

    /// <summary>A former version of a file, the newest first.</summary>
    public static string Version(string fileId, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{VersionsOf(fileId)}{int.MaxValue - number:D10}");

    /// <summary>The prefix of the keys of a file's former versions.</summary>
    public static string VersionsOf(string fileId) => $"{AnyVersion}{fileId}|";

    /// <summary>The prefix of the keys of all former versions in a space.</summary>
    public const string AnyVersion = "version|";

    /// <summary>The partition that lists what is shared with a user or group.</summary>
    public static string SharedWith(string tenant, string kind, string id) => $"{tenant}|in|{kind}|{id}";

    /// <summary>A share, in the recipient's partition.</summary>
    public static string SharedFile(string fileId, string shareId) => $"{fileId}|{shareId}";

    /// <summary>
    /// A name as part of a sorted key (<see cref="ListedByName"/>). The key of a name's beginning is the beginning of its key.
    /// </summary>
    public static string SortKey(string name)
    {
        var folded = name.ToUpperInvariant();
        return Convert.ToHexStringLower(Encoding.BigEndianUnicode.GetBytes(folded[..Math.Min(folded.Length, MaxSortedChars)]));
    }

    /// <summary>A row by which a space knows its files: those whose keys begin with this byte in hex.</summary>
    public static string Known(string start) => $"known|{start}";

    /// <summary>The prefix of the rows by which files are found.</summary>
    public const string AnySearch = "find|";

    /// <summary>A row by which files are found, named by the last place that it may have.</summary>
    public static string Search(string place) => AnySearch + place;

    /// <summary>The place by which such a row is named.</summary>
    public static string SearchPlaceOf(string key) => key[AnySearch.Length..];

    /// <summary>The place of a file in the order in which files are found, by a time and the second half of its id, newest first.</summary>
    public static string SearchPlace(DateTimeOffset time, string half) => Descending(time) + half;

    /// <summary>True if the text has the form of a place.</summary>
    public static bool IsSearchPlace(string text) =>
        text.Length == 35 && text[..19].All(char.IsAsciiDigit) && Ids.IsBase32(text[19..], 16);

    /// <summary>The row of an Idempotency-Key, by the hash of the key and of whoever sent it.</summary>
    public static string UploadKey(string hash) => $"begin|{hash}";

    /// <summary>A change of a space, by the incarnation of the space's usage and the change's number.</summary>
    public static string Change(string incarnation, long number) =>
        string.Create(CultureInfo.InvariantCulture, $"{ChangesOf(incarnation)}{number:D19}");

    /// <summary>The prefix of the keys of the changes of one incarnation of a space.</summary>
    public static string ChangesOf(string incarnation) => $"{AnyChange}{incarnation}|";

    /// <summary>The prefix of the keys of all changes of a space.</summary>
    public const string AnyChange = "change|";

    /// <summary>The usage of a space, in its partition.</summary>
    public const string SpaceUsage = "usage";

    /// <summary>When malware was last found in a file of a space that could be had before.</summary>
    public const string Infection = "infected";

    /// <summary>The partition of what a tenant's spaces have reserved of its quota. No space has this key.</summary>
    public static string TenantReservations(string tenant) => $"{tenant}|totals";

    /// <summary>The row of what all spaces of the tenant have reserved together.</summary>
    public const string TotalReservation = "total";

    /// <summary>The row of what one space has reserved.</summary>
    public static string SpaceReservation(string spaceKey) => $"space|{spaceKey}";

    /// <summary>The partition of a tenant's integrity check. No space has this key.</summary>
    public static string IntegrityCheck(string tenant) => $"{tenant}|check";

    /// <summary>The partition of the scan of all a tenant's files for malware. No space has this key.</summary>
    public static string Rescan(string tenant) => $"{tenant}|scan";
}
