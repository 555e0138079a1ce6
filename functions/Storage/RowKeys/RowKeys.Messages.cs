namespace Latchkey.Storage;

// Messages, and what users have for them.
public static partial class RowKeys
{
    /// <summary>The partition of a user's inbox.</summary>
    public static string Inbox(string tenant, string user) => $"{tenant}|in|{user}";

    /// <summary>The prefix of the messages of an inbox.</summary>
    public const string AnyInboxMessage = "at|";

    /// <summary>A message in an inbox, by the time at which it arrived.</summary>
    public static string InboxMessage(DateTimeOffset at, string id) => $"{AnyInboxMessage}{Ascending(at)}|{id}";

    /// <summary>Says that a message has arrived in an inbox, and leads to it.</summary>
    public static string InboxId(string id) => $"id|{id}";

    /// <summary>The partition of a message to a group.</summary>
    public static string GroupMessagePartition(string tenant, string id) => $"{tenant}|send|{id}";

    /// <summary>The row of a message to a group in its own partition.</summary>
    public const string GroupMessage = "message";

    /// <summary>The prefix of the keys of all devices of a user.</summary>
    public const string AnyDevice = "key|";

    /// <summary>A device's public key.</summary>
    public static string DeviceKey(string device) => $"{AnyDevice}{device}";

    /// <summary>Until when a user's connections live, in the user's own partition.</summary>
    public const string ConnectionEnd = "connections";

    /// <summary>How much a user, or a tenant, has sent lately.</summary>
    public const string SentMessages = "rate|messages";

    /// <summary>Of all users of a tenant: how many were lately told of events.</summary>
    public const string SentEvents = "rate|events";

    /// <summary>How many keys to the broker a user has got lately.</summary>
    public const string IssuedKeys = "rate|keys";

    /// <summary>The prefix of those whom a user has blocked.</summary>
    public const string AnyBlocked = "blocked|";

    /// <summary>Somebody whom a user has blocked, in the user's own partition.</summary>
    public static string Blocked(string other) => $"{AnyBlocked}{other}";

    /// <summary>The prefix of those who have blocked a user.</summary>
    public const string AnyBlocker = "by|";

    /// <summary>Somebody who has blocked a user, in the partition of who is blocked.</summary>
    public static string Blocker(string other) => $"{AnyBlocker}{other}";
}
