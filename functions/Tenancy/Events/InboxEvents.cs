using System.Text.Json;

namespace Latchkey.Tenancy;

/// <summary>
/// Which events users find in their inbox for messages, and in whose: that of the user whom the event is about, those of a group's members,
/// and for the change of a file also those of all with whom it is shared. What the service alone has changed, such as a thumbnail, is in
/// none.
/// </summary>
public static class InboxEvents
{
    /// <summary>True if somebody may find it in an inbox.</summary>
    public static bool AreOf(TenantEvent one)
    {
        string? Member(string name) => one.Data.FirstOrDefault(member => member.Name == name).Value as string;
        return IsOfSharers(one.Type, Member) || UserOf(one.Type, Member) is not null || GroupOf(one.Type, Member) is not null;
    }

    /// <summary>The same of an event that was stored.</summary>
    public static bool AreOf(StoredEvent one) => IsOfSharers(one) || UserOf(one) is not null || GroupOf(one) is not null;

    /// <summary>The user whom an event is about; null if it is none, or if events of this type are in no inbox.</summary>
    public static string? UserOf(StoredEvent one) => UserOf(one.Type, name => Text(one, name));

    /// <summary>The group that an event is about; the same.</summary>
    public static string? GroupOf(StoredEvent one) => GroupOf(one.Type, name => Text(one, name));

    /// <summary>True if those with whom the file is shared find it too.</summary>
    public static bool IsOfSharers(StoredEvent one) => IsOfSharers(one.Type, name => Text(one, name));

    /// <summary>A member of an event's data; null if it is none, or no text.</summary>
    public static string? Text(StoredEvent one, string name) => Text(one.Data, name);

    /// <summary>The same of the data.</summary>
    public static string? Text(JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static bool IsOfSharers(string type, Func<string, string?> text) =>
        type == EventTypes.FileChanged && text("changedById") is not null;

    static string? UserOf(string type, Func<string, string?> text) =>
        type == EventTypes.SessionEnded ? text("userId") : Named(type, "user", text);

    static string? GroupOf(string type, Func<string, string?> text) => Named(type, "group", text);

    static string? Named(string type, string kind, Func<string, string?> text) => type switch
    {
        EventTypes.ShareCreated => text("recipientKind") == kind ? text("recipientId") : null,
        EventTypes.FileChanged when text("changedById") is null => null,
        EventTypes.FileChanged or EventTypes.RequestReceived => text("ownerKind") == kind ? text("ownerId") : null,
        _ => null,
    };
}
