using System.Text;

namespace Latchkey.Storage;

/// <summary>
/// The one place where keys are built (SCHEMA.md). Every partition key starts with the tenant's id, which holds no
/// <c>|</c>; so no tenant's partition can be another's.
/// </summary>
public static class RowKeys
{
    /// <summary>The row that makes a tenant exist.</summary>
    public const string Tenant = "tenant";

    /// <summary>The row of a session in its own partition.</summary>
    public const string Session = "session";

    /// <summary>A tenant's role.</summary>
    public static string Role(string name) => $"role|{Ids.Hash(name)}";

    /// <summary>A user by id.</summary>
    public static string User(string id) => $"id|{id}";

    /// <summary>A user's id by what is typed at sign-in, already normalized.</summary>
    public static string UserName(string normalized) => $"name|{Ids.Hash(normalized)}";

    /// <summary>The partition of one session, or of an access token that has none.</summary>
    public static string SessionPartition(string tenant, string id) => $"{tenant}|{id}";

    /// <summary>What belongs to one user: their sessions' list, their approvals.</summary>
    public static string UserPartition(string tenant, string userId) => $"{tenant}|{userId}";

    /// <summary>The row of a browser's sign-in in its own partition.</summary>
    public const string SignIn = "signin";

    /// <summary>The row of a pushed authorization request in its own partition.</summary>
    public const string Pushed = "pushed";

    /// <summary>The row of an authorization request that waits for its user, in its own partition.</summary>
    public const string Pending = "pending";

    /// <summary>The row of a device that waits for its user, in its own partition.</summary>
    public const string Device = "device";

    /// <summary>The row that leads from a user code's hash to its device, in its own partition.</summary>
    public const string UserCode = "usercode";

    /// <summary>The row of a password reset's link, in its own partition.</summary>
    public const string Reset = "reset";

    /// <summary>The partition of one authorization request.</summary>
    public static string RequestPartition(string tenant, string id) => $"{tenant}|{id}";

    /// <summary>The partition of a browser's sign-in, by the hash of what its cookie holds.</summary>
    public static string SignInPartition(string tenant, string hash) => $"{tenant}|{hash}";

    /// <summary>An access token's record.</summary>
    public static string Token(string id) => $"token|{id}";

    /// <summary>The partition of attempts that are counted under something of this kind; the id may be any text.</summary>
    public static string Attempts(string tenant, string kind, string id) => $"{tenant}|{kind}|{Ids.Hash(id)}";

    /// <summary>The partition of attempts of this kind at something of a user's, whose id may be any text; without one, what all of the user's start with.</summary>
    public static string AttemptsOf(string tenant, string kind, string userId, string? id) => $"{tenant}|{kind}|{userId}|{(id is null ? "" : Ids.Hash(id))}";

    /// <summary>What the keys of all places for attempts start with; they sort after <see cref="AnyGood"/>.</summary>
    public const string AnyAttempt = "place|";

    /// <summary>One of the places for attempts that may fail.</summary>
    public static string Attempt(int index) => $"{AnyAttempt}{index:D4}";

    /// <summary>Which place it is.</summary>
    public static int AttemptIndex(string key) => int.Parse(key[AnyAttempt.Length..], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>What the keys of all who were good start with.</summary>
    public const string AnyGood = "good|";

    /// <summary>Somebody was good: one of a hundred rows, so that they are few however many people there are.</summary>
    public static string Good(string who) => $"{AnyGood}{Convert.ToInt32(Ids.Hash(who)[..6], 16) % 100:D2}";

    /// <summary>The only row of the partition of something that may be used once.</summary>
    public const string SeenRow = "seen";

    /// <summary>The only row of an initial access token (RFC 7591 §1.2).</summary>
    public const string InitialTokenRow = "initial";

    /// <summary>The partition of an initial access token.</summary>
    public static string InitialToken(string tenant, string token) => $"{tenant}|{Ids.Hash(token)}";

    /// <summary>What the partitions of all initial access tokens whose hashes start like this start with.</summary>
    public static string InitialTokens(string tenant, string hash) => $"{tenant}|{hash}";

    /// <summary>The partition of something of this kind that may be used once; the id may be any text.</summary>
    public static string Seen(string tenant, string kind, string id) => $"{tenant}|{kind}|{Ids.Hash(id)}";

    /// <summary>A tenant's own key; they sort by number within an algorithm.</summary>
    public static string Key(string algorithm, int number) => $"key|{algorithm}|{number:D6}";

    /// <summary>The partition of one space of files.</summary>
    public static string Space(string tenant, string spaceKey) => $"{tenant}|{spaceKey}";

    /// <summary>A file's record in its space.</summary>
    public static string File(string id) => $"file|{id}";

    /// <summary>A note to look at an upload in this slot of time, about a URL that ends in that one.</summary>
    public static string Upload(string id, long slot, long urlEnd) => $"upload|{id}|{slot}|{urlEnd}";

    /// <summary>
    /// The row that lists a file in its folder by name. Rows sort by name without regard to case, then by id: the name
    /// is the hex of its first UTF-16 units (the rest would not fit into a key), and <c>-</c> sorts before every hex
    /// digit, so that a name comes before those that it begins.
    /// </summary>
    public static string Listed(string folder, string name, string id) => $"{ListedIn(folder)}{Sorted(name)}-{id}";

    /// <summary>What the keys of all rows that list a folder's files by name start with.</summary>
    public static string ListedIn(string folder) => $"list|{Ids.HashBase32(folder)}|";

    /// <summary>True if the text has the shape of a key that lists a file of this folder by name.</summary>
    public static bool IsListedIn(string folder, string key)
    {
        var start = ListedIn(folder);
        return key.StartsWith(start, StringComparison.Ordinal)
            && key[start.Length..].Split('-') is [var name, var id]
            && name.Length is > 0 and <= 4 * MaxSortedChars && name.Length % 4 == 0 && name.All(char.IsAsciiHexDigitLower)
            && Ids.IsBase32(id, 32);
    }

    /// <summary>The row that lists a file in its folder, the newest first.</summary>
    public static string Newest(string folder, DateTimeOffset created, string id) => $"{NewestIn(folder)}{Descending(created)}|{id}";

    /// <summary>What the keys of all rows that list a folder's newest files start with.</summary>
    public static string NewestIn(string folder) => $"new|{Ids.HashBase32(folder)}|";

    /// <summary>The row that lists a file in its space's trash, the last deleted first.</summary>
    public static string Trashed(DateTimeOffset deleted, string id) => $"{Trash}{Descending(deleted)}|{id}";

    /// <summary>What the keys of all rows of a space's trash start with.</summary>
    public const string Trash = "trash|";

    /// <summary>True if the text has the shape of a key that starts so and goes on with a descending time and a file's id.</summary>
    public static bool IsTimed(string start, string key) =>
        key.StartsWith(start, StringComparison.Ordinal) && key[start.Length..].Split('|') is [{ Length: 19 } time, var id] && time.All(char.IsAsciiDigit) && Ids.IsBase32(id, 32);

    /// <summary>The row that says that a folder is in another, sorted as <see cref="Listed"/> sorts files.</summary>
    public static string Folder(string parent, string name, string path) =>
        $"{FoldersIn(parent)}{Sorted(name)}-{Ids.HashBase32(path)}";

    /// <summary>What the keys of all rows of a folder's folders start with.</summary>
    public static string FoldersIn(string parent) => $"folder|{Ids.HashBase32(parent)}|";

    /// <summary>What the keys of all folders of a space start with.</summary>
    public const string AnyFolder = "folder|";

    /// <summary>A share in the partition of its file's space.</summary>
    public static string Share(string fileId, string shareId) => $"share|{fileId}|{shareId}";

    /// <summary>The partition that lists what a user or group has been given.</summary>
    public static string SharedWith(string tenant, string kind, string id) => $"{tenant}|in|{kind}|{id}";

    /// <summary>A share in the recipient's partition.</summary>
    public static string Shared(string fileId, string shareId) => $"{fileId}|{shareId}";

    /// <summary>How a name is sorted: see <see cref="Listed"/>. What a name begins with sorts as the beginning of the name.</summary>
    public static string Sorted(string name)
    {
        var folded = name.ToUpperInvariant();
        return Convert.ToHexStringLower(Encoding.BigEndianUnicode.GetBytes(folded[..Math.Min(folded.Length, MaxSortedChars)]));
    }

    /// <summary>What a space holds, in its partition.</summary>
    public const string Usage = "usage";

    /// <summary>The partition of a tenant's total; no space is called so.</summary>
    public static string Totals(string tenant) => $"{tenant}|totals";

    /// <summary>The tenant's total.</summary>
    public const string Total = "total";

    /// <summary>What of the total a space has taken.</summary>
    public static string Allotment(string spaceKey) => $"space|{spaceKey}";

    /// <summary>The partition of a tenant's consistency check; no space is called so.</summary>
    public static string Check(string tenant) => $"{tenant}|check";

    /// <summary>A group in its tenant's partition.</summary>
    public static string Group(string id) => $"group|{id}";

    /// <summary>The note that a client's files are being removed.</summary>
    public static string RemovedClient(string id) => $"client|{id}";

    /// <summary>A member by group.</summary>
    public static string Member(string group, string user) => $"member|{group}|{user}";

    /// <summary>A membership by user.</summary>
    public static string GroupOf(string user, string group) => $"of|{user}|{group}";

    // Counts down, so that the newest row comes first.
    static string Descending(DateTimeOffset time) => (DateTimeOffset.MaxValue.Ticks - time.UtcTicks).ToString("D19", System.Globalization.CultureInfo.InvariantCulture);

    const int MaxSortedChars = 100;
}
