using System.Text.Json;
using System.Text.Json.Serialization;

namespace Latchkey.Messages;

/// <summary>To whom: exactly one of the three.</summary>
/// <param name="User">A user's id.</param>
/// <param name="Group">A group's id.</param>
/// <param name="Topic">A topic's name, without the tenant.</param>
public sealed record Recipient(string? User = null, string? Group = null, string? Topic = null)
{
    // Not public: it is no member of the JSON.
    internal string Kind => User is not null ? "user" : Group is not null ? "group" : "topic";

    /// <summary>As one text: a word, a colon and the id.</summary>
    public override string ToString() => $"{Kind}:{User ?? Group ?? Topic}";
}

/// <summary>A message, as it is in inboxes and at the broker.</summary>
/// <param name="Id">Its id: the bucket of its table and 22 characters.</param>
/// <param name="Type"><see cref="Written"/>, or the type of an event of the service.</param>
/// <param name="From">The id of the user who wrote it; null if the service did.</param>
/// <param name="To">To whom.</param>
/// <param name="ContentType">The media type of the body, as the sender says.</param>
/// <param name="Body">The body; the service does not look into it.</param>
/// <param name="SentAt">When.</param>
/// <param name="ExpiresAt">When it leaves inboxes.</param>
public sealed record Message(
    string Id, string Type, string? From, Recipient To, string ContentType, string Body, DateTimeOffset SentAt, DateTimeOffset ExpiresAt)
{
    static readonly JsonSerializerOptions Json =
        new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>The type of what people write to each other.</summary>
    public const string Written = "message";

    /// <summary>The type of the notice that a device has published a key.</summary>
    public const string DeviceAdded = "device.added";

    /// <summary>The type of the notice that a device's key was removed.</summary>
    public const string DeviceRemoved = "device.removed";

    /// <summary>
    /// True if it stays in the inbox until it expires, whoever acknowledges it: it tells all devices what somebody may have done with a
    /// stolen token, who could acknowledge it too.
    /// </summary>
    public bool Stays => Type is DeviceAdded or DeviceRemoved;

    /// <summary>The longest body, in bytes of UTF-8.</summary>
    public const int MaxBody = 16 * 1024;

    /// <summary>The longest time that a message waits to be read.</summary>
    public static readonly TimeSpan MaxTime = TimeSpan.FromDays(14);

    /// <summary>How long it waits if the sender does not say.</summary>
    public static readonly TimeSpan DefaultTime = TimeSpan.FromDays(7);

    /// <summary>What is published of it.</summary>
    public byte[] Payload() => JsonSerializer.SerializeToUtf8Bytes(View(), Json);

    /// <summary>What its readers see.</summary>
    public object View() => new
    {
        Id,
        Type,
        From,
        to = To.User is not null ? new { user = To.User } : To.Group is not null ? (object)new { group = To.Group }
            : new { topic = To.Topic },
        ContentType,
        Body,
        sentAt = SentAt.UtcDateTime,
        expiresAt = ExpiresAt.UtcDateTime,
    };
}
